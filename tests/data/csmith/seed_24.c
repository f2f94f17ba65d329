// Options:   --seed 24 --no-pointers --no-structs --no-unions --no-bitfields --no-packed-struct --no-volatiles --no-consts --no-safe-math --no-jumps --no-comma-operators --no-embedded-assigns --no-longlong --no-int8 --no-uint8 --no-math64 --no-checksum --no-argc --no-inline-function --nomain --concise --max-funcs 5 --max-array-dim 1 --max-array-len-per-dim 5 --max-block-depth 3 --max-block-size 4 --max-expr-complexity 3

#define NO_LONGLONG

#include "csmith.h"

volatile uint32_t csmith_sink_ = 0;

static long __undefined;



static int32_t g_2 = 6;
static int16_t g_5[5] = {0x3980,0x3980,0x3980,0x3980,0x3980};
static int32_t g_49 = 0x39BA5493;
static uint16_t g_78[4] = {0U,0U,0U,0U};
static int16_t g_89[5] = {(-9),(-9),(-9),(-9),(-9)};



static int16_t  func_1(void);
static uint16_t  func_11(uint32_t  p_12);
static uint16_t  func_13(uint32_t  p_14, uint32_t  p_15);
static uint16_t  func_24(uint16_t  p_25);
static uint16_t  func_28(uint16_t  p_29);




static int16_t  func_1(void)
{ 
    uint32_t l_18[1];
    int32_t l_19 = (-1);
    int i;
    for (i = 0; i < 1; i++)
        l_18[i] = 0U;
    for (g_2 = 25; (g_2 == 10); g_2--)
    { 
        uint16_t l_6 = 0x0897;
        ++l_6;
        for (l_6 = 0; (l_6 <= 4); l_6 += 1)
        { 
            int32_t l_88 = 0xCFC9AAE8;
            int i;
            g_78[3] = ((uint16_t)g_5[l_6] / (uint16_t)func_11((func_13(((int16_t)l_18[0] << (int16_t)0), l_19) & 65530U)));
            if (l_6)
                break;
            g_89[3] ^= ((int16_t)(((((uint32_t)((~((uint32_t)((g_78[3] || ((uint16_t)l_88 >> (uint16_t)g_5[1])) <= g_2) + (uint32_t)l_6)) ^ g_49) / (uint32_t)g_2) < l_6) && 0x79BBDC21) == 1) / (int16_t)0x99A5);
        }
    }
    return g_49;
}



static uint16_t  func_11(uint32_t  p_12)
{ 
    return g_2;
}



static uint16_t  func_13(uint32_t  p_14, uint32_t  p_15)
{ 
    uint32_t l_37[3];
    int32_t l_47[3];
    uint32_t l_75[5] = {0U,0U,0U,0U,0U};
    int i;
    for (i = 0; i < 3; i++)
        l_37[i] = 0U;
    for (i = 0; i < 3; i++)
        l_47[i] = (-6);
    for (p_14 = 0; (p_14 >= 46); ++p_14)
    { 
        uint32_t l_30 = 1U;
        int32_t l_40[2];
        int i;
        for (i = 0; i < 2; i++)
            l_40[i] = 2;
        if (((uint32_t)(p_15 <= func_24((((uint16_t)func_28(g_5[3]) * (uint16_t)l_30) & (-8)))) + (uint32_t)g_2))
        { 
            uint16_t l_32 = 2U;
            int32_t l_35 = 5;
            int32_t l_36 = 0;
            l_32++;
            l_37[0]++;
            l_40[0] = ((g_5[4] == g_5[1]) < 3);
            for (l_30 = 0; (l_30 <= 1); l_30 += 1)
            { 
                int i;
                l_40[l_30] = ((int16_t)((p_15 | (65533U > g_2)) == p_14) << (int16_t)2);
                l_40[1] = (p_15 > 1);
            }
        }
        else
        { 
            l_47[0] = ((uint16_t)g_5[1] << (uint16_t)3);
        }
        if (g_5[1])
            break;
        for (l_30 = 0; (l_30 <= 2); l_30 += 1)
        { 
            uint32_t l_48 = 0xC6C04840;
            for (p_15 = 0; (p_15 <= 1); p_15 += 1)
            { 
                int i;
                l_47[(p_15 + 1)] = l_37[l_30];
            }
            l_40[1] = l_48;
        }
        g_49 = (0x67D5B449 != ((p_15 != p_14) > g_5[3]));
    }
    for (p_15 = 0; (p_15 <= 19); ++p_15)
    { 
        int32_t l_57 = 1;
        int32_t l_77[3];
        int i;
        for (i = 0; i < 3; i++)
            l_77[i] = 4;
        if ((((int16_t)((+0x7DDC4EA3) > ((int16_t)((((l_57 != g_2) != g_5[1]) < 0xEFCF3958) != g_5[0]) << (int16_t)g_2)) - (int16_t)0x6C79) != g_49))
        { 
            int16_t l_64 = 6;
            int16_t l_65 = 0x7D3E;
            if (((uint16_t)(p_15 ^ ((int16_t)g_5[1] + (int16_t)g_5[1])) + (uint16_t)p_14))
            { 
                l_65 = (((g_2 > (((int16_t)(((p_15 ^ g_5[0]) != l_47[0]) && g_5[1]) - (int16_t)l_64) != l_37[0])) >= p_14) || l_57);
                if (p_14)
                    break;
                l_47[1] |= ((int32_t)((((((uint16_t)(!((uint16_t)g_5[1] * (uint16_t)((((uint16_t)g_5[2] << (uint16_t)p_15) != 1) ^ l_75[1]))) << (uint16_t)14) == p_15) <= p_14) && g_2) != p_14) % (int32_t)0xA2910E9F);
            }
            else
            { 
                uint16_t l_76 = 5U;
                g_49 = l_76;
                g_49 = (g_2 & p_14);
                l_77[2] = (g_5[2] == (p_15 || l_64));
            }
        }
        else
        { 
            return l_77[1];
        }
    }
    return g_2;
}



static uint16_t  func_24(uint16_t  p_25)
{ 
    int32_t l_31 = 0;
    l_31 |= g_5[1];
    return l_31;
}



static uint16_t  func_28(uint16_t  p_29)
{ 
    return g_2;
}


