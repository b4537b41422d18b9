/* Every system of the table, the example of docs/adding-a-system.md and a made-up one in lockstep:
 * all keep the contract. A system without a study here fails.
 */
#include "systems/contract.h"
#include "systems/lockstep.h"
#include "systems/systems.h"

#define main example_main /* the example is a whole program */
#include "adding_a_system.h"
#undef main

typedef struct small_study {
    const char *system, *text, *last_only;
    double tolerance;
} small_study;

static const small_study studies[] = {
    {"anderson",
     "system: anderson\ndimension: 2\nsites: [12, 11]\neta: [0.5, 0.6]\ntimes: [0, 2, 5]\n"
     "realizations: 3\ninitial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.1, "
     "0.2]}}\n"
     "observables:\n  - {name: a, position: {shape: uniform}, momentum: {mode: [1, 0]}}\n"
     "  - {name: b, position: {shape: gaussian, width: 0.6}, momentum: {energy: 2}}\n"
     "fields: [{type: husimi, positions: 4, momenta: 4}]\n"
     "boltzmann: {tolerance: 1.0e-4}\npropagator: {tolerance: 1.0e-4}\n",
     "times=[5]", 1e-3},
    {"expansion",
     "system: expansion\ndimension: 2\nsites: [12, 11]\neta: [0.5, 0.6]\ntimes: [0, 2, 5]\n"
     "realizations: 3\norder: 2\n"
     "initial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.1, 0.2]}}\n"
     "observables:\n  - {name: a, position: {shape: uniform}, momentum: {mode: [1, 0]}}\n"
     "  - {name: b, position: {shape: gaussian, width: 0.6}, momentum: {energy: 2}}\n"
     "boltzmann: {tolerance: 1.0e-4}\npropagator: {precision: double, tolerance: 1.0e-7}\n",
     "times=[5]", 1e-5},
    {"localization",
     "system: localization\ndimension: 2\nsites: [11, 9]\neta: [0.6, 0.7]\ntimes: [0.5, 8, 16]\n"
     "realizations: 3\norigins: 3\npropagator: {tolerance: 1.0e-4}\n",
     "times=[16]", 0.02},
    {"lyapunov",
     "system: lyapunov\nwidth: [1.0, 2.0]\nenergy: [0.5, 0]\ntimes: [10, 5000, 9000]\n"
     "realizations: 3\n",
     "times=[9000]", 1e-12},
    {"lyapunov",
     "system: lyapunov\nwidth: [9.0]\nenergy: [0]\nstrip: [1, 3]\ndimension: 3\n"
     "times: [10, 500, 901]\nrealizations: 3\n",
     "times=[901]", 1e-10},
    {"spectral",
     "system: spectral\ndimension: 2\nsites: [11, 9]\neta: [0.6, 0.7]\nenergies: [-1, 0.5, 2]\n"
     "width: 0.5\nvectors: 2\nmomenta: [[0.2, 0.3]]\nrealizations: 3\n",
     "energies=[2]", 1e-12},
    {"eigenstates",
     "system: eigenstates\ndimension: 2\nsites: [8]\neta: [0.8]\nenergy: [0.5, 1.5]\nshells: [1]\n"
     "states: 5\nrealizations: 3\n",
     NULL, 0},
    {"graphs",
     "system: graphs\ndimension: 1\nsites: [14, 16]\neta: [0.5, 0.6]\ntimes: [0, 0.3, 0.6]\n"
     "left: 1\nright: 3\ninitial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: "
     "[0.1]}}\ndisorder: {distribution: laplace}\n"
     "observable: {position: {shape: uniform}, momentum: {mode: [2]}}\n",
     "times=[0.6]", 1e-8},
    {"graphs",
     "system: graphs\nmethod: sampled\ndimension: 2\nsites: [12, 11]\neta: [0.5, 0.6]\ntimes: [0, "
     "0.3, "
     "0.6]\nleft: 1\nright: 3\nrealizations: 3\ninitial: {envelope: {shape: gaussian, width: 0.4}, "
     "phase: {momentum: [0.1, 0.2]}}\ndisorder: {distribution: laplace}\n"
     "observable: {position: {shape: gaussian, width: 0.6}, momentum: {mode: [2, 0]}}\n",
     "times=[0.6]", 1e-7},
    {"graphs",
     "system: graphs\nmethod: sampled\nlines: 3\ndimension: 1\nsites: [16, 14]\neta: [0.5, 0.6]\n"
     "times: [0, 0.3, 0.6]\nleft: 1\nright: 1\nrealizations: 3\ninitial: {envelope: {shape: "
     "uniform}}\nobservable: {position: {shape: wave, wave: [1]}, momentum: {velocity: 1}}\n",
     "times=[0.6]", 1e-7},
    {"fermi",
     "system: fermi\ndimension: 2\nsites: [12, 11]\neta: [0.5, 0.6]\ntimes: [0, 1, 2]\n"
     "realizations: 3\nvectors: 2\n"
     "start: {type: fermi_dirac, beta: 3, mu: -0.5, a: [1, 0.5], q: [0.1, 0]}\n"
     "observables:\n  - {name: a, momentum: {mode: [1, 0]}}\n"
     "  - {name: b, position: {shape: gaussian, width: 0.6}, momentum: {energy: 2}}\n"
     "fields: [{type: energy, windows: 5}, {type: axis, axis: 2}]\n"
     "determinants: {sites: [[0, 0], [1, 0], [0, -1]], antithetic: true}\n"
     "propagator: {precision: double, tolerance: 1.0e-8}\n",
     "times=[2]", 1e-6},
    {"hartree_fock",
     "system: hartree_fock\ndimension: 2\nsites: [7]\neta: [0.5]\ntimes: [0, 0.5, 1.5]\n"
     "realizations: 4\nensembles: 2\nvectors: 2\ncorrection: halves\n"
     "interaction: {strength: 3, shape: [{at: [0, 0], value: 1}, {at: [1, 0], value: 0.5}]}\n"
     "start: {type: fermi_dirac, beta: 3, mu: -0.5, a: [1, 0.5], q: [0.1, 0]}\n"
     "step: {size: 0.25, order: 4}\nobservables:\n  - {name: a, momentum: {mode: [1, 0]}}\n"
     "fields: [{type: energy, windows: 5}, {type: axis, axis: 2}]\n",
     "times=[1.5]", 1e-3},
    {"crossing",
     "system: crossing\neps: [0.5, 0.4]\nenergies: [[0, 1, 2], [1, 1, -1]]\nsites: [12, 14]\n"
     "momenta: [[0, 0.25, 0.5], [0.1, 0.7, 0.35]]\n",
     NULL, 0},
    {"semiclassical",
     "system: semiclassical\ndimension: 2\neps: [0.5, 0.4]\nbox: 10\ntimes: [0, 0.3, 0.5]\n"
     "potential: {terms: [{power: [4, 0], coefficient: 0.1}, {power: [1, 1], coefficient: 0.2}, "
     "{power: [0, 2], coefficient: 0.5}]}\n"
     "initial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.3, 0]}}\n"
     "observables:\n  - {name: a, position: {power: [2, 0]}, momentum: {power: [0, 1]}}\n"
     "  - {name: b, position: {shape: gaussian, width: 0.8}, momentum: {shape: gaussian, width: "
     "1}}\n"
     "  - {name: c, position: {shape: box, low: [0, -1], high: [1, 1]}}\n"
     "fields: [{type: husimi, positions: 5, momenta: 5}, {type: density, axis: 2}]\n"
     "propagator: {tolerance: 1.0e-4}\nlimit_tolerance: 1.0e-4\n",
     "times=[0.5]", 1e-3},
    {"trotter",
     "system: trotter\ndimension: 2\nhbar: [0.3, 0.4]\nslices: [8, 16]\nenergy: 2\nbox: 7\n"
     "times: [0.5, 1]\npotential: {terms: [{power: [4, 0], coefficient: 0.25}, {power: [1, 1], "
     "coefficient: 0.2}, {power: [0, 2], coefficient: 0.5}]}\n"
     "initial: {envelope: {shape: gaussian, width: 0.4}, phase: {momentum: [0.3, 0]}}\n"
     "tolerance: 1.0e-3\n"
     "observables:\n  - {name: a, kernel: {from: [0.3, 0], to: [-0.4, 0.1]}}\n"
     "  - {name: b, determinant: {from: [0.3, 0], to: [-0.4, 0.1]}}\n"
     "  - {name: c, state: true}\n  - {name: d, position: {power: [1, 0]}}\n",
     "times=[1]", 2e-3},
    {"feynman_kac",
     "system: feynman_kac\ndimension: 2\nsites: [8, 9]\neta: [0.5, 0.6]\ntimes: [0.3, 0.5, 1, 1.5, "
     "2]\nrealizations: 3\norigins: 3\nwalks: 300\n"
     "observables:\n  - {name: a}\n  - {name: b, to: [1, -2]}\n",
     "times=[2]", 1e-10},
    {"vlasov",
     "system: vlasov\ndimension: 2\nparticles: [3]\nbox: 10\ntimes: [0, 0.1, 0.2]\n"
     "potential: {terms: [{power: [2, 0], coefficient: 0.5}, {power: [0, 2], coefficient: 0.6}]}\n"
     "interaction: {gaussians: [{amplitude: 1, width: 0.8}]}\npairs: true\nobservables:\n"
     "  - {name: a, position: {power: [2, 0]}, momentum: {power: [0, 1]}}\n"
     "  - {name: b, position: {shape: gaussian, width: 0.8}}\n"
     "fields: [{type: density, axis: 2, positions: 5}]\n"
     "propagator: {tolerance: 1.0e-3}\nlimit_tolerance: 0.1\n",
     "times=[0.2]", 1e-3},
    {"vlasov",
     "system: vlasov\ndimension: 1\nparticles: [3]\nmethod: hartree_fock\nbox: 12\n"
     "times: [0, 0.2, 0.4]\npotential: {terms: [{power: [2], coefficient: 0.5}]}\n"
     "interaction: {gaussians: [{amplitude: 1.5, width: 0.7}]}\n"
     "observables: [{name: a, position: {power: [2]}}, {name: b, energy: true}]\n"
     "fields: [{type: wigner, positions: 5, momenta: 5}]\n"
     "propagator: {tolerance: 1.0e-4}\nlimit_tolerance: 1.0e-3\n",
     "times=[0.4]", 1e-4},
    {"vlasov",
     "system: vlasov\ndimension: 1\nparticles: [2]\nmethod: exact\nbox: 12\n"
     "times: [0, 0.1, 0.2]\npotential: {terms: [{power: [2], coefficient: 0.5}]}\n"
     "interaction: {gaussians: [{amplitude: 1.5, width: 0.7}]}\npairs: true\n"
     "observables: [{name: a, position: {power: [2]}}, {name: b, energy: true}]\n"
     "limits: [reference]\n"
     "limit_tolerance: 1.0e-3\n",
     "times=[0.2]", 1e-9}};

/* ---- the cases ---- */

static contract_case cases[64];
static int ncases;

static void add_case(const kl_system *system, const char *text, const char *last_only,
                     double tolerance)
{
    cases[ncases++] = (contract_case){system, text, last_only, tolerance};
}

static int collect(void **state)
{
    (void)state;
    for (int i = 0; kl_systems[i]; i++) {
        const int before = ncases;
        for (size_t k = 0; k < sizeof studies / sizeof *studies; k++)
            if (strcmp(studies[k].system, kl_systems[i]->name) == 0)
                add_case(kl_systems[i], studies[k].text, studies[k].last_only,
                         studies[k].tolerance);
        if (ncases == before) {
            fprintf(stderr, "no study of the system %s in this test\n", kl_systems[i]->name);
            return -1;
        }
    }
    add_case(&toy_system, "system: toy\neps: [0.1, 0.05]\ntimes: [0.5, 1]\n", "times=[1]", 0);
    add_case(
        &lockstep_system,
        "system: lockstep\nrate: [0.1, 0.2]\nsteps: [0, 12, 40]\nrealizations: 5\nensembles: 3\n",
        "steps=[40]", 0);
    return kl_systems_begin(NULL, NULL) == KL_OK ? 0 : -1;
}

static int finish(void **state)
{
    (void)state;
    kl_systems_end();
    return 0;
}

#define OF_ALL(check)                                                                              \
    static void check(void **state)                                                                \
    {                                                                                              \
        (void)state;                                                                               \
        for (int i = 0; i < ncases; i++)                                                           \
            contract_##check(&cases[i]);                                                           \
    }
OF_ALL(describes_itself)
OF_ALL(is_the_same_on_any_ranks)
OF_ALL(starts_again)
OF_ALL(takes_a_subset_of_stations)
OF_ALL(comes_back_from_checkpoints)
OF_ALL(knows_its_cost)
OF_ALL(solves_its_limits)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(describes_itself),
                                       cmocka_unit_test(is_the_same_on_any_ranks),
                                       cmocka_unit_test(starts_again),
                                       cmocka_unit_test(takes_a_subset_of_stations),
                                       cmocka_unit_test(comes_back_from_checkpoints),
                                       cmocka_unit_test(knows_its_cost),
                                       cmocka_unit_test(solves_its_limits)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, collect, finish);
    MPI_Finalize();
    return failed != 0;
}
