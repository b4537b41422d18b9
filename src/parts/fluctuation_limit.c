#include "parts/fluctuation_limit.h"

#include "base/memory.h"
#include "kinetic/fluctuations.h"
#include "parts/kinetic_start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double PATIENCE = 60; /* seconds that nobody has asked for */

/* ---- the keys ---- */

typedef struct choice_keys {
    int fluctuations;
    double tolerance;
} choice_keys;

static const char *const choices[] = {"solve", "none", NULL};
static const kl_key fluctuation_table[] = {
    {.name = "fluctuations",
     KL_CHOICE_AT(choice_keys, fluctuations, choices),
     .doc = "limits of the moments about the mean; default: none for packets in d = 3, else solve "
            "where it takes less than a minute"},
    {.name = "fluctuation_tolerance",
     KL_REAL_AT(choice_keys, tolerance),
     KL_RANGE(1e-8, 0.1),
     .fallback = "1.0e-3",
     .doc = "relative error of each limit of a variance"},
    {0}};

typedef struct top_keys {
    kl_node *boltzmann;
} top_keys;
const kl_key kl_fluctuating_boltzmann_map[] = {{.name = "boltzmann",
                                                KL_MAP_AT(top_keys, boltzmann),
                                                .flags = KL_FREE,
                                                .fallback = "{}",
                                                .doc = "the reference",
                                                KL_BELOW(kl_boltzmann_table, fluctuation_table)},
                                               {0}};

kl_status kl_keys_fluctuations(kl_node *root, kl_fluctuation_keys *out, kl_error *err)
{
    top_keys top;
    choice_keys keys = {.fluctuations = KL_FLUCTUATIONS_DEFAULT};
    KL_TRY(kl_config_read(root, kl_fluctuating_boltzmann_map, &top, err));
    KL_TRY(kl_config_read(top.boltzmann, fluctuation_table, &keys, err));
    out->choice = keys.fluctuations;
    out->tolerance = keys.tolerance;
    return KL_OK;
}

bool kl_fluctuation_limit_wanted(const kl_fluctuation_limit *limit)
{
    const bool packets = limit->packets->packet[0].envelope <= KL_ENVELOPE_BUMP;
    return limit->keys.choice == KL_FLUCTUATIONS_SOLVE ||
           (limit->keys.choice == KL_FLUCTUATIONS_DEFAULT &&
            !(limit->points->dimension == 3 && packets));
}

/* ---- where there is none ---- */

static bool one_momentum(const kl_packets *packets)
{
    for (int i = 1; i < packets->n; i++)
        for (int j = 0; j < packets->dimension; j++)
            if (packets->packet[i].momentum[j] != packets->packet[0].momentum[j])
                return false;
    return true;
}

/* NULL: there may be one. */
static const char *reason(const kl_fluctuation_limit *limit)
{
    const kl_packets *packets = limit->packets;
    if (limit->points->dimension == 1)
        return KL_NO_LIMIT_IN_ONE_DIMENSION;
    if (packets->packet[0].envelope == KL_ENVELOPE_DELTA)
        return "no limit of the fluctuations is known for a start on one site: they are of first "
               "order in the potential there";
    if (!packets->linear)
        return "no limit of the fluctuations is known where S is not p.X: the energies are spread";
    if (!one_momentum(packets))
        return "no limit of the fluctuations is known for packets of different momenta";
    return NULL;
}

/* ---- the problem ---- */

typedef struct problem {
    kl_kinetic_problem kinetic;
    kl_fluctuation_problem fluctuation;
    kl_kinetic_observable *observable; /* [n] */
    double (**coefficient)[2];         /* [n] */
    kl_real_part *quantity;            /* [nquantities] */
    int *place;                        /* [nquantities]: of the study's quantity; */
    kl_lobe *lobe;                     /* [packets] */
    int nobservables;
} problem;

static void destroy_problem(problem *p)
{
    for (int k = 0; p->coefficient && k < p->nobservables; k++)
        free(p->coefficient[k]);
    kl_kinetic_start_free(&p->kinetic);
    free(p->observable);
    free(p->coefficient);
    free(p->quantity);
    free(p->place);
    free(p->lobe);
}

static kl_status add_lobes(const kl_fluctuation_limit *limit, const kl_lattice_point *point,
                           problem *p, kl_error *err)
{
    const kl_packets *packets = limit->packets;
    KL_TRY(kl_alloc((size_t)packets->n, sizeof *p->lobe, "packets", &p->lobe, err));
    for (int i = 0; i < packets->n; i++) {
        double share;
        kl_kinetic_start_free(&p->kinetic);
        KL_TRY(kl_kinetic_start(packets, point, i, &p->kinetic, &share, err));
        const kl_initial packet = kl_packets_at(packets, i, point->unit);
        p->lobe[i] = (kl_lobe){.envelope = p->kinetic.envelope,
                               .width = p->kinetic.width,
                               .coefficient = {packet.weight * cos(2 * M_PI * packet.angle),
                                               packet.weight * sin(2 * M_PI * packet.angle)}};
        memcpy(p->lobe[i].center, p->kinetic.center, sizeof p->lobe[i].center);
        if (packets->n == 1) /* of no effect */
            memcpy(p->lobe[i].coefficient, (double[2]){1, 0}, sizeof p->lobe[i].coefficient);
    }
    return KL_OK;
}

static kl_status add_quantities(const kl_fluctuation_limit *limit, bool infinite, problem *p,
                                kl_error *err)
{
    const kl_observables *o = limit->observables;
    const size_t n = (size_t)o->n, nq = (size_t)o->nquantities;
    KL_TRY(kl_alloc(n, sizeof *p->observable, "observables", &p->observable, err));
    KL_TRY(kl_alloc(n, sizeof *p->coefficient, "observables", &p->coefficient, err));
    KL_TRY(kl_alloc(nq, sizeof *p->quantity, "observables", &p->quantity, err));
    KL_TRY(kl_alloc(nq, sizeof *p->place, "observables", &p->place, err));
    p->nobservables = o->n;
    for (int k = 0; k < o->n; k++)
        KL_TRY(kl_kinetic_translate(&o->observable[k], &p->observable[k], &p->coefficient[k], err));
    for (int q = 0; q < o->nquantities; q++) {
        const int k = kl_observables_of(o, q);
        const bool uniform = limit->packets->packet[0].envelope == KL_ENVELOPE_UNIFORM;
        if (infinite && (uniform || !kl_boltzmann_has_infinite(limit->packets, o, k)))
            continue;
        p->place[p->fluctuation.nquantities] = q;
        p->quantity[p->fluctuation.nquantities++] =
            (kl_real_part){.observable = k, .imaginary = q > o->first[k]};
    }
    return KL_OK;
}

static kl_status create_problem(const kl_fluctuation_limit *limit, int point, bool infinite,
                                problem *p, kl_error *err)
{
    *p = (problem){.kinetic = {.dimension = (int)limit->points->dimension,
                               .ell = limit->points->point[point].ell,
                               .infinite = infinite,
                               .ntimes = limit->times.n,
                               .times = limit->times.value,
                               .nobservables = limit->observables->n,
                               .tolerance = limit->keys.tolerance}};
    KL_TRY(add_lobes(limit, &limit->points->point[point], p, err));
    KL_TRY(add_quantities(limit, infinite, p, err));
    p->kinetic.observables = p->observable;
    p->fluctuation.kinetic = &p->kinetic;
    p->fluctuation.nlobes = limit->packets->n;
    p->fluctuation.lobe = p->lobe;
    p->fluctuation.quantity = p->quantity;
    return KL_OK;
}

/* ---- values ---- */

/* Of C: the standard deviation and its error; of two of them: the correlation. */
static void fill(const kl_fluctuation_limit *limit, int point, const problem *p,
                 const double *value, const double *error, kl_limit_values *out)
{
    const kl_fluctuation_problem *f = &p->fluctuation;
    const int nq = limit->observables->nquantities, numbers = limit->times.n * nq;
    const double scale = kl_fluctuation_limit_scale(limit, point);
    for (int t = 0; t < limit->times.n; t++)
        for (int i = 0; i < f->nquantities; i++) {
            const size_t own = kl_fluctuation_at(f, t, i, t, i);
            const int at = t * nq + p->place[i];
            const double c = fmax(value[own], 0), root = sqrt(c);
            out->value[at] = scale * root;
            out->error[at] = scale * (sqrt(c + error[own]) - root);
            for (int u = 0; out->correlation && u < limit->times.n; u++)
                for (int j = 0; j < f->nquantities; j++) {
                    const double both = c * value[kl_fluctuation_at(f, u, j, u, j)];
                    if (both > 0)
                        out->correlation[(size_t)at * (size_t)numbers +
                                         (size_t)(u * nq + p->place[j])] =
                            value[kl_fluctuation_at(f, t, i, u, j)] / sqrt(both);
                }
        }
}

static void say_winding(const kl_fluctuation_limit *limit, int point, kl_limit_values *out)
{
    const double last = limit->times.value[limit->times.n - 1];
    const double half = limit->points->point[point].ell / 2;
    if (!out->note[0] && last > half)
        snprintf(out->note, sizeof out->note,
                 "times above half the box, %.4g: paths around it, which are left out, may change "
                 "the fluctuations by a tenth or more",
                 half);
}

static kl_status solve(const kl_fluctuation_limit *limit, int point, problem *p, MPI_Comm comm,
                       kl_limit_values *out, kl_error *err)
{
    const size_t n = (size_t)limit->times.n * (size_t)p->fluctuation.nquantities;
    double *value;
    p->kinetic.stop = out->stop;
    p->kinetic.stop_context = out->stop_context;
    KL_TRY(kl_agree(comm, kl_alloc(2 * n * n, sizeof *value, "fluctuations", &value, err), err));
    kl_status status =
        kl_fluctuations_solve(comm, &p->fluctuation, value, value + n * n, out->note, err);
    if (status == KL_OK)
        fill(limit, point, p, value, value + n * n, out);
    free(value);
    return kl_kinetic_or_note(status, err, out);
}

kl_status kl_fluctuation_limit_solve(const kl_fluctuation_limit *limit, int point,
                                     bool infinite_space, MPI_Comm comm, kl_limit_values *out,
                                     kl_error *err)
{
    problem p;
    const char *none = reason(limit);
    if (none) {
        snprintf(out->note, sizeof out->note, "%s", none);
        return KL_OK;
    }
    kl_status status = kl_agree(comm, create_problem(limit, point, infinite_space, &p, err), err);
    p.fluctuation.covariance = out->correlation != NULL; /* before its time is asked for */
    const double seconds = status == KL_OK ? kl_fluctuations_seconds(&p.fluctuation) : 0;
    if (status == KL_OK && p.fluctuation.nquantities == 0)
        snprintf(out->note, sizeof out->note,
                 "waves fill infinite space, where nothing fluctuates");
    else if (status == KL_OK && limit->keys.choice == KL_FLUCTUATIONS_DEFAULT && seconds > PATIENCE)
        snprintf(out->note, sizeof out->note,
                 "left out, it would take about %.0f minutes on one core: boltzmann.fluctuations: "
                 "solve asks for it",
                 seconds / 60);
    else if (status == KL_OK)
        status = solve(limit, point, &p, comm, out, err);
    if (status == KL_OK && !infinite_space)
        say_winding(limit, point, out);
    destroy_problem(&p);
    return status;
}

double kl_fluctuation_limit_seconds(const kl_fluctuation_limit *limit, int point,
                                    bool infinite_space)
{
    problem p;
    double seconds = 0;
    if (reason(limit))
        return 0;
    if (create_problem(limit, point, infinite_space, &p, NULL) == KL_OK &&
        p.fluctuation.nquantities > 0)
        seconds = kl_fluctuations_seconds(&p.fluctuation);
    destroy_problem(&p);
    return limit->keys.choice == KL_FLUCTUATIONS_DEFAULT && seconds > PATIENCE ? 0 : seconds;
}

int kl_fluctuation_limit_same(const kl_fluctuation_limit *limit, int point, bool infinite_space)
{
    const kl_lattice_point *at = limit->points->point;
    const bool wave = limit->packets->packet[0].envelope == KL_ENVELOPE_UNIFORM;
    for (int q = 0; q < point; q++) {
        const bool same = fabs(at[q].ell - at[point].ell) < 1e-9 * at[point].ell &&
                          (!wave || at[q].sites == at[point].sites); /* p is rounded to the sites */
        if (infinite_space || same)
            return q;
    }
    return point;
}

double kl_fluctuation_limit_scale(const kl_fluctuation_limit *limit, int point)
{
    return pow(limit->points->point[point].eta, (double)limit->points->dimension - 1);
}
