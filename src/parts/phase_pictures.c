#include "parts/phase_pictures.h"

#include "base/memory.h"
#include "parts/plain_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = {[KL_PICTURE_WIGNER] = "wigner",
                                    [KL_PICTURE_HUSIMI] = "husimi",
                                    [KL_PICTURE_DENSITY] = "density",
                                    [KL_PICTURE_MOMENTUM] = "momentum",
                                    NULL};
static const kl_key picture_table[] = {
    {.name = "type",
     KL_CHOICE_AT(kl_phase_picture, type, types),
     .flags = KL_REQUIRED,
     .doc = "of x and p, of x, or of p, along an axis: the others are integrated out"},
    {.name = "name", KL_STRING_AT(kl_phase_picture, name), .doc = "default: the type"},
    {.name = "axis",
     KL_INT_AT(kl_phase_picture, axis),
     KL_RANGE(1, 3),
     .fallback = "1",
     .doc = "from 1"},
    {.name = "positions",
     KL_INT_AT(kl_phase_picture, positions),
     KL_RANGE(4, 4096),
     .fallback = "256",
     .doc = "most points of the picture in x"},
    {.name = "momenta",
     KL_INT_AT(kl_phase_picture, momenta),
     KL_RANGE(4, 4096),
     .fallback = "256",
     .doc = "most points of the picture in p"},
    {0}};

typedef struct fields_key {
    kl_nodes fields;
} fields_key;
const kl_key kl_phase_pictures_table[] = {{.name = "fields",
                                           KL_MAPS_AT(fields_key, fields),
                                           .doc = "distributions in position and momentum",
                                           KL_BELOW(picture_table)},
                                          {0}};

static void describe(kl_phase_picture *f, kl_field_kind *kind)
{
    static const char *const words[] = {"Wigner function", "Husimi function", "density of |psi|^2",
                                        "momentum distribution"};
    static const char *const axes[2][3] = {{"x_1", "x_2", "x_3"}, {"p_1", "p_2", "p_3"}};
    static const char *const axis_words[2] = {"position", "momentum"};
    const int from = f->type == KL_PICTURE_MOMENTUM, to = f->type == KL_PICTURE_DENSITY ? 0 : 1;
    snprintf(f->long_name, sizeof f->long_name, "%s along axis %d", words[f->type], (int)f->axis);
    *kind = (kl_field_kind){f->name, "1", f->long_name, .naxes = to - from + 1};
    for (int i = from; i <= to; i++) {
        kind->axis[i - from].name = axes[i][f->axis - 1];
        kind->axis[i - from].units = "1";
        kind->axis[i - from].long_name = axis_words[i];
    }
}

static kl_status read_picture(kl_phase_pictures *pictures, int f, kl_node *node, kl_error *err)
{
    kl_phase_picture *out = &pictures->picture[f];
    KL_TRY(kl_config_read(node, picture_table, out, err));
    if (!out->name)
        out->name = types[out->type];
    KL_TRY(kl_keys_name(node, out->name, KL_NAME - 1, err));
    for (int i = 0; i < f; i++)
        if (strcmp(pictures->picture[i].name, out->name) == 0)
            return kl_config_fail(node, "name", err, "%s comes twice: names must differ",
                                  out->name);
    if (out->axis > pictures->dimension)
        return kl_config_fail(node, "axis", err, "%d is not allowed: must be in [1, %d]",
                              (int)out->axis, pictures->dimension);
    if (out->type == KL_PICTURE_WIGNER && pictures->whole_wigner && pictures->dimension > 1)
        return kl_config_fail(node, "type", err,
                              "wigner is not allowed twice: negativity is of one");
    describe(out, &pictures->kind[f]);
    return KL_OK;
}

kl_status kl_keys_phase_pictures(kl_node *root, int64_t dimension, double side,
                                 kl_phase_pictures *out, kl_error *err)
{
    fields_key top = {0};
    *out = (kl_phase_pictures){.dimension = (int)dimension, .side = side};
    KL_TRY(kl_config_read(root, kl_phase_pictures_table, &top, err));
    const size_t n = (size_t)top.fields.n;
    KL_TRY(kl_alloc(n, sizeof *out->picture, "fields", &out->picture, err));
    KL_TRY(kl_alloc(n, sizeof *out->kind, "fields", &out->kind, err));
    out->n = (int)n;
    for (int f = 0; f < out->n; f++) {
        KL_TRY(read_picture(out, f, top.fields.v[f], err));
        out->whole_wigner = out->whole_wigner || out->picture[f].type == KL_PICTURE_WIGNER;
    }
    return KL_OK;
}

void kl_phase_pictures_free(kl_phase_pictures *pictures)
{
    free(pictures->picture);
    free(pictures->kind);
    *pictures = (kl_phase_pictures){0};
}

void kl_phase_pictures_strides(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                               kl_stride *x, kl_stride *p)
{
    const kl_phase_picture *field = &pictures->picture[f];
    const double dx = pictures->side / (double)at->sites, dp = 2 * M_PI * at->eps / pictures->side;
    const bool wigner = field->type == KL_PICTURE_WIGNER;
    const double fuzz = 3 * sqrt(at->eps);
    *x = *p = (kl_stride){0, 1, 1};
    if (field->type != KL_PICTURE_MOMENTUM)
        *x = kl_stride_choose(at->sites, dx, at->x + fuzz, (int)field->positions);
    if (field->type != KL_PICTURE_DENSITY)
        *p = kl_stride_choose(wigner ? 2 * at->sites : at->sites, wigner ? dp / 2 : dp,
                              at->p + fuzz, (int)field->momenta);
}

int kl_phase_pictures_axis(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                           int axis, double *coordinate)
{
    const kl_phase_picture *field = &pictures->picture[f];
    const bool momenta = field->type == KL_PICTURE_MOMENTUM || axis == 1;
    const double dx = pictures->side / (double)at->sites, dp = 2 * M_PI * at->eps / pictures->side;
    const int64_t all = momenta && field->type == KL_PICTURE_WIGNER ? 2 * at->sites : at->sites;
    kl_stride x, p;
    kl_phase_pictures_strides(pictures, at, f, &x, &p);
    const kl_stride *stride = momenta ? &p : &x;
    const double unit = !momenta ? dx : field->type == KL_PICTURE_WIGNER ? dp / 2 : dp;
    for (int i = 0; coordinate && i < stride->n; i++)
        coordinate[i] = unit * (double)(stride->first + i * stride->step - all / 2);
    return stride->n;
}

double kl_phase_pictures_seconds(const kl_phase_pictures *pictures, const kl_box_point *at)
{
    const double whole = kl_box_seconds(pictures->dimension, at->sites);
    double seconds = 0;
    for (int f = 0; f < pictures->n; f++) {
        kl_stride x, p;
        kl_phase_pictures_strides(pictures, at, f, &x, &p);
        if (pictures->picture[f].type == KL_PICTURE_WIGNER)
            seconds +=
                (double)at->sites * kl_box_seconds(1, 2 * at->sites) +
                (pictures->dimension > 1 ? 1e-9 * pow((double)at->sites, pictures->dimension + 1.)
                                         : 0);
        else
            seconds += whole * x.n;
    }
    return seconds;
}

double kl_phase_pictures_cells(const kl_phase_pictures *pictures)
{
    double cells = 0;
    for (int f = 0; f < pictures->n; f++)
        cells += (double)(pictures->picture[f].positions * pictures->picture[f].momenta);
    return cells;
}

/* |psi|^2 or its transform along an axis, as a density. */
static kl_status marginal(const kl_box_grid *grid, const kl_phase_picture *field, kl_stride stride,
                          const complex double *psi, complex double *u, double *out, kl_error *err)
{
    const bool momenta = field->type == KL_PICTURE_MOMENTUM;
    const int64_t n = grid->sites;
    const double scale =
        momenta ? grid->side / (2 * M_PI * grid->eps * kl_box_points(grid)) : 1 / grid->spacing;
    double *all;
    KL_TRY(kl_agree(grid->comm, kl_alloc((size_t)n, sizeof *all, "field", &all, err), err));
    memcpy(u, psi, grid->local * sizeof *u);
    if (momenta)
        kl_box_forward(grid, u);
    const kl_status status = kl_box_marginal(grid, momenta ? &grid->momentum : &grid->position,
                                             (int)field->axis - 1, u, all, err);
    for (int i = 0; i < stride.n && status == KL_OK; i++) {
        const int64_t centred = stride.first + i * stride.step;
        out[i] = scale * all[momenta ? (centred + n / 2) % n : centred];
    }
    free(all);
    return status;
}

kl_status kl_phase_picture_measure(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                                   const kl_box_grid *grid, const complex double *psi,
                                   complex double *u, double *out, kl_error *err)
{
    const kl_phase_picture *now = &pictures->picture[f];
    kl_stride x, p;
    kl_phase_pictures_strides(pictures, at, f, &x, &p);
    if (now->type == KL_PICTURE_HUSIMI)
        return kl_husimi_box(grid, (int)now->axis - 1, psi, u, x, p, out, err);
    return marginal(grid, now, now->type == KL_PICTURE_MOMENTUM ? p : x, psi, u, out, err);
}

kl_status kl_phase_picture_wigner(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                                  const kl_box_grid *grid, const complex double *psi,
                                  complex double *u, double *out, kl_wigner_totals *totals,
                                  kl_error *err)
{
    kl_stride x, p;
    kl_phase_pictures_strides(pictures, at, f, &x, &p);
    return kl_wigner_box(grid, (int)pictures->picture[f].axis - 1, psi, u, x, p, out, totals, err);
}

static double cell(int n, const double *q)
{
    return n > 1 ? q[1] - q[0] : 0;
}

kl_status kl_phase_picture_transported(const kl_phase_pictures *pictures, const kl_box_point *at,
                                       int f, MPI_Comm comm, kl_phase_solve solve,
                                       const void *problem, int ntimes, double *field,
                                       kl_error *err)
{
    const kl_phase_picture *now = &pictures->picture[f];
    const bool husimi = now->type == KL_PICTURE_HUSIMI, plain = now->type == KL_PICTURE_DENSITY;
    const double wave = sqrt(at->eps / 2);
    const int nx = kl_phase_pictures_axis(pictures, at, f, 0, NULL),
              np = plain ? 1 : kl_phase_pictures_axis(pictures, at, f, 1, NULL);
    double *q = NULL, **times = NULL;
    kl_status status = kl_alloc((size_t)(nx + np), sizeof *q, "field", &q, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)ntimes, sizeof *times, "field", &times, err);
    KL_GOTO(kl_agree(comm, status, err));
    kl_phase_pictures_axis(pictures, at, f, 0, q);
    if (!plain)
        kl_phase_pictures_axis(pictures, at, f, 1, q + nx);
    for (int t = 0; t < ntimes; t++)
        times[t] = field + (size_t)t * (size_t)(nx * np);
    const kl_liouville_grid grid = {.axis = (int)now->axis - 1,
                                    .width = husimi ? wave : cell(nx, q),
                                    .narrow = husimi  ? wave
                                              : plain ? 0
                                                      : cell(np, q + nx),
                                    .nx = nx,
                                    .np = np,
                                    .x = q,
                                    .p = q + nx};
    status = solve(comm, problem, &grid, times, err);
done:
    free(q);
    free(times);
    return status;
}
