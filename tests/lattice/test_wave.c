/* The order of steps and planes in the fronts of a lattice in pencils (lattice/edges.h), step by
 * step: what a step reads is there and not overwritten, whichever front a neighbour is in that
 * waits as neighbours do, and no front is idle between the first steps and the last ones.
 */
#include "lattice/edges.h"

#include "lattice/check.h"

enum { MOST_PLANES = 80, MOST_STEPS = 70 };

/* done[j][p]: the front in which step j updates plane p; step 0 before all. */
typedef struct table {
    kl_wave wave;
    int64_t done[MOST_STEPS + 1][MOST_PLANES];
} table;

static void collect(table *f)
{
    const int64_t L = f->wave.planes;
    int newest = 0;
    for (int j = 0; j <= f->wave.steps; j++)
        for (int64_t p = 0; p < L; p++)
            f->done[j][p] = j == 0 ? -10 : -1;
    for (int64_t w = 0; w < kl_wave_fronts(&f->wave); w++) {
        int64_t from, to, planes = 0;
        newest = kl_wave_newest(&f->wave, w, newest);
        for (int j = kl_wave_oldest(&f->wave, newest); j <= newest; j++)
            for (int64_t q = kl_wave_range(&f->wave, j, w, &from, &to) ? from : to; q < to; q++) {
                assert_int_equal(f->done[j][q % L], -1);
                f->done[j][q % L] = w;
                planes++;
            }
        assert_true(planes <= f->wave.depth * f->wave.thick); /* of a message */
    }
    for (int j = 1; j <= f->wave.steps; j++)
        for (int64_t p = 0; p < L; p++)
            assert_true(f->done[j][p] >= 0);
}

/* Step j reads what j - 1 left on plane p and those beside it, and of plane p what j - 2 left. A
 * neighbour reads plane p too: it may be a front behind or ahead of this rank. */
static void check_reads(const table *f)
{
    const int64_t L = f->wave.planes;
    for (int j = 1; j <= f->wave.steps; j++)
        for (int64_t p = 0; p < L; p++) {
            const int64_t w = f->done[j][p];
            assert_true(f->done[j - 1][p] <= w - 2);
            if (j < f->wave.steps)
                assert_true(f->done[j + 1][p] >= w + 2);
            for (int side = -1; side <= 1; side += 2) {
                const int64_t beside = (p + side + L) % L;
                assert_true(f->done[j - 1][beside] < w);
                if (j < f->wave.steps)
                    assert_true(f->done[j + 1][beside] > w);
            }
        }
}

static void every_step_finds_what_it_reads(void **state)
{
    static const int planes[] = {3, 5, 8, 13, 37, 66, 80}, steps[] = {1, 2, 7, 21, 70};
    static const int depths[] = {1, 2, 3, 5, 16}, thick[] = {1, 2, 3, 7, 64};
    static table f;
    (void)state;
    for (int i = 0; i < 7 * 5 * 5 * 5; i++) {
        f.wave = kl_wave_of(depths[i / 7 % 5], thick[i / 35 % 5], planes[i % 7], steps[i / 175]);
        collect(&f);
        check_reads(&f);
    }
}

/* K steps take as many fronts as one of them has planes, but for the first and the last ones. */
static void no_front_is_idle(void **state)
{
    (void)state;
    for (int thick = 1; thick <= 14; thick++)
        for (int depth = 4; depth <= 16; depth += 4) {
            const int64_t L = 1024, blocks = 40;
            const kl_wave wave = kl_wave_of(depth, thick, L, (int)blocks * depth);
            const int64_t fronts = kl_wave_fronts(&wave);
            const double each = (double)(L - 1) / thick + 2;
            assert_true((double)fronts <= (double)blocks * each + 2.0 * depth + 2);
            assert_true(fronts * thick >= blocks * L);
        }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(every_step_finds_what_it_reads),
                                          cmocka_unit_test(no_front_is_idle)};
TEST_MAIN(tests)
