/* Times of day in texts: UTC, as ISO 8601 writes them. Local. */
#ifndef KL_BASE_CLOCK_H
#define KL_BASE_CLOCK_H

#include <stdint.h>

/* Of so many seconds since the epoch; empty where there is no such time. */
void kl_utc(int64_t seconds, char text[32]);
/* Of now. */
void kl_timestamp(char text[32]);

#endif
