#include "parts/values_file.h"

#include "base/complex.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096 };

typedef struct values {
    const kl_node *node;
    const char *key, *path;
    int d, m, n; /* n = m^d */
    complex double *mode;
} values;

static kl_status read_values(values *v, kl_error *err)
{
    FILE *file = fopen(v->path, "r");
    double value;
    int got = 0;
    if (!file)
        return kl_config_fail(v->node, v->key, err, "%s: %s", v->path, strerror(errno));
    while (v->n <= MOST && (got = fscanf(file, "%lf", &value)) == 1 && isfinite(value)) {
        if (v->n < MOST)
            v->mode[v->n] = value;
        v->n++;
    }
    fclose(file);
    if (v->n <= MOST && got != EOF)
        return kl_config_fail(v->node, v->key, err, "%s: value %d is not a number", v->path,
                              v->n + 1);
    v->m = (int)lround(pow(v->n, 1. / v->d));
    if (v->n > MOST || v->m < 4 || (int)lround(pow(v->m, v->d)) != v->n)
        return kl_config_fail(v->node, v->key, err,
                              "%s: %s%d values are not allowed: must be m^%d, m at least 4, at "
                              "most %d in all",
                              v->path, v->n > MOST ? "more than " : "", v->n > MOST ? MOST : v->n,
                              v->d, MOST);
    return KL_OK;
}

/* The modes of one line, of values `stride` apart. */
static void transform_line(int m, int stride, complex double *line, complex double *scratch)
{
    for (int k = 0; k < m; k++) {
        complex double sum = 0;
        for (int i = 0; i < m; i++) {
            const double angle = -2 * M_PI * (double)(k * i % m) / m;
            sum += line[i * stride] * CMPLX(cos(angle), sin(angle));
        }
        scratch[k] = sum / m;
    }
    for (int k = 0; k < m; k++)
        line[k * stride] = scratch[k];
}

static void transform(const values *v, complex double *scratch)
{
    for (int axis = 0, stride = v->n / v->m; axis < v->d; axis++, stride /= v->m)
        for (int i = 0; i < v->n; i++)
            if (i / stride % v->m == 0)
                transform_line(v->m, stride, v->mode + i, scratch);
}

/* Signed numbers of waves per side of mode i; the largest of them in *most. */
static void numbers(const values *v, int i, int k[3], int *most)
{
    *most = 0;
    for (int j = v->d - 1; j >= 0; j--, i /= v->m) {
        k[j] = i % v->m <= v->m / 2 ? i % v->m : i % v->m - v->m;
        *most = abs(k[j]) > *most ? abs(k[j]) : *most;
    }
}

static kl_status check_smooth(const values *v, double accuracy, kl_error *err)
{
    double largest = 0, high = 0;
    for (int i = 0; i < v->n; i++) {
        int k[3], most;
        numbers(v, i, k, &most);
        largest = fmax(largest, cabs(v->mode[i]));
        high = most > v->m / 2 - (v->m + 7) / 8 ? fmax(high, cabs(v->mode[i])) : high;
    }
    if (high <= fmax(accuracy, 1e-13) * largest)
        return KL_OK;
    return kl_config_fail(v->node, v->key, err,
                          "%s: the potential is not periodic and smooth to the accuracy of %g: the "
                          "highest modes of its values are %.2g of the largest",
                          v->path, accuracy, high / largest);
}

/* Mode and conjugate of k and -k make one wave; each pair once. */
static void add_waves(const values *v, double side, kl_phase_wave *wave, kl_phase_sum *out)
{
    double largest = 0;
    for (int i = 0; i < v->n; i++)
        largest = fmax(largest, cabs(v->mode[i]));
    for (int i = 1; i < v->n; i++) {
        int k[3] = {0}, most, sign = 0;
        numbers(v, i, k, &most);
        for (int j = 0; j < v->d && sign == 0; j++)
            sign = k[j];
        if (sign < 0 || 2 * most == v->m || cabs(v->mode[i]) < 1e-16 * largest)
            continue;
        const double from_middle = (k[0] + k[1] + k[2]) % 2 ? -2 : 2;
        for (int j = 0; j < v->d; j++)
            wave->wave[j] = k[j] / side;
        wave->cosine = from_middle * creal(v->mode[i]);
        wave->sine = -from_middle * cimag(v->mode[i]);
        wave++;
        out->nwaves++;
    }
}

kl_status kl_values_file(const kl_node *node, const char *key, const char *path, int dimension,
                         double side, double accuracy, kl_phase_sum *out, kl_error *err)
{
    values v = {.node = node, .key = key, .path = path, .d = dimension};
    complex double *scratch = NULL;
    kl_phase_term *term = NULL;
    kl_phase_wave *wave = NULL;
    kl_status status = kl_alloc(2 * MOST, sizeof *v.mode, path, &v.mode, err);
    if (status == KL_OK)
        status = read_values(&v, err);
    scratch = v.mode ? v.mode + MOST : NULL;
    if (status == KL_OK) {
        transform(&v, scratch);
        status = check_smooth(&v, accuracy, err);
    }
    if (status == KL_OK)
        status = kl_alloc(1, sizeof *term, path, &term, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)v.n, sizeof *wave, path, &wave, err);
    if (status == KL_OK) {
        term->coefficient = creal(v.mode[0]);
        *out = (kl_phase_sum){.nterms = 1, .term = term, .wave = wave};
        add_waves(&v, side, wave, out);
    } else {
        free(term);
        free(wave);
    }
    free(v.mode);
    return status;
}
