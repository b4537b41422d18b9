#include "dynamics/state.h"

#include <string.h>

kl_status kl_state_create_at(const kl_lattice *lattice, kl_precision precision, int place,
                             kl_state *out, kl_error *err)
{
    const size_t size = kl_precision_size(precision);
    *out = (kl_state){.lattice = lattice, .precision = precision};
    kl_status status = kl_lattice_array(lattice, size, place, &out->re, err);
    if (status == KL_OK)
        status = kl_lattice_array(lattice, size, place + 1, &out->im, err);
    if (status != KL_OK)
        kl_state_destroy(out);
    return status;
}

kl_status kl_state_create(const kl_lattice *lattice, kl_precision precision, kl_state *out,
                          kl_error *err)
{
    return kl_state_create_at(lattice, precision, 0, out, err);
}

void kl_state_destroy(kl_state *state)
{
    kl_lattice_array_free(state->re);
    kl_lattice_array_free(state->im);
    state->re = state->im = NULL;
}

void kl_state_load(kl_precision precision, const void *part, int64_t from, int64_t n, double *to)
{
    if (precision == KL_SINGLE) {
        const float *p = (const float *)part + from;
        for (int64_t i = 0; i < n; i++)
            to[i] = (double)p[i];
    } else {
        memcpy(to, (const double *)part + from, (size_t)n * sizeof *to);
    }
}

void kl_state_store(kl_precision precision, void *part, int64_t from, int64_t n,
                    const double *values)
{
    if (precision == KL_SINGLE) {
        float *p = (float *)part + from;
        for (int64_t i = 0; i < n; i++)
            p[i] = (float)values[i];
    } else {
        memcpy((double *)part + from, values, (size_t)n * sizeof *values);
    }
}

void kl_state_copy(const kl_state *from, kl_state *to)
{
    size_t bytes = (size_t)kl_lattice_extent(from->lattice) * kl_precision_size(from->precision);
    memcpy(to->re, from->re, bytes);
    memcpy(to->im, from->im, bytes);
    to->real = from->real;
}
