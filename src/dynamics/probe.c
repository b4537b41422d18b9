#include "dynamics/probe.h"

#include "base/cpu.h"
#include "base/stop.h"
#include "lattice/team.h"

#include <math.h>

enum { MOST_TRIALS = 24, FINALS = 2 };
/* Times of the best that are worth to be tried again, slower for sure, beyond doubt. */
static const double nearly = 1.06, clearly = 1.15, hopeless = 1.4;

typedef struct trial {
    kl_blocking blocking;
    double seconds; /* per site and step of a rank: the least so far */
} trial;

typedef struct probe {
    kl_recurrence r;
    int64_t plane, row; /* where the next part begins */
} probe;

/* As in a sweep, with small factors: numbers stay as large as they are. */
static void probe_step(const void *context, int k, kl_stencil_step *step)
{
    static const double small = 1e-3;
    (void)context;
    *step = (kl_stencil_step){.hop = 0.1, .potential = 1e-3, .subtract = true};
    if (k % 4 < 2)
        return;
    step->outputs = 1;
    step->acc = 2 + k % 2;
    step->c0 = step->c1 = &small;
}

/* Ranks that work on a tile together, and the planes that they go through. */
static int workers(const kl_lattice *lattice)
{
    return lattice->team ? lattice->team->ranks : 1;
}

static int64_t planes_of(const kl_lattice *lattice)
{
    int64_t first;
    return kl_lattice_together(lattice, &first);
}

/* What a rank's block comes back to in tiles of `rows` rows. */
static double held(const kl_stencil *stencil, int depth, int64_t rows)
{
    const double site = 4 * (double)kl_precision_size(stencil->precision) + sizeof(float);
    return site * (double)(depth + 2) * (double)rows * (double)stencil->lattice->sites /
           workers(stencil->lattice);
}

/* Growing tiles of growing depth, then of the greatest depth, for caches of `own` bytes; 0: nothing
 * to choose. */
static int list_trials(const kl_stencil *stencil, int deepest, double own, trial *out)
{
    const int64_t rows = kl_lattice_rows(stencil->lattice);
    int n = 0;
    if (stencil->lattice->dimension < 3 || held(stencil, deepest, rows) <= own / 2)
        return 0;
    for (int depth = 4; depth < deepest && 2 * depth < rows; depth += depth < 8 ? 2 : 4)
        if (held(stencil, depth, 2 * depth) > own / 4 && 2 * depth >= workers(stencil->lattice))
            out[n++].blocking = (kl_blocking){depth, 2 * depth, true};
    for (int64_t tile = 2 * deepest; tile < rows && n < MOST_TRIALS - 1; tile *= 2)
        if (held(stencil, deepest, tile) > own / 8 || 2 * tile >= rows)
            out[n++].blocking = (kl_blocking){deepest, tile, true};
    out[n++].blocking = (kl_blocking){deepest, rows, true};
    for (int i = 0; i < n; i++)
        out[i].seconds = HUGE_VAL;
    return n;
}

/* The next part of the slab on which this blocking is at work as it would be. */
static kl_part next_part(probe *p, kl_blocking b)
{
    const kl_lattice *lattice = p->r.stencil.lattice;
    const int64_t all = kl_lattice_rows(lattice), count = planes_of(lattice);
    const int64_t enough = 3 * b.depth;
    /* The first tile meets more rows by the depth: of all trials the same share. */
    const int64_t rows = b.tile < 4 * b.depth ? 2 * b.tile : b.tile;
    kl_part part = {.planes = enough < count ? enough : count,
                    .rows = rows < all - b.depth ? rows : all};
    if (p->plane + part.planes > count) {
        p->plane = 0;
        p->row += part.rows;
    }
    if (p->row < b.depth || p->row + part.rows > all)
        p->row = b.depth;
    part.first_plane = p->plane;
    part.first_row = part.rows == all ? 0 : p->row;
    p->plane += part.planes;
    return part;
}

static void try(probe *p, trial *t)
{
    const kl_lattice *lattice = p->r.stencil.lattice;
    const kl_part part = next_part(p, t->blocking);
    p->r.blocking = t->blocking;
    double seconds = kl_clock_work();
    const int64_t planes = kl_recurrence_sample(&p->r, part, probe_step, NULL);
    seconds = (kl_clock_work() - seconds) / (double)(planes * part.rows * lattice->sites);
    MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_SUM, lattice->comm);
    t->seconds = fmin(t->seconds, seconds);
}

static const trial *best_of(const trial *t, int n)
{
    const trial *best = t;
    for (int i = 1; i < n; i++)
        best = t[i].seconds < best->seconds ? &t[i] : best;
    return best;
}

/* Trial n, slower by this factor than one of those before it. */
static bool is_worse(const trial *t, int n, double factor)
{
    return n > 0 && t[n].seconds > factor * best_of(t, n)->seconds;
}

void kl_probe_blocking(const kl_stencil *stencil, const float *omega, void *array[4],
                       kl_blocking *blocking)
{
    trial trials[MOST_TRIALS];
    probe p = {.r = {.stencil = *stencil, .omega = omega, .array = array, .arrays = 4}};
    double own = (double)kl_cpu_cache();
    MPI_Bcast(&own, 1, MPI_DOUBLE, 0, stencil->lattice->comm);
    const int most = list_trials(stencil, blocking->depth, own, trials);
    int n = 0;
    if (most == 0)
        return;
    try(&p, &trials[0]); /* the processor wakes up */
    trials[0].seconds = HUGE_VAL;
    for (bool worse = false; n < most && !worse; n++) {
        try(&p, &trials[n]);
        if (is_worse(trials, n, clearly) && !is_worse(trials, n, hopeless))
            try(&p, &trials[n]);
        worse = is_worse(trials, n, clearly);
    }
    for (int round = 0; round < FINALS; round++) {
        const double bound = nearly * best_of(trials, n)->seconds;
        for (int i = 0; i < n; i++)
            if (trials[i].seconds <= bound)
                try(&p, &trials[i]);
    }
    *blocking = best_of(trials, n)->blocking;
}
