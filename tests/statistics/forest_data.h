/* Fields to be averaged, and a comparison of forests to the bit. */
#ifndef KL_TESTS_STATISTICS_FOREST_DATA_H
#define KL_TESTS_STATISTICS_FOREST_DATA_H

#include "statistics/forest.h"

#include "lattice/check.h"
#include "statistics/synthetic.h"

enum { CELLS = 5 };

/* Cells: normal, uniform, Laplace, a normal far from zero, a constant. */
static inline void make_field(int64_t realization, double field[CELLS])
{
    source s = {0x5eed0000u + (uint64_t)realization};
    field[0] = draw_normal(&s);
    field[1] = draw_uniform(&s);
    field[2] = draw_laplace(&s);
    field[3] = 1e4 + draw_normal(&s);
    field[4] = 0.1;
}

static inline void add_realization(kl_forest *forest, int64_t realization)
{
    double field[CELLS];
    make_field(realization, field);
    assert_ok(kl_forest_add(forest, realization, field, why));
}

static inline bool same_forest(const kl_forest *a, const kl_forest *b)
{
    const size_t n = (size_t)a->count;
    return a->cells == b->cells && a->count == b->count &&
           (n == 0 ||
            (memcmp(a->place, b->place, n * sizeof *a->place) == 0 &&
             memcmp(a->sums, b->sums, n * KL_FOREST_ORDERS * a->cells * sizeof(double)) == 0));
}

#endif
