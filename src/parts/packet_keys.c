/* The key `initial`: one packet or several, their envelopes and phases. */
#include "parts/packets.h"

#include "base/memory.h"
#include "parts/input_file.h"
#include "parts/plain_keys.h"
#include "parts/sum_keys.h"

#include <stdlib.h>

typedef struct shape_keys {
    int shape;
} shape_keys;
static const char *const envelopes[] = {"gaussian", "bump", "uniform", "delta", NULL};
static const kl_key envelope_table[] = {{.name = "shape",
                                         KL_CHOICE_AT(shape_keys, shape, envelopes),
                                         .flags = KL_REQUIRED,
                                         .doc = "of h(X); uniform: a plane wave; delta: one site"},
                                        {0}};
typedef struct momentum_keys {
    kl_reals momentum;
} momentum_keys;
static const kl_key momentum_table[] = {
    {.name = "momentum",
     KL_REALS_AT(momentum_keys, momentum),
     KL_RANGE(-1, 1),
     .doc = "p of S(X) = p.X + X.A.X/2 + ..., cycles per site; default: 0"},
    {0}};

typedef struct packet_keys {
    kl_node *envelope, *phase;
} packet_keys;
static const kl_key packet_table[] = {{.name = "envelope",
                                       KL_MAP_AT(packet_keys, envelope),
                                       .flags = KL_REQUIRED,
                                       .one_of = "start",
                                       .doc = "h(X)",
                                       KL_BELOW(envelope_table, kl_width_table, kl_center_table)},
                                      {.name = "phase",
                                       KL_MAP_AT(packet_keys, phase),
                                       .when = "envelope",
                                       .fallback = "{}",
                                       .doc = "S(X)",
                                       KL_BELOW(momentum_table, kl_phase_table)},
                                      {0}};
typedef struct list_keys {
    kl_nodes packets;
} list_keys;
static const kl_key list_table[] = {{.name = "packets",
                                     KL_MAPS_AT(list_keys, packets),
                                     KL_COUNT(2, 16),
                                     .one_of = "start",
                                     .doc = "a superposition, instead of envelope and phase",
                                     KL_BELOW(packet_table, kl_weight_table)},
                                    {0}};

typedef struct initial_keys {
    kl_node *initial;
} initial_keys;
const kl_key kl_initial_map[] = {{.name = "initial",
                                  KL_MAP_AT(initial_keys, initial),
                                  .flags = KL_REQUIRED,
                                  .doc = "the initial state",
                                  KL_BELOW(packet_table, list_table)},
                                 {0}};
const kl_key kl_optional_initial_map[] = {
    {.name = "initial",
     KL_MAP_AT(initial_keys, initial),
     .doc = "the initial state; default: the site at the origin",
     KL_BELOW(packet_table, list_table)},
    {0}};

static const kl_key file_table[] = {{.name = "file",
                                     KL_MAP_AT(packet_keys, envelope),
                                     .one_of = "start",
                                     .doc = "a wave function of an HDF5 file, normalised",
                                     KL_BELOW(kl_lattice_path_table, kl_checksum_table)},
                                    {0}};
const kl_key kl_any_initial_map[] = {{.name = "initial",
                                      KL_MAP_AT(initial_keys, initial),
                                      .flags = KL_REQUIRED,
                                      .doc = "the initial state",
                                      KL_BELOW(packet_table, list_table, file_table)},
                                     {0}};

/* ---- the phase ---- */

static kl_status read_phase(kl_packets *all, kl_node *node, kl_initial *packet, kl_error *err)
{
    momentum_keys keys = {0};
    const char *bent;
    KL_TRY(kl_config_read(node, momentum_table, &keys, err));
    KL_TRY(kl_keys_vector(node, "momentum", &keys.momentum, all->dimension, packet->momentum, err));
    KL_TRY(kl_keys_phase(node, all->dimension, 0, packet->hessian, &packet->higher, &bent, err));
    all->linear = all->linear && kl_initial_linear(packet);
    if (!kl_initial_linear(packet) && packet->envelope > KL_ENVELOPE_BUMP)
        return kl_config_fail(node, bent, err, "goes with the envelopes gaussian and bump only");
    return KL_OK;
}

/* ---- packets ---- */

static kl_status read_packet(kl_packets *all, kl_node *node, kl_initial *packet, kl_error *err)
{
    packet_keys keys;
    shape_keys shape;
    KL_TRY(kl_config_read(node, packet_table, &keys, err));
    KL_TRY(kl_config_read(keys.envelope, envelope_table, &shape, err));
    packet->envelope = (kl_envelope)shape.shape;
    packet->width = packet->weight = 1;
    if (packet->envelope <= KL_ENVELOPE_BUMP)
        KL_TRY(kl_keys_width(keys.envelope, &packet->width, err));
    if (packet->envelope != KL_ENVELOPE_UNIFORM)
        KL_TRY(kl_keys_center(keys.envelope, all->dimension, packet->center, err));
    return read_phase(all, keys.phase, packet, err);
}

static kl_status read_packets(kl_packets *all, kl_node *node, const kl_nodes *nodes, kl_error *err)
{
    for (int k = 0; k < 2; k++)
        if (kl_config_has(node, packet_table[k].name))
            return kl_config_fail(node, packet_table[k].name, err,
                                  "goes into each of the packets where there are packets");
    for (int i = 0; i < nodes->n; i++) {
        kl_weight_keys keys;
        KL_TRY(read_packet(all, nodes->v[i], &all->packet[i], err));
        KL_TRY(kl_config_read(nodes->v[i], kl_weight_table, &keys, err));
        all->packet[i].weight = keys.weight;
        all->packet[i].angle = keys.angle;
        if (all->packet[i].envelope > KL_ENVELOPE_BUMP)
            return kl_config_fail(nodes->v[i], "envelope.shape", err,
                                  "%s is not allowed among packets: must be gaussian or bump",
                                  envelopes[all->packet[i].envelope]);
    }
    return KL_OK;
}

static kl_status read_initial(kl_node *initial, int64_t dimension, kl_packets *out, kl_error *err)
{
    list_keys keys = {0};
    KL_TRY(kl_config_read(initial, list_table, &keys, err));
    *out = (kl_packets){.dimension = dimension, .linear = true};
    out->n = keys.packets.n ? keys.packets.n : 1;
    KL_TRY(kl_alloc((size_t)out->n, sizeof *out->packet, "packets", &out->packet, err));
    if (keys.packets.n)
        return read_packets(out, initial, &keys.packets, err);
    return read_packet(out, initial, out->packet, err);
}

kl_status kl_packets_read(kl_node *root, int64_t dimension, kl_packets *out, kl_error *err)
{
    initial_keys top;
    KL_TRY(kl_config_read(root, kl_initial_map, &top, err));
    return read_initial(top.initial, dimension, out, err);
}

kl_status kl_packets_read_optional(kl_node *root, int64_t dimension, kl_packets *out, kl_error *err)
{
    initial_keys top = {NULL};
    KL_TRY(kl_config_read(root, kl_optional_initial_map, &top, err));
    if (top.initial)
        return read_initial(top.initial, dimension, out, err);
    *out = (kl_packets){.dimension = dimension, .n = 1, .linear = true};
    KL_TRY(kl_alloc(1, sizeof *out->packet, "packets", &out->packet, err));
    *out->packet = (kl_initial){.envelope = KL_ENVELOPE_DELTA, .width = 1, .weight = 1};
    return KL_OK;
}

kl_status kl_packets_read_any(kl_node *root, const kl_lattice_points *points, kl_packets *out,
                              kl_error *err)
{
    static const char *const others[] = {"envelope", "phase", "packets"};
    kl_lattice_file file;
    initial_keys top;
    KL_TRY(kl_config_read(root, kl_any_initial_map, &top, err));
    KL_TRY(kl_keys_lattice_file(top.initial, points, &file, err));
    if (!file.path)
        return kl_packets_read(root, points->dimension, out, err);
    for (int i = 0; i < 3; i++)
        if (kl_config_has(top.initial, others[i]))
            return kl_config_fail(top.initial, others[i], err, "goes without a file");
    if (file.stacked)
        return kl_config_fail(top.initial, "file.dataset", err,
                              "%s has an axis more than the lattice: must be one wave function",
                              file.dataset);
    *out = (kl_packets){.dimension = points->dimension, .file = file};
    return KL_OK;
}

void kl_packets_free(kl_packets *packets)
{
    for (int i = 0; packets->packet && i < packets->n; i++)
        kl_keys_sum_free(&packets->packet[i].higher);
    free(packets->packet);
    *packets = (kl_packets){0};
}
