/* The pairing against the Wigner function itself, built on the half-integer
 * lattice, and against its form in momentum space; marginals, norm, energy. */
#include "wigner/weyl.h"

enum { MOST = 64 };

static const double mu = 0.23;

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 8}, {1, 9}, {2, 4}, {2, 5}, {3, 4}};
enum { LATTICES = 5, POSITIONS = 4 };

static const kl_observable positions[POSITIONS] = {
    {.position = KL_POSITION_GAUSSIAN, .center = {-0.4, 0.3, 0.2}, .width = 0.3},
    {.position = KL_POSITION_GAUSSIAN, .center = {0.9, -0.8, 0.9}, .width = 0.9}, /* off the box */
    {.position = KL_POSITION_UNIFORM},
    {.position = KL_POSITION_WAVE, .wave = {1, -2, 1}}};

/* Every mode in (-L/2, L/2]^d by number. */
static void mode_of(const kl_lattice *lattice, int64_t number, int mode[3])
{
    int64_t index[3];
    index_of(lattice, number, index);
    for (int j = 0; j < 3; j++) {
        mode[j] = (int)index[j];
        if (2 * index[j] > lattice->sites)
            mode[j] -= (int)lattice->sites;
    }
}

static complex double turn(double turns)
{
    return cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns);
}

/* W(x,v) = 2^d sum_{y+z=2x} conj(psi(y)) psi(z) exp(2 pi i v.(y-z)): y over the
 * box, z = y + n with n in (-L/2, L/2]^d, 2x = 2y + n unwrapped, psi periodic. v
 * runs over (1/L) Z^d, enough to tell such n apart. Then
 * <J,W> = 2^-d sum_x L^-d sum_v J(mu x, v) W(x,v), a term of J at a time. */
typedef struct wigner {
    int64_t side;          /* values of 2x per axis: 4L */
    complex double *value; /* [2x as digits of base side][v as site number] */
} wigner;

static wigner build_wigner(const problem *p, const complex double *psi)
{
    const int d = p->lattice.dimension;
    wigner w = {4 * p->lattice.sites, NULL};
    const int64_t cells = (int64_t)pow((double)w.side, d);
    w.value = calloc((size_t)(cells * p->n), sizeof *w.value);
    for (int64_t y = 0; y < p->n; y++)
        for (int64_t n = 0; n < p->n; n++) {
            int64_t yi[3], zi[3], vi[3], cell = 0;
            int mode[3];
            index_of(&p->lattice, y, yi);
            mode_of(&p->lattice, n, mode);
            for (int j = 0; j < d; j++) {
                zi[j] = yi[j] + mode[j];
                cell = cell * w.side + 2 * kl_lattice_coordinate(&p->lattice, yi[j]) + mode[j] +
                       w.side / 2;
            }
            complex double product = conj(psi[y]) * psi[site_of(&p->lattice, zi)];
            for (int64_t v = 0; v < p->n; v++) {
                double turns = 0;
                index_of(&p->lattice, v, vi);
                for (int j = 0; j < d; j++)
                    turns -= (double)(vi[j] * mode[j]) / (double)p->lattice.sites;
                w.value[cell * p->n + v] += pow(2, d) * product * turn(turns);
            }
        }
    return w;
}

static complex double pair_with_wigner(const problem *p, const wigner *w, const kl_observable *o,
                                       const int mode[3])
{
    const int d = p->lattice.dimension;
    const int64_t cells = (int64_t)pow((double)w->side, d);
    complex double sum = 0;
    for (int64_t cell = 0; cell < cells; cell++) {
        double X[3] = {0};
        int64_t rest = cell;
        for (int j = d - 1; j >= 0; j--) {
            X[j] = mu * 0.5 * (double)(rest % w->side - w->side / 2);
            rest /= w->side;
        }
        complex double over_v = 0;
        for (int64_t v = 0; v < p->n; v++) {
            int64_t vi[3];
            double turns = 0;
            index_of(&p->lattice, v, vi);
            for (int j = 0; j < d; j++)
                turns += (double)(vi[j] * mode[j]) / (double)p->lattice.sites;
            over_v += turn(turns) * w->value[cell * p->n + v];
        }
        if (over_v != 0)
            sum += position_weight(o, d, X, mu * (double)p->lattice.sites) * over_v;
    }
    return sum / pow(2, d) / (double)p->n;
}

/* Every mode, m = L/2 and pairs across the seam included, every position. */
static void against_the_wigner_function(void **state)
{
    (void)state;
    for (int i = 0; i < LATTICES - 1; i++) {
        problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_GAUSSIAN, 0, 1);
        complex double psi[MOST];
        random_vector(p->n, 60, psi);
        wigner w = build_wigner(p, psi);
        for (int64_t m = 0; m < p->n; m++) {
            int mode[3];
            mode_of(&p->lattice, m, mode);
            kl_symbol symbol = mode_symbol(mode[0], mode[1], mode[2]);
            kl_observable o[POSITIONS];
            complex double value[POSITIONS];
            double norm, hop;
            for (int k = 0; k < POSITIONS; k++) {
                o[k] = positions[k];
                o[k].symbol = &symbol;
            }
            evaluate(&p->lattice, mu, POSITIONS, o, KL_DOUBLE, psi, value, &norm, &hop, NULL);
            for (int k = 0; k < POSITIONS; k++)
                assert_at_most(cabs(value[k] - pair_with_wigner(p, &w, &o[k], mode)), 1e-12);
            kl_symbol_destroy(&symbol);
        }
        free(w.value);
        problem_destroy(p);
    }
}

/* L^-2d sum_k sum_q A(k) exp(2 pi i m.(q + k/2)) conj(psi^(q+k)) psi^(q) for
 * a(mu x) = exp(2 pi i w.x/L), A(k) = L^d at k = w/L, which is not reduced mod 1. */
static complex double in_momentum_space(const problem *p, const complex double *psi,
                                        const int wave[3], const int mode[3])
{
    const int d = p->lattice.dimension;
    static complex double hat[MOST];
    complex double sum = 0;
    for (int64_t q = 0; q < p->n; q++) {
        hat[q] = 0;
        for (int64_t x = 0; x < p->n; x++) {
            int64_t qi[3], xi[3];
            index_of(&p->lattice, q, qi);
            index_of(&p->lattice, x, xi);
            hat[q] += psi[x] * turn(-(double)(qi[0] * xi[0] + qi[1] * xi[1] + qi[2] * xi[2]) /
                                    (double)p->lattice.sites);
        }
    }
    for (int64_t q = 0; q < p->n; q++) {
        int64_t qi[3], moved[3];
        double turns = 0;
        index_of(&p->lattice, q, qi);
        for (int j = 0; j < 3; j++)
            moved[j] = qi[j] + (j < d ? wave[j] : 0);
        for (int j = 0; j < d; j++)
            turns += mode[j] * ((double)qi[j] + 0.5 * wave[j]) / (double)p->lattice.sites;
        sum += turn(turns) * conj(hat[site_of(&p->lattice, moved)]) * hat[q];
    }
    return sum / (double)p->n;
}

static void against_momentum_space(void **state)
{
    static const int waves[][3] = {{0, 0, 0}, {1, 0, 0}, {2, -1, 3}, {-3, 5, -1}};
    (void)state;
    for (int i = 0; i < LATTICES; i++) {
        problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_GAUSSIAN, 0, 1);
        complex double psi[MOST];
        random_vector(p->n, 61, psi);
        for (int64_t m = 0; m < p->n; m++) {
            int mode[3];
            mode_of(&p->lattice, m, mode);
            kl_symbol symbol = mode_symbol(mode[0], mode[1], mode[2]);
            for (int k = 0; k < 4; k++) {
                kl_observable o = {.position = KL_POSITION_WAVE, .symbol = &symbol};
                complex double value;
                double norm, hop;
                memcpy(o.wave, waves[k], sizeof o.wave);
                evaluate(&p->lattice, mu, 1, &o, KL_DOUBLE, psi, &value, &norm, &hop, NULL);
                assert_at_most(cabs(value - in_momentum_space(p, psi, waves[k], mode)), 1e-12);
            }
            kl_symbol_destroy(&symbol);
        }
        problem_destroy(p);
    }
}

/* Norm, marginal and hopping energy from their definitions; single precision
 * loses only what storing psi loses. */
static void norm_marginal_energy(void **state)
{
    (void)state;
    for (int i = 0; i < LATTICES; i++)
        for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
            problem *p =
                problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_LAPLACE, 1, 1);
            const double tolerance = precision == KL_SINGLE ? 1e-6 : 1e-14;
            complex double psi[MOST], h = 0;
            double expected[16] = {0}, marginal[16], norm, hop, potential = 0, found, sum = 0;
            kl_state s;
            random_vector(p->n, 62, psi);
            for (int64_t x = 0; x < p->n; x++) {
                int64_t index[3];
                index_of(&p->lattice, x, index);
                expected[index[0]] += creal(psi[x] * conj(psi[x]));
                potential += (double)p->omega[x] * creal(psi[x] * conj(psi[x]));
                for (int j = 0; j < p->lattice.dimension; j++)
                    for (int step = -1; step <= 1; step += 2) {
                        index[j] += step;
                        h += conj(psi[x]) * psi[site_of(&p->lattice, index)];
                        index[j] -= step;
                    }
            }
            evaluate(&p->lattice, mu, 0, NULL, (kl_precision)precision, psi, NULL, &norm, &hop,
                     marginal);
            assert_near(norm, 1, tolerance);
            assert_near(hop, creal(h), 10 * tolerance);
            for (int64_t k = 0; k < p->lattice.sites; k++) {
                assert_near(marginal[k], expected[k], tolerance);
                sum += marginal[k];
            }
            assert_near(sum, norm, 1e-15);
            assert_ok(kl_state_create(&p->lattice, (kl_precision)precision, &s, why));
            set_state(&s, psi);
            assert_ok(kl_potential_energy(&s, p->omega, &found, why));
            assert_near(found, potential, 10 * tolerance);
            kl_state_destroy(&s);
            problem_destroy(p);
        }
}

/* What else is asked for changes no value beyond rounding; modes m and -m of a
 * real a are conjugate. */
static void together_or_alone(void **state)
{
    (void)state;
    problem *p = problem_create(MPI_COMM_SELF, 3, 4, KL_GAUSSIAN, 0, 1);
    complex double psi[MOST], together[6], alone[1];
    double norm, hop;
    kl_symbol symbols[6] = {mode_symbol(0, 0, 0),  mode_symbol(1, 0, -1), mode_symbol(-1, 0, 1),
                            mode_symbol(0, 2, -1), mode_symbol(0, 0, 1),  mode_symbol(2, 2, 2)};
    kl_observable o[6];
    random_vector(p->n, 63, psi);
    for (int k = 0; k < 6; k++) {
        o[k] = positions[k == 5 ? 3 : 1];
        o[k].symbol = &symbols[k];
    }
    evaluate(&p->lattice, mu, 6, o, KL_DOUBLE, psi, together, &norm, &hop, NULL);
    for (int k = 0; k < 6; k++) {
        evaluate(&p->lattice, mu, 1, &o[k], KL_DOUBLE, psi, alone, &norm, &hop, NULL);
        assert_true(alone[0] == together[k]);
    }
    assert_at_most(cabs(together[1] - conj(together[2])), 1e-15);
    for (int k = 0; k < 6; k++)
        kl_symbol_destroy(&symbols[k]);
    problem_destroy(p);
}

/* Only modes in (-L/2, L/2]; entries beyond the dimension do not matter. */
static void allowed_modes(void **state)
{
    static const struct {
        int mode, allowed;
        int64_t L;
    } cases[] = {{4, 1, 8}, {-4, 0, 8}, {5, 0, 8}, {-3, 1, 8},
                 {4, 1, 9}, {-4, 1, 9}, {5, 0, 9}, {-5, 0, 9}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 8; i++) {
            kl_lattice lattice;
            kl_error err = {0};
            kl_wigner *pairing = NULL;
            kl_symbol symbol = mode_symbol(0, 0, 0);
            symbol.mode[0][d - 1] = cases[i].mode;
            kl_observable o = {.position = KL_POSITION_UNIFORM, .symbol = &symbol};
            assert_ok(kl_lattice_create(MPI_COMM_SELF, d, cases[i].L, &lattice, why));
            kl_status status = kl_wigner_create(&lattice, mu, 1, &o, &pairing, &err);
            assert_int_equal(status, cases[i].allowed ? KL_OK : KL_INPUT);
            assert_true((pairing != NULL) == (status == KL_OK));
            kl_wigner_destroy(&pairing);
            kl_symbol_destroy(&symbol);
        }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(against_the_wigner_function), cmocka_unit_test(against_momentum_space),
    cmocka_unit_test(norm_marginal_energy), cmocka_unit_test(together_or_alone),
    cmocka_unit_test(allowed_modes)};
TEST_MAIN(tests)
