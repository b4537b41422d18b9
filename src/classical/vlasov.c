#include "classical/vlasov_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_TURNS = 8, FIRST_OF_ORDER = 4, MOST_TURNS = 64, LEAST_LEVELS = 2, ROUGH_LEVELS = 5 };

static const double most_work = 3e11; /* products of a rule; some minutes of a processor */

/* Values of one rule, and what the means over turns may be off by. */
typedef struct observing {
    const kl_vlasov *v;
    bool order;          /* the coefficient of hbar^2 in their place */
    double *value, *off; /* [ntimes][nobservables] */
    double *block;       /* [KL_MEAN_FIELD_BLOCKS] */
} observing;

static double energy(const kl_cloud *c, const double *z)
{
    const int d = c->symmetry.dimension;
    double x[3] = {0}, kinetic = 0;
    memcpy(x, z, (size_t)d * sizeof *x);
    for (int j = 0; j < d; j++)
        kinetic += z[d + j] * z[d + j] / 2;
    return kinetic + kl_smooth_value(c->v->potential, x) +
           kl_mean_field_value(&c->field, x, NULL) / 2;
}

static double at_node(const kl_cloud *c, const kl_phase_observable *o, int turns, const double *z)
{
    if (c->with_order)
        return kl_order_value(c, o, turns, z);
    if (o->energy)
        return energy(c, z);
    return turns > 0 ? kl_phase_symmetry_mean(&c->symmetry, o, turns, z)
                     : kl_phase_observable_value(o, c->v->potential, z);
}

/* The mean of an observable, by the same order of sums on any number of ranks. Collective. */
static double average(const observing *b, const kl_cloud *c, const kl_phase_observable *o,
                      int turns)
{
    double sum = 0;
    memset(b->block, 0, KL_MEAN_FIELD_BLOCKS * sizeof *b->block);
    for (int block = 0; block < KL_MEAN_FIELD_BLOCKS; block++) {
        const int64_t last = kl_mean_field_first(c->rule.n, block + 1);
        for (int64_t i = kl_mean_field_first(c->rule.n, block); i < last; i++)
            if (i >= c->first && i < c->first + c->count)
                b->block[block] += c->weight[i - c->first] *
                                   at_node(c, o, turns, c->z + c->stride * (i - c->first));
    }
    MPI_Allreduce(MPI_IN_PLACE, b->block, KL_MEAN_FIELD_BLOCKS, MPI_DOUBLE, MPI_SUM, c->comm);
    for (int block = 0; block < KL_MEAN_FIELD_BLOCKS; block++)
        sum += b->block[block];
    return sum;
}

static void observe(void *context, kl_cloud *c, int t)
{
    const observing *b = context;
    for (int k = 0; k < b->v->nobservables; k++) {
        const kl_phase_observable *o = &b->v->observable[k];
        const int i = t * b->v->nobservables + k;
        const bool own = kl_phase_symmetry_has(&c->symmetry, o, b->v->potential);
        int turns = own ? 0 : b->order ? FIRST_OF_ORDER : FIRST_TURNS;
        b->value[i] = average(b, c, o, turns);
        b->off[i] = own || !c->symmetry.radial ? 0 : INFINITY;
        while (b->off[i] > 0.05 * b->v->tolerance * fmax(1, fabs(b->value[i])) &&
               turns < MOST_TURNS) {
            const double before = b->value[i];
            turns *= 2;
            b->value[i] = average(b, c, o, turns);
            b->off[i] = fabs(b->value[i] - before);
        }
    }
}

/* ---- rules of growing degree ---- */

static kl_phase_symmetry symmetry_of(const kl_vlasov *v)
{
    return kl_phase_symmetry_find(v->potential, v->interaction, v->displacement);
}

bool kl_vlasov_radial(const kl_vlasov *v)
{
    return symmetry_of(v).radial;
}

static kl_cloud_accuracy accuracy_of(const kl_vlasov *v, int level, bool order)
{
    static const double first[] = {0, 16, 10,
                                   6}; /* degree; radial rules are of one dimension more */
    const kl_phase_symmetry s = symmetry_of(v);
    const double small = fmax(3e-14, v->tolerance * pow(10, -2 - level));
    const int degree = 2 * (int)(first[s.radial ? 1 : s.dimension] * pow(1.5, level) / 2);
    return (kl_cloud_accuracy){degree, 0, fmin(small, 1e-6), fmin(small, 1e-6), order};
}

/* Products of a rule for one V * rho on all nodes. */
static double work_of(const kl_vlasov *v, const kl_cloud_accuracy *a)
{
    const kl_phase_symmetry s = symmetry_of(v);
    const double reach = a->reach > 0 ? a->reach : 1 + sqrt(2 * kl_fermi_energy(s.dimension));
    static const double order[] = {0, 4, 10, 15};
    const double each = kl_bells_count(v->interaction, &s, reach, a->modes);
    return kl_thomas_fermi_nodes(&s, a->degree) * ((s.radial ? 12 : 2) * each + 40) *
           (a->order ? order[s.dimension] : 1);
}

/* Calls of slope() until the last time, roughly. */
static double slopes_of(const kl_vlasov *v)
{
    return 72 * (3 + 1.5 * (v->ntimes > 0 ? v->times[v->ntimes - 1] : 0));
}

double kl_vlasov_seconds(const kl_vlasov *v, bool order)
{
    double seconds = 0;
    for (int level = 0; level < 6; level++) {
        const kl_cloud_accuracy a = accuracy_of(v, level, order);
        const double work = work_of(v, &a) * slopes_of(v);
        seconds += work < most_work ? 1e-9 * work : 0;
    }
    return seconds;
}

static bool any_rough(const kl_vlasov *v)
{
    bool found = false;
    for (int k = 0; k < v->nobservables; k++)
        found = found || !kl_phase_observable_smooth(&v->observable[k]);
    return found;
}

/* error = what changed, and the means over turns; the largest relative one of those that are
 * smooth. */
static double compare(const observing *now, const double *before, double *error)
{
    const kl_vlasov *v = now->v;
    double worst = 0;
    for (int i = 0; i < v->ntimes * v->nobservables; i++) {
        const double change = fabs(now->value[i] - before[i]) + now->off[i];
        const bool smooth = kl_phase_observable_smooth(&v->observable[i % v->nobservables]);
        /* Indicators converge slowly and not steadily: what both last rules changed. */
        error[i] = (smooth ? change : 3 * fmax(change, error[i] / 3)) +
                   4e-15 * fmax(1, fabs(now->value[i]));
        if (smooth)
            worst = fmax(worst, change / fmax(1, fabs(now->value[i])));
    }
    return worst;
}

/* The rule of a level; *more: there was one. */
static kl_status apply(MPI_Comm comm, const observing *b, int level, double *reach, bool *fine,
                       bool *more, kl_error *err)
{
    kl_cloud_accuracy a = accuracy_of(b->v, level, b->order);
    a.reach = *reach;
    *more = level < LEAST_LEVELS || work_of(b->v, &a) * slopes_of(b->v) < most_work;
    if (*more)
        KL_TRY(kl_cloud_follow(comm, b->v, &a, observe, (void *)b, fine, err));
    *reach = a.reach;
    return KL_OK;
}

static kl_status refine(MPI_Comm comm, const observing *b, double *value, double *error,
                        bool *reached, kl_error *err)
{
    const kl_vlasov *v = b->v;
    const size_t n = (size_t)(v->ntimes * v->nobservables);
    const int least = any_rough(v) && !b->order ? ROUGH_LEVELS : LEAST_LEVELS;
    double reach = 0;
    bool fine = true, more = true;
    *reached = false;
    for (int level = 0; fine && !*reached; level++) {
        KL_TRY(apply(comm, b, level, &reach, &fine, &more, err));
        if (!more)
            break;
        if (level > 0)
            *reached = compare(b, value, error) <= v->tolerance && level + 1 >= least;
        memcpy(value, b->value, n * sizeof *value);
    }
    for (size_t i = 0; i < n && !fine; i++) {
        value[i] = NAN;
        error[i] = INFINITY;
    }
    *reached = *reached && fine;
    return KL_OK;
}

static kl_status solve(MPI_Comm comm, const kl_vlasov *v, bool order, double *value, double *error,
                       bool *reached, kl_error *err)
{
    const size_t n = (size_t)(v->ntimes * v->nobservables);
    observing b = {.v = v, .order = order};
    kl_status status = kl_alloc(n, sizeof *b.value, "values", &b.value, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *b.off, "values", &b.off, err);
    if (status == KL_OK)
        status = kl_alloc(KL_MEAN_FIELD_BLOCKS, sizeof *b.block, "values", &b.block, err);
    KL_GOTO(kl_agree(comm, status, err));
    memset(error, 0, n * sizeof *error);
    status = refine(comm, &b, value, error, reached, err);
done:
    free(b.value);
    free(b.off);
    free(b.block);
    return status;
}

kl_status kl_vlasov_values(MPI_Comm comm, const kl_vlasov *v, double *value, double *error,
                           bool *reached, kl_error *err)
{
    return solve(comm, v, false, value, error, reached, err);
}

kl_status kl_vlasov_next_order(MPI_Comm comm, const kl_vlasov *v, double *value, double *error,
                               bool *reached, kl_error *err)
{
    KL_TRY(solve(comm, v, true, value, error, reached, err));
    for (int i = 0; i < v->ntimes * v->nobservables; i++)
        if (!kl_phase_observable_smooth(&v->observable[i % v->nobservables]))
            value[i] = error[i] = NAN;
    return KL_OK;
}
