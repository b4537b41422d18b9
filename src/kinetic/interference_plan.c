#include "kinetic/interference_plan.h"

#include "base/memory.h"
#include "kinetic/observable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- quantities as sums of products ---- */

static bool same_symbol(const kl_kinetic_observable *a, const kl_kinetic_observable *b)
{
    bool same = a->nmodes == b->nmodes;
    for (int i = 0; same && i < a->nmodes; i++)
        same = memcmp(a->mode[i], b->mode[i], sizeof a->mode[i]) == 0 &&
               a->coefficient[i][0] == b->coefficient[i][0] &&
               a->coefficient[i][1] == b->coefficient[i][1];
    return same;
}

/* Is Im b nowhere but zero? Of a constant with a real coefficient. */
static bool is_zero(const kl_real_symbol *b)
{
    for (int i = 0; i < b->of->nmodes; i++)
        if (b->of->coefficient[i][b->imaginary ? 1 : 0] != 0 || b->of->mode[i][0] != 0 ||
            b->of->mode[i][1] != 0 || b->of->mode[i][2] != 0)
            return false;
    return true;
}

static int find_symbol(kl_interference *plan, kl_real_symbol b)
{
    for (int i = 0; i < plan->nsymbols; i++)
        if (plan->symbol[i].imaginary == b.imaginary && same_symbol(plan->symbol[i].of, b.of))
            return i;
    plan->symbol[plan->nsymbols] = b;
    return plan->nsymbols++;
}

/* The modes of Re a or Im a: (a_k + conj a_-k)/2, (a_k - conj a_-k)/2i. */
static int add_position(kl_interference *plan, const kl_kinetic_observable *o, bool imaginary)
{
    const kl_mode_grid *grid = &plan->grid;
    const int d = grid->dimension;
    double *re = plan->position[0] + (size_t)plan->npositions * grid->modes;
    double *im = plan->position[1] + (size_t)plan->npositions * grid->modes;
    for (size_t m = 0; m < grid->modes; m++) {
        int index[3] = {0};
        double complex here = 1, there = 1;
        kl_mode_grid_row(grid, (int)(m / (size_t)grid->columns), index);
        index[d - 1] = (int)(m % (size_t)grid->columns);
        for (int j = 0; j < d; j++) {
            const int k = kl_mode_grid_wave(grid, index[j]);
            const bool in = abs(k) <= grid->reach;
            here *= in ? kl_position_transform(o, j, grid->ell, k) : 0;
            there *= in ? kl_position_transform(o, j, grid->ell, -k) : 0;
        }
        const double complex a =
            imaginary ? (here - conj(there)) / (2 * I) : (here + conj(there)) / 2;
        re[m] = creal(a);
        im[m] = cimag(a);
    }
    return plan->npositions++;
}

static void add_term(kl_interference *plan, int q, int position, kl_real_symbol b, double factor)
{
    if (is_zero(&b))
        return;
    plan->term[q][plan->nterms[q]++] =
        (kl_product){.position = position, .symbol = find_symbol(plan, b), .factor = factor};
}

/* Re ab = Re a Re b - Im a Im b, Im ab = Re a Im b + Im a Re b. */
static void add_quantity(kl_interference *plan, int q)
{
    const kl_real_part *part = &plan->problem->quantity[q];
    const kl_kinetic_observable *o = &plan->problem->kinetic->observables[part->observable];
    const kl_real_symbol same = {o, part->imaginary}, other = {o, !part->imaginary};
    plan->uniform[q] = o->position == KL_KINETIC_POSITION_UNIFORM;
    add_term(plan, q, add_position(plan, o, false), same, 1);
    if (o->position == KL_KINETIC_POSITION_WAVE)
        add_term(plan, q, add_position(plan, o, true), other, part->imaginary ? 1 : -1);
}

static kl_status add_quantities(kl_interference *plan, kl_error *err)
{
    const size_t n = (size_t)plan->nq;
    KL_TRY(kl_alloc(2 * n, sizeof *plan->symbol, "observables", &plan->symbol, err));
    KL_TRY(kl_alloc(n, sizeof *plan->term, "observables", &plan->term, err));
    KL_TRY(kl_alloc(n, sizeof *plan->nterms, "observables", &plan->nterms, err));
    KL_TRY(kl_alloc(n, sizeof *plan->uniform, "observables", &plan->uniform, err));
    for (int part = 0; part < 2; part++)
        KL_TRY(kl_alloc(2 * n * plan->grid.modes, sizeof(double), "observables",
                        &plan->position[part], err));
    for (int q = 0; q < plan->nq; q++)
        add_quantity(plan, q);
    return KL_OK;
}

/* ---- the start with each lag ---- */

/* M(1), whose modes are those of the lag times the mass. product[2][modes] */
static void fill_mass(const kl_interference *plan, const kl_meeting *m, const double *lag_re,
                      const double *lag_im, double *product, double *field)
{
    const size_t modes = plan->grid.modes;
    const double *re = plan->masses.at_end[0] + (size_t)m->start * modes;
    const double *im = plan->masses.at_end[1] + (size_t)m->start * modes;
    for (size_t k = 0; k < modes; k++) {
        product[k] = lag_re[k] * re[k] - lag_im[k] * im[k];
        product[modes + k] = lag_re[k] * im[k] + lag_im[k] * re[k];
    }
    kl_mode_grid_field(&plan->grid, product, field);
}

static kl_status fill_lags(kl_interference *plan, kl_error *err)
{
    const size_t modes = plan->grid.modes, cells = plan->grid.cells;
    const size_t count = (size_t)plan->meetings.n * (size_t)plan->nparts;
    double *product = NULL;
    for (int part = 0; part < 2; part++)
        KL_TRY(kl_alloc(count * modes, sizeof(double), "the start", &plan->lag[part], err));
    KL_TRY(kl_alloc(count * cells, sizeof(double), "the start", &plan->mass, err));
    KL_TRY(kl_alloc(2 * modes, sizeof(double), "the start", &product, err));
    kl_status status = KL_OK;
    for (size_t i = 0; status == KL_OK && i < count; i++) {
        const kl_meeting *m = &plan->meetings.meeting[i / (size_t)plan->nparts];
        double *re = plan->lag[0] + i * modes, *im = plan->lag[1] + i * modes;
        status = kl_lag_spectrum(&plan->grid, plan->problem->nlobes, plan->problem->lobe,
                                 plan->velocity, m->lag, i % (size_t)plan->nparts > 0, re, im, err);
        if (status == KL_OK)
            fill_mass(plan, m, re, im, product, plan->mass + i * cells);
    }
    free(product);
    return status;
}

/* ---- all of it ---- */

static void find_beam(kl_interference *plan, double *energy)
{
    const kl_kinetic_problem *k = plan->problem->kinetic;
    *energy = 0;
    for (int j = 0; j < k->dimension; j++) {
        plan->angle[j] = 2 * M_PI * k->momentum[j];
        plan->velocity[j] = -2 * sin(plan->angle[j]);
        *energy += 2 * cos(plan->angle[j]);
    }
}

static kl_status create(kl_interference *plan, const kl_fineness *fine, double early, double late,
                        kl_error *err)
{
    const int d = plan->problem->kinetic->dimension;
    double energy;
    find_beam(plan, &energy);
    KL_TRY(kl_shell_create(d, energy, fine->shell, &plan->shell, err));
    plan->rate = kl_masses_rate(&plan->shell);
    KL_TRY(kl_mode_grid_create(d, fine->ell, fine->reach, &plan->grid, err));
    KL_TRY(kl_meetings_create(early, late, fine->times, &plan->meetings, err));
    KL_TRY(kl_panels_create(plan->meetings.ntimes - 1, plan->meetings.time + 1, fine->panel,
                            &plan->panels, err));
    return add_quantities(plan, err);
}

kl_status kl_interference_create(const kl_fluctuation_problem *problem, kl_watch *watch,
                                 const kl_fineness *fineness, double early, double late,
                                 kl_interference *plan, kl_error *err)
{
    *plan = (kl_interference){.problem = problem,
                              .nq = problem->nquantities,
                              .nparts = kl_lag_is_real(problem->nlobes, problem->lobe) ? 1 : 2};
    kl_status status = kl_agree(watch->comm, create(plan, fineness, early, late, err), err);
    if (status == KL_OK)
        status =
            kl_masses_create(watch->comm, &plan->shell, &plan->grid, &plan->panels, plan->velocity,
                             plan->nsymbols, plan->symbol, fineness->kernel, &plan->masses, err);
    if (status == KL_OK)
        status = kl_agree(watch->comm, fill_lags(plan, err), err);
    return status == KL_OK ? kl_watch_step(watch, err) : status;
}

void kl_interference_destroy(kl_interference *plan)
{
    kl_shell_destroy(&plan->shell);
    kl_mode_grid_destroy(&plan->grid);
    kl_meetings_destroy(&plan->meetings);
    kl_panels_destroy(&plan->panels);
    kl_masses_destroy(&plan->masses);
    free(plan->symbol);
    free(plan->term);
    free(plan->nterms);
    free(plan->uniform);
    for (int part = 0; part < 2; part++) {
        free(plan->position[part]);
        free(plan->lag[part]);
    }
    free(plan->mass);
    *plan = (kl_interference){0};
}
