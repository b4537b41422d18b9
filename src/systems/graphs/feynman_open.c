#include "systems/graphs/feynman_open.h"

#include "systems/graphs/feynman_limit.h"

#include <math.h>
#include <stdlib.h>

/* ---- the limit, and what vanishes in it ---- */

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    return feynman_limit_solve(self, point, comm, out, err);
}

static const kl_limit limit = {.name = "reference", .long_name = "kinetic limit", .solve = solve};

/* |sum| of a class at a station. */
static double size_of(const void *self, const kl_derived *which, int point, int station,
                      const double *mean)
{
    const feynman *f = self;
    const size_t at = f->study.n + f->size_class[which - f->size];
    const double *value = mean + 2 * ((size_t)station * f->nvalues + at);
    (void)point;
    return hypot(value[0], value[1]);
}

/* How the classes that vanish do so; in d = 3 eta^(2/5) is proven, up to logarithms
 * (docs/graphs.md, section 7). By contours alone: a bootstrap over all graphs of sampled ones would
 * be long. */
static void add_sizes(feynman *f)
{
    static const kl_graph_class vanishing[FEYNMAN_SIZES] = {KL_GRAPH_NESTING, KL_GRAPH_CROSSING};
    kl_description *d = &f->description;
    if (f->study.lines > 1 || f->study.sampled)
        return;
    d->derived = f->size;
    for (; d->nderived < FEYNMAN_SIZES; d->nderived++) {
        f->size_class[d->nderived] = vanishing[d->nderived];
        f->size[d->nderived] = (kl_derived){.name = "size",
                                            .observable = f->sum[vanishing[d->nderived]],
                                            .per_station = true,
                                            .value = size_of,
                                            .proven = f->study.points.dimension == 3 ? 0.4 : 0};
    }
}

/* ---- the study ---- */

void feynman_close(void *self)
{
    feynman *f = self;
    kl_feynman_free(&f->study);
    free(f->quantity);
    free(f->diagram);
}

kl_status feynman_open(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    feynman *f = self;
    KL_TRY(kl_feynman_read(root, stations, &f->study, err));
    KL_TRY(feynman_name(f, err));
    f->description = (kl_description){.points = kl_lattice_points_describe(&f->study.points),
                                      .nquantities = (int)(2 * f->nvalues),
                                      .quantity = f->quantity,
                                      .diagram = (const char(*)[KL_DIAGRAM])f->diagram,
                                      .nconstants = f->ncounts,
                                      .constant = f->count,
                                      .nwarnings = f->study.warnings.n,
                                      .warning = f->study.warnings.text,
                                      .random = f->study.sampled,
                                      .seed = f->study.disorder.seed,
                                      .nlimits = 1,
                                      .limit = &limit};
    add_sizes(f);
    return KL_OK;
}

kl_status feynman_constants(const void *self, int point, double *value, kl_error *err)
{
    const feynman *f = self;
    (void)point, (void)err;
    for (int i = 0; i < f->ncounts; i++)
        value[i] = (double)f->counts[i];
    return KL_OK;
}
