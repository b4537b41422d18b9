/* Planes between slabs, shared on a node or sent: what one rank has done the other finds, in
 * both directions, and the arrays have it in the end. */
#include "lattice/seam.h"

#include "lattice/check.h"
#include "lattice/nodes.h"

enum { ARRAYS = 3, DEPTH = 3 };

/* A value that names the array and the global site. */
static double name_of(const kl_lattice *lattice, int i, int64_t plane, int64_t in_plane)
{
    const int64_t L = lattice->sites;
    return 0.25 * i + (double)((plane % L + L) % L * lattice->plane + in_plane);
}

typedef struct slab {
    kl_lattice lattice;
    kl_seams seams;
    void *array[ARRAYS];
    float *omega;
} slab;

static slab *create_slab(int d, int64_t L, bool share)
{
    slab *s = calloc(1, sizeof *s);
    assert_ok(kl_lattice_create(MPI_COMM_WORLD, d, L, &s->lattice, why));
    assert_ok(kl_seams_create(&s->lattice, sizeof(double), DEPTH, ARRAYS, share, &s->seams, why));
    s->omega = calloc((size_t)kl_lattice_local(&s->lattice), sizeof *s->omega);
    for (int i = 0; i < ARRAYS; i++)
        s->array[i] = calloc((size_t)kl_lattice_extent(&s->lattice), sizeof(double));
    for (int64_t p = 0; p < s->lattice.count; p++)
        for (int64_t x = 0; x < s->lattice.plane; x++) {
            const int64_t at = p * s->lattice.plane + x;
            s->omega[at] = (float)name_of(&s->lattice, 0, s->lattice.first + p, x);
            for (int i = 0; i < ARRAYS; i++)
                ((double *)s->array[i])[s->lattice.plane + at] =
                    name_of(&s->lattice, i, s->lattice.first + p, x);
        }
    return s;
}

static void destroy_slab(slab *s)
{
    kl_seams_destroy(&s->seams);
    for (int i = 0; i < ARRAYS; i++)
        free(s->array[i]);
    free(s->omega);
    free(s);
}

/* Rows 1.. (d = 2: the only row) of planes from..to of all arrays. */
static int pieces(const slab *s, int64_t from, int64_t to, kl_piece *piece)
{
    const int64_t rows = kl_lattice_rows(&s->lattice), skipped = rows > 1;
    int n = 0;
    for (int i = 0; i < ARRAYS; i++)
        for (int64_t p = from; p <= to; p++)
            piece[n++] = (kl_piece){(double *)kl_seams_plane(&s->seams, s->array[i], i, p) +
                                        skipped * kl_lattice_row(&s->lattice),
                                    rows - skipped};
    return n;
}

/* One turn: planes from..to go to a side and planes from + shift.. come from the other one. */
static void pass(const slab *s, int side, int64_t from, int64_t to, int64_t shift)
{
    kl_piece mine[64], theirs[64];
    MPI_Request request[2];
    const int n = pieces(s, from, to, mine);
    pieces(s, from + shift, to + shift, theirs);
    kl_seams_take(&s->seams, 1 - side, theirs, n, &request[0]);
    kl_seams_give(&s->seams, side, mine, n, &request[1]);
    kl_seams_test(&request[0]);
    for (int k = 0; k < 2; k++)
        kl_seams_finish(&request[k]);
}

/* Planes from..to have their names, and what was done to them. The first row is not passed. */
static bool planes_are(const slab *s, int64_t from, int64_t to, double done)
{
    const int64_t first = kl_lattice_rows(&s->lattice) > 1 ? s->lattice.sites : 0;
    bool right = true;
    for (int i = 0; i < ARRAYS; i++)
        for (int64_t p = from; p <= to; p++)
            for (int64_t x = first; x < s->lattice.plane; x++)
                right = right && ((double *)kl_seams_plane(&s->seams, s->array[i], i, p))[x] ==
                                     done + name_of(&s->lattice, i, s->lattice.first + p, x);
    return right;
}

static bool potential_is_right(const slab *s)
{
    bool right = true;
    for (int64_t p = -s->seams.depth; p < s->lattice.count; p++)
        for (int64_t x = 0; x < s->lattice.plane; x++)
            right = right && kl_seams_omega(&s->seams, s->omega, p)[x] ==
                                 (float)name_of(&s->lattice, 0, s->lattice.first + p, x);
    return right;
}

static void work_on(const slab *s, int64_t from, int64_t to)
{
    for (int i = 0; i < ARRAYS; i++)
        for (int64_t p = from; p <= to; p++)
            for (int64_t x = 0; x < s->lattice.plane; x++)
                ((double *)kl_seams_plane(&s->seams, s->array[i], i, p))[x] += 1000000;
}

/* The lower rank's last planes go to the upper, which works on them and gives them back. */
static void check_to_and_fro(slab *s)
{
    const int64_t n = s->lattice.count, depth = s->seams.depth;
    const double done = 1000000;
    bool right = true;
    kl_seams_potential(&s->seams, s->omega);
    kl_seams_enter(&s->seams, s->array, 0, ARRAYS);
    right = right && potential_is_right(s);
    pass(s, 1, n - depth - 1, n - 1, -n);
    right = right && planes_are(s, -depth - 1, n - depth - 1, 0);
    work_on(s, -depth, 0);
    pass(s, 0, -depth, 0, n);
    right = right && planes_are(s, 1, n - depth - 1, 0) && planes_are(s, n - depth, n, done);
    MPI_Barrier(s->lattice.comm);
    kl_seams_leave(&s->seams, s->array, 0, ARRAYS);
    for (int i = 0; i < ARRAYS; i++)
        for (int64_t p = 0; p < n; p++) {
            const double *plane = (double *)s->array[i] + (p + 1) * s->lattice.plane;
            const bool worked = p == 0 || p >= n - depth;
            for (int64_t x = 0; x < s->lattice.plane; x++)
                right = right && (x < s->lattice.sites ||
                                  plane[x] == worked * done +
                                                  name_of(&s->lattice, i, s->lattice.first + p, x));
        }
    assert_everywhere(right);
}

static void to_and_fro(void **state)
{
    (void)state;
    for (int d = 2; d <= 3; d++)
        for (int64_t L = 12; L <= 21; L += 3)
            for (int how = 0; how < 3; how++) { /* sent, shared, both */
                slab *s = create_slab(d, L, how > 0);
                if (how == 2)
                    part_nodes(&s->seams);
                assert_everywhere(!s->seams.depth == (s->lattice.ranks == 1));
                assert_everywhere(how != 1 || !s->seams.depth || s->seams.above);
                if (s->seams.depth)
                    check_to_and_fro(s);
                destroy_slab(s);
            }
}

/* No seams where a rank has fewer than three planes or the slab is a line; else as deep as fits. */
static void depth(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 4; L <= 24; L++) {
            kl_lattice lattice;
            kl_seams seams;
            assert_ok(kl_lattice_create(MPI_COMM_WORLD, d, L, &lattice, why));
            const int64_t least = L / lattice.ranks;
            const bool none = d == 1 || lattice.ranks == 1 || least < 3;
            assert_ok(kl_seams_create(&lattice, sizeof(float), DEPTH, 2, false, &seams, why));
            assert_everywhere(none ? seams.depth == 0
                                   : seams.depth >= 1 && seams.depth <= DEPTH &&
                                         seams.depth + 2 <= least && 2 * seams.depth <= least);
            assert_everywhere(least < 2 * DEPTH || none || seams.depth == DEPTH);
            kl_seams_destroy(&seams);
        }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(to_and_fro), cmocka_unit_test(depth)};
TEST_MAIN(tests)
