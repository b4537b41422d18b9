#include "base/clock.h"

#include <time.h>

void kl_utc(int64_t seconds, char text[32])
{
    const time_t then = (time_t)seconds;
    struct tm fields;
    if (!gmtime_r(&then, &fields) || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &fields) == 0)
        text[0] = 0;
}

void kl_timestamp(char text[32])
{
    kl_utc((int64_t)time(NULL), text);
}
