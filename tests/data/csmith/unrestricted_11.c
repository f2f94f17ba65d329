// Options:   --seed 11 --max-funcs 2 --max-block-size 3 --max-expr-complexity 4 --concise --no-structs --no-unions --no-bitfields
#include "csmith.h"


static long __undefined;



static volatile uint16_t g_8 = 0x2604L;
static int32_t g_12 = 0x52D0DA0BL;
static volatile int64_t g_17 = 1L;
static uint16_t g_18 = 0x5FF7L;
static int8_t g_34 = 0x87L;
static int32_t g_46 = (-1L);
static uint8_t g_51 = 250UL;
static int16_t g_53 = 0x1EDCL;
static uint16_t g_54 = 65530UL;
static int8_t g_72 = 3L;
static uint8_t g_75 = 1UL;
static volatile int64_t * volatile *g_76 = (void*)0;
static volatile int64_t * volatile ** volatile g_79 = &g_76;
static int32_t *g_88 = &g_12;
static int32_t ** volatile g_87[2] = {&g_88,&g_88};
static int32_t ** volatile g_89 = &g_88;



static uint8_t  func_1(void);
static uint32_t  func_25(uint64_t  p_26, int32_t * p_27);




static uint8_t  func_1(void)
{ 
    int64_t l_9 = 0xBD6C3F0BC5021C3ALL;
    const int32_t l_10 = (-7L);
    int32_t l_16 = (-1L);
    int32_t *l_23 = &g_12;
    int32_t *l_24 = &g_12;
    if ((safe_div_func_int64_t_s_s(((safe_rshift_func_uint16_t_u_u(((safe_add_func_int8_t_s_s((-5L), g_8)) || 0xBE187950L), l_9)) , 1L), l_10)))
    { 
        int32_t *l_11 = &g_12;
        int32_t *l_13 = &g_12;
        int32_t *l_14 = &g_12;
        int32_t *l_15[9][4] = {{&g_12,(void*)0,&g_12,&g_12},{(void*)0,(void*)0,&g_12,&g_12},{&g_12,(void*)0,&g_12,&g_12},{(void*)0,(void*)0,&g_12,&g_12},{&g_12,(void*)0,&g_12,&g_12},{(void*)0,(void*)0,&g_12,&g_12},{&g_12,(void*)0,&g_12,&g_12},{(void*)0,(void*)0,&g_12,&g_12},{&g_12,(void*)0,&g_12,&g_12}};
        int32_t *l_47 = &l_16;
        uint8_t *l_50 = &g_51;
        int16_t *l_52 = &g_53;
        int i, j;
        --g_18;
        (*l_47) |= (safe_lshift_func_uint16_t_u_s((((l_15[7][0] = l_23) != (((l_24 = (void*)0) == (func_25(g_17, l_13) , &g_12)) , l_13)) == g_18), g_18));
        (*l_11) = ((g_8 && ((g_18 != ((((*l_52) &= (((safe_lshift_func_uint8_t_u_u(((*l_50) &= ((g_18 > g_46) <= g_8)), g_34)) , 0x65L) > g_46)) && 1UL) == 18446744073709551609UL)) <= (*l_14))) , (*l_11));
    }
    else
    { 
        uint32_t l_70 = 0x953CD9AAL;
lbl_91:
        if ((((void*)0 != &g_34) != g_54))
        { 
            uint16_t *l_59 = (void*)0;
            uint16_t *l_60 = (void*)0;
            uint16_t *l_61 = &g_54;
            int32_t l_69 = (-1L);
            int64_t *l_71[1];
            int16_t *l_73 = &g_53;
            uint8_t *l_74 = &g_75;
            int i;
            for (i = 0; i < 1; i++)
                l_71[i] = (void*)0;
            (*l_23) = (((safe_mod_func_uint64_t_u_u((safe_sub_func_uint16_t_u_u(((*l_61)--), (((((((safe_div_func_uint8_t_u_u(((*l_74) |= ((((*l_73) = (((g_51 & (safe_unary_minus_func_int64_t_s((g_72 = (safe_lshift_func_uint8_t_u_u((l_69 | (((&g_18 != &g_8) < l_70) >= (*l_23))), 7)))))) == g_51) != 0xCA39L)) >= g_8) , l_69)), (*l_24))) < g_12) == 0x86L) , (void*)0) == &g_18) > 0xBAD782A0L) && l_69))), g_34)) ^ l_69) , l_70);
            (*l_24) = (((-9L) <= ((g_12 , g_18) & l_69)) > 0xFD10L);
        }
        else
        { 
            volatile int64_t * volatile **l_77 = (void*)0;
            volatile int64_t * volatile **l_78 = (void*)0;
            uint64_t l_82 = 6UL;
            (*g_79) = g_76;
            for (g_46 = 0; (g_46 >= (-12)); g_46 = safe_sub_func_int16_t_s_s(g_46, 9))
            { 
                if ((((((&g_53 != (((void*)0 != &g_54) , &g_53)) && 0x04A9F0E0L) , l_70) <= l_82) != l_70))
                { 
                    for (l_9 = 0; (l_9 <= 20); l_9 = safe_add_func_uint64_t_u_u(l_9, 5))
                    { 
                        (*l_23) = (safe_mod_func_uint32_t_u_u(g_8, g_72));
                        (*g_89) = &g_12;
                    }
                }
                else
                { 
                    uint32_t l_90 = 4294967291UL;
                    return l_90;
                }
            }
        }
        (*l_23) |= 0x57718C4EL;
        if (g_54)
            goto lbl_91;
    }
    return g_54;
}



static uint32_t  func_25(uint64_t  p_26, int32_t * p_27)
{ 
    uint32_t l_31 = 0x8BA70A1EL;
    int8_t *l_32 = (void*)0;
    int8_t *l_33 = &g_34;
    int64_t l_41[10][9] = {{1L,0xB61F2865603B64E3LL,0xDBACD6BCE8D55003LL,8L,0L,0x2634D7F484382FD9LL,(-1L),(-9L),1L},{1L,(-1L),0L,0xB61F2865603B64E3LL,2L,0x64E719BA7C3387DDLL,0xF9DA978833E6FCB7LL,0xDBACD6BCE8D55003LL,0L},{(-1L),0x3083361826471B2ALL,(-1L),0L,1L,0xB61F2865603B64E3LL,0x830AF36EAF0AB59ALL,(-9L),(-9L)},{(-3L),(-9L),1L,0xDBACD6BCE8D55003LL,(-1L),0xB61F2865603B64E3LL,0xB61F2865603B64E3LL,(-1L),0xDBACD6BCE8D55003LL},{(-9L),0L,(-9L),0x67468E576DBD8D46LL,0L,0x64E719BA7C3387DDLL,0L,2L,0x830AF36EAF0AB59ALL},{2L,0L,1L,0L,0xF9DA978833E6FCB7LL,0x330F6BB026EBB4DFLL,0x3083361826471B2ALL,0x909FF4C90EB1F0CFLL,0L},{1L,0x82856065D6F9C232LL,0L,0x67468E576DBD8D46LL,0x04870E7C4BD4AC96LL,0x909FF4C90EB1F0CFLL,4L,(-1L),0x64E719BA7C3387DDLL},{1L,(-3L),(-1L),0xDBACD6BCE8D55003LL,0x330F6BB026EBB4DFLL,0L,0x7CEE57CEC448071CLL,(-7L),0xF9DA978833E6FCB7LL},{0x2634D7F484382FD9LL,(-3L),0x7CEE57CEC448071CLL,0L,0L,0x7CEE57CEC448071CLL,(-3L),0x2634D7F484382FD9LL,0x7E99E855C71DA89ALL},{0x7CEE57CEC448071CLL,0x82856065D6F9C232LL,(-1L),0xB61F2865603B64E3LL,(-1L),(-9L),0L,0L,0L}};
    int32_t *l_45 = &g_46;
    int i, j;
    (*p_27) = ((((safe_sub_func_uint8_t_u_u(((+((*l_33) = l_31)) != l_31), l_31)) | (*p_27)) || l_31) | p_26);
    (*l_45) ^= ((safe_div_func_int8_t_s_s((safe_sub_func_int32_t_s_s((safe_add_func_uint16_t_u_u((((((l_41[7][4] <= (safe_unary_minus_func_int8_t_s(((safe_div_func_uint8_t_u_u(((((g_8 && l_41[8][4]) , l_32) != l_32) > g_12), l_41[7][4])) , g_17)))) , g_34) , 0x88L) ^ p_26) , l_41[7][4]), p_26)), 1UL)), l_31)) & 0x697C72F7L);
    return p_26;
}





int main (int argc, char* argv[])
{
    int i;
    int print_hash_value = 0;
    if (argc == 2 && strcmp(argv[1], "1") == 0) print_hash_value = 1;
    platform_main_begin();
    crc32_gentab();
    func_1();
    transparent_crc(g_8, "g_8", print_hash_value);
    transparent_crc(g_12, "g_12", print_hash_value);
    transparent_crc(g_17, "g_17", print_hash_value);
    transparent_crc(g_18, "g_18", print_hash_value);
    transparent_crc(g_34, "g_34", print_hash_value);
    transparent_crc(g_46, "g_46", print_hash_value);
    transparent_crc(g_51, "g_51", print_hash_value);
    transparent_crc(g_53, "g_53", print_hash_value);
    transparent_crc(g_54, "g_54", print_hash_value);
    transparent_crc(g_72, "g_72", print_hash_value);
    transparent_crc(g_75, "g_75", print_hash_value);
    platform_main_end(crc32_context ^ 0xFFFFFFFFUL, print_hash_value);
    return 0;
}
