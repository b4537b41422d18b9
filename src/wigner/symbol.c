#include "wigner/pairing.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static kl_status allocate(int n, kl_symbol *out, kl_error *err)
{
    *out = (kl_symbol){.n = n};
    kl_status status = kl_alloc((size_t)n, sizeof *out->mode, "symbol", &out->mode, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)n, sizeof *out->coefficient, "symbol", &out->coefficient, err);
    if (status != KL_OK)
        kl_symbol_destroy(out);
    return status;
}

void kl_symbol_destroy(kl_symbol *symbol)
{
    free(symbol->mode);
    free(symbol->coefficient);
    *symbol = (kl_symbol){0};
}

kl_status kl_symbol_mode(const int mode[3], kl_symbol *out, kl_error *err)
{
    KL_TRY(allocate(1, out, err));
    memcpy(out->mode[0], mode, sizeof out->mode[0]);
    out->coefficient[0] = 1;
    return KL_OK;
}

kl_status kl_symbol_velocity(int axis, kl_symbol *out, kl_error *err)
{
    /* -2 sin(2 pi v) = i (exp(2 pi i v) - exp(-2 pi i v)) */
    KL_TRY(allocate(2, out, err));
    out->mode[0][axis] = 1;
    out->coefficient[0] = I;
    out->mode[1][axis] = -1;
    out->coefficient[1] = -I;
    return KL_OK;
}

/* Counts the closed walks: the coefficient of mode m in e^power is the number
 * of nearest-neighbour walks of `power` steps from 0 to m. */
kl_status kl_symbol_energy(int dimension, int power, kl_symbol *out, kl_error *err)
{
    const int side = 2 * power + 1, sy = dimension > 1 ? side : 1, sz = dimension > 2 ? side : 1;
    const int cells = side * sy * sz, stride[3] = {sy * sz, sz, 1};
    double *walks = NULL, *next = NULL;
    int found = 0;
    kl_status status = kl_alloc((size_t)cells, sizeof *walks, "symbol", &walks, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)cells, sizeof *next, "symbol", &next, err);
    if (status != KL_OK)
        goto done;
    const int centre =
        power * (stride[0] + (dimension > 1) * stride[1] + (dimension > 2) * stride[2]);
    walks[centre] = 1;
    for (int step = 0; step < power; step++) {
        memset(next, 0, (size_t)cells * sizeof *next);
        for (int i = 0; i < cells; i++)
            for (int j = 0; walks[i] != 0 && j < dimension; j++) {
                next[i + stride[j]] += walks[i];
                next[i - stride[j]] += walks[i];
            }
        memcpy(walks, next, (size_t)cells * sizeof *next);
    }
    for (int i = 0; i < cells; i++)
        found += walks[i] != 0;
    KL_GOTO(allocate(found, out, err));
    found = 0;
    for (int i = 0; i < cells; i++) {
        if (walks[i] == 0)
            continue;
        const int index[3] = {i / stride[0], i / stride[1] % sy, i % sz};
        for (int j = 0; j < dimension; j++)
            out->mode[found][j] = index[j] - power;
        out->coefficient[found++] = walks[i];
    }
done:
    free(walks);
    free(next);
    return status;
}
