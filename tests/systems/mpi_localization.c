/* Checkpoints of `localization`: a realization goes through several start sites, and is stopped
 * after every step of it. Another run, on another number of ranks, takes the pieces and goes on to
 * the same bits. The group is all ranks; the run beside it is on each rank alone.
 */
#include "contract/find.h"
#include "lattice/check.h"
#include "systems/localization/localization.h"

enum { TIMES = 3, MOST_QUANTITIES = 24, SITES = 11, CHECKS = 2 };
enum { PER_TIME = MOST_QUANTITIES + CHECKS };

static const char study[] = "dimension: 2\nsites: 11\neta: 1\nsigma: 0.1\norigins: 3\n";
static const double T[TIMES] = {0, 8, 16};          /* far apart: a sweep each */
static const double near_by[TIMES] = {8, 8.01, 16}; /* two in one sweep */

typedef struct work {
    const kl_system *system;
    kl_config *config;
    void *self, *run;
    int station; /* the last that was measured */
    double value[TIMES][PER_TIME];
} work;

static work begin(MPI_Comm comm, const char *propagator, const double *times)
{
    const kl_stations stations = {TIMES, times};
    const kl_place place = {0, comm, comm, 1, 0, 1};
    work w = {.station = -1};
    char text[512];
    snprintf(text, sizeof text, "%spropagator: {%s}\n", study, propagator);
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &w.config, why));
    kl_node *root = kl_config_root(w.config);
    w.system = &kl_system_localization;
    assert_ok(kl_system_open(w.system, root, &stations, &w.self, why));
    assert_ok(w.system->begin(w.self, &place, &w.run, why));
    assert_ok(w.system->start(w.run, 2, why));
    return w;
}

static void end(work *w)
{
    w->system->end(&w->run);
    kl_system_close(w->system, &w->self);
    kl_config_destroy(&w->config);
}

/* One call of advance(), and the measurement where it is due. */
static void step(work *w)
{
    bool reached = true;
    double *value = w->value[w->station + 1];
    kl_sample sample = {.quantity = value, .check = value + MOST_QUANTITIES};
    assert_ok(w->system->advance(w->run, w->station + 1, &reached, why));
    if (!reached)
        return;
    w->station++;
    assert_ok(w->system->measure(w->run, w->station, 0, &sample, why));
}

static int finish(work *w)
{
    int steps = 0;
    for (; w->station < TIMES - 1; steps++)
        step(w);
    return steps;
}

/* The pieces of `from` on all ranks of comm, on each of them; NULL: not now. */
static char *all_pieces(const work *from, MPI_Comm comm)
{
    const kl_packing p = from->system->packing(from->run, from->station);
    const kl_packing shape = from->system->shape(from->run);
    const size_t bytes = shape.piece_bytes;
    assert_int_equal(shape.pieces, SITES);
    assert_true(shape.progress_bytes > 0 && shape.progress_bytes < bytes);
    if (p.pieces == 0)
        return NULL;
    char *all = calloc(SITES, bytes);
    for (int64_t i = 0; i < p.count; i++)
        from->system->pack(from->run, i, all + (size_t)(p.first + i) * bytes);
    MPI_Allreduce(MPI_IN_PLACE, all, (int)(SITES * bytes), MPI_BYTE, MPI_BOR, comm);
    return all;
}

static void restore(work *to, const char *all, const work *from)
{
    const kl_packing p = to->system->shape(to->run);
    for (int64_t i = 0; i < p.count; i++)
        to->system->unpack(to->run, i, all + (size_t)(p.first + i) * p.piece_bytes);
    to->station = from->station;
    memcpy(to->value, from->value, sizeof to->value);
    to->system->restored(to->run, to->station);
}

/* Stops a run on `one` after each of its steps and goes on on `other`. How often that could be. */
static int check(const char *propagator, const double *times, MPI_Comm one, MPI_Comm other)
{
    work whole = begin(MPI_COMM_SELF, propagator, times);
    const int steps = finish(&whole);
    int packed = 0;
    assert_int_equal(steps, 3 * TIMES);
    for (int stop = 0; stop < steps; stop++) {
        work a = begin(one, propagator, times), b = begin(other, propagator, times);
        step(&b); /* what it held before does not matter */
        assert_ok(b.system->start(b.run, 2, why));
        for (int k = 0; k < stop; k++)
            step(&a);
        char *all = all_pieces(&a, one);
        if (all) {
            restore(&b, all, &a);
            char *again = all_pieces(&b, other); /* a stop before anything more is done */
            assert_memory_equal(all, again, SITES * a.system->shape(a.run).piece_bytes);
            assert_true(finish(&b) <= steps - stop); /* nothing is done twice */
            assert_memory_equal(b.value, whole.value, sizeof whole.value);
            free(again);
            packed++;
        }
        free(all);
        end(&a);
        end(&b);
    }
    end(&whole);
    return packed;
}

static void goes_on_after_any_step(void **state)
{
    static const char chebyshev[] = "tolerance: 1.0e-4";
    (void)state;
    /* All but the first stop, when nothing is done. */
    assert_int_equal(check(chebyshev, T, MPI_COMM_SELF, MPI_COMM_WORLD), 3 * TIMES - 1);
    assert_int_equal(check(chebyshev, T, MPI_COMM_WORLD, MPI_COMM_SELF), 3 * TIMES - 1);
    /* Between two times of a sweep there is no checkpoint. */
    assert_int_equal(check(chebyshev, near_by, MPI_COMM_WORLD, MPI_COMM_SELF), 5);
}

/* Its Fourier transform keeps the bits on the same number of ranks only. */
static void goes_on_with_splitting(void **state)
{
    (void)state;
    const int packed = check("method: strang, precision: double, tolerance: 1.0e-3", T,
                             MPI_COMM_SELF, MPI_COMM_SELF);
    assert_int_equal(packed, 3 * TIMES - 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(goes_on_after_any_step),
                                       cmocka_unit_test(goes_on_with_splitting)};
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
