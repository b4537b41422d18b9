/* See pace.h. */
#include "kinetic/pace.h"

#include "base/memory.h"

#include <stdlib.h>

kl_status kl_pace_create(int ntimes, kl_pace *pace, kl_error *err)
{
    *pace = (kl_pace){.ntimes = ntimes};
    KL_TRY(kl_alloc((size_t)ntimes, sizeof(int), "Boltzmann reference", &pace->now, err));
    return kl_alloc((size_t)ntimes, sizeof(int), "Boltzmann reference", &pace->before, err);
}

void kl_pace_destroy(kl_pace *pace)
{
    free(pace->now);
    free(pace->before);
    *pace = (kl_pace){0};
}

void kl_pace_next(kl_pace *pace, double step)
{
    int *swap = pace->before;
    pace->before = pace->now;
    pace->now = swap;
    pace->step = step;
}

double kl_pace_unseen(const kl_pace *pace, int time)
{
    return pace->now[time] == pace->before[time] ? pace->now[time] * pace->step : 0;
}
