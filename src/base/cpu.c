#include "base/cpu.h"

kl_instruction_set kl_cpu_instruction_set(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
        return KL_AVX512;
    if (__builtin_cpu_supports("avx2"))
        return KL_AVX2;
#endif
    return KL_GENERIC;
}

const char *kl_cpu_instruction_set_name(void)
{
    static const char *const names[] = {"generic", "avx2", "avx512"};
    return names[kl_cpu_instruction_set()];
}
