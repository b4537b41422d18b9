#include "systems/anderson/anderson.h"

#include "systems/anderson/anderson_private.h"

static const kl_description *describe(const void *self)
{
    return &((const anderson *)self)->description;
}

static uint64_t seed(const void *self)
{
    return ((const anderson *)self)->disorder.seed;
}

static const char *const facts[] = {"concentration", "concentration_peak", NULL};

const kl_system kl_system_anderson = {
    .name = "anderson",
    .summary = "weakly disordered Anderson model against the linear Boltzmann equation",
    .kind = KL_INDEPENDENT,
    .small = 0,
    .configure = anderson_configure,
    .destroy = anderson_destroy,
    .describe = describe,
    .seed = seed,
    .field_axis = anderson_field_axis,
    .cost = anderson_cost,
    .begin = anderson_begin,
    .start = anderson_start,
    .advance = anderson_advance,
    .measure = anderson_measure,
    .snapshot = anderson_snapshot,
    .end = anderson_end,
    .packing = anderson_packing,
    .pack = anderson_pack,
    .unpack = anderson_unpack,
    .restored = anderson_restored,
    .reference_key = "boltzmann",
    .reference = anderson_reference,
    .infinite_reference = anderson_infinite_reference,
    .reference_like = anderson_reference_like,
    .box_effect = anderson_box_effect,
    .advise = anderson_advise,
    .fact = facts,
    .facts = anderson_facts,
    .finer = anderson_finer,
};
