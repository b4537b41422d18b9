/* Densities on one axis of phase space: see phase_space.h. */
#include "kinetic/phase_space.h"

#include "kinetic/boltzmann.h"

#include "base/memory.h"
#include "kinetic/observable.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WAVES = 96 }; /* and modes */
static const double NEGLIGIBLE = 1e-12;

typedef struct table {
    int waves, modes;                  /* 0 <= k <= waves, -modes <= m <= modes */
    double tail;                       /* bound on the sum of all terms left out, times ell */
    int count;                         /* (waves + 1) (2 modes + 1), modes fastest */
    kl_kinetic_observable *observable; /* [count] */
    int (*mode)[1][3];                 /* [count] */
    double *value, *error;             /* [ntimes][count] of <J,F_T>, complex and real */
    double complex *row;               /* scratch: all momenta of one wave */
} table;

/* A bound on the share of wave k: smoothing, and the start's own transform where V does not
 * depend on X, for then the mass of a mode never exceeds that of the start. */
static double wave_size(const kl_kinetic_problem *problem, const kl_phase_space *wanted, int k)
{
    const double size = exp(-2 * pow(M_PI * k * wanted->width / problem->ell, 2));
    if (problem->nterms || problem->nwaves)
        return size;
    for (int i = 0; i < 9; i++)
        if (problem->hessian[i / 3][i % 3] != 0)
            return size;
    return size * fabs(kl_envelope_transform(problem, k / problem->ell));
}

static double mode_size(const kl_phase_space *wanted, int m)
{
    return exp(-2 * pow(M_PI * m * wanted->spread, 2));
}

/* Chooses the waves and the modes. */
static void choose(const kl_kinetic_problem *problem, const kl_phase_space *wanted, table *t)
{
    double waves = 1, all_waves = 1, modes = 1, all_modes = 1;
    for (int k = 1; wanted->npositions && k <= 4 * MOST_WAVES; k++) {
        const double size = wave_size(problem, wanted, k);
        if (k <= MOST_WAVES && size > NEGLIGIBLE)
            t->waves = k;
        all_waves += 2 * size;
        if (k == t->waves)
            waves = all_waves;
    }
    for (int m = 1; wanted->nmomenta && m <= 4 * MOST_WAVES; m++) {
        const double size = mode_size(wanted, m);
        if (m <= MOST_WAVES && size > NEGLIGIBLE)
            t->modes = m;
        all_modes += 2 * size;
        if (m == t->modes)
            modes = all_modes;
    }
    t->tail = all_waves * all_modes - waves * modes;
}

static void destroy(table *t)
{
    free(t->observable);
    free(t->mode);
    free(t->value);
    free(t->error);
    free(t->row);
}

static kl_status create(const kl_kinetic_problem *problem, const kl_phase_space *wanted, table *t,
                        kl_error *err)
{
    static const double one[1][2] = {{1, 0}};
    choose(problem, wanted, t);
    t->count = (t->waves + 1) * (2 * t->modes + 1);
    const size_t n = (size_t)t->count, all = n * (size_t)problem->ntimes;
    const size_t momenta = (size_t)(wanted->nmomenta ? wanted->nmomenta : 1);
    KL_TRY(kl_alloc(n, sizeof *t->observable, "phase space", &t->observable, err));
    KL_TRY(kl_alloc(n, sizeof *t->mode, "phase space", &t->mode, err));
    KL_TRY(kl_alloc(2 * all, sizeof *t->value, "phase space", &t->value, err));
    KL_TRY(kl_alloc(all, sizeof *t->error, "phase space", &t->error, err));
    KL_TRY(kl_alloc(momenta, sizeof *t->row, "phase space", &t->row, err));
    for (int k = 0, i = 0; k <= t->waves; k++)
        for (int m = -t->modes; m <= t->modes; m++, i++) {
            t->mode[i][0][wanted->axis] = m;
            t->observable[i] = (kl_kinetic_observable){.position = KL_KINETIC_POSITION_WAVE,
                                                       .nmodes = 1,
                                                       .mode = (const int(*)[3])t->mode[i],
                                                       .coefficient = one};
            t->observable[i].wave[wanted->axis] = k;
        }
    return KL_OK;
}

static double smoothing(const kl_phase_space *wanted, double ell, int k, int m)
{
    return exp(-2 * pow(M_PI * k * wanted->width / ell, 2)) * mode_size(wanted, m);
}

/* Adds all of one wave: f is real, so wave -k gives the conjugate. */
static void add_wave(const kl_phase_space *wanted, double ell, int k, const table *t,
                     const double *value, double *out)
{
    const int nv = wanted->nmomenta ? wanted->nmomenta : 1;
    const int nx = wanted->npositions ? wanted->npositions : 1;
    const double factor = (k ? 2 : 1) / (wanted->npositions ? ell : 1);
    for (int j = 0; j < nv; j++) {
        const double V = wanted->nmomenta ? wanted->momentum[j] : 0;
        double complex sum = 0;
        for (int m = -t->modes; m <= t->modes; m++) {
            const double *at = value + 2 * (k * (2 * t->modes + 1) + m + t->modes);
            const double turn = 2 * M_PI * fmod(m * V, 1);
            sum += smoothing(wanted, ell, k, m) * (at[0] - I * at[1]) * (cos(turn) + I * sin(turn));
        }
        t->row[j] = sum;
    }
    for (int i = 0; i < nx; i++) {
        const double X = wanted->npositions ? wanted->position[i] : 0;
        const double turn = 2 * M_PI * fmod(k * X / ell, 1);
        for (int j = 0; j < nv; j++)
            out[i * nv + j] += factor * creal((cos(turn) + I * sin(turn)) * t->row[j]);
    }
}

/* The errors of all terms, added up, and what is left out. */
static double error_of(const kl_phase_space *wanted, double ell, const table *t,
                       const double *error)
{
    double sum = t->tail;
    for (int k = 0, i = 0; k <= t->waves; k++)
        for (int m = -t->modes; m <= t->modes; m++, i++)
            sum += (k ? 2 : 1) * smoothing(wanted, ell, k, m) * error[i];
    return sum / (wanted->npositions ? ell : 1);
}

/* The problem of all <J_km, F_T>. */
static kl_kinetic_problem all_waves(const kl_kinetic_problem *problem, const table *t)
{
    kl_kinetic_problem waves = *problem;
    waves.nobservables = t->count;
    waves.observables = t->observable;
    return waves;
}

kl_status kl_boltzmann_phase_space_cost(const kl_kinetic_problem *problem,
                                        const kl_phase_space *wanted, double *seconds,
                                        kl_error *err)
{
    table t = {0};
    kl_status status = create(problem, wanted, &t, err);
    kl_kinetic_problem waves = all_waves(problem, &t);
    if (status == KL_OK)
        status = kl_boltzmann_cost(&waves, seconds, err);
    destroy(&t);
    return status;
}

kl_status kl_boltzmann_phase_space(MPI_Comm comm, const kl_kinetic_problem *problem,
                                   const kl_phase_space *wanted, double *value, double *error,
                                   char *note, kl_error *err)
{
    table t = {0};
    const int cells =
        (wanted->npositions ? wanted->npositions : 1) * (wanted->nmomenta ? wanted->nmomenta : 1);
    kl_status status = kl_agree(comm, create(problem, wanted, &t, err), err);
    if (status == KL_OK) {
        const kl_kinetic_problem waves = all_waves(problem, &t);
        status = kl_boltzmann_solve(comm, &waves, t.value, t.error, note, err);
    }
    for (int it = 0; status == KL_OK && it < problem->ntimes; it++) {
        double *out = value + (size_t)it * (size_t)cells;
        memset(out, 0, (size_t)cells * sizeof *out);
        for (int k = 0; k <= t.waves; k++)
            add_wave(wanted, problem->ell, k, &t, t.value + 2 * (size_t)it * (size_t)t.count, out);
        error[it] = error_of(wanted, problem->ell, &t, t.error + (size_t)it * (size_t)t.count);
    }
    destroy(&t);
    return status;
}
