/* Aligned allocation with a one-line error. Local. */
#ifndef KL_BASE_MEMORY_H
#define KL_BASE_MEMORY_H

#include "kinlim/status.h"

/* Allocates count * size zeroed bytes, aligned to 64; *out is NULL on failure
 * (KL_ENVIRONMENT, naming `what`). Free with free(). */
kl_status kl_alloc(size_t count, size_t size, const char *what, void *out, kl_error *err);
/* Likewise `count` doubles, all NAN: numbers that do not exist yet. */
kl_status kl_alloc_nan(size_t count, const char *what, double **out, kl_error *err);

/* Bytes that this process and its like on this node can still take: MemAvailable of /proc/meminfo
 * or, where less, what is left below the limits of its control groups (v1 or v2, every parent's
 * too; file cache counts as free) or what SLURM allows the job here (SLURM_MEM_PER_NODE,
 * SLURM_MEM_PER_CPU). 1 if nothing is left, 0 if unknown. Local. */
size_t kl_memory_available(void);
/* The same where another root goes before /proc and /sys: for tests. */
size_t kl_memory_available_at(const char *root);

#endif
