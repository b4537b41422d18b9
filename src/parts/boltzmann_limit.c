#include "parts/boltzmann_limit.h"

#include "base/memory.h"
#include "parts/boltzmann_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the key ---- */

typedef struct choice_keys {
    double tolerance;
    int reference, space;
} choice_keys;

static const char *const references[] = {"solve", "none", NULL};
static const char *const spaces[] = {"torus", "infinite", "both", NULL};
const kl_key kl_boltzmann_table[] = {
    {.name = "tolerance",
     KL_REAL_AT(choice_keys, tolerance),
     KL_RANGE(1e-12, 0.1),
     .fallback = "1.0e-8",
     .doc = "absolute error of each <J,F_T>"},
    {.name = "reference",
     KL_CHOICE_AT(choice_keys, reference, references),
     .fallback = "solve",
     .doc = "none: skip it (merge computes it later)"},
    {.name = "space",
     KL_CHOICE_AT(choice_keys, space, spaces),
     .fallback = "torus",
     .doc = "in which the reference is solved: the study's box, all of R^d, or both"},
    {0}};

typedef struct top_keys {
    kl_node *boltzmann;
} top_keys;
const kl_key kl_boltzmann_map[] = {{.name = "boltzmann",
                                    KL_MAP_AT(top_keys, boltzmann),
                                    .flags = KL_FREE,
                                    .fallback = "{}",
                                    .doc = "the reference",
                                    KL_BELOW(kl_boltzmann_table)},
                                   {0}};

kl_status kl_keys_boltzmann(kl_node *root, kl_boltzmann_keys *out, kl_error *err)
{
    top_keys top;
    choice_keys keys;
    KL_TRY(kl_config_read(root, kl_boltzmann_map, &top, err));
    KL_TRY(kl_config_read(top.boltzmann, kl_boltzmann_table, &keys, err));
    *out = (kl_boltzmann_keys){.tolerance = keys.tolerance,
                               .solve = keys.reference == 0,
                               .torus = keys.space != 1,
                               .infinite_space = keys.space > 0};
    return KL_OK;
}

bool kl_boltzmann_has_infinite(const kl_packets *packets, const kl_observables *observables, int k)
{
    const kl_position position = observables->observable[k].position;
    return position == KL_POSITION_UNIFORM ||
           (position == KL_POSITION_GAUSSIAN && packets->packet[0].envelope != KL_ENVELOPE_UNIFORM);
}

bool kl_boltzmann_one_shell(const kl_packets *packets)
{
    return packets->n > 0 && packets->linear && packets->packet[0].envelope != KL_ENVELOPE_DELTA;
}

/* ---- values ---- */

/* Collective. Adds packet i with its share of the weight; `one` has room for its values
 * [ntimes][nobservables][2] and errors [ntimes][nobservables]. */
static kl_status add_packet(const kl_packets *packets, const kl_lattice_point *point, int i,
                            MPI_Comm comm, kl_kinetic_problem problem, double *one, double *value,
                            double *error, char *note, kl_error *err)
{
    const int n = problem.ntimes * problem.nobservables;
    double share;
    char last[256] = "";
    kl_status status =
        kl_agree(comm, kl_kinetic_start(packets, point, i, &problem, &share, err), err);
    if (status == KL_OK)
        status = kl_boltzmann_solve(comm, &problem, one, one + 2 * n, last, err);
    for (int k = 0; status == KL_OK && k < n; k++) {
        value[2 * k] += share * one[2 * k];
        value[2 * k + 1] += share * one[2 * k + 1];
        error[k] += share * one[2 * n + k];
    }
    if (last[0])
        snprintf(note, 256, "%s", last);
    kl_kinetic_start_free(&problem);
    return status;
}

typedef struct solving {
    const kl_boltzmann_limit *of;
    const kl_lattice_point *point;
    bool infinite;
    int n;                             /* observables solved for */
    int *slot;                         /* [nobservables]: place among those solved for; -1: none */
    kl_kinetic_observable *observable; /* [n] */
    double (**coefficient)[2];         /* [nobservables] */
    double *value, *error;             /* [ntimes][n][2], [ntimes][n] */
    double *each;                      /* of one packet: both of them */
    int reach;
    double *covariance; /* [reach + 1] of the potential along an axis; NULL: 0 but at one site */
} solving;

static void fill_quantities(const solving *s, kl_limit_values *out)
{
    const kl_observables *o = s->of->observables;
    const int nq = o->nquantities;
    for (int t = 0; t < s->of->times.n; t++)
        for (int k = 0, q = 0; k < o->n; k++)
            for (int part = 0; part <= (int)o->complex_valued[k]; part++, q++)
                if (s->slot[k] >= 0) {
                    out->value[t * nq + q] = s->value[2 * (s->n * t + s->slot[k]) + part];
                    out->error[t * nq + q] = s->error[s->n * t + s->slot[k]];
                }
}

static void destroy_solving(solving *s)
{
    for (int k = 0; s->coefficient && k < s->of->observables->n; k++)
        free(s->coefficient[k]);
    free(s->slot);
    free(s->coefficient);
    free(s->observable);
    free(s->value);
    free(s->error);
    free(s->each);
    free(s->covariance);
}

static kl_status create_covariance(const kl_correlation *correlation, solving *s, kl_error *err)
{
    s->reach = 2 * (int)kl_correlated_reach(correlation->length);
    KL_TRY(kl_alloc((size_t)s->reach + 1, sizeof(double), "reference", &s->covariance, err));
    kl_correlated_covariance(correlation, s->covariance);
    return KL_OK;
}

static kl_status create_solving(const kl_boltzmann_limit *of, int point, bool infinite, solving *s,
                                kl_error *err)
{
    const kl_observables *o = of->observables;
    const size_t most = (size_t)o->n;
    const size_t size = most * (size_t)of->times.n;
    *s = (solving){.of = of, .point = &of->points->point[point], .infinite = infinite};
    KL_TRY(kl_alloc(most, sizeof *s->slot, "reference", &s->slot, err));
    KL_TRY(kl_alloc(most, sizeof *s->observable, "reference", &s->observable, err));
    KL_TRY(kl_alloc(most, sizeof *s->coefficient, "reference", &s->coefficient, err));
    KL_TRY(kl_alloc(2 * size, sizeof *s->value, "reference", &s->value, err));
    KL_TRY(kl_alloc(size, sizeof *s->error, "reference", &s->error, err));
    KL_TRY(kl_alloc(3 * size, sizeof *s->each, "reference", &s->each, err));
    if (of->correlation)
        KL_TRY(create_covariance(of->correlation, s, err));
    for (int k = 0; k < o->n; k++) {
        s->slot[k] = infinite && !kl_boltzmann_has_infinite(of->packets, o, k) ? -1 : s->n++;
        if (s->slot[k] >= 0)
            KL_TRY(kl_kinetic_translate(&o->observable[k], &s->observable[s->slot[k]],
                                        &s->coefficient[k], err));
    }
    return KL_OK;
}

/* Without a start. */
static kl_kinetic_problem problem_of(const solving *s)
{
    const kl_boltzmann_limit *of = s->of;
    return (kl_kinetic_problem){.dimension = (int)of->points->dimension,
                                .ell = s->point->ell,
                                .infinite = s->infinite,
                                .ntimes = of->times.n,
                                .times = of->times.value,
                                .nobservables = s->n,
                                .observables = s->observable,
                                .reach = s->reach,
                                .correlation = s->covariance,
                                .tolerance = of->tolerance};
}

static kl_status solve(solving *s, MPI_Comm comm, kl_limit_values *out, kl_error *err)
{
    const kl_boltzmann_limit *of = s->of;
    kl_kinetic_problem problem = problem_of(s);
    problem.stop = out->stop;
    problem.stop_context = out->stop_context;
    kl_status status = KL_OK;
    for (int i = 0; i < of->packets->n && status == KL_OK; i++)
        status = add_packet(of->packets, s->point, i, comm, problem, s->each, s->value, s->error,
                            out->note, err);
    if (status == KL_OK)
        fill_quantities(s, out);
    if (status == KL_OK && !s->infinite && !of->correlation)
        status =
            kl_boltzmann_fields(of->packets, of->marginals, s->point, &problem, comm, out, err);
    if (status == KL_INPUT) { /* no shell, ... : no reason to lose the run */
        snprintf(out->note, sizeof out->note, "%.255s", err->message);
        status = KL_OK;
    }
    return status;
}

kl_status kl_boltzmann_limit_solve(const kl_boltzmann_limit *limit, int point, bool infinite_space,
                                   MPI_Comm comm, kl_limit_values *out, kl_error *err)
{
    solving s;
    if (limit->points->dimension == 1) {
        snprintf(out->note, sizeof out->note, "%s", KL_NO_LIMIT_IN_ONE_DIMENSION);
        return KL_OK;
    }
    kl_status status = kl_agree(comm, create_solving(limit, point, infinite_space, &s, err), err);
    if (status == KL_OK && s.n > 0)
        status = solve(&s, comm, out, err);
    destroy_solving(&s);
    return status;
}

static double seconds_of(const solving *s)
{
    const kl_packets *packets = s->of->packets;
    double sum = 0;
    for (int i = 0; s->n > 0 && i < packets->n; i++) {
        kl_kinetic_problem problem = problem_of(s);
        double share, seconds;
        if (kl_kinetic_start(packets, s->point, i, &problem, &share, NULL) == KL_OK &&
            kl_boltzmann_cost(&problem, &seconds, NULL) == KL_OK) {
            sum += seconds;
            if (!s->infinite && !s->of->correlation)
                sum += kl_boltzmann_fields_seconds(s->of->marginals, s->point, &problem);
        }
        kl_kinetic_start_free(&problem);
    }
    return sum;
}

double kl_boltzmann_limit_seconds(const kl_boltzmann_limit *limit, int point, bool infinite_space)
{
    solving s;
    double seconds = 0;
    if (limit->points->dimension == 1)
        return 0;
    if (create_solving(limit, point, infinite_space, &s, NULL) == KL_OK)
        seconds = seconds_of(&s);
    destroy_solving(&s);
    return seconds;
}

/* The distribution of the disorder does not matter; in infinite space neither does the
 * box, nor eta unless it moves a start on one site. */
int kl_boltzmann_limit_same(const kl_boltzmann_limit *limit, int point, bool infinite_space)
{
    const kl_lattice_point *at = limit->points->point;
    const bool at_a_site = limit->packets->packet[0].envelope == KL_ENVELOPE_DELTA;
    for (int q = 0; q < point; q++) {
        const bool same = at[q].eta == at[point].eta;
        if (infinite_space ? same || !at_a_site : same && at[q].sites == at[point].sites)
            return q;
    }
    return point;
}
