#include "graphs/sharing.h"

#include "base/complex.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double enough = 1e9; /* bytes of fields of a block */
enum { BLOCK = 32, SMALLEST_BLOCK = 4 };

static size_t volume(const kl_graphs_problem *problem)
{
    size_t points = 1;
    for (int j = 0; j < problem->dimension; j++)
        points *= (size_t)problem->sites;
    return points;
}

static kl_status check(const kl_graphs_problem *p, const kl_graph *graphs, size_t n, kl_error *err)
{
    if (p->dimension < 1 || p->dimension > 3 || p->sites < 2)
        return kl_fail(err, KL_INPUT, "graphs: d = %d, %d sites: must be 1 to 3, at least 2",
                       p->dimension, p->sites);
    if (!(p->tolerance >= 1e-12 && p->tolerance <= 0.1))
        return kl_fail(err, KL_INPUT, "graphs: tolerance %g: must be in [1e-12, 0.1]",
                       p->tolerance);
    for (int t = 0; t < p->ntimes; t++)
        if (!(p->times[t] >= 0 && isfinite(p->times[t])))
            return kl_fail(err, KL_INPUT, "graphs: time %g: must not be negative", p->times[t]);
    for (size_t g = 0; g < n; g++)
        if (graphs[g].left != p->left || graphs[g].right != p->right || p->left + p->right > 12)
            return kl_fail(err, KL_INPUT, "graphs: %d and %d vertices where %d and %d are due",
                           graphs[g].left, graphs[g].right, p->left, p->right);
    return KL_OK;
}

static size_t wave_index(const kl_graphs_problem *p)
{
    size_t at = 0;
    for (int j = 0; j < p->dimension; j++)
        at = at * (size_t)p->sites + (size_t)((p->wave[j] % p->sites + p->sites) % p->sites);
    return at;
}

/* b(p), conjugated if left and right are exchanged. */
static double complex symbol_at(const kl_graphs_problem *p, size_t at, bool conjugate)
{
    double complex b = 0;
    int index[3] = {0};
    for (int j = p->dimension - 1; j >= 0; j--) {
        index[j] = (int)(at % (size_t)p->sites);
        at /= (size_t)p->sites;
    }
    for (int m = 0; m < p->nmodes; m++) {
        int64_t turns = 0;
        for (int j = 0; j < p->dimension; j++)
            turns += (int64_t)p->mode[m][j] * index[j];
        b += CMPLX(p->coefficient[m][0], p->coefficient[m][1]) *
             cexp(2 * M_PI * I * (double)(turns % p->sites) / p->sites);
    }
    return conjugate ? conj(b) : b;
}

static kl_status fill(const kl_graphs_problem *p, kl_graphs_plan *plan, kl_error *err)
{
    const size_t points = volume(p);
    KL_TRY(kl_alloc(points, sizeof *plan->symbol, "symbols", &plan->symbol, err));
    KL_TRY(kl_alloc(points, sizeof *plan->start, "start", &plan->start, err));
    for (size_t i = 0; i < points; i++) {
        plan->symbol[i] = symbol_at(p, i, plan->swapped);
        if (p->start)
            plan->start[i] = p->start[i];
    }
    if (!p->start)
        plan->start[wave_index(p)] = (double)points;
    for (size_t i = 0; i < points && plan->one_line; i++) {
        plan->start[i] *= plan->symbol[i];
        plan->symbol[i] = 1;
    }
    return KL_OK;
}

/* The largest |f| and the largest |f(k) - conj^c f(k')|, k' mirrored in the axes of `mirrored`. */
static bool symmetric(const kl_graphs_problem *p, const double complex *f, unsigned mirrored,
                      bool conjugate)
{
    const size_t points = volume(p);
    double scale = 0, off = 0;
    for (size_t i = 0; i < points; i++) {
        size_t rest = i, image = 0, stride = 1;
        for (int j = p->dimension - 1; j >= 0; j--) {
            const size_t L = (size_t)p->sites, at = rest % L;
            rest /= L;
            image += stride * (mirrored >> j & 1 ? (L - at) % L : at);
            stride *= L;
        }
        scale = fmax(scale, cabs(f[i]));
        off = fmax(off, cabs(f[i] - (conjugate ? conj(f[image]) : f[image])));
    }
    return off <= 1e-13 * scale;
}

/* One shell, one wave? */
static void look_at_start(const kl_torus *whole, kl_graphs_plan *plan)
{
    double low = INFINITY, high = -INFINITY;
    size_t waves = 0, wave = 0;
    for (size_t i = 0; i < whole->points; i++)
        if (plan->start[i] != 0) {
            low = fmin(low, whole->energy[i]);
            high = fmax(high, whole->energy[i]);
            waves++;
            wave = i;
        }
    plan->shell = waves == 0 || high - low < 1e-12;
    plan->plane = waves == 1;
    plan->energy = waves == 0 ? 0 : 0.5 * (low + high);
    plan->scale = 1;
    if (plan->plane) {
        plan->scale = plan->start[wave] / whole->volume;
        plan->start[wave] = whole->volume;
    }
}

/* S(conj w, conj z) is the conjugate of S with conj b; and S stays the same if all momenta change
 * sign, in b and in the start. */
static void look_at_symmetry(const kl_graphs_problem *p, kl_graphs_plan *plan)
{
    plan->conjugate =
        !plan->one_line &&
        (symmetric(p, plan->symbol, 0, true) ||
         (symmetric(p, plan->symbol, 7, true) && symmetric(p, plan->start, 7, false)));
}

static bool same(const kl_graph *a, const kl_graph *b)
{
    return memcmp(a->block, b->block, sizeof a->block) == 0;
}

/* With b real and n = m, a graph and its mirror image have conjugate amplitudes. */
static kl_status choose(const kl_graphs_problem *p, const kl_graph *graphs, size_t n,
                        kl_graphs_plan *plan, kl_error *err)
{
    const bool mirrors = p->left == p->right && symmetric(p, plan->symbol, 0, true);
    KL_TRY(kl_alloc(n, sizeof *plan->graph, "graphs", &plan->graph, err));
    KL_TRY(kl_alloc(n, sizeof *plan->of, "graphs", &plan->of, err));
    KL_TRY(kl_alloc(n, sizeof *plan->mirror, "graphs", &plan->mirror, err));
    for (size_t g = 0; g < n; g++) {
        const kl_graph mirror = kl_graph_mirror(&graphs[g]);
        size_t i = 0;
        while (mirrors && i < plan->n && !same(&plan->graph[i], &mirror))
            i++;
        plan->mirror[g] = mirrors && i < plan->n;
        if (!plan->mirror[g]) {
            i = plan->n++;
            plan->graph[i] = plan->swapped ? mirror : graphs[g];
        }
        plan->of[g] = i;
    }
    return KL_OK;
}

static kl_status make_part(const kl_graphs_problem *p, const kl_graphs_plan *plan,
                           const bool even[3], bool tetrahedron, kl_graphs_part *part,
                           kl_error *err)
{
    bool all = true, any = false;
    for (int j = 0; j < p->dimension; j++) {
        all = all && even[j];
        any = any || even[j];
    }
    KL_TRY(kl_torus_create(p->dimension, p->sites, even, &part->torus, err));
    KL_TRY(kl_formula_create(part->graph, part->n,
                             (kl_formula_options){.one_line = plan->one_line,
                                                  .shell = plan->shell,
                                                  .plane = plan->plane && !any,
                                                  .even = all,
                                                  .tetrahedron = tetrahedron},
                             &part->formula, err));
    KL_TRY(kl_alloc(part->torus.points, sizeof *part->symbol, "symbols", &part->symbol, err));
    KL_TRY(kl_alloc(part->torus.points, sizeof *part->start, "start", &part->start, err));
    kl_torus_fold(&part->torus, plan->symbol, part->symbol);
    kl_torus_fold(&part->torus, plan->start, part->start);
    return KL_OK;
}

static kl_status finish_part(const kl_graphs_plan *plan, kl_graphs_part *part, kl_error *err)
{
    const int nodes = kl_contour_nodes(plan->contour);
    kl_tetrahedron tetrahedron;
    part->block = nodes < BLOCK ? nodes : BLOCK;
    part->cost = kl_evaluation_estimate(&part->formula, part->torus.points, part->block);
    while (part->cost.bytes > enough && part->block > SMALLEST_BLOCK) {
        part->block /= 2;
        part->cost = kl_evaluation_estimate(&part->formula, part->torus.points, part->block);
    }
    if (part->cost.tetrahedra == 0)
        return KL_OK;
    KL_TRY(kl_tetrahedron_create(&part->torus, part->symbol, &tetrahedron, err));
    part->orbits = (double)tetrahedron.orbits;
    kl_tetrahedron_destroy(&tetrahedron);
    return KL_OK;
}

static kl_status list_part(size_t room, kl_graphs_part *part, kl_error *err)
{
    KL_TRY(kl_alloc(room, sizeof *part->which, "graphs", &part->which, err));
    return kl_alloc(room, sizeof *part->graph, "graphs", &part->graph, err);
}

static void put(kl_graphs_part *part, const kl_graphs_plan *plan, size_t g)
{
    part->which[part->n] = g;
    part->graph[part->n++] = plan->graph[g];
}

/* All graphs on the smallest torus, then those that did not reduce on the whole one. */
static kl_status divide(const kl_graphs_problem *p, kl_graphs_plan *plan, kl_error *err)
{
    kl_graphs_part *first = &plan->part[0], *second = &plan->part[1];
    bool even[3] = {false, false, false}, none[3] = {false, false, false};
    for (int j = 0; j < p->dimension && p->sites % 2 == 0; j++)
        even[j] =
            symmetric(p, plan->symbol, 1u << j, false) || symmetric(p, plan->start, 1u << j, false);
    KL_TRY(list_part(plan->n, first, err));
    KL_TRY(list_part(plan->n, second, err));
    for (size_t g = 0; g < plan->n; g++)
        put(first, plan, g);
    KL_TRY(make_part(p, plan, even, false, first, err));
    for (size_t g = 0; g < plan->n; g++)
        if (first->formula.nfactors[g] < 0)
            put(second, plan, g);
    KL_TRY(finish_part(plan, first, err));
    if (second->n == 0)
        return KL_OK;
    KL_TRY(make_part(p, plan, none, true, second, err));
    KL_TRY(finish_part(plan, second, err));
    for (size_t g = 0; g < second->n; g++)
        if (second->formula.nfactors[g] < 0) {
            char name[KL_GRAPH_NAME];
            kl_graph_name(&second->graph[g], name);
            return kl_fail(err, KL_INPUT, "graph %s: cannot be summed by contour integrals", name);
        }
    return KL_OK;
}

kl_status kl_graphs_plan_create(const kl_graphs_problem *problem, const kl_graph *graphs, size_t n,
                                kl_graphs_plan *out, kl_error *err)
{
    static const bool none[3] = {false, false, false};
    kl_torus whole = {0};
    kl_status status;
    *out = (kl_graphs_plan){
        .swapped = problem->right == 0 && problem->left > 0,
        .one_line = problem->left == 0 || problem->right == 0,
        .contour = {.dimension = problem->dimension,
                    .tolerance = problem->tolerance,
                    .order = problem->left > problem->right ? problem->left : problem->right}};
    out->contour.rules = out->one_line ? 1 : 2;
    KL_GOTO(check(problem, graphs, n, err));
    for (int t = 0; t < problem->ntimes; t++)
        out->contour.time = fmax(out->contour.time, problem->times[t]);
    KL_GOTO(kl_torus_create(problem->dimension, problem->sites, none, &whole, err));
    KL_GOTO(fill(problem, out, err));
    look_at_start(&whole, out);
    look_at_symmetry(problem, out);
    KL_GOTO(choose(problem, graphs, n, out, err));
    if (problem->left + problem->right > 0 && out->contour.time > 0)
        KL_GOTO(divide(problem, out, err));
done:
    kl_torus_destroy(&whole);
    if (status != KL_OK)
        kl_graphs_plan_destroy(out);
    return status;
}

void kl_graphs_plan_destroy(kl_graphs_plan *plan)
{
    for (int i = 0; i < 2; i++) {
        kl_graphs_part *part = &plan->part[i];
        free(part->which);
        free(part->graph);
        free(part->symbol);
        free(part->start);
        kl_torus_destroy(&part->torus);
        kl_formula_destroy(&part->formula);
    }
    free(plan->symbol);
    free(plan->start);
    free(plan->graph);
    free(plan->of);
    free(plan->mirror);
    *plan = (kl_graphs_plan){0};
}
