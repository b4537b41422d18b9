#include "dynamics/fronts.h"

enum { MOST_DEPTH = 16 };

typedef struct run {
    const kl_fronts *f;
    kl_wave wave;
    int64_t plane;                    /* sites of one */
    int newest;                       /* step that has begun */
    kl_stencil_step step[MOST_DEPTH]; /* of step j at j mod this */
} run;

static void *plane_of(const run *r, const void *array, size_t element, int64_t q)
{
    const int64_t L = r->wave.planes, p = (q + L) % L;
    return (char *)(uintptr_t)array + (size_t)(p * r->plane) * element;
}

/* Step j on plane q in front w; n: planes of this front before. */
static void update(const run *r, int j, int64_t q, int64_t w, int64_t n)
{
    const kl_fronts *f = r->f;
    const kl_pencils *p = f->edges->pencils;
    const size_t element = f->edges->element;
    const int64_t at_plane = q % r->wave.planes;
    const void *a = f->array[(j - 1) % 2];
    const kl_stencil_step *step = &r->step[j % MOST_DEPTH];
    kl_stencil_around around = {.rows = p->rows, .sites = p->sites};
    int64_t row;
    around.low = kl_edges_at(f->edges, KL_LOW, a, at_plane, w, n, &row);
    around.high = kl_edges_at(f->edges, KL_HIGH, a, at_plane, w, n, &row);
    around.left = kl_edges_at(f->edges, KL_LEFT, a, at_plane, w, n, &around.left_row);
    around.right = kl_edges_at(f->edges, KL_RIGHT, a, at_plane, w, n, &around.right_row);
    kl_stencil_planes at = {.c = plane_of(r, a, element, q),
                            .z0 = plane_of(r, a, element, q - 1),
                            .z1 = plane_of(r, a, element, q + 1),
                            .omega = plane_of(r, f->omega, sizeof(float), q),
                            .b = plane_of(r, f->array[j % 2], element, q),
                            .around = &around};
    for (int o = 0; o < step->outputs; o++)
        at.acc[o] = plane_of(r, f->array[step->acc + o], element, q);
    kl_stencil_rows(&f->stencil, step, &at, 0, p->rows, (kl_ahead){NULL, 0});
}

static void front(const run *r, int64_t w)
{
    int64_t n = 0, from, to;
    for (int j = kl_wave_oldest(&r->wave, r->newest); j <= r->newest; j++)
        if (kl_wave_range(&r->wave, j, w, &from, &to))
            for (int64_t q = from; q < to; q++, n++)
                update(r, j, q, w, n);
}

void kl_fronts_run(const kl_fronts *f, int steps, kl_step_of step_of, const void *context)
{
    kl_edges *edges = f->edges;
    const kl_pencils *p = edges->pencils;
    const int depth = f->depth < MOST_DEPTH ? f->depth : MOST_DEPTH;
    run r = {.f = f,
             .wave = kl_wave_of(depth, f->thick, p->lattice->sites, steps),
             .plane = p->rows * p->sites};
    if (p->rows == 0)
        return;
    kl_edges_begin(edges, f->array);
    for (int64_t w = 0; w < kl_wave_fronts(&r.wave); w++) {
        for (const int newest = kl_wave_newest(&r.wave, w, r.newest); r.newest < newest;) {
            r.newest++;
            step_of(context, r.newest, &r.step[r.newest % MOST_DEPTH]);
        }
        kl_edges_need(edges, w);
        front(&r, w);
        kl_edges_done(edges, &r.wave, w, f->array);
    }
    kl_edges_end(edges, &r.wave);
}
