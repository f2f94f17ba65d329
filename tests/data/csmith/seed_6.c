// Options:   --seed 6 --no-pointers --no-structs --no-unions --no-bitfields --no-packed-struct --no-volatiles --no-consts --no-safe-math --no-jumps --no-comma-operators --no-embedded-assigns --no-longlong --no-int8 --no-uint8 --no-math64 --no-checksum --no-argc --no-inline-function --nomain --concise --max-funcs 5 --max-array-dim 1 --max-array-len-per-dim 5 --max-block-depth 3 --max-block-size 4 --max-expr-complexity 3

#define NO_LONGLONG

#include "csmith.h"

volatile uint32_t csmith_sink_ = 0;

static long __undefined;



static int16_t g_7 = 0xEFA9;



static uint16_t  func_1(void);
static int32_t  func_2(uint16_t  p_3, int32_t  p_4, int32_t  p_5);




static uint16_t  func_1(void)
{ 
    int32_t l_6[2];
    int32_t l_10 = 3;
    uint32_t l_11[1];
    int i;
    for (i = 0; i < 2; i++)
        l_6[i] = 0x2FD4914D;
    for (i = 0; i < 1; i++)
        l_11[i] = 0x64B5C6F8;
    l_10 = func_2(l_6[0], g_7, g_7);
    return l_11[0];
}



static int32_t  func_2(uint16_t  p_3, int32_t  p_4, int32_t  p_5)
{ 
    uint16_t l_8 = 65528U;
    int32_t l_9[1];
    int i;
    for (i = 0; i < 1; i++)
        l_9[i] = 0x570A50B5;
    l_9[0] &= ((g_7 ^ l_8) != g_7);
    return p_4;
}


