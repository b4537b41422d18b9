/* The widest vector instructions of this processor that the kernels know. */
#ifndef KL_BASE_CPU_H
#define KL_BASE_CPU_H

typedef enum kl_instruction_set { KL_GENERIC, KL_AVX2, KL_AVX512 } kl_instruction_set;

kl_instruction_set kl_cpu_instruction_set(void);
const char *kl_cpu_instruction_set_name(void); /* "generic", "avx2", "avx512" */

#endif
