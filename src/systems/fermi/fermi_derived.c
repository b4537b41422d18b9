/* What follows from the means: how far determinants are from quasifree, and moments over the
 * disorder without the noise of the phases. */
#include "systems/fermi/fermi_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static const double *at_station(const fermi *f, int station, const double *mean)
{
    return mean + station * f->nquantities;
}

static int which_of(const fermi *f, const kl_derived *which)
{
    return (int)(which - f->derived);
}

static double det_of(const fermi *f, int order, const double *quantity)
{
    for (int i = 0; i < f->sites.norders; i++)
        if (f->sites.order[i] == order)
            return quantity[f->first_det + i];
    return NAN;
}

/* E det M */
static double expected_det(const void *self, const kl_derived *which, int point, int station,
                           const double *mean)
{
    const fermi *f = self;
    (void)point;
    return det_of(f, f->meaning[which_of(f, which)].order, at_station(f, station, mean));
}

/* det E M */
static double det_of_expected(const void *self, const kl_derived *which, int point, int station,
                              const double *mean)
{
    const fermi *f = self;
    (void)point;
    return fermi_determinant(f, f->meaning[which_of(f, which)].order, at_station(f, station, mean));
}

static double det_ratio(const void *self, const kl_derived *which, int point, int station,
                        const double *mean)
{
    return expected_det(self, which, point, station, mean) /
               det_of_expected(self, which, point, station, mean) -
           1;
}

/* (E (X - E X)^r)^(1/r), X the average over phases in a realization, E X^k = E U_k; U_k is the mean
 * over k different vectors of the product of their values. Signed: an estimate may be negative. */
static double disorder_moment(const void *self, const kl_derived *which, int point, int station,
                              const double *mean)
{
    const fermi *f = self;
    const fermi_derived *m = &f->meaning[which_of(f, which)];
    const double *quantity = at_station(f, station, mean);
    const double *power = quantity + f->first_power + m->quantity * (f->powers - 1) - 2;
    const double first = quantity[m->quantity];
    double sum = 0, binomial = 1;
    (void)point;
    for (int k = 0; k <= m->order; k++) {
        const double raw = k == 0 ? 1 : k == 1 ? first : power[k];
        sum += binomial * raw * pow(-first, m->order - k);
        binomial *= (double)(m->order - k) / (k + 1);
    }
    return copysign(pow(fabs(sum), 1. / m->order), sum);
}

static void add(fermi *f, kl_derived derived, fermi_derived meaning)
{
    const int i = f->description.nderived++;
    derived.order = meaning.order;
    derived.per_station = true;
    f->derived[i] = derived;
    f->meaning[i] = meaning;
}

static void add_determinants(fermi *f, int order)
{
    const fermi_derived meaning = {.order = order};
    const kl_derived d = {.observable = "det", .jackknife = true};
    kl_derived one = d;
    one.name = "expected_det";
    one.value = expected_det;
    add(f, one, meaning);
    one.name = "det_of_expected";
    one.value = det_of_expected;
    add(f, one, meaning);
    one.name = "det_ratio";
    one.value = det_ratio;
    one.signed_value = true;
    add(f, one, meaning);
    one = d;
    one.name = "response";
    one.value = expected_det; /* of the limit's values: q_r */
    one.of_limit = "response";
    if (f->points.dimension == 3)
        add(f, one, meaning);
}

kl_status fermi_make_derived(fermi *f, kl_error *err)
{
    const kl_observables *o = &f->observables;
    const size_t most = 4 * (size_t)f->sites.norders + 3 * (size_t)o->n;
    KL_TRY(kl_alloc(most, sizeof *f->derived, "statistics", &f->derived, err));
    KL_TRY(kl_alloc(most, sizeof *f->meaning, "statistics", &f->meaning, err));
    f->description.derived = f->derived;
    for (int i = 0; i < f->sites.norders; i++)
        add_determinants(f, f->sites.order[i]);
    for (int k = 0; k < o->n; k++)
        for (int r = 2; r <= f->powers; r += 2)
            add(f,
                (kl_derived){.name = "disorder_moment",
                             .observable = kl_observables_name(o, k),
                             .value = disorder_moment},
                (fermi_derived){.order = r, .quantity = o->first[k]});
    return KL_OK;
}
