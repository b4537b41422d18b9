#include "kinetic/response.h"

#include "base/complex.h"
#include "base/memory.h"
#include "kinetic/quadrature.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 6, MOST_PAIRS = KL_MOST_SITES * (KL_MOST_SITES + 1) / 2 };

/* The lattice, which the vectors do not leave in s, and the ends of s, one panel of nodes for
 * each unit. */
enum { SITES = 56, ENDS = 3 };
static const int end_of[ENDS] = {8, 12, 20};

typedef struct integral {
    const kl_gas *gas;
    int n, L; /* sites x_i; of the lattice, per side */
    size_t volume;
    const int (*site)[3];
    double *distribution;             /* [volume]: F_T(p) */
    fftw_complex *a, *b;              /* [volume]: a_0(s,x), b_0(s,x) about x_i = 0 */
    double complex *pair[MOST_PAIRS]; /* [volume]: A_x,ij, i <= j */
    double complex g[KL_MOST_SITES][KL_MOST_SITES];
    fftw_plan plan; /* of b */
} integral;

static kl_status create(const kl_gas *gas, int n, const int (*site)[3], int L, integral *w,
                        kl_error *err)
{
    *w = (integral){.gas = gas, .n = n, .L = L, .site = site, .volume = (size_t)L * L * L};
    KL_TRY(kl_alloc(w->volume, sizeof *w->distribution, "response", &w->distribution, err));
    KL_TRY(kl_alloc(w->volume, sizeof *w->a, "response", &w->a, err));
    KL_TRY(kl_alloc(w->volume, sizeof *w->b, "response", &w->b, err));
    for (int i = 0; i < n * (n + 1) / 2; i++)
        KL_TRY(kl_alloc(w->volume, sizeof *w->pair[i], "response", &w->pair[i], err));
    w->plan = fftw_plan_dft_3d(L, L, L, w->b, w->b, FFTW_BACKWARD, FFTW_ESTIMATE);
    return w->plan ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "FFTW made no plan for %d^3", L);
}

static void destroy(integral *w)
{
    if (w->plan)
        fftw_destroy_plan(w->plan);
    free(w->distribution);
    free(w->a);
    free(w->b);
    for (int i = 0; i < MOST_PAIRS; i++)
        free(w->pair[i]);
}

static void fill_momenta(integral *w, double time)
{
    const int L = w->L;
    for (size_t k = 0; k < w->volume; k++) {
        const double p[3] = {(double)(k / (size_t)(L * L)) / L,
                             (double)(k / (size_t)L % (size_t)L) / L, (double)(k % (size_t)L) / L};
        w->distribution[k] = kl_gas_distribution(w->gas, time, p);
    }
}

/* Along one axis: exp(-i s cos 2 pi p) at the momenta, divided by L, and its transform, which is
 * a_0 along the axis. */
static void evolve_axis(int L, double s, double complex *wave, double complex *site)
{
    for (int k = 0; k < L; k++) {
        const double angle = s * cos(2 * M_PI * k / L);
        wave[k] = CMPLX(cos(angle) / L, -sin(angle) / L);
    }
    for (int x = 0; x < L; x++) {
        site[x] = 0;
        for (int k = 0; k < L; k++) {
            const double angle = 2 * M_PI * (k * x % L) / L;
            site[x] += kl_times(wave[k], CMPLX(cos(angle), sin(angle)));
        }
    }
}

/* a_0 and b_0 at s, on all sites. */
static void evolve(integral *w, double s)
{
    double complex wave[SITES], site[SITES];
    const int L = w->L;
    evolve_axis(L, s, wave, site);
    for (int x = 0, k = 0; x < L; x++)
        for (int y = 0; y < L; y++) {
            const double complex outer = kl_times(wave[x], wave[y]),
                                 outer_site = kl_times(site[x], site[y]);
            for (int z = 0; z < L; z++, k++) {
                const double complex phase = kl_times(outer, wave[z]);
                w->a[k] = kl_times(outer_site, site[z]);
                w->b[k] =
                    CMPLX(w->distribution[k] * creal(phase), w->distribution[k] * cimag(phase));
            }
        }
    fftw_execute(w->plan);
}

/* G_ij = <f_j, F_T f_i> from b_0 at s = 0. */
static void find_limit(integral *w)
{
    evolve(w, 0);
    for (int i = 0; i < w->n; i++)
        for (int j = 0; j < w->n; j++) {
            size_t at = 0;
            for (int c = 0; c < 3; c++)
                at = at * (size_t)w->L +
                     (size_t)(((w->site[j][c] - w->site[i][c]) % w->L + w->L) % w->L);
            w->g[i][j] = w->b[at];
        }
}

/* The row of `vector` that starts at x_0 = x, x_1 = y, moved to site i; its last index turns. */
static const fftw_complex *row_of(const integral *w, const fftw_complex *vector, int i, int x,
                                  int y)
{
    const int L = w->L, u = ((x - w->site[i][0]) % L + L) % L,
              v = ((y - w->site[i][1]) % L + L) % L;
    return vector + ((size_t)u * (size_t)L + (size_t)v) * (size_t)L;
}

static void add_row(integral *w, int i, int j, double weight, int x, int y, double complex *out)
{
    const int L = w->L;
    const fftw_complex *ai = row_of(w, w->a, i, x, y), *aj = row_of(w, w->a, j, x, y);
    const fftw_complex *bi = row_of(w, w->b, i, x, y), *bj = row_of(w, w->b, j, x, y);
    int u = (L - w->site[i][2] % L) % L, v = (L - w->site[j][2] % L) % L;
    out += ((size_t)x * (size_t)L + (size_t)y) * (size_t)L;
    for (int z = 0; z < L; z++, u++, v++) {
        u = u >= L ? u - L : u;
        v = v >= L ? v - L : v;
        /* i (conj(a_j) b_i - conj(b_j) a_i) */
        const double re = creal(aj[v]) * creal(bi[u]) + cimag(aj[v]) * cimag(bi[u]) -
                          creal(bj[v]) * creal(ai[u]) - cimag(bj[v]) * cimag(ai[u]);
        const double im = creal(aj[v]) * cimag(bi[u]) - cimag(aj[v]) * creal(bi[u]) -
                          creal(bj[v]) * cimag(ai[u]) + cimag(bj[v]) * creal(ai[u]);
        out[z] += CMPLX(-weight * im, weight * re);
    }
}

/* Falls smoothly from 1 to 0 over the last six tenths of the way. */
static double ending(double share)
{
    const double y = (share - 0.4) / 0.6;
    return y <= 0 ? 1 : y >= 1 ? 0 : 1 / (1 + exp(1 / (1 - y) - 1 / y));
}

static void add_time(integral *w, double s, double weight)
{
    int pair = 0;
    evolve(w, s);
    for (int i = 0; i < w->n; i++)
        for (int j = i; j < w->n; j++, pair++)
            for (int x = 0; x < w->L; x++)
                for (int y = 0; y < w->L; y++)
                    add_row(w, i, j, weight, x, y, w->pair[pair]);
}

/* Every rank its panels; then the sums of all. */
static void integrate(MPI_Comm comm, integral *w, int last)
{
    int rank, size;
    double node[NODES], weight[NODES];
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    kl_gauss_legendre(NODES, node, weight);
    for (int i = 0; i < w->n * (w->n + 1) / 2; i++)
        memset(w->pair[i], 0, w->volume * sizeof *w->pair[i]);
    for (int p = rank; p < last; p += size)
        for (int k = 0; k < NODES; k++)
            add_time(w, p + node[k], weight[k] * ending((p + node[k]) / last));
    for (int i = 0; i < w->n * (w->n + 1) / 2; i++)
        MPI_Allreduce(MPI_IN_PLACE, w->pair[i], (int)w->volume, MPI_C_DOUBLE_COMPLEX, MPI_SUM,
                      comm);
}

/* The inverse of the leading block of g, by Gauss-Jordan with pivots on the diagonal: G is
 * positive. */
static void invert(int n, const double complex g[][KL_MOST_SITES],
                   double complex inverse[][KL_MOST_SITES])
{
    double complex a[KL_MOST_SITES][KL_MOST_SITES];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            a[i][j] = g[i][j];
            inverse[i][j] = i == j;
        }
    for (int k = 0; k < n; k++) {
        const double complex pivot = a[k][k];
        for (int j = 0; j < n; j++) {
            a[k][j] /= pivot;
            inverse[k][j] /= pivot;
        }
        for (int i = 0; i < n; i++) {
            const double complex factor = a[i][k];
            for (int j = 0; j < n && i != k; j++) {
                a[i][j] -= factor * a[k][j];
                inverse[i][j] -= factor * inverse[k][j];
            }
        }
    }
}

/* (tr B)^2 - tr B^2 at one x of the first r sites. */
static double at_site(const integral *w, int r, double complex inverse[][KL_MOST_SITES], size_t x)
{
    double complex full[KL_MOST_SITES][KL_MOST_SITES], b[KL_MOST_SITES][KL_MOST_SITES] = {{0}};
    double complex trace = 0, square = 0;
    int pair = 0;
    for (int i = 0; i < w->n; i++)
        for (int j = i; j < w->n; j++, pair++) {
            full[i][j] = w->pair[pair][x];
            full[j][i] = conj(w->pair[pair][x]);
        }
    for (int i = 0; i < r; i++)
        for (int j = 0; j < r; j++)
            for (int k = 0; k < r; k++)
                b[i][j] += inverse[i][k] * full[k][j];
    for (int i = 0; i < r; i++) {
        trace += b[i][i];
        for (int j = 0; j < r; j++)
            square += b[i][j] * b[j][i];
    }
    return creal(trace * trace - square);
}

static void reduce(const integral *w, double *value)
{
    for (int r = 1; r <= w->n; r++) {
        double complex inverse[KL_MOST_SITES][KL_MOST_SITES];
        double sum = 0;
        invert(r, w->g, inverse);
        for (size_t x = 0; x < w->volume && r > 1; x++)
            sum += at_site(w, r, inverse, x);
        value[r - 1] = sum / 2;
    }
}

/* The kinks of F_T at the van Hove energies leave a rest that falls like s^(-3/2) with the end. */
static double extrapolate(const double *q, int at)
{
    const double ratio = pow((double)end_of[at] / end_of[at - 1], 1.5);
    return q[at] + (q[at] - q[at - 1]) / (ratio - 1);
}

kl_status kl_gas_response(MPI_Comm comm, const kl_gas *gas, double time, int n,
                          const int (*site)[3], double *value, double *error, kl_error *err)
{
    integral w;
    double q[KL_MOST_SITES][ENDS], now[KL_MOST_SITES];
    kl_status status = kl_agree(comm, create(gas, n, site, SITES, &w, err), err);
    if (status == KL_OK) {
        fill_momenta(&w, time);
        find_limit(&w);
    }
    for (int end = 0; status == KL_OK && end < ENDS; end++) {
        integrate(comm, &w, end_of[end]);
        reduce(&w, now);
        for (int r = 0; r < n; r++)
            q[r][end] = now[r];
    }
    for (int r = 0; status == KL_OK && r < n; r++) {
        value[r] = extrapolate(q[r], ENDS - 1);
        error[r] = fabs(value[r] - extrapolate(q[r], ENDS - 2)) + 3e-4 * fabs(value[r]);
    }
    destroy(&w);
    return status;
}

double kl_gas_response_seconds(void)
{
    return 8;
}
