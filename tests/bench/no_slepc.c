/* In the place of slepc.c where SLEPc is not to be had. */
#include "bench.h"

bool bench_slepc_built(void)
{
    return false;
}

void bench_slepc_begin(void)
{
}

void bench_slepc_end(void)
{
}

void bench_slepc(const bench_problem *problem, bool assembled, double target,
                 bench_contender *fastest, bench_contender *usual)
{
    (void)problem;
    (void)assembled;
    (void)target;
    (void)fastest;
    (void)usual;
}
