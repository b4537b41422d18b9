/* KL_CLONES before a function: the compiler makes a copy of it per instruction set
 * and the loader chooses. All copies give the same bits: no contraction.
 */
#ifndef KL_BASE_CLONES_H
#define KL_BASE_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define KL_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define KL_CLONES
#endif

#endif
