/* The points of the shell are shared among the ranks; the beam is one point more, of weight 1. A
 * block of them at a time: their forward and adjoint solutions in modes (flight.h), on the grid by
 * FFT, and for each meeting M(A), M(B) on the grid and the sum of M(1) F A B, M(1) known
 * beforehand. */
#include "kinetic/interference_sum.h"

#include "base/clones.h"
#include "base/memory.h"
#include "kinetic/flight.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4, LANES = 8 };

typedef struct point { /* of the shell */
    double velocity[3], angle[3], weight;
    bool beam;
} point;

typedef struct sum {
    const kl_interference *plan;
    bool all;
    int nq, ntimes;
    bool *needed;         /* [ntimes]: to go */
    double *late, *early; /* [nmeetings][nparts][nq][cells]: M(A), M(B) */
    double *dot;          /* [nmeetings][nq early][nq late]: M(1) M(A B), added over X */
    double *forward[2];   /* [BLOCK][ntimes][modes] */
    double *adjoint[2];   /* [nsymbols][ntimes][modes] */
    double *field;        /* [BLOCK][ntimes][nq][cells]: J with that time to go */
    double *product;      /* [2][modes] */
    double *f;            /* [cells] */
    double *scratch;
} sum;

/* ---- the points ---- */

static int count_points(const kl_shell *shell)
{
    return (shell->npoints << shell->dimension) + 1;
}

static point point_of(const kl_interference *plan, int i)
{
    const int d = plan->shell.dimension, node = i >> d;
    point p = {.weight = 1, .beam = node == plan->shell.npoints};
    for (int j = 0; j < d; j++) {
        const double sign = i >> j & 1 ? -1 : 1;
        p.velocity[j] = plan->velocity[j];
        p.angle[j] = plan->angle[j];
        if (p.beam)
            continue;
        p.velocity[j] = -2 * sign * plan->shell.sine[j][node];
        p.angle[j] = sign * atan2(plan->shell.sine[j][node], plan->shell.cosine[j][node]);
    }
    if (!p.beam)
        p.weight = ldexp(plan->shell.weight[node], -d);
    return p;
}

/* ---- one point's solutions ---- */

static double *field_at(const sum *s, int slot, int time, int q)
{
    const size_t at = ((size_t)slot * (size_t)s->ntimes + (size_t)time) * (size_t)s->nq + (size_t)q;
    return s->field + at * s->plan->grid.cells;
}

KL_CLONES static void add_complex(size_t n, double factor, const double *restrict a_re,
                                  const double *restrict a_im, const double *restrict b_re,
                                  const double *restrict b_im, double *restrict re,
                                  double *restrict im)
{
    for (size_t i = 0; i < n; i++) {
        re[i] += factor * (a_re[i] * b_re[i] - a_im[i] * b_im[i]);
        im[i] += factor * (a_re[i] * b_im[i] + a_im[i] * b_re[i]);
    }
}

static void clear_product(const sum *s)
{
    memset(s->product, 0, 2 * s->plan->grid.modes * sizeof(double));
}

/* J of quantity q with that time to go, on the grid. */
static void make_field(const sum *s, int slot, int time, int q)
{
    const kl_interference *plan = s->plan;
    const size_t modes = plan->grid.modes, cells = plan->grid.cells;
    double *out = field_at(s, slot, time, q);
    clear_product(s);
    for (int t = 0; t < plan->nterms[q]; t++) {
        const kl_product *term = &plan->term[q][t];
        const size_t a = (size_t)term->position * modes;
        const size_t b = ((size_t)term->symbol * (size_t)s->ntimes + (size_t)time) * modes;
        add_complex(plan->uniform[q] ? 1 : modes, term->factor, plan->position[0] + a,
                    plan->position[1] + a, s->adjoint[0] + b, s->adjoint[1] + b, s->product,
                    s->product + modes);
    }
    if (!plan->uniform[q])
        kl_mode_grid_field(&plan->grid, s->product, out);
    else
        for (size_t x = 0; x < cells; x++)
            out[x] = s->product[0];
}

static void solve_point(const sum *s, const point *p, int slot)
{
    const kl_interference *plan = s->plan;
    const kl_masses *m = &plan->masses;
    const size_t all = (size_t)s->ntimes * plan->grid.modes;
    const double back[3] = {-p->velocity[0], -p->velocity[1], -p->velocity[2]};
    kl_flight(&plan->grid, &plan->panels, p->velocity, plan->rate, p->beam ? 1 : 0,
              p->beam ? NULL : m->forward[0], p->beam ? NULL : m->forward[1],
              s->forward[0] + (size_t)slot * all, s->forward[1] + (size_t)slot * all, s->scratch);
    for (int b = 0; b < plan->nsymbols; b++)
        kl_flight(&plan->grid, &plan->panels, back, plan->rate,
                  kl_real_symbol_at(&plan->symbol[b], plan->grid.dimension, p->angle),
                  m->adjoint[0][b], m->adjoint[1][b], s->adjoint[0] + (size_t)b * all,
                  s->adjoint[1] + (size_t)b * all, s->scratch);
    for (int t = 0; t < s->ntimes; t++)
        for (int q = 0; s->needed[t] && q < s->nq; q++)
            make_field(s, slot, t, q);
}

/* ---- meetings ---- */

/* F with a lag, times the weight of the point, on the grid. */
static void make_forward(const sum *s, int meeting, int part, int slot, double weight)
{
    const kl_interference *plan = s->plan;
    const size_t modes = plan->grid.modes;
    const size_t lag = ((size_t)meeting * (size_t)plan->nparts + (size_t)part) * modes;
    const size_t start = (size_t)plan->meetings.meeting[meeting].start;
    const size_t at = ((size_t)slot * (size_t)s->ntimes + start) * modes;
    clear_product(s);
    add_complex(modes, weight, plan->lag[0] + lag, plan->lag[1] + lag, s->forward[0] + at,
                s->forward[1] + at, s->product, s->product + modes);
    kl_mode_grid_field(&plan->grid, s->product, s->f);
}

/* late += f a, early += f b; returns the sum of mass f a b, in eight lanes. */
KL_CLONES static double meet(size_t n, const double *restrict f, const double *restrict a,
                             const double *restrict b, const double *restrict mass,
                             double *restrict late, double *restrict early)
{
    double lane[LANES] = {0}, all = 0;
    size_t x = 0;
    for (; x + LANES <= n; x += LANES)
        for (int l = 0; l < LANES; l++) {
            const double fa = f[x + (size_t)l] * a[x + (size_t)l];
            late[x + (size_t)l] += fa;
            early[x + (size_t)l] += f[x + (size_t)l] * b[x + (size_t)l];
            lane[l] += mass[x + (size_t)l] * fa * b[x + (size_t)l];
        }
    for (; x < n; x++) {
        late[x] += f[x] * a[x];
        early[x] += f[x] * b[x];
        all += mass[x] * f[x] * a[x] * b[x];
    }
    for (int l = 0; l < LANES; l++)
        all += lane[l];
    return all;
}

KL_CLONES static double dot(size_t n, const double *restrict f, const double *restrict a,
                            const double *restrict b, const double *restrict mass)
{
    double lane[LANES] = {0}, all = 0;
    size_t x = 0;
    for (; x + LANES <= n; x += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += mass[x + (size_t)l] * f[x + (size_t)l] * a[x + (size_t)l] * b[x + (size_t)l];
    for (; x < n; x++)
        all += mass[x] * f[x] * a[x] * b[x];
    for (int l = 0; l < LANES; l++)
        all += lane[l];
    return all;
}

static void add_meeting(const sum *s, int meeting, int part, int slot)
{
    const kl_interference *plan = s->plan;
    const kl_meeting *m = &plan->meetings.meeting[meeting];
    const size_t cells = plan->grid.cells;
    const size_t at = (size_t)meeting * (size_t)plan->nparts + (size_t)part;
    const double *mass = plan->mass + at * cells;
    double *result = s->dot + (size_t)meeting * (size_t)(s->nq * s->nq);
    for (int q = 0; q < s->nq; q++) {
        const size_t to = (at * (size_t)s->nq + (size_t)q) * cells;
        result[q * s->nq + q] +=
            meet(cells, s->f, field_at(s, slot, m->late, q), field_at(s, slot, m->early, q), mass,
                 s->late + to, s->early + to);
    }
    for (int i = 0; s->all && i < s->nq; i++)
        for (int j = 0; j < s->nq; j++)
            if (i != j)
                result[i * s->nq + j] += dot(cells, s->f, field_at(s, slot, m->late, j),
                                             field_at(s, slot, m->early, i), mass);
}

/* All points of this rank. */
static kl_status add_points(const sum *s, kl_watch *watch, kl_error *err)
{
    const kl_interference *plan = s->plan;
    const int n = count_points(&plan->shell);
    int rank, size;
    MPI_Comm_rank(watch->comm, &rank);
    MPI_Comm_size(watch->comm, &size);
    for (int first = rank; first < n; first += BLOCK * size) {
        point p[BLOCK];
        int count = 0;
        for (int i = first; count < BLOCK && i < n; i += size, count++) {
            p[count] = point_of(plan, i);
            solve_point(s, &p[count], count);
        }
        for (int m = 0; m < plan->meetings.n; m++)
            for (int part = 0; part < plan->nparts; part++)
                for (int slot = 0; slot < count; slot++) {
                    make_forward(s, m, part, slot, p[slot].weight);
                    add_meeting(s, m, part, slot);
                }
        KL_TRY(kl_watch_look(watch, err));
    }
    return KL_OK;
}

/* ---- the result ---- */

static void add_ranks(MPI_Comm comm, double *value, size_t n)
{
    for (size_t at = 0; at < n; at += INT_MAX / 8) {
        const size_t count = n - at < INT_MAX / 8 ? n - at : INT_MAX / 8;
        MPI_Allreduce(MPI_IN_PLACE, value + at, (int)count, MPI_DOUBLE, MPI_SUM, comm);
    }
}

/* The sum over X of M(A) M(B), A late. */
static double crossed(const sum *s, int meeting, int early, int late)
{
    const kl_interference *plan = s->plan;
    const size_t cells = plan->grid.cells;
    double total = 0;
    for (int part = 0; part < plan->nparts; part++) {
        const size_t at = ((size_t)meeting * (size_t)plan->nparts + (size_t)part) * (size_t)s->nq;
        const double *a = s->late + (at + (size_t)late) * cells;
        const double *b = s->early + (at + (size_t)early) * cells;
        for (size_t x = 0; x < cells; x++)
            total += a[x] * b[x];
    }
    return total;
}

static void finish(const sum *s, MPI_Comm comm, double *half)
{
    const kl_interference *plan = s->plan;
    const kl_mode_grid *grid = &plan->grid;
    const size_t meetings = (size_t)plan->meetings.n, nq = (size_t)s->nq;
    const size_t fields = meetings * (size_t)plan->nparts * nq * grid->cells;
    add_ranks(comm, s->late, fields);
    add_ranks(comm, s->early, fields);
    add_ranks(comm, s->dot, meetings * nq * nq);
    memset(half, 0, nq * nq * sizeof *half);
    for (int m = 0; m < plan->meetings.n; m++) {
        const kl_meeting *meeting = &plan->meetings.meeting[m];
        const double weight = 2 * meeting->weight * exp(-plan->rate * meeting->lag) *
                              pow(grid->ell / grid->n, grid->dimension);
        for (int i = 0; i < s->nq; i++)
            for (int j = 0; j < s->nq; j++)
                if (s->all || i == j)
                    half[i * s->nq + j] +=
                        weight * (s->dot[(m * s->nq + i) * s->nq + j] - crossed(s, m, i, j));
    }
}

static kl_status allocate(sum *s, kl_error *err)
{
    const kl_interference *plan = s->plan;
    const size_t modes = plan->grid.modes, cells = plan->grid.cells, nq = (size_t)s->nq;
    const size_t times = (size_t)s->ntimes, meetings = (size_t)plan->meetings.n;
    const size_t fields = meetings * (size_t)plan->nparts * nq * cells;
    const double bytes = 16. * (double)fields, available = (double)kl_memory_available();
    if (available > 0 && bytes > 0.8 * available)
        return kl_fail(err, KL_INPUT,
                       "no limit of the fluctuations: it takes %.3g GB on each rank, %.3g GB are "
                       "available; a smaller box or a larger boltzmann.fluctuation_tolerance "
                       "takes less",
                       1e-9 * bytes, 1e-9 * available);
    KL_TRY(kl_alloc(times, sizeof *s->needed, "fluctuations", &s->needed, err));
    KL_TRY(kl_alloc(fields, sizeof(double), "fluctuations", &s->late, err));
    KL_TRY(kl_alloc(fields, sizeof(double), "fluctuations", &s->early, err));
    KL_TRY(kl_alloc(meetings * nq * nq, sizeof(double), "fluctuations", &s->dot, err));
    for (int part = 0; part < 2; part++) {
        KL_TRY(kl_alloc(BLOCK * times * modes, sizeof(double), "fluctuations", &s->forward[part],
                        err));
        KL_TRY(kl_alloc((size_t)plan->nsymbols * times * modes, sizeof(double), "fluctuations",
                        &s->adjoint[part], err));
    }
    KL_TRY(kl_alloc(BLOCK * times * nq * cells, sizeof(double), "fluctuations", &s->field, err));
    KL_TRY(kl_alloc(2 * modes, sizeof(double), "fluctuations", &s->product, err));
    KL_TRY(kl_alloc(cells, sizeof(double), "fluctuations", &s->f, err));
    KL_TRY(kl_alloc(kl_flight_room(&plan->grid), sizeof(double), "fluctuations", &s->scratch, err));
    for (int m = 0; m < plan->meetings.n; m++)
        s->needed[plan->meetings.meeting[m].early] = s->needed[plan->meetings.meeting[m].late] =
            true;
    return KL_OK;
}

static void destroy(sum *s)
{
    free(s->needed);
    free(s->late);
    free(s->early);
    free(s->dot);
    for (int part = 0; part < 2; part++) {
        free(s->forward[part]);
        free(s->adjoint[part]);
    }
    free(s->product);
    free(s->field);
    free(s->f);
    free(s->scratch);
}

kl_status kl_interference_sum(const kl_fluctuation_problem *problem, kl_watch *watch,
                              const kl_fineness *fineness, double early, double late, bool all,
                              double *half, kl_error *err)
{
    kl_interference plan;
    kl_status status = kl_interference_create(problem, watch, fineness, early, late, &plan, err);
    sum s = {.plan = &plan, .all = all, .nq = plan.nq, .ntimes = plan.meetings.ntimes};
    if (status == KL_OK)
        status = kl_agree(watch->comm, allocate(&s, err), err);
    if (status == KL_OK)
        status = kl_watch_agree(watch, add_points(&s, watch, err), err);
    if (status == KL_OK)
        finish(&s, watch->comm, half);
    destroy(&s);
    kl_interference_destroy(&plan);
    return status;
}
