#include "systems/crossing/crossing_integral.h"

#include "base/memory.h"
#include "graphs/crossing.h"
#include "systems/crossing/crossing_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct crossing {
    kl_crossing_points points;
    int nquantities;
    kl_quantity *quantity;
    kl_warnings warnings;
    kl_description description;
} crossing;

/* Where the quantities are: sup, argmax_1.., at_1.., norm, norm_1..3, gain. */
typedef struct places {
    int sup, argmax, at, norm, gain, n;
} places;

static places places_of(const crossing *c)
{
    places p = {.argmax = 1};
    p.at = p.argmax + c->points.dimension;
    p.norm = p.at + c->points.nmomenta;
    p.gain = p.norm + 4;
    p.n = p.gain + 1;
    return p;
}

static const double *point_of(const crossing *c, int point)
{
    return c->points.value + point * KL_CROSSING_COLUMNS;
}

/* ---- the study ---- */

/* log(I/I')/log(eps/eps'). */
static double local_exponent(const void *self, const kl_derived *which, int point, int larger,
                             const double *mean, const double *mean_larger)
{
    const crossing *c = self;
    const places place = places_of(c);
    const int at = strcmp(which->observable, "gain") == 0 ? place.gain : place.sup;
    return log(mean[at] / mean_larger[at]) / log(*point_of(c, point) / *point_of(c, larger));
}

static const kl_derived derived[] = {
    {.name = "local_exponent", .observable = "sup", .between = local_exponent},
    {.name = "local_exponent", .observable = "gain", .between = local_exponent}};

static const kl_column columns[KL_CROSSING_COLUMNS + 1] = {
    {.name = "eps", .units = "1", .long_name = "imaginary part of the energies", .role = KL_SMALL},
    {.name = "e1", .units = "1", .long_name = "first energy", .role = KL_PARAMETER},
    {.name = "e2", .units = "1", .long_name = "second energy", .role = KL_PARAMETER},
    {.name = "e3", .units = "1", .long_name = "third energy", .role = KL_PARAMETER},
    {.name = "sites",
     .units = "1",
     .long_name = "lattice sites per side",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = ""}};

static const kl_key *const keys_of_a_study[] = {kl_crossing_table, NULL};

static void name_quantity(crossing *c, const char *name, int number)
{
    kl_quantity *q = &c->quantity[c->nquantities++];
    snprintf(q->part, sizeof q->part, "re");
    if (number > 0)
        snprintf(q->observable, sizeof q->observable, "%s_%d", name, number);
    else
        snprintf(q->observable, sizeof q->observable, "%s", name);
}

static kl_status name_quantities(crossing *c, kl_error *err)
{
    KL_TRY(kl_alloc((size_t)places_of(c).n, sizeof *c->quantity, "study", &c->quantity, err));
    name_quantity(c, "sup", 0);
    for (int j = 1; j <= c->points.dimension; j++)
        name_quantity(c, "argmax", j);
    for (int k = 1; k <= c->points.nmomenta; k++)
        name_quantity(c, "at", k);
    for (int i = 0; i <= 3; i++)
        name_quantity(c, "norm", i);
    name_quantity(c, "gain", 0);
    return KL_OK;
}

static void close_study(void *self)
{
    crossing *c = self;
    kl_crossing_points_free(&c->points);
    kl_warnings_free(&c->warnings);
    free(c->quantity);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    crossing *c = self;
    (void)stations;
    KL_TRY(kl_crossing_points_read(root, &c->points, &c->warnings, err));
    KL_TRY(name_quantities(c, err));
    c->description = (kl_description){.points = {.n = c->points.n,
                                                 .ncolumns = KL_CROSSING_COLUMNS,
                                                 .column = columns,
                                                 .value = c->points.value},
                                      .nquantities = c->nquantities,
                                      .quantity = c->quantity,
                                      .nderived = 2,
                                      .derived = derived,
                                      .nwarnings = c->warnings.n,
                                      .warning = c->warnings.text};
    return KL_OK;
}

/* ---- the work of a point ---- */

typedef struct crossing_run {
    const crossing *study;
    MPI_Comm group;
    int point;
    double *value, *coarse, *at; /* [nquantities] twice; [nmomenta + 1] */
    double relative;             /* the error of all values */
} crossing_run;

static kl_crossing_problem problem_of(const crossing *c, int point)
{
    const double *value = point_of(c, point);
    return (kl_crossing_problem){.dimension = c->points.dimension,
                                 .sites = (int)value[4],
                                 .eps = value[0],
                                 .ntriples = 1,
                                 .energy = (const double(*)[3])(value + 1),
                                 .nmomenta = c->points.nmomenta,
                                 .momentum = (const double(*)[3])c->points.momentum};
}

/* The even number that is half of the sites or one less. */
static int fewer(int sites)
{
    return sites / 4 * 2;
}

static int moduli(const double energy[3])
{
    const double a = fabs(energy[0]), b = fabs(energy[1]), c = fabs(energy[2]);
    return 1 + (b != a) + (c != a && c != b);
}

static kl_cost cost(const void *self, int point, int group_ranks)
{
    static const double of_a_point = 40e-9, of_a_momentum = 1.5e-9; /* seconds, a transform */
    const crossing *c = self;
    const kl_crossing_problem p = problem_of(c, point);
    const double transforms = 1 + moduli(p.energy[0]);
    const double size =
        pow(p.sites / 2 + 1, p.dimension) + pow(fewer(p.sites) / 2 + 1, p.dimension);
    return (kl_cost){
        .bytes = kl_crossing_bytes(&p, group_ranks) + 4096,
        .seconds = 1e-5 + size * (transforms * of_a_point + (p.nmomenta + 1) * of_a_momentum)};
}

static void end(void **run)
{
    crossing_run *r = *run;
    if (!r)
        return;
    free(r->value);
    free(r->at);
    free(r);
    *run = NULL;
}

static kl_status begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const crossing *c = self;
    const size_t n = (size_t)c->nquantities, momenta = (size_t)c->points.nmomenta;
    crossing_run *r = NULL;
    kl_status status = kl_alloc(1, sizeof *r, "run", &r, err);
    if (status == KL_OK)
        status = kl_alloc(2 * n, sizeof *r->value, "run", &r->value, err);
    if (status == KL_OK)
        status = kl_alloc(momenta + 1, 4 * sizeof *r->at, "run", &r->at, err);
    *run = r;
    status = kl_agree(place->group, status, err);
    if (status != KL_OK)
        return end(run), status;
    r->study = c;
    r->group = place->group;
    r->point = place->point;
    r->coarse = r->value + n;
    return KL_OK;
}

static void fill(const crossing_run *r, const kl_crossing *from, double *value)
{
    const places place = places_of(r->study);
    value[place.sup] = from->sup;
    for (int j = 0; j < r->study->points.dimension; j++)
        value[place.argmax + j] = from->argmax[j];
    for (int k = 0; k < r->study->points.nmomenta; k++)
        value[place.at + k] = r->at[k];
    value[place.norm] = from->norm[0];
    for (int i = 0; i < 3; i++)
        value[place.norm + 1 + i] = from->norm[i];
    value[place.gain] = from->gain;
}

/* The same on fewer sites, the sup where it was found. */
static kl_status solve_coarse(crossing_run *r, const kl_crossing *fine, int sites, kl_error *err)
{
    const int n = r->study->points.nmomenta;
    double(*momentum)[3] = (double(*)[3])(r->at + n + 1);
    kl_crossing_problem problem = problem_of(r->study, r->point);
    kl_crossing coarse;
    if (n > 0)
        memcpy(momentum, problem.momentum, (size_t)n * sizeof *momentum);
    memcpy(momentum[n], fine->argmax, sizeof *momentum);
    problem.sites = sites;
    problem.nmomenta = n + 1;
    problem.momentum = (const double(*)[3])momentum;
    KL_TRY(kl_crossing_solve(r->group, &problem, &coarse, r->at, err));
    coarse.sup = r->at[n];
    coarse.gain = coarse.sup * problem.eps / (coarse.norm[0] * coarse.norm[1]);
    fill(r, &coarse, r->coarse);
    return KL_OK;
}

static bool on_the_grid(const places *place, int quantity)
{
    return quantity >= place->argmax && quantity < place->at;
}

/* The largest relative difference of the two. */
static double apart(const crossing_run *r)
{
    const places place = places_of(r->study);
    double most = 0;
    for (int i = 0; i < place.n; i++)
        if (!on_the_grid(&place, i))
            most = fmax(most, fabs(r->value[i] - r->coarse[i]) / fabs(r->value[i]));
    return most;
}

/* How much smaller the error of the fine torus is: r(x) falls like exp(-kappa |x|) |x|^(-d/2),
 * a power 1/2 from the square root, the others from the curvature of the energy shell. */
static double fall(const kl_crossing_problem *p, int sites)
{
    const double kappa = asinh(0.5 * p->eps);
    return exp(-kappa * (p->sites - sites)) * pow((double)sites / p->sites, 0.5 * p->dimension);
}

static kl_status advance(void *run, int station, bool *reached, kl_error *err)
{
    static const double safety = 4; /* one torus alone may be near by chance: images oscillate */
    crossing_run *r = run;
    const kl_crossing_problem problem = problem_of(r->study, r->point);
    kl_crossing fine = {.argmax = {0}};
    (void)station, (void)reached;
    KL_TRY(kl_crossing_solve(r->group, &problem, &fine, r->at, err));
    fill(r, &fine, r->value);
    r->relative = 1e-14;
    int sites = fewer(problem.sites);
    for (int i = 0; i < 2 && sites >= 2; i++, sites = fewer(sites)) {
        KL_TRY(solve_coarse(r, &fine, sites, err));
        r->relative = fmax(r->relative, safety * apart(r) * fall(&problem, sites));
    }
    return KL_OK;
}

static kl_status measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const crossing_run *r = run;
    const places place = places_of(r->study);
    (void)station, (void)member, (void)err;
    for (int i = 0; i < place.n; i++) {
        out->quantity[i] = r->value[i];
        out->error[i] = on_the_grid(&place, i) ? 0 : r->relative * fabs(r->value[i]);
    }
    return KL_OK;
}

const kl_system kl_system_crossing = {
    .name = "crossing",
    .summary = "crossing integrals of three resolvents, which bound crossing graphs",
    .model = "I(u) = int dp dq 1/(|e(p) - E1 - i eps| |e(q) - E2 - i eps| |e(u - p - q) - E3 - i "
             "eps|), e(p) = 2 sum_j cos(2 pi p_j), bounds the Feynman graphs whose contractions "
             "cross. Without the crossing it would be the product of two norms over eps; gain is "
             "the part of that which its sup over u takes. Proven, up to logarithms and in three "
             "dimensions: sup I below eps^(-4/5), and below eps^(-3/4). A local exponent is the "
             "slope between two neighbouring eps. Where values are powers of log(1/eps) it drifts "
             "at all eps, and no single power can be told.",
    .source = "T. Chen, J. Stat. Phys. 120 (2005) 279 (4/5); L. Erdos, M. Salmhofer, "
              "math-ph/0604039, and J. Lukkarinen, math-ph/0604049 (3/4)",
    .ensemble = KL_DETERMINISTIC,
    .keys = keys_of_a_study,
    .columns = columns,
    KL_STUDY(crossing),
    .open = open_study,
    .close = close_study,
    .cost = cost,
    .begin = begin,
    .advance = advance,
    .measure = measure,
    .end = end,
};
