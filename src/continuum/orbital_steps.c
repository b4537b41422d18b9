#include "continuum/orbital_steps.h"

#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- schemes ---- */

typedef struct splitting { /* kick, drift, kick, ..., drift, kick */
    int stages;            /* drifts */
    double kick[KL_ORBITAL_STAGES + 1], drift[KL_ORBITAL_STAGES];
    double steep[KL_ORBITAL_STAGES + 1]; /* the part of dt^2 int rho |grad W|^2 in a kick */
} splitting;

#define BM_A1 0.0792036964311957
#define BM_A2 0.353172906049774
#define BM_A3 (-0.0420650803577195)
#define BM_A4 (1 - 2 * (BM_A1 + BM_A2 + BM_A3))
#define BM_B1 0.209515106613362
#define BM_B2 (-0.143851773179818)
#define BM_B3 (0.5 - (BM_B1 + BM_B2))

static const splitting schemes[] = {
    [KL_ORBITAL_STRANG] = {1, {0.5, 0.5}, {1}, {0}},
    [KL_ORBITAL_CHIN4] = {2, {1. / 6, 2. / 3, 1. / 6}, {0.5, 0.5}, {0, 1. / 48, 0}},
    [KL_ORBITAL_BM4] = {6,
                        {BM_A1, BM_A2, BM_A3, BM_A4, BM_A3, BM_A2, BM_A1},
                        {BM_B1, BM_B2, BM_B3, BM_B3, BM_B2, BM_B1},
                        {0}}};

int kl_orbital_steps_transforms(kl_orbital_method method)
{
    return 2 * schemes[method].stages;
}

/* ---- create and destroy ---- */

typedef struct filling {
    const kl_smooth *potential;
    double *u, *const *slope;
} filling;

static void fill_point(void *context, int64_t i, const double x[3])
{
    const filling *f = context;
    double g[3];
    f->u[i] = kl_smooth_value(f->potential, x);
    kl_smooth_gradient(f->potential, x, g);
    for (int j = 0; j < 3; j++)
        if (f->slope[j])
            f->slope[j][i] = g[j];
}

static kl_status allocate(kl_orbital_steps *s, kl_error *err)
{
    const kl_box_grid *g = &s->orbitals->grid;
    const size_t points = (size_t)kl_orbitals_points(s->orbitals), n = (size_t)g->sites;
    KL_TRY(kl_box_interaction_create(g, s->interaction, &s->field, err));
    KL_TRY(kl_alloc(points, sizeof *s->u, "potential", &s->u, err));
    KL_TRY(kl_alloc(points, sizeof *s->rho, "density", &s->rho, err));
    for (int j = 0; j < g->dimension && s->method == KL_ORBITAL_CHIN4; j++)
        KL_TRY(kl_alloc(points, sizeof *s->slope[j], "potential", &s->slope[j], err));
    KL_TRY(kl_box_array(g, &s->w, err));
    KL_TRY(kl_box_array(g, &s->steep, err));
    KL_TRY(kl_box_array(g, &s->work, err));
    KL_TRY(kl_box_array(g, &s->phase, err));
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < schemes[s->method].stages; i++)
            KL_TRY(kl_alloc(n, sizeof **s->drift[k], "momenta", &s->drift[k][i], err));
    if (s->exchange)
        KL_TRY(kl_orbital_exchange_create(s->orbitals, &s->x, err));
    return kl_orbitals_array(s->orbitals, &s->spare, err);
}

kl_status kl_orbital_steps_create(kl_orbital_steps *steps, kl_error *err)
{
    *steps = (kl_orbital_steps){.orbitals = steps->orbitals,
                                .potential = steps->potential,
                                .interaction = steps->interaction,
                                .method = steps->method,
                                .exchange = steps->exchange};
    const kl_status status = kl_agree(steps->orbitals->comm, allocate(steps, err), err);
    filling f = {steps->potential, steps->u, steps->slope};
    if (status == KL_OK)
        kl_box_visit(&steps->orbitals->grid, fill_point, &f);
    return status;
}

void kl_orbital_steps_destroy(kl_orbital_steps *s)
{
    void *owned[] = {s->u, s->rho,  s->slope[0], s->slope[1], s->slope[2],
                     s->w, s->work, s->steep,    s->phase,    s->spare};
    kl_box_interaction_destroy(&s->field);
    kl_orbital_exchange_destroy(&s->x);
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < KL_ORBITAL_STAGES; i++)
            free(s->drift[k][i]);
    *s = (kl_orbital_steps){0};
}

double kl_orbital_steps_bytes(kl_orbital_method method, bool exchange, int dimension, int64_t sites,
                              int waves, int64_t all, int ranks)
{
    const double points = pow((double)sites, dimension),
                 mine = (double)kl_orbitals_of_rank(all, ranks);
    return points * (32 * mine + 8 * (mine + 1) + 4 * 16 + 8 * (2 + dimension)) +
           (exchange ? 16 * points * ((double)all + 3 * mine + 1) : 0) +
           kl_box_interaction_bytes(dimension, sites, waves) +
           32.0 * schemes[method].stages * (double)sites;
}

/* ---- kicks ---- */

static void put_density(const kl_orbital_steps *s, const double *factor, complex double *out)
{
    const int64_t points = kl_orbitals_points(s->orbitals);
    for (int64_t i = 0; i < points; i++)
        out[i] = factor ? s->rho[i] * factor[i] : s->rho[i];
}

/* w = U + V * rho, rho that of phi. */
static void find_field(const kl_orbital_steps *s, const complex double *phi)
{
    const int64_t points = kl_orbitals_points(s->orbitals);
    kl_orbitals_density(s->orbitals, phi, s->rho);
    put_density(s, NULL, s->w);
    kl_box_interaction_apply(&s->field, -1, s->w);
    for (int64_t i = 0; i < points; i++)
        s->w[i] = creal(s->w[i]) + s->u[i];
}

/* steep = |grad W|^2 - 2 sum_j d_j V * (rho d_j W) */
static void find_steepness(const kl_orbital_steps *s)
{
    const kl_orbitals *o = s->orbitals;
    const int64_t points = kl_orbitals_points(o);
    memset(s->steep, 0, (size_t)points * sizeof *s->steep);
    for (int j = 0; j < o->grid.dimension; j++) {
        put_density(s, NULL, s->work);
        kl_box_interaction_apply(&s->field, j, s->work);
        for (int64_t i = 0; i < points; i++) {
            const double slope = creal(s->work[i]) + s->slope[j][i];
            s->steep[i] += slope * slope;
            s->work[i] = s->rho[i] * slope;
        }
        kl_box_interaction_apply(&s->field, j, s->work);
        for (int64_t i = 0; i < points; i++)
            s->steep[i] -= 2 * creal(s->work[i]);
    }
}

/* exp(-i t (W - squared steep)/eps) */
static void kick(const kl_orbital_steps *s, double t, double squared, complex double *phi)
{
    const kl_orbitals *o = s->orbitals;
    const int64_t points = kl_orbitals_points(o);
    find_field(s, phi);
    if (squared > 0)
        find_steepness(s);
    for (int64_t i = 0; i < points; i++) {
        const double w = creal(s->w[i]) - (squared > 0 ? squared * creal(s->steep[i]) : 0),
                     angle = -t * w / o->grid.eps;
        s->phase[i] = CMPLX(cos(angle), sin(angle));
    }
    for (int64_t j = 0; j < o->count; j++)
        kl_box_product(points, s->phase, kl_orbital(o, phi, j));
    if (s->exchange)
        kl_orbital_exchange_run(s, t, phi);
}

/* ---- steps ---- */

static void drift(const kl_orbital_steps *s, const complex double *table, complex double *phi)
{
    const kl_orbitals *o = s->orbitals;
    const complex double *const of[3] = {table, table, table};
    for (int64_t j = 0; j < o->count; j++) {
        complex double *psi = kl_orbital(o, phi, j);
        kl_box_forward(&o->grid, psi);
        kl_box_multiply(&o->grid.momentum, of, psi);
        kl_box_backward(&o->grid, psi);
    }
}

void kl_orbital_steps_set(kl_orbital_steps *s, double dt)
{
    const kl_box_grid *g = &s->orbitals->grid;
    if (s->dt == dt)
        return;
    s->dt = dt;
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < schemes[s->method].stages; i++)
            for (int64_t m = 0; m < g->sites; m++) {
                const double p = kl_box_momentum(g, m),
                             t = schemes[s->method].drift[i] * dt * (k + 1),
                             angle = -t * p * p / (2 * g->eps);
                s->drift[k][i][m] = CMPLX(cos(angle), sin(angle)) / (double)g->sites;
            }
}

/* A kick that ends a step and one that begins the next are one. */
void kl_orbital_steps_run(const kl_orbital_steps *s, int which, int64_t count, complex double *phi)
{
    const splitting *c = &schemes[s->method];
    const double dt = s->dt * (which + 1);
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < c->stages; k++) {
            const double join = k == 0 && i > 0 ? c->kick[c->stages] : 0;
            kick(s, (c->kick[k] + join) * dt, c->steep[k] * dt * dt, phi);
            drift(s, s->drift[which][k], phi);
        }
    if (count > 0)
        kick(s, c->kick[c->stages] * dt, 0, phi);
}

static void conjugate(const kl_orbitals *o, complex double *phi)
{
    const size_t n = (size_t)o->count * o->grid.local;
    for (size_t i = 0; i < n; i++)
        phi[i] = conj(phi[i]);
}

void kl_orbital_steps_undo(const kl_orbital_steps *s, int which, int64_t count, complex double *phi)
{
    conjugate(s->orbitals, phi);
    kl_orbital_steps_run(s, which, count, phi);
    conjugate(s->orbitals, phi);
}

/* ---- control ---- */

typedef struct moved {
    kl_orbital_steps *steps;
    complex double *phi;
} moved;

static void set(void *state, double dt)
{
    kl_orbital_steps_set(((moved *)state)->steps, dt);
}

static void run(void *state, int64_t count)
{
    const moved *m = state;
    kl_orbital_steps_run(m->steps, 0, count, m->phi);
}

static void undo(void *state, int64_t count)
{
    const moved *m = state;
    kl_orbital_steps_undo(m->steps, 0, count, m->phi);
}

static double compare(void *state)
{
    const moved *m = state;
    const kl_orbitals *o = m->steps->orbitals;
    memcpy(m->steps->spare, m->phi, (size_t)o->count * o->grid.local * sizeof *m->phi);
    kl_orbital_steps_run(m->steps, 1, 1, m->steps->spare);
    kl_orbital_steps_run(m->steps, 0, 2, m->phi);
    return kl_orbitals_distance(o, m->phi, m->steps->spare);
}

void kl_orbital_steps_start(kl_orbital_steps *s, double tolerance)
{
    const double small = tolerance * s->orbitals->grid.eps;
    s->progress = (kl_step_progress){
        .pair = kl_orbital_steps_order(s->method) == 2 ? sqrt(small) : pow(small, 0.25)};
}

kl_status kl_orbital_steps_advance(kl_orbital_steps *s, const kl_step_goal *goal, double from,
                                   double to, complex double *phi, bool *reached, kl_error *err)
{
    int ranks;
    MPI_Comm_size(s->orbitals->comm, &ranks);
    moved state = {s, phi};
    const double orbitals = (double)kl_orbitals_of_rank(s->orbitals->all, ranks),
                 exchange = s->exchange ? 4 * (double)s->orbitals->all : 0;
    const int transforms = kl_orbital_steps_transforms(s->method);
    const kl_step_scheme scheme = {.state = &state,
                                   .order = kl_orbital_steps_order(s->method),
                                   .transforms = transforms,
                                   .work = 2 * transforms * orbitals * (1 + exchange) *
                                           kl_box_points(&s->orbitals->grid),
                                   .set = set,
                                   .run = run,
                                   .undo = undo,
                                   .compare = compare};
    return kl_step_advance(&scheme, goal, from, to, &s->progress, reached, err);
}

/* ---- energy ---- */

static double kinetic(const kl_orbital_steps *s, const complex double *psi)
{
    const kl_box_grid *g = &s->orbitals->grid;
    double sum = 0, *square = s->rho; /* scratch of at least n */
    memcpy(s->work, psi, g->local * sizeof *psi);
    kl_box_forward(g, s->work);
    for (int64_t k = 0; k < g->sites; k++)
        square[k] = kl_box_momentum(g, k) * kl_box_momentum(g, k);
    for (int j = 0; j < g->dimension; j++) {
        const double *table[3] = {NULL, NULL, NULL};
        table[j] = square;
        sum += creal(kl_box_sum(g, &g->momentum, s->work, s->work, table)) / 2;
    }
    return sum / kl_box_points(g);
}

kl_status kl_orbital_steps_energy(const kl_orbital_steps *s, const complex double *phi,
                                  double *energy, kl_error *err)
{
    const kl_orbitals *o = s->orbitals;
    const int64_t points = kl_orbitals_points(o);
    double *own;
    KL_TRY(
        kl_agree(o->comm, kl_alloc((size_t)o->count + 1, sizeof *own, "energy", &own, err), err));
    if (s->exchange)
        kl_orbital_exchange_apply(s, phi, s->x.slope);
    for (int64_t j = 0; j < o->count; j++) {
        const complex double *psi = phi + (size_t)j * o->grid.local;
        own[j] = kinetic(s, psi);
        if (s->exchange)
            own[j] -= creal(kl_box_sum(&o->grid, &o->grid.position, psi,
                                       s->x.slope + (size_t)j * o->grid.local, NULL)) /
                      2;
    }
    const kl_status status = kl_orbitals_mean(o, 1, own, energy, err);
    free(own);
    find_field(s, phi);
    for (int64_t i = 0; i < points && status == KL_OK; i++)
        *energy += s->rho[i] * (creal(s->w[i]) + s->u[i]) / 2;
    return status;
}
