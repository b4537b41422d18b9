#include "continuum/determinants.h"

#include "base/clones.h"
#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

double kl_binomial(int n, int k)
{
    double product = 1;
    for (int i = 0; i < k; i++)
        product = product * (n - i) / (i + 1);
    return product;
}

double kl_determinants_bytes(int particles, int orbitals)
{
    return kl_binomial(orbitals, particles - 2) * kl_binomial(orbitals - particles + 2, 2) *
               (sizeof(int) + sizeof(int32_t)) +
           8 * kl_binomial(orbitals, particles - 2) + 4 * kl_binomial(orbitals, particles);
}

/* The number of a set of n orbitals, ascending. */
static int64_t number(int n, const int *at)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += kl_binomial(at[i], i + 1);
    return (int64_t)sum;
}

/* The next set of n orbitals by number. */
static void next_set(int n, int *at)
{
    int i = 0;
    while (i + 1 < n && at[i] + 1 == at[i + 1]) {
        at[i] = i;
        i++;
    }
    if (n > 0)
        at[i]++;
}

/* D with i and j, ascending; false: it has one of them. *below: of D below i and below j. */
static bool join(int n, const int *core, int i, int j, int *out, int *below)
{
    int m = 0;
    *below = 0;
    for (int k = 0; k < n; k++) {
        if (core[k] == i || core[k] == j)
            return false;
        *below += (core[k] < i) + (core[k] < j);
    }
    for (int k = 0; k <= n; k++) {
        const int upper = k < n ? core[k] : KL_MOST_ORBITALS + 1;
        if (i < upper && (k == 0 || core[k - 1] < i))
            out[m++] = i;
        if (j < upper && (k == 0 || core[k - 1] < j))
            out[m++] = j;
        if (k < n)
            out[m++] = core[k];
    }
    return true;
}

static void first_set(int n, int *at)
{
    for (int k = 0; k < n; k++)
        at[k] = k;
}

static bool allowed(const kl_determinants *d, const int *at)
{
    int above = 0;
    for (int k = 0; k < d->particles; k++)
        above += at[k] - k;
    return above <= d->quanta;
}

/* of[C(K, N)] (NULL: not asked for): the number among those that are allowed, or -1. How many these
 * are. */
static int64_t number_sets(const kl_determinants *d, int32_t *of)
{
    const int64_t all = (int64_t)kl_binomial(d->orbitals, d->particles);
    int at[KL_MOST_FERMIONS];
    int32_t n = 0;
    first_set(d->particles, at);
    for (int64_t i = 0; i < all; i++, next_set(d->particles, at)) {
        const bool has = allowed(d, at);
        if (of)
            of[i] = has ? n : -1;
        n += has;
    }
    return n;
}

int64_t kl_determinants_count(int particles, int orbitals, int quanta)
{
    const kl_determinants d = {.particles = particles, .orbitals = orbitals, .quanta = quanta};
    return number_sets(&d, NULL);
}

/* The pairs of a core, from `at` on; stores them if there is room. Where they end. */
static int64_t list_pairs(kl_determinants *d, const int32_t *of, const int *core, int64_t at)
{
    int whole[KL_MOST_FERMIONS], below;
    for (int j = 1; j < d->orbitals; j++)
        for (int i = 0; i < j; i++) {
            if (!join(d->particles - 2, core, i, j, whole, &below))
                continue;
            const int32_t place = of[number(d->particles, whole)];
            if (place < 0)
                continue;
            if (d->pair) {
                d->pair[at] = kl_pair_number(i, j);
                d->place[at] = below % 2 ? -1 - place : place;
            }
            at++;
        }
    return at;
}

/* Goes through all cores: counts, and stores if there is room. */
static int64_t list_cores(kl_determinants *d, const int32_t *of)
{
    const int64_t all = (int64_t)kl_binomial(d->orbitals, d->particles - 2);
    int core[KL_MOST_FERMIONS];
    int64_t at = 0;
    d->cores = 0;
    first_set(d->particles - 2, core);
    for (int64_t c = 0; c < all; c++, next_set(d->particles - 2, core)) {
        const int64_t last = list_pairs(d, of, core, at);
        if (last == at)
            continue;
        d->cores++;
        if (d->first)
            d->first[d->cores] = last;
        at = last;
    }
    return at;
}

static kl_status list(kl_determinants *d, const int32_t *of, kl_error *err)
{
    const size_t pairs = (size_t)list_cores(d, of);
    KL_TRY(kl_alloc((size_t)d->cores + 1, sizeof *d->first, "determinants", &d->first, err));
    KL_TRY(kl_alloc(pairs, sizeof *d->pair, "determinants", &d->pair, err));
    KL_TRY(kl_alloc(pairs, sizeof *d->place, "determinants", &d->place, err));
    list_cores(d, of);
    return KL_OK;
}

kl_status kl_determinants_create(int particles, int orbitals, int quanta, kl_determinants *out,
                                 kl_error *err)
{
    int32_t *of;
    *out = (kl_determinants){.particles = particles,
                             .orbitals = orbitals,
                             .quanta = quanta,
                             .pairs = orbitals * (orbitals - 1) / 2};
    KL_TRY(
        kl_alloc((size_t)kl_binomial(orbitals, particles), sizeof *of, "determinants", &of, err));
    out->n = number_sets(out, of);
    const kl_status status = list(out, of, err);
    free(of);
    return status;
}

void kl_determinants_destroy(kl_determinants *d)
{
    free(d->first);
    free(d->pair);
    free(d->place);
    *d = (kl_determinants){0};
}

void kl_determinants_gather(const kl_determinants *d, int64_t core, const complex double *c,
                            complex double *g)
{
    memset(g, 0, (size_t)kl_determinants_width(d, core) * sizeof *g);
    for (int64_t f = d->first[core]; f < d->first[core + 1]; f++)
        g[d->pair[f]] = d->place[f] < 0 ? -c[-1 - d->place[f]] : c[d->place[f]];
}

KL_CLONES static complex double row_times(int n, const complex double *row, const complex double *g)
{
    double re[4] = {0}, im[4] = {0};
    int i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) {
            const double a = creal(row[i + k]), b = cimag(row[i + k]), x = creal(g[i + k]),
                         y = cimag(g[i + k]);
            re[k] += a * x - b * y;
            im[k] += a * y + b * x;
        }
    for (; i < n; i++) {
        const complex double product = kl_times(row[i], g[i]);
        re[0] += creal(product);
        im[0] += cimag(product);
    }
    return CMPLX(re[0] + re[1] + (re[2] + re[3]), im[0] + im[1] + (im[2] + im[3]));
}

void kl_determinants_scatter(const kl_determinants *d, int64_t core, const complex double *a,
                             int stride, const complex double *g, complex double *c)
{
    const int width = kl_determinants_width(d, core);
    for (int64_t f = d->first[core]; f < d->first[core + 1]; f++) {
        const int32_t place = d->place[f];
        const complex double sum = row_times(width, a + (size_t)d->pair[f] * (size_t)stride, g);
        if (place < 0)
            c[-1 - place] -= sum;
        else
            c[place] += sum;
    }
}

/* a_m of a set whose orbital number k is m. */
static void remove_one(const kl_determinants *less, const int32_t *of, const int *at, int k,
                       complex double c, complex double *out)
{
    int rest[KL_MOST_FERMIONS];
    for (int i = 0; i < less->particles; i++)
        rest[i] = at[i < k ? i : i + 1];
    out[at[k] * less->n + of[number(less->particles, rest)]] = k % 2 ? -c : c;
}

kl_status kl_determinants_remove(const kl_determinants *d, const kl_determinants *less,
                                 const complex double *c, complex double *out, kl_error *err)
{
    const int64_t all = (int64_t)kl_binomial(d->orbitals, d->particles);
    int at[KL_MOST_FERMIONS];
    int32_t *of;
    KL_TRY(kl_alloc((size_t)kl_binomial(d->orbitals, less->particles), sizeof *of, "determinants",
                    &of, err));
    number_sets(less, of);
    memset(out, 0, (size_t)(d->orbitals * less->n) * sizeof *out);
    first_set(d->particles, at);
    for (int64_t i = 0; i < all; i++, next_set(d->particles, at)) {
        if (!allowed(d, at))
            continue;
        for (int k = 0; k < d->particles; k++)
            remove_one(less, of, at, k, *c, out);
        c++;
    }
    free(of);
    return KL_OK;
}
