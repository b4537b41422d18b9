#include "contract/points.h"

#include "base/memory.h"
#include "base/xxh64.h"

#include <math.h>
#include <stdlib.h>

int kl_points_column(const kl_points *points, kl_role role)
{
    for (int c = 0; c < points->ncolumns; c++)
        if (points->column[c].role == role)
            return c;
    return -1;
}

uint64_t kl_points_key(const kl_points *points, int point)
{
    const size_t n = (size_t)points->ncolumns;
    return kl_xxh64(points->value + (size_t)point * n, n * sizeof *points->value);
}

static double level(const kl_points *points, int point, int column)
{
    const double *all = points->level ? points->level : points->value;
    return all[point * points->ncolumns + column];
}

typedef struct ranks {
    const kl_points *points;
    int *rank;   /* [n][ncolumns]: which level of the column, in the order of first appearance */
    int *levels; /* [ncolumns]: how many there are */
} ranks;

static int rank_at(const ranks *r, int point, int column)
{
    return r->rank[point * r->points->ncolumns + column];
}

static void fill_ranks(ranks *r)
{
    const int columns = r->points->ncolumns;
    for (int c = 0; c < columns; c++)
        for (int p = 0; p < r->points->n; p++) {
            int q = 0;
            while (q < p && level(r->points, q, c) != level(r->points, p, c))
                q++;
            r->rank[p * columns + c] = q == p ? r->levels[c]++ : rank_at(r, q, c);
        }
}

/* set[n]: the first point that differs at most in columns of that role, and in what follows.
 * True if any point has another as its first. */
static bool first_of_sets(const ranks *r, kl_role may_differ, int *set)
{
    const kl_points *points = r->points;
    bool several = false;
    for (int p = 0; p < points->n; p++) {
        bool alike = false;
        for (set[p] = -1; !alike;) {
            set[p]++;
            alike = true;
            for (int c = 0; alike && c < points->ncolumns; c++) {
                const kl_role role = points->column[c].role;
                alike = role == KL_FOLLOWS || role == may_differ ||
                        rank_at(r, set[p], c) == rank_at(r, p, c);
            }
        }
        several = several || set[p] != p;
    }
    return several;
}

static bool tells_series(const ranks *r, int column)
{
    const kl_role role = r->points->column[column].role;
    return role != KL_SMALL && role != KL_FOLLOWS && r->levels[column] > 1;
}

/* The series of a comes before that of b: the last column is the most significant. */
static bool before(const ranks *r, int a, int b)
{
    for (int c = r->points->ncolumns - 1; c >= 0; c--)
        if (tells_series(r, c) && rank_at(r, a, c) != rank_at(r, b, c))
            return rank_at(r, a, c) < rank_at(r, b, c);
    return false;
}

/* first[n]: the first point of each point's series. */
static void number_series(const ranks *r, const int *first, kl_point_sets *sets)
{
    const kl_points *points = r->points;
    for (int p = 0; p < points->n; p++) {
        if (first[p] != p) {
            sets->series[p] = sets->series[first[p]];
            continue;
        }
        for (int q = 0; q < points->n; q++)
            sets->series[p] += first[q] == q && before(r, q, p);
        double *row = sets->series_parameter + sets->series[p] * points->ncolumns;
        for (int c = 0; c < points->ncolumns; c++) {
            const bool last_size =
                points->column[c].role == KL_SIZE && rank_at(r, p, c) == r->levels[c] - 1;
            row[c] = tells_series(r, c) && !last_size ? level(points, p, c) : NAN;
        }
    }
}

static kl_status fill_sets(ranks *r, int *first, kl_point_sets *out, kl_error *err)
{
    const size_t n = (size_t)r->points->n, columns = (size_t)r->points->ncolumns;
    KL_TRY(kl_alloc(n, sizeof *out->series, "points", &out->series, err));
    KL_TRY(kl_alloc(n, sizeof *out->twin, "points", &out->twin, err));
    KL_TRY(kl_alloc(n, sizeof *out->family, "points", &out->family, err));
    fill_ranks(r);
    first_of_sets(r, KL_SMALL, first);
    for (size_t p = 0; p < n; p++)
        out->nseries += first[p] == (int)p;
    KL_TRY(kl_alloc((size_t)out->nseries * columns, sizeof(double), "points",
                    &out->series_parameter, err));
    number_series(r, first, out);
    if (!first_of_sets(r, KL_VARIANT, out->twin)) {
        free(out->twin);
        out->twin = NULL;
    }
    if (!first_of_sets(r, KL_SIZE, out->family)) {
        free(out->family);
        out->family = NULL;
    }
    return KL_OK;
}

kl_status kl_point_sets_create(const kl_points *points, kl_point_sets *out, kl_error *err)
{
    const size_t n = (size_t)points->n, columns = (size_t)points->ncolumns;
    ranks r = {.points = points};
    int *first = NULL;
    *out = (kl_point_sets){.small = kl_points_column(points, KL_SMALL),
                           .size = kl_points_column(points, KL_SIZE),
                           .variant = kl_points_column(points, KL_VARIANT)};
    kl_status status = kl_alloc(n, sizeof *first, "points", &first, err);
    if (status == KL_OK)
        status = kl_alloc(n * columns, sizeof *r.rank, "points", &r.rank, err);
    if (status == KL_OK)
        status = kl_alloc(columns, sizeof *r.levels, "points", &r.levels, err);
    if (status == KL_OK)
        status = fill_sets(&r, first, out, err);
    free(first);
    free(r.rank);
    free(r.levels);
    return status;
}

void kl_point_sets_destroy(kl_point_sets *sets)
{
    free(sets->series);
    free(sets->series_parameter);
    free(sets->twin);
    free(sets->family);
    *sets = (kl_point_sets){0};
}
