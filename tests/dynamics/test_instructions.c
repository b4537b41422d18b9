/* Guard of the kernel: instructions per site and term of an evolution, counted by
 * valgrind --tool=callgrind (exit code 77 where there is none), which do not
 * depend on how busy the machine is. Both chains, blocked in time, L = 64.
 *
 * One vector of sites takes: 6 neighbours loaded and added in 5 additions, the
 * centre, the potential (in double converted, with 2 multiplications and 2
 * additions to join), old b and its subtraction, the store, the loop; every second
 * term 6 more for the accumulator. About 25 for avx2, which folds loads into
 * arithmetic, 30 for the generic set; the two end sites of a row some 25 each.
 * Both chains, at rows of 64 sites, per site and term:
 *
 *                 generic (16 bytes)           avx2 (32 bytes)
 *     single   2 (30/4 + 50/64) = 16.6     2 (25/8 + 50/64) = 7.8
 *     double   2 (30/2 + 50/64) = 31.6     2 (25/4 + 50/64) = 14.1
 *
 * The budgets leave 15% above what gcc 12 makes of it, calls and edges of tiles
 * included. Valgrind 3.19 knows no AVX-512: that set has no guard here.
 */
#include "base/memory.h"
#include "dynamics/chebyshev.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SITES = 64, SKIP = 77 };

typedef struct budget {
    const char *set, *precision;
    double instructions; /* per site and term */
} budget;

static const budget budgets[] = {{"generic", "single", 19.7},
                                 {"generic", "double", 38.0},
                                 {"avx2", "single", 9.7},
                                 {"avx2", "double", 18.1}};

/* Under valgrind: one evolution; prints the sites times the terms. */
static int evolve(const char *set, const char *precision_name)
{
    const kl_precision precision = strcmp(precision_name, "single") == 0 ? KL_SINGLE : KL_DOUBLE;
    kl_lattice lattice;
    kl_state psi, out;
    kl_error err;
    float *omega;
    void *scratch;
    const double t = 1;
    int terms, failed = 1;
    if (kl_lattice_create(MPI_COMM_WORLD, 3, SITES, &lattice, &err) ||
        kl_state_create(&lattice, precision, &psi, &err) ||
        kl_state_create(&lattice, precision, &out, &err) ||
        kl_alloc((size_t)kl_lattice_local(&lattice), sizeof *omega, "potential", &omega, &err) ||
        kl_alloc((size_t)kl_lattice_extent(&lattice), sizeof(double), "psi", &scratch, &err))
        return failed;
    const kl_hamiltonian h = {
        &lattice, strcmp(set, "avx2") == 0 ? &kl_stencil_avx2 : &kl_stencil_generic,
        1,        0.2,
        omega,    kl_blocking_choose(&lattice, precision, 1 << 20),
        NULL};
    const kl_chebyshev chebyshev = {&h, 7, 1e-5};
    if (kl_chebyshev_evolve(&chebyshev, &psi, scratch, &t, 1, &out, &terms, &err) == KL_OK) {
        printf("evolved %.0f\n", (double)kl_lattice_local(&lattice) * terms);
        failed = 0;
    }
    kl_state_destroy(&psi);
    kl_state_destroy(&out);
    free(omega);
    free(scratch);
    return failed;
}

/* Instructions per site and term; 0 if they could not be counted. */
static double count(const char *program, const budget *b)
{
    char command[4096], line[512];
    double evolved = 0, collected = 0;
    snprintf(command, sizeof command,
             "valgrind --tool=callgrind --callgrind-out-file=/dev/null "
             "--toggle-collect=kl_chebyshev_evolve '%s' %s %s 2>&1",
             program, b->set, b->precision);
    FILE *run = popen(command, "r");
    while (run && fgets(line, sizeof line, run)) {
        const char *at = strstr(line, "Collected : ");
        sscanf(line, "evolved %lf", &evolved);
        if (at)
            sscanf(at, "Collected : %lf", &collected);
    }
    if (run)
        pclose(run);
    return evolved > 0 ? collected / evolved : 0;
}

static int check_all(const char *program)
{
    int failures = 0;
#if !defined(__x86_64__) || defined(__clang__) || !defined(__OPTIMIZE__) ||                        \
    defined(__SANITIZE_ADDRESS__)
    printf("skipped: the budgets are those of optimised code by gcc on x86-64\n");
    return SKIP;
#endif
    if (system("valgrind --version >/dev/null 2>&1") != 0) {
        printf("skipped: there is no valgrind\n");
        return SKIP;
    }
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        const budget *b = &budgets[i];
        const double counted = count(program, b);
        const int ok = counted > 0 && counted <= b->instructions;
        printf("%-8s%-8s%6.2f instructions per site and term, budget %.2f%s\n", b->set,
               b->precision, counted, b->instructions, ok ? "" : "  FAILED");
        failures += !ok;
    }
    return failures > 0;
}

int main(int argc, char **argv)
{
    int rc;
    if (argc < 3)
        return check_all(argv[0]);
    MPI_Init(&argc, &argv);
    rc = evolve(argv[1], argv[2]);
    MPI_Finalize();
    return rc;
}
