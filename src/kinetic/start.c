/* Lines along which the energy changes fastest, cut where it passes a van Hove
 * energy; Gauss rules on the cuts, graded towards them so that a square root
 * (d = 3) or a logarithm (d = 2) does no harm; a trapezoid rule across the lines.
 *
 * Lines that touch a van Hove surface leave a kink across the lines, on which the
 * trapezoid rule converges like a power of the spacing only. Every second rung of
 * the ladder is shifted by half a spacing: that error then changes sign, and the
 * change from rung to rung shows it. */
#include "kinetic/start.h"

#include "base/bisect.h"
#include "base/memory.h"
#include "kinetic/energies.h"
#include "kinetic/gradient.h"
#include "kinetic/quadrature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    RULE = 64,  /* most points of one Gauss rule */
    SAMPLES = 4 /* on either side of the centre, to choose the spacing */
};

static const double MOST_POINTS = 1e6;

typedef struct line {
    kl_start *start;
    double x[3], weight; /* X at z = 0, weight of the line */
    double least;        /* points that weigh less are left out */
    double digits;
} line;

static double dot(int d, const double *a, const double *b)
{
    double sum = 0;
    for (int j = 0; j < d; j++)
        sum += a[j] * b[j];
    return sum;
}

static double energy_at(const kl_kinetic_problem *problem, const double v[3])
{
    double sum = 0;
    for (int j = 0; j < problem->dimension; j++)
        sum += 2 * cos(2 * M_PI * v[j]);
    return sum;
}

/* ---- axes ---- */

/* Eigenvectors of a symmetric matrix (rows of `vector`) by Jacobi's rotations. */
static void eigenvectors(int d, const double matrix[3][3], double vector[3][3])
{
    double a[3][3];
    memcpy(a, matrix, sizeof a);
    memset(vector, 0, 9 * sizeof(double));
    for (int i = 0; i < d; i++)
        vector[i][i] = 1;
    for (int sweep = 0; sweep < 30; sweep++)
        for (int p = 0; p < d; p++)
            for (int q = p + 1; q < d; q++) {
                if (a[p][q] == 0)
                    continue;
                double angle = 0.5 * atan2(2 * a[p][q], a[q][q] - a[p][p]);
                double c = cos(angle), s = sin(angle);
                for (int k = 0; k < d; k++) {
                    double x = a[k][p], y = a[k][q];
                    a[k][p] = c * x - s * y;
                    a[k][q] = s * x + c * y;
                }
                for (int k = 0; k < d; k++) {
                    double x = a[p][k], y = a[q][k];
                    a[p][k] = c * x - s * y;
                    a[q][k] = s * x + c * y;
                    x = vector[p][k];
                    y = vector[q][k];
                    vector[p][k] = c * x - s * y;
                    vector[q][k] = s * x + c * y;
                }
                a[p][q] = a[q][p] = 0;
            }
}

/* Puts axis `best` first. */
static void bring_first(double axis[3][3], int best)
{
    double swap[3];
    memcpy(swap, axis[0], sizeof swap);
    memcpy(axis[0], axis[best], sizeof swap);
    memcpy(axis[best], swap, sizeof swap);
}

/* The axes along which V changes come first; returns their number. */
static int sort_axes(int d, const double span[3][3], double axis[3][3])
{
    int active = 0;
    double size[3], most = 0;
    for (int i = 0; i < d; i++) {
        double image[3];
        for (int j = 0; j < d; j++)
            image[j] = dot(d, span[j], axis[i]);
        size[i] = sqrt(dot(d, image, image));
        most = fmax(most, size[i]);
    }
    for (int i = 0; i < d; i++)
        if (size[i] > 1e-13 * most) {
            double swap[3];
            memcpy(swap, axis[active], sizeof swap);
            memcpy(axis[active++], axis[i], sizeof swap);
            memcpy(axis[i], swap, sizeof swap);
        }
    return active;
}

/* Turns the active axes so that the first is the unit vector u in their span. */
static void turn_to(int d, int active, const double u[3], double axis[3][3])
{
    int best = 0;
    for (int i = 1; i < active; i++)
        if (fabs(dot(d, axis[i], u)) > fabs(dot(d, axis[best], u)))
            best = i;
    bring_first(axis, best);
    memcpy(axis[0], u, 3 * sizeof *u);
    for (int i = 1; i < active; i++) {
        for (int pass = 0; pass < 2; pass++)
            for (int k = 0; k < i; k++) {
                double along = dot(d, axis[i], axis[k]);
                for (int j = 0; j < d; j++)
                    axis[i][j] -= along * axis[k][j];
            }
        double norm = sqrt(dot(d, axis[i], axis[i]));
        for (int j = 0; j < d; j++)
            axis[i][j] /= norm;
    }
}

/* Gaussian: any axes will do. Bump: |h|^2 is a product along the coordinates only. */
static void choose_axes(kl_start *start)
{
    const kl_kinetic_problem *problem = start->problem;
    int d = problem->dimension, best = 0;
    double span[3][3], centre[3], gradient[3] = {0}, fastest[3], size = 0;
    kl_gradient_span(problem, span);
    if (problem->envelope == KL_KINETIC_GAUSSIAN)
        eigenvectors(d, span, start->axis);
    else
        for (int i = 0; i < d; i++)
            start->axis[i][i] = 1;
    start->active = sort_axes(d, span, start->axis);
    kl_gradient_at(problem, problem->center, centre);
    for (int j = 0; j < d; j++)
        gradient[j] = -sin(2 * M_PI * centre[j]);
    kl_gradient_slope(problem, problem->center, gradient, fastest);
    for (int i = 0; i < d; i++) {
        double slope[3];
        kl_gradient_slope(problem, problem->center, start->axis[i], slope);
        size = fmax(size, sqrt(dot(d, slope, slope)));
    }
    double norm = sqrt(dot(d, fastest, fastest));
    for (int i = 1; i < start->active; i++)
        if (fabs(dot(d, start->axis[i], fastest)) > fabs(dot(d, start->axis[best], fastest)))
            best = i;
    if (problem->envelope != KL_KINETIC_GAUSSIAN || norm <= 1e-3 * size) {
        bring_first(start->axis, best);
        return;
    }
    for (int j = 0; j < d; j++)
        fastest[j] /= norm;
    turn_to(d, start->active, fastest, start->axis);
}

/* ---- spacing ---- */

/* The integrand of mode k turns along an axis, where V = v and dV/dz = slope, by at most
 * this many radians per unit of length: 2 pi xi.(X + v tau), and exp(2 pi i m.V) of the
 * observables. */
static double turning(const kl_plan *plan, const double *axis, const double v[3],
                      const double slope[3], const int k[3], double last)
{
    int d = plan->problem->dimension;
    double along = 0, moved = 0, phase = 0;
    for (int j = 0; j < d; j++) {
        double wave = 2 * M_PI * k[j] / plan->problem->ell;
        along += wave * axis[j];
        moved += wave * 4 * M_PI * cos(2 * M_PI * v[j]) * slope[j] * last;
    }
    for (int m = 0; m < plan->nmomenta; m++)
        phase = fmax(phase, fabs(2 * M_PI *
                                 dot(d, slope,
                                     (double[3]){plan->momentum[m][0], plan->momentum[m][1],
                                                 plan->momentum[m][2]})));
    return fmax(fabs(along), fabs(along + moved)) + phase;
}

/* Where the transform of |h|^2 along one axis has fallen to `least`. */
static double bandwidth(const kl_kinetic_problem *problem, double least)
{
    double nats = fmax(-log(least), 1);
    if (problem->envelope == KL_KINETIC_GAUSSIAN)
        return sqrt(2 * nats) / problem->width;
    return 0.5 * nats * nats / problem->width; /* exp(-sqrt(2 k)) */
}

/* What the modes ask of the spacing where |h|^2 is `density` of its peak: the less of it
 * there is, the less of its transform is seen. */
static void look_at(const kl_plan *plan, const double x[3], double density, double accuracy,
                    double last, const kl_start *start, double most[3])
{
    double v[3], slope[3];
    kl_gradient_at(plan->problem, x, v);
    for (int i = 0; i < plan->problem->dimension; i++) {
        kl_gradient_slope(plan->problem, x, start->axis[i], slope);
        for (int n = 0; n < plan->modes.nmodes; n++) {
            const kl_mode *mode = &plan->modes.mode[n];
            double least = accuracy / (mode->weight * density);
            if (least < 1)
                most[i] = fmax(most[i], turning(plan, start->axis[i], v, slope, mode->k, last) +
                                            bandwidth(plan->problem, least));
        }
    }
}

/* From a coarse grid over the envelope. */
static kl_status choose_spacing(const kl_plan *plan, double accuracy, double last, kl_start *start,
                                kl_error *err)
{
    const kl_kinetic_problem *problem = plan->problem;
    int d = problem->dimension, n[3] = {0};
    double most[3], peak = kl_start_density(start, 0);
    for (int i = 0; i < start->active; i++)
        n[i] = SAMPLES;
    for (int i = 0; i < 3; i++)
        most[i] = bandwidth(problem, accuracy);
    for (int a = -n[0]; a <= n[0]; a++)
        for (int b = -n[1]; b <= n[1]; b++)
            for (int c = -n[2]; c <= n[2]; c++) {
                const int at[3] = {a, b, c};
                double x[3] = {0}, density = 1;
                memcpy(x, problem->center, (size_t)d * sizeof *x);
                for (int i = 0; i < start->active; i++) {
                    double z = start->reach * at[i] / (SAMPLES + 1);
                    density *= kl_start_density(start, z) / peak;
                    for (int j = 0; j < d; j++)
                        x[j] += z * start->axis[i][j];
                }
                KL_TRY(kl_watch_look(plan->watch, err));
                look_at(plan, x, density, accuracy, last, start, most);
            }
    for (int i = 0; i < d; i++)
        start->spacing[i] = 2 * M_PI / most[i];
    return KL_OK;
}

double kl_start_density(const kl_start *start, double z)
{
    double u = z / start->problem->width;
    if (start->problem->envelope == KL_KINETIC_GAUSSIAN)
        return exp(-0.5 * u * u) / (sqrt(2 * M_PI) * start->problem->width);
    /* 0.1330861208... = int exp(-2/(1-u^2)) du over |u| < 1 */
    return fabs(u) < 1 ? exp(-2 / ((1 - u) * (1 + u))) / (start->problem->width * 0.133086120844994)
                       : 0;
}

double kl_start_rest(const kl_start *start, const double xi[3])
{
    double product = 1;
    for (int i = start->active; i < start->problem->dimension; i++)
        product *= kl_envelope_transform(start->problem,
                                         dot(start->problem->dimension, xi, start->axis[i]));
    return product;
}

/* ---- points ---- */

static kl_status append(kl_start *start, const kl_point *point, kl_error *err)
{
    if (start->count == start->room) {
        kl_point *old = start->point;
        size_t room = start->room ? 2 * start->room : 1024;
        KL_TRY(kl_alloc(room, sizeof *old, "points of the start", &start->point, err));
        if (old)
            memcpy(start->point, old, start->count * sizeof *old);
        free(old);
        start->room = room;
    }
    start->point[start->count++] = *point;
    return KL_OK;
}

/* X and V at z. */
static void line_at(const line *l, double z, double x[3], double v[3])
{
    for (int j = 0; j < 3; j++)
        x[j] = l->x[j] + z * l->start->axis[0][j];
    kl_gradient_at(l->start->problem, x, v);
}

static double line_energy(const line *l, double z)
{
    double x[3], v[3];
    line_at(l, z, x, v);
    return energy_at(l->start->problem, v);
}

static double line_slope(const line *l, double z)
{
    double x[3], v[3], slope[3], sum = 0;
    line_at(l, z, x, v);
    kl_gradient_slope(l->start->problem, x, l->start->axis[0], slope);
    for (int j = 0; j < l->start->problem->dimension; j++)
        sum -= slope[j] * sin(2 * M_PI * v[j]);
    return sum;
}

typedef struct crossing {
    double (*f)(const line *, double);
    const line *line;
    double level;
    bool below;
} crossing;

static bool is_before(const void *context, double z)
{
    const crossing *c = context;
    return (c->f(c->line, z) < c->level) == c->below;
}

/* The zero of f - level between a and b, where its sign changes. */
static double root(double (*f)(const line *, double), const line *l, double level, double a,
                   double b)
{
    const crossing c = {f, l, level, f(l, a) < level};
    return kl_bisect(is_before, &c, a, b, 60);
}

/* Gauss rule from `end` over a signed length, graded towards `end` by t^power. */
static kl_status half_segment(line *l, double end, double length, int power, kl_error *err)
{
    kl_start *start = l->start;
    const kl_kinetic_problem *problem = start->problem;
    int d = problem->dimension;
    double node[RULE], weight[RULE];
    double n = 2 + 0.8 * l->digits + 1.1 * sqrt(power) * fabs(length) / start->spacing[0];
    int count = (int)fmin(ceil(n), RULE);
    kl_gauss_legendre(count, node, weight);
    for (int i = 0; i < count; i++) {
        double z = end + length * pow(node[i], power);
        kl_point p = {.weight = l->weight * weight[i] * fabs(length) * power *
                                pow(node[i], power - 1) * kl_start_density(start, z)};
        if (p.weight < l->least)
            continue;
        line_at(l, z, p.x, p.momentum);
        for (int j = 0; j < d; j++)
            p.velocity[j] = -2 * sin(2 * M_PI * p.momentum[j]);
        p.energy = energy_at(problem, p.momentum);
        p.part = kl_energy_part(d, line_energy(l, end + 0.5 * length));
        KL_TRY(append(start, &p, err));
    }
    return KL_OK;
}

/* The points between two ends, at each of which there may be a cusp. */
static kl_status segment(line *l, double a, double b, bool cusp_a, bool cusp_b, kl_error *err)
{
    int power = l->start->problem->dimension == 2 ? 6 : 2;
    double grade = cusp_a || cusp_b ? sqrt(power) : 1;
    double most =
        fmin(0.5 * RULE, (RULE - 2 - 0.8 * l->digits) / grade) * l->start->spacing[0] / 1.1;
    if (cusp_a && cusp_b) {
        KL_TRY(segment(l, a, 0.5 * (a + b), true, false, err));
        return segment(l, 0.5 * (a + b), b, false, true, err);
    }
    if (b - a > most) { /* too long for one rule, half_segment() */
        KL_TRY(segment(l, a, 0.5 * (a + b), cusp_a, false, err));
        return segment(l, 0.5 * (a + b), b, false, cusp_b, err);
    }
    if (cusp_b)
        return half_segment(l, b, a - b, power, err);
    return half_segment(l, a, b - a, cusp_a ? power : 1, err);
}

/* Cuts at the cusps between a and b, where the energy is monotone. */
static kl_status cut(line *l, double a, double b, double *from, bool *cusp, kl_error *err)
{
    double level[2], below = line_energy(l, a), above = line_energy(l, b);
    int d = l->start->problem->dimension, levels = kl_energy_cusps(d, level);
    for (int i = 0; i < levels; i++) {
        double e = level[below < above ? i : levels - 1 - i];
        if ((below < e) == (above < e))
            continue;
        double z = root(line_energy, l, e, a, b);
        KL_TRY(segment(l, *from, z, *cusp, true, err));
        *from = z;
        *cusp = true;
    }
    return KL_OK;
}

/* The largest |dV_j/dz|, of a few. */
static double fastest_change(const line *l)
{
    double most = 0;
    for (int i = -2 * SAMPLES; i <= 2 * SAMPLES; i++) {
        double x[3], v[3], slope[3];
        line_at(l, l->start->reach * i / (2 * SAMPLES), x, v);
        kl_gradient_slope(l->start->problem, x, l->start->axis[0], slope);
        for (int j = 0; j < 3; j++)
            most = fmax(most, fabs(slope[j]));
    }
    return most;
}

/* One line: from turning point to turning point of the energy. */
static kl_status add_line(line *l, kl_error *err)
{
    double reach = l->start->reach, from = -reach, begin = -reach;
    bool cusp = false;
    int steps = 8 + (int)ceil(2 * reach * 2 * M_PI * fastest_change(l) / 0.2);
    double before = line_slope(l, -reach);
    for (int i = 1; i <= steps; i++) {
        double z = -reach + 2 * reach * i / steps, here = line_slope(l, z);
        if ((here < 0) == (before < 0))
            continue;
        double turn = root(line_slope, l, 0, z - 2 * reach / steps, z);
        KL_TRY(cut(l, begin, turn, &from, &cusp, err));
        begin = turn;
        before = here;
    }
    KL_TRY(cut(l, begin, reach, &from, &cusp, err));
    return segment(l, from, reach, cusp, false, err);
}

static kl_status add_lines(kl_start *start, double accuracy, kl_watch *watch, kl_error *err)
{
    const kl_kinetic_problem *problem = start->problem;
    int d = problem->dimension, half[3] = {0};
    double lines = 1;
    for (int i = 1; i < start->active; i++) {
        half[i] = (int)fmin(ceil(start->reach / start->spacing[i]), MOST_POINTS);
        lines *= 2.0 * half[i] + 1;
    }
    double points = lines * 2 * start->reach / start->spacing[0];
    if (!(points < MOST_POINTS))
        return kl_fail(err, KL_INPUT,
                       "phase: spreads V so far over the envelope that the Boltzmann reference "
                       "would take %.1e points: at most %.0e",
                       points, MOST_POINTS);
    line l = {.start = start, .digits = -log10(accuracy)};
    l.least = 0.03 * accuracy / (points + 10 * lines);
    for (int a = -half[1]; a <= half[1]; a++)
        for (int b = -half[2]; b <= half[2]; b++) {
            double y[3] = {0, (a + start->offset) * start->spacing[1],
                           (b + start->offset) * start->spacing[2]};
            l.weight = 1;
            memcpy(l.x, problem->center, (size_t)d * sizeof *l.x);
            for (int i = 1; i < start->active; i++) {
                l.weight *= start->spacing[i] * kl_start_density(start, y[i]);
                for (int j = 0; j < d; j++)
                    l.x[j] += y[i] * start->axis[i][j];
            }
            KL_TRY(kl_watch_look(watch, err));
            if (l.weight > 0.03 * accuracy / lines)
                KL_TRY(add_line(&l, err));
        }
    return KL_OK;
}

static void average_velocity(kl_start *start)
{
    double total = 0;
    for (size_t i = 0; i < start->count; i++) {
        const kl_point *p = &start->point[i];
        total += p->weight;
        for (int j = 0; j < 3; j++) {
            start->velocity[j] += p->weight * p->velocity[j];
            start->spread[j] += p->weight * p->velocity[j] * p->velocity[j];
        }
    }
    for (int j = 0; j < 3; j++) {
        double mean = start->velocity[j] /= total;
        start->spread[j] = sqrt(fmax(start->spread[j] / total - mean * mean, 0));
    }
}

kl_status kl_start_create(const kl_plan *plan, double accuracy, double last, int rung,
                          kl_start *start, kl_error *err)
{
    const kl_kinetic_problem *problem = plan->problem;
    *start = (kl_start){.problem = problem, .reach = problem->width};
    if (problem->envelope == KL_KINETIC_GAUSSIAN)
        start->reach *= sqrt(2 * log(10 / accuracy));
    choose_axes(start);
    KL_TRY(choose_spacing(plan, accuracy, last, start, err));
    start->offset = rung % 2 ? 0.5 : 0;
    for (int i = 1; i < start->active; i++)
        start->spacing[i] /= 1 + 0.4 * rung;
    kl_status status = add_lines(start, accuracy, plan->watch, err);
    if (status != KL_OK)
        kl_start_destroy(start);
    else
        average_velocity(start);
    return status;
}

void kl_start_destroy(kl_start *start)
{
    free(start->point);
    *start = (kl_start){0};
}
