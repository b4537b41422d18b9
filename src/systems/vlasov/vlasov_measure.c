/* What orbitals are measured for: means over them of what one wave function has. */
#include "systems/vlasov/vlasov_study.h"

#include "base/complex.h"
#include "base/memory.h"
#include "continuum/weyl.h"

#include <stdlib.h>
#include <string.h>

kl_status vlasov_measure_observables(const vlasov *v, const vlasov_view *view, double *mean,
                                     kl_error *err)
{
    const kl_orbitals *o = view->o;
    const int n = v->observables.n;
    double *value;
    kl_status status =
        kl_alloc((size_t)(o->count + 1) * (size_t)n, sizeof *value, "observables", &value, err);
    for (int64_t j = 0; j < o->count && status == KL_OK; j++)
        for (int k = 0; k < n && status == KL_OK; k++) {
            const kl_phase_observable *now = &v->observables.observable[k];
            value[j * n + k] = NAN;
            if (!now->energy)
                status = kl_weyl_mean(&o->grid, now, view->potential, kl_orbital(o, view->phi, j),
                                      view->u, view->w, &value[j * n + k], err);
        }
    status = kl_agree(o->comm, status, err);
    if (status == KL_OK)
        status = kl_orbitals_mean(o, n, value, mean, err);
    free(value);
    return status;
}

kl_status vlasov_measure_tails(const vlasov_view *view, double *edge, double *band, kl_error *err)
{
    const kl_orbitals *o = view->o;
    double *value, mean[2] = {0};
    kl_status status = kl_alloc(2 * (size_t)(o->count + 1), sizeof *value, "tails", &value, err);
    for (int64_t j = 0; j < o->count && status == KL_OK; j++) {
        kl_box_tails tails = {0};
        status = kl_box_tails_raise(&o->grid, kl_orbital(o, view->phi, j), view->u, &tails, err);
        value[2 * j] = tails.edge;
        value[2 * j + 1] = tails.band;
    }
    status = kl_agree(o->comm, status, err);
    if (status == KL_OK)
        status = kl_orbitals_mean(o, 2, value, mean, err);
    *edge = mean[0];
    *band = mean[1];
    free(value);
    return status;
}

/* ---- pairs: of a determinant, <J (x) J> - <J>^2 = (<J>^2 - N^-1 sum_ij |J_ij|^2)/(N - 1) ---- */

typedef struct weighing {
    const kl_window *window;
    int dimension;
    double *weight;
} weighing;

static void weigh_point(void *context, int64_t i, const double x[3])
{
    const weighing *w = context;
    w->weight[i] = kl_window_value(w->window, w->dimension, x);
}

static void weigh_momenta(const kl_box_grid *grid, const kl_window *window, double *weight)
{
    const kl_layout *l = &grid->momentum;
    int64_t at = 0;
    for (int64_t a = 0; a < l->n[0]; a++)
        for (int64_t b = 0; b < l->n[1]; b++)
            for (int64_t c = 0; c < l->n[2]; c++, at++) {
                const int64_t index[3] = {a, b, c};
                double p[3] = {0};
                for (int place = 0; place < 3; place++)
                    if (l->axis[place] >= 0)
                        p[l->axis[place]] = kl_box_momentum(grid, index[place]);
                weight[at] = kl_window_value(window, grid->dimension, p) / kl_box_points(grid);
            }
}

typedef struct pairs {     /* scratch */
    double *weight;        /* [points] */
    complex double *mine;  /* [count][local] */
    complex double *every; /* [all][local] */
    double *row;           /* [count] */
} pairs;

static kl_status allocate(const kl_orbitals *o, pairs *p, kl_error *err)
{
    *p = (pairs){0};
    KL_TRY(kl_alloc((size_t)kl_orbitals_points(o), sizeof *p->weight, "pairs", &p->weight, err));
    KL_TRY(kl_alloc((size_t)o->all * o->grid.local, sizeof *p->every, "pairs", &p->every, err));
    KL_TRY(kl_alloc((size_t)o->count + 1, sizeof *p->row, "pairs", &p->row, err));
    return kl_orbitals_array(o, &p->mine, err);
}

static void release(pairs *p)
{
    free(p->weight);
    free(p->every);
    free(p->mine);
    free(p->row);
}

/* sum_i conj(a_i) b_i w_i */
static complex double element(int64_t n, const complex double *a, const complex double *b,
                              const double *w)
{
    double re = 0, im = 0;
    for (int64_t i = 0; i < n; i++) {
        re += w[i] * (creal(a[i]) * creal(b[i]) + cimag(a[i]) * cimag(b[i]));
        im += w[i] * (creal(a[i]) * cimag(b[i]) - cimag(a[i]) * creal(b[i]));
    }
    return CMPLX(re, im);
}

/* N^-1 sum_ij |J_ij|^2 */
static kl_status square_of(const kl_orbitals *o, pairs *p, const vlasov_view *view,
                           const kl_phase_observable *j, double *square, kl_error *err)
{
    const bool momenta = j->p.shape != KL_WINDOW_UNIFORM;
    const int64_t points = kl_orbitals_points(o);
    weighing w = {&j->x, o->grid.dimension, p->weight};
    memcpy(p->mine, view->phi, (size_t)o->count * o->grid.local * sizeof *p->mine);
    if (momenta)
        weigh_momenta(&o->grid, &j->p, p->weight);
    else
        kl_box_visit(&o->grid, weigh_point, &w);
    for (int64_t a = 0; a < o->count && momenta; a++)
        kl_box_forward(&o->grid, kl_orbital(o, p->mine, a));
    kl_orbitals_gather(o, p->mine, p->every);
    for (int64_t a = 0; a < o->count; a++) {
        p->row[a] = 0;
        for (int64_t b = 0; b < o->all; b++) {
            const complex double value =
                element(points, kl_orbital(o, p->mine, a), kl_orbital(o, p->every, b), p->weight);
            p->row[a] += creal(value) * creal(value) + cimag(value) * cimag(value);
        }
    }
    return kl_orbitals_mean(o, 1, p->row, square, err);
}

kl_status vlasov_measure_defects(const vlasov *v, const vlasov_view *view, const double *mean,
                                 double *defect, kl_error *err)
{
    const kl_orbitals *o = view->o;
    pairs p;
    kl_status status = kl_agree(o->comm, allocate(o, &p, err), err);
    for (int k = 0; k < v->ndefects && status == KL_OK; k++) {
        const int of = v->defect_of[k];
        double square;
        status = square_of(o, &p, view, &v->observables.observable[of], &square, err);
        if (status == KL_OK)
            defect[k] = o->all > 1 ? (mean[of] * mean[of] - square) / (double)(o->all - 1) : NAN;
    }
    release(&p);
    return status;
}

/* ---- pictures ---- */

static kl_status measure_wigner(const vlasov *v, int point, int f, const vlasov_view *view,
                                double *out, kl_wigner_totals *totals, kl_error *err)
{
    const kl_orbitals *o = view->o;
    const size_t n = (size_t)o->all * o->grid.local;
    const double scale = 1 / sqrt((double)o->all);
    complex double *every;
    KL_TRY(kl_agree(o->comm, kl_alloc(n, sizeof *every, "Wigner function", &every, err), err));
    kl_orbitals_gather(o, view->phi, every);
    for (size_t i = 0; i < n; i++)
        every[i] *= scale;
    kl_stride x, p;
    kl_phase_pictures_strides(&v->pictures, &v->point[point], f, &x, &p);
    const kl_status status =
        kl_wigner_sum(&o->grid, o->all, every, view->u, x, p, out, totals, err);
    free(every);
    return kl_agree(o->comm, status, err);
}

/* The mean of pictures of single orbitals. */
static kl_status measure_picture(const vlasov *v, int point, int f, const vlasov_view *view,
                                 double *out, kl_error *err)
{
    const kl_orbitals *o = view->o;
    const kl_box_point *at = &v->point[point];
    kl_stride x, p;
    kl_phase_pictures_strides(&v->pictures, at, f, &x, &p);
    const int64_t cells = (int64_t)x.n * p.n;
    double *block;
    kl_status status =
        kl_alloc((size_t)(o->block_count + 2) * (size_t)cells, sizeof *block, "field", &block, err);
    double *one = block + o->block_count * cells, *spare = one + cells;
    for (int64_t j = 0; j < o->count && status == KL_OK; j++) {
        double *sum = block + kl_orbitals_block(o, j) * cells;
        status = kl_phase_picture_measure(&v->pictures, at, f, &o->grid,
                                          kl_orbital(o, view->phi, j), view->u, one, err);
        for (int64_t i = 0; i < cells; i++)
            sum[i] += one[i] / (double)o->all;
    }
    status = kl_agree(o->comm, status, err);
    if (status == KL_OK)
        kl_orbitals_sum(o, cells, block, spare, out);
    free(block);
    return status;
}

kl_status vlasov_measure_pictures(const vlasov *v, int point, const vlasov_view *view,
                                  double **field, kl_wigner_totals *totals, kl_error *err)
{
    for (int f = 0; f < v->pictures.n; f++)
        if (v->pictures.picture[f].type == KL_PICTURE_WIGNER)
            KL_TRY(measure_wigner(v, point, f, view, field[f], totals, err));
        else
            KL_TRY(measure_picture(v, point, f, view, field[f], err));
    return KL_OK;
}

/* ---- images ---- */

typedef struct profile { /* of rho along an axis */
    const kl_box_grid *grid;
    const double *rho;
    int axis;
    double *line;
} profile;

static void add_to_line(void *context, int64_t i, const double x[3])
{
    const profile *p = context;
    p->line[llround(x[p->axis] / p->grid->spacing) + p->grid->sites / 2] += p->rho[i];
}

/* sqrt(sum_a rho_a (sum_b rho_b V(side - |a - b|))^2) of a Gaussian */
static double off_by(const profile *p, const kl_smooth_gaussian *bell)
{
    const int64_t n = p->grid->sites;
    double sum = 0;
    for (int64_t a = 0; a < n; a++) {
        double off = 0;
        for (int64_t b = 0; b < n; b++) {
            const double from = p->grid->side - p->grid->spacing * fabs((double)(a - b));
            if (from < 9 * bell->width)
                off += p->line[b] * exp(-from * from / (2 * bell->width * bell->width));
        }
        sum += p->line[a] * off * off;
    }
    return fabs(bell->amplitude) * sqrt(sum);
}

kl_status vlasov_measure_images(const vlasov *v, const vlasov_view *view, double *rho, double *off,
                                kl_error *err)
{
    const kl_box_grid *grid = &view->o->grid;
    profile p = {.grid = grid, .rho = rho};
    *off = 0;
    KL_TRY(kl_agree(view->o->comm,
                    kl_alloc((size_t)grid->sites, sizeof *p.line, "images", &p.line, err), err));
    kl_orbitals_density(view->o, view->phi, rho);
    for (p.axis = 0; p.axis < grid->dimension; p.axis++) {
        memset(p.line, 0, (size_t)grid->sites * sizeof *p.line);
        kl_box_visit(grid, add_to_line, &p);
        for (int k = 0; k < v->interaction.ngaussians; k++)
            *off += off_by(&p, &v->interaction.gaussian[k]);
    }
    free(p.line);
    return KL_OK;
}

/* ---- the centre of mass ---- */

typedef struct centre {
    const double *rho;
    double x[3];
} centre;

static void add_point(void *context, int64_t i, const double x[3])
{
    centre *c = context;
    for (int j = 0; j < 3; j++)
        c->x[j] += c->rho[i] * x[j];
}

/* x'' = -2 a x - b from rest at x */
static double swing(double a, double b, double x, double t)
{
    const double w = sqrt(2 * fabs(a)), middle = a == 0 ? 0 : -b / (2 * a);
    if (a == 0)
        return x - b * t * t / 2;
    return middle + (x - middle) * (a > 0 ? cos(w * t) : cosh(w * t));
}

double vlasov_measure_kohn(const vlasov *v, const vlasov_view *view, double *rho, double time)
{
    centre c = {.rho = rho};
    double worst = 0;
    kl_orbitals_density(view->o, view->phi, rho);
    kl_box_visit(&view->o->grid, add_point, &c);
    for (int j = 0; j < v->dimension; j++)
        worst =
            fmax(worst, fabs(c.x[j] - swing(v->square[j], v->slope[j], v->displacement[j], time)));
    return worst;
}
