/* This processor: the widest vector instructions that the kernels know, the cache. */
#ifndef KL_BASE_CPU_H
#define KL_BASE_CPU_H

#include <stddef.h>

typedef enum kl_instruction_set { KL_GENERIC, KL_AVX2, KL_AVX512 } kl_instruction_set;

kl_instruction_set kl_cpu_instruction_set(void);
const char *kl_cpu_instruction_set_name(void); /* "generic", "avx2", "avx512" */

/* Bytes of the largest cache that the first core has for itself: what of the larger ones, which
 * others use too, a process gets, is not known. As Linux tells (/sys/devices/system/cpu), or half a
 * MB where it does not. */
size_t kl_cpu_cache(void);

#endif
