/* Aligned allocation with a one-line error. Local. */
#ifndef KL_BASE_MEMORY_H
#define KL_BASE_MEMORY_H

#include "base/error.h"

/* Allocates count * size zeroed bytes, aligned to 64; *out is NULL on failure
 * (KL_ENVIRONMENT, naming `what`). Free with free(). */
kl_status kl_alloc(size_t count, size_t size, const char *what, void *out, kl_error *err);
/* Likewise `count` doubles, all NAN: numbers that do not exist yet. */
kl_status kl_alloc_nan(size_t count, const char *what, double **out, kl_error *err);

/* Bytes of memory this node can still give without swapping (MemAvailable of
 * /proc/meminfo, and the cgroup's limit where it is lower); 0 if unknown. */
size_t kl_memory_available(void);

#endif
