#include "systems/anderson/anderson.h"

#include "systems/anderson/anderson_private.h"

static const kl_description *describe(const void *self)
{
    return &((const anderson *)self)->description;
}

const kl_system kl_system_anderson = {
    .name = "anderson",
    .summary = "weakly disordered Anderson model against the linear Boltzmann equation",
    .model = "A quantum particle hops on the lattice Z^d in a random potential: "
             "i d/dt psi = (Delta + eta V) psi, where Delta sums over nearest neighbours and the "
             "V(x) are independent with mean 0 and variance 1. Times and distances are measured on "
             "the kinetic scale, (T, X) = eta^2 (t, x). As eta goes to 0 the rescaled Wigner "
             "function W of psi converges to the solution F of the linear Boltzmann equation. An "
             "observable is <J,W>, J(X,V) = a(X) b(V), compared with <J,F>.",
    .source = "T. Chen, J. Stat. Phys. 120 (2005) 279, Theorem 2.1; RIMS Kokyuroku Bessatsu B21 "
              "(2010) 63, Theorem 3.1",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "time", "T", "1", "macroscopic time"},
    .keys = anderson_keys,
    .open = anderson_open,
    .close = anderson_close,
    .describe = describe,
    .axis = anderson_field_axis,
    .cost = anderson_cost,
    .begin = anderson_begin,
    .start = anderson_start,
    .advance = anderson_advance,
    .measure = anderson_measure,
    .end = anderson_end,
    .snapshot = anderson_snapshot,
    .packing = anderson_packing,
    .shape = anderson_shape,
    .pack = anderson_pack,
    .unpack = anderson_unpack,
    .restored = anderson_restored,
    .constants = anderson_constants,
    .size_effect = anderson_size_effect,
    .advise = anderson_advise,
    .finer = anderson_finer,
};
