/* A program with a system of its own, whose limit is one of moments of order 4 alone: two normal
 * numbers eps Z and eps (Z + Z')/sqrt 2. */
#include <kinlim/study.h>

#include <math.h>
#include <stdlib.h>

typedef struct spread {
    kl_reals eps;
    kl_description description;
} spread;

static const kl_key table[] = {{.name = "eps",
                                KL_REALS_AT(spread, eps),
                                .flags = KL_REQUIRED | KL_DISTINCT,
                                KL_RANGE_ABOVE(0, 1),
                                .doc = "the small parameter, one point each"},
                               {0}};
static const kl_key *const keys[] = {table, NULL};
static const kl_column column = {"eps", "1", "small parameter", .role = KL_SMALL};
static const kl_quantity quantity[] = {{"Z", "re"}, {"sum", "re"}};

static double scale(const void *self, int point)
{
    return ((const spread *)self)->eps.v[point];
}

static int first(const void *self, int point)
{
    (void)self, (void)point;
    return 0;
}

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    (void)comm, (void)err;
    for (int q = 0; q < 2; q++) {
        out->value[q] = scale(self, point) * pow(3, 0.25);
        out->error[q] = 1e-3 * out->value[q];
        for (int r = 0; out->correlation && r < 2; r++)
            out->correlation[2 * q + r] = q == r ? 1 : M_SQRT1_2;
    }
    return KL_OK;
}

static const kl_limit limit = {.name = "own_central_moment_limit",
                               .long_name = "limit of order 4",
                               .solve = solve,
                               .same_as = first,
                               .scale = scale,
                               .moment = 4,
                               .correlation = true};

static kl_status spread_open(kl_node *root, const kl_stations *times, void *self, kl_error *err)
{
    spread *s = self;
    (void)times;
    KL_TRY(kl_config_read(root, table, s, err));
    s->description = (kl_description){.points = {s->eps.n, 1, &column, s->eps.v, NULL},
                                      .nquantities = 2,
                                      .quantity = quantity,
                                      .nlimits = 1,
                                      .limit = &limit,
                                      .random = true};
    return KL_OK;
}

static kl_cost spread_cost(const void *self, int point, int ranks)
{
    (void)self, (void)point, (void)ranks;
    return (kl_cost){.bytes = 64, .seconds = 1e-6};
}

typedef struct spread_run {
    double eps;
    unsigned short state[3];
} spread_run;

static kl_status spread_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    spread_run *r = *run = malloc(sizeof *r);
    if (r)
        r->eps = scale(self, place->point);
    return kl_agree(place->group, r ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "no memory"), err);
}

static kl_status spread_start(void *run, int64_t batch, kl_error *err)
{
    spread_run *r = run;
    (void)err;
    r->state[0] = (unsigned short)batch;
    r->state[1] = (unsigned short)(batch >> 16);
    r->state[2] = 1;
    for (int i = 0; i < 16; i++)
        erand48(r->state);
    return KL_OK;
}

static kl_status spread_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    spread_run *r = run;
    (void)station, (void)member, (void)err;
    const double radius = sqrt(-2 * log(1 - erand48(r->state)));
    const double angle = 2 * M_PI * erand48(r->state);
    out->quantity[0] = r->eps * radius * cos(angle);
    out->quantity[1] = r->eps * radius * (cos(angle) + sin(angle)) * M_SQRT1_2;
    return KL_OK;
}

static void spread_end(void **run)
{
    free(*run);
    *run = NULL;
}

static const kl_system spread_system = {.name = "spread",
                                        .summary = "normal numbers",
                                        .ensemble = KL_INDEPENDENT,
                                        .keys = keys,
                                        KL_STUDY(spread),
                                        .open = spread_open,
                                        .cost = spread_cost,
                                        .begin = spread_begin,
                                        .start = spread_start,
                                        .measure = spread_measure,
                                        .end = spread_end};

int main(int argc, char **argv)
{
    return kl_main(argc, argv, (const kl_system *const[]){&spread_system, NULL});
}
