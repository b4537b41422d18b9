#include "continuum/determinants.h"

#include "base/complex.h"
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
           (sizeof(int) + sizeof(int32_t));
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

static void fill(kl_determinants *d)
{
    int core[KL_MOST_FERMIONS], whole[KL_MOST_FERMIONS], below;
    for (int k = 0; k < d->particles - 2; k++)
        core[k] = k;
    for (int64_t c = 0; c < d->cores; c++, next_set(d->particles - 2, core)) {
        int *pair = d->pair + c * d->free;
        int32_t *place = d->place + c * d->free;
        for (int j = 1; j < d->orbitals; j++)
            for (int i = 0; i < j; i++) {
                if (!join(d->particles - 2, core, i, j, whole, &below))
                    continue;
                const int32_t at = (int32_t)number(d->particles, whole);
                *pair++ = kl_pair_number(i, j);
                *place++ = below % 2 ? -1 - at : at;
            }
    }
}

kl_status kl_determinants_create(int particles, int orbitals, kl_determinants *out, kl_error *err)
{
    *out = (kl_determinants){.particles = particles, .orbitals = orbitals};
    out->n = (int64_t)kl_binomial(orbitals, particles);
    out->cores = (int64_t)kl_binomial(orbitals, particles - 2);
    out->pairs = orbitals * (orbitals - 1) / 2;
    out->free = (int)kl_binomial(orbitals - particles + 2, 2);
    const size_t all = (size_t)out->cores * (size_t)out->free;
    KL_TRY(kl_alloc(all, sizeof *out->pair, "determinants", &out->pair, err));
    KL_TRY(kl_alloc(all, sizeof *out->place, "determinants", &out->place, err));
    fill(out);
    return KL_OK;
}

void kl_determinants_destroy(kl_determinants *d)
{
    free(d->pair);
    free(d->place);
    *d = (kl_determinants){0};
}

void kl_determinants_gather(const kl_determinants *d, int64_t core, const complex double *c,
                            complex double *g)
{
    const int *pair = d->pair + core * d->free;
    const int32_t *place = d->place + core * d->free;
    memset(g, 0, (size_t)d->pairs * sizeof *g);
    for (int f = 0; f < d->free; f++)
        g[pair[f]] = place[f] < 0 ? -c[-1 - place[f]] : c[place[f]];
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
    const int *pair = d->pair + core * d->free;
    const int32_t *place = d->place + core * d->free;
    for (int f = 0; f < d->free; f++) {
        const complex double sum = row_times(d->pairs, a + (size_t)pair[f] * (size_t)stride, g);
        if (place[f] < 0)
            c[-1 - place[f]] -= sum;
        else
            c[place[f]] += sum;
    }
}
