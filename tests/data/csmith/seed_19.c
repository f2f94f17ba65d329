// Options:   --seed 19 --no-pointers --no-structs --no-unions --no-bitfields --no-packed-struct --no-volatiles --no-consts --no-safe-math --no-jumps --no-comma-operators --no-embedded-assigns --no-longlong --no-int8 --no-uint8 --no-math64 --no-checksum --no-argc --no-inline-function --nomain --concise --max-funcs 5 --max-array-dim 1 --max-array-len-per-dim 5 --max-block-depth 3 --max-block-size 4 --max-expr-complexity 3

#define NO_LONGLONG

#include "csmith.h"

volatile uint32_t csmith_sink_ = 0;

static long __undefined;



static uint16_t g_26 = 0xAB97;
static uint16_t g_28 = 0U;
static int16_t g_77[4] = {0x81DC,0x81DC,0x81DC,0x81DC};
static int16_t g_79 = 0x852B;
static uint32_t g_88 = 4294967295U;
static int32_t g_90 = 3;
static uint16_t g_105 = 0x0D6A;
static int16_t g_106[5] = {0x3B2D,0x3B2D,0x3B2D,0x3B2D,0x3B2D};
static uint32_t g_116[2] = {4294967295U,4294967295U};
static int32_t g_120 = 0xC0B7B9EA;
static uint16_t g_121 = 8U;



static uint32_t  func_1(void);
static uint16_t  func_22(int16_t  p_23, int32_t  p_24);
static int32_t  func_33(uint32_t  p_34, uint32_t  p_35, int16_t  p_36, int32_t  p_37, uint16_t  p_38);
static int16_t  func_44(uint32_t  p_45, uint16_t  p_46);
static uint32_t  func_47(uint16_t  p_48, uint32_t  p_49, int16_t  p_50);




static uint32_t  func_1(void)
{ 
    int32_t l_6 = 0;
    int32_t l_7 = 0xBF25CBD9;
    int32_t l_119 = 0x6A80D170;
    l_7 &= ((int16_t)((uint16_t)l_6 * (uint16_t)0) / (int16_t)65535U);
    for (l_7 = 24; (l_7 >= 25); l_7 += 2)
    { 
        uint32_t l_96 = 4294967289U;
        for (l_6 = 5; (l_6 >= 21); l_6 += 8)
        { 
            int32_t l_25 = 0x2E9378F1;
            l_96 = ((int16_t)((int32_t)((int16_t)((uint16_t)(((int16_t)0x3CC9 - (int16_t)func_22(l_25, g_26)) && g_79) << (uint16_t)g_26) >> (int16_t)l_7) + (int32_t)l_7) << (int16_t)g_26);
            for (g_28 = (-22); (g_28 != 48); ++g_28)
            { 
                uint16_t l_115 = 0U;
                g_106[0] = ((((((int16_t)((((-10) <= ((uint16_t)((uint16_t)(g_26 & g_88) - (uint16_t)g_28) % (uint16_t)0x0D4F)) < 0x7878) | g_90) * (int16_t)g_105) > l_25) ^ l_25) <= 0xA12B0ECC) ^ l_25);
                g_116[0] &= (((uint16_t)((int16_t)((uint32_t)0x8501CA49 / (uint32_t)((int16_t)(l_115 == l_6) >> (int16_t)g_28)) * (int16_t)l_96) << (uint16_t)l_115) <= 1);
            }
            for (l_96 = 0; (l_96 <= 4); l_96 += 1)
            { 
                l_119 = ((uint16_t)1U << (uint16_t)15);
            }
        }
    }
    g_121++;
    return g_28;
}



static uint16_t  func_22(int16_t  p_23, int32_t  p_24)
{ 
    int32_t l_27 = 0x5E2DE4BF;
    l_27 = g_26;
    --g_28;
    for (p_24 = 0; (p_24 <= 14); p_24 += 6)
    { 
        int16_t l_89 = 0x5076;
        g_88 |= (((func_33(l_27, g_26, g_26, g_26, p_24) >= g_28) != p_23) > 1U);
        g_90 = ((g_26 ^ (l_89 ^ g_26)) == l_89);
        l_27 = 0;
    }
    p_24 = ((int16_t)(+((int16_t)(l_27 != 0x6DD6) * (int16_t)g_88)) - (int16_t)l_27);
    return g_88;
}



static int32_t  func_33(uint32_t  p_34, uint32_t  p_35, int16_t  p_36, int32_t  p_37, uint16_t  p_38)
{ 
    int32_t l_39[4] = {0xDFC1F7B4,0xDFC1F7B4,0xDFC1F7B4,0xDFC1F7B4};
    int32_t l_87 = 0;
    int i;
    l_39[0] &= g_28;
    g_79 ^= (((uint16_t)((uint16_t)g_28 >> (uint16_t)func_44(func_47(((((uint16_t)((int32_t)(((((((int16_t)(((!65535U) < p_36) > 0x9BA1) * (int16_t)l_39[0]) >= 0xB199) & p_37) == l_39[1]) != (-1)) && p_35) + (int32_t)l_39[0]) - (uint16_t)0) >= 0x7B12393D) != 0x095C3C62), g_28, g_26), g_28)) * (uint16_t)l_39[2]) >= 0x0C02);
    l_87 = (~((int16_t)(l_39[3] > ((int32_t)(((int16_t)(1U | g_77[2]) % (int16_t)g_77[0]) <= l_39[0]) / (int32_t)0x18B70F73)) >> (int16_t)l_87));
    return g_77[2];
}



static int16_t  func_44(uint32_t  p_45, uint16_t  p_46)
{ 
    uint16_t l_78 = 0xE49D;
    l_78 = (-7);
    return l_78;
}



static uint32_t  func_47(uint16_t  p_48, uint32_t  p_49, int16_t  p_50)
{ 
    uint32_t l_65 = 0xA5C6A8B5;
    uint16_t l_66 = 0U;
    int32_t l_76 = (-2);
    if ((~(((int16_t)(((int32_t)(g_28 & ((int32_t)(l_65 != p_49) % (int32_t)p_48)) % (int32_t)l_66) <= l_66) >> (int16_t)l_66) >= g_26)))
    { 
        int32_t l_69 = 8;
        for (l_65 = 21; (l_65 < 56); l_65++)
        { 
            return l_69;
        }
    }
    else
    { 
        int32_t l_75 = 0xB5077743;
        l_76 = ((uint32_t)(!((int16_t)((p_48 && (-5)) && g_28) << (int16_t)l_75)) + (uint32_t)g_28);
        g_77[2] = 0;
    }
    return g_26;
}


