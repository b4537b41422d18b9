#include "parts/wkb_keys.h"

#include "base/memory.h"
#include "parts/plain_keys.h"
#include "parts/sum_keys.h"

#include <stdlib.h>

enum { GAUSSIAN, COHERENT };

typedef struct shape_keys {
    int shape;
} shape_keys;
static const char *const envelopes[] = {"gaussian", "coherent", NULL};
static const kl_key envelope_table[] = {
    {.name = "shape",
     KL_CHOICE_AT(shape_keys, shape, envelopes),
     .flags = KL_REQUIRED,
     .doc = "of h(x); coherent: a Gaussian whose |h|^2 has the width sqrt(eps/2)"},
    {0}};

typedef struct center_key {
    kl_reals center;
} center_key;
static const kl_key center_table[] = {/* read by kl_keys_center() */
                                      {.name = "center",
                                       KL_REALS_AT(center_key, center),
                                       KL_RANGE(-1e6, 1e6),
                                       .doc = "default: the origin"},
                                      {0}};

typedef struct momentum_keys {
    kl_reals momentum;
} momentum_keys;
static const kl_key momentum_table[] = {{.name = "momentum",
                                         KL_REALS_AT(momentum_keys, momentum),
                                         KL_RANGE(-1e3, 1e3),
                                         .doc = "p of S(x) = p.x + x.A.x/2 + ...; default: 0"},
                                        {0}};

typedef struct packet_keys {
    kl_node *envelope, *phase;
} packet_keys;
static const kl_key packet_table[] = {{.name = "envelope",
                                       KL_MAP_AT(packet_keys, envelope),
                                       .flags = KL_REQUIRED,
                                       .one_of = "start",
                                       .doc = "h(x)",
                                       KL_BELOW(envelope_table, kl_width_table, center_table)},
                                      {.name = "phase",
                                       KL_MAP_AT(packet_keys, phase),
                                       .when = "envelope",
                                       .fallback = "{}",
                                       .doc = "S(x)",
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
const kl_key kl_wkb_map[] = {{.name = "initial",
                              KL_MAP_AT(initial_keys, initial),
                              .flags = KL_REQUIRED,
                              .doc = "the initial state h exp(i S/eps)",
                              KL_BELOW(packet_table, list_table)},
                             {0}};
const kl_key kl_wkb_optional_map[] = {
    {.name = "initial",
     KL_MAP_AT(initial_keys, initial),
     .doc = "the initial state h exp(i S/hbar), where observables are of psi",
     KL_BELOW(packet_table, list_table)},
    {0}};

/* p.x + x.A.x/2 as monomials: the first ones of S. */
static void fill_quadratic(int d, const double p[3], const double hessian[3][3],
                           kl_phase_term *term)
{
    for (int i = 0; i < d; i++, term++) {
        term->power[i] = 1;
        term->coefficient = p[i];
    }
    for (int i = 0; i < d; i++)
        for (int j = i; j < d; j++, term++) {
            term->power[i]++;
            term->power[j]++;
            term->coefficient = i == j ? hessian[i][i] / 2 : hessian[i][j];
        }
}

static kl_status read_phase(kl_node *node, int64_t dimension, kl_wkb *packet, kl_error *err)
{
    const int d = (int)dimension;
    momentum_keys keys = {0};
    const char *bent;
    double p[3], hessian[3][3] = {{0}};
    packet->phase.dimension = d;
    KL_TRY(kl_config_read(node, momentum_table, &keys, err));
    KL_TRY(kl_keys_vector(node, "momentum", &keys.momentum, dimension, p, err));
    KL_TRY(kl_keys_phase(node, dimension, d + d * (d + 1) / 2, hessian, &packet->phase.sum, &bent,
                         err));
    fill_quadratic(d, p, (const double(*)[3])hessian, (kl_phase_term *)packet->phase.sum.term);
    if (packet->coherent && bent)
        return kl_config_fail(node, bent, err, "goes with the envelope gaussian only");
    return KL_OK;
}

static kl_status read_packet(kl_node *node, int64_t dimension, kl_wkb *packet, kl_error *err)
{
    packet_keys keys;
    shape_keys shape;
    KL_TRY(kl_config_read(node, packet_table, &keys, err));
    KL_TRY(kl_config_read(keys.envelope, envelope_table, &shape, err));
    packet->coherent = shape.shape == COHERENT;
    packet->weight = packet->share = packet->width = 1;
    if (!packet->coherent)
        KL_TRY(kl_keys_width(keys.envelope, &packet->width, err));
    KL_TRY(kl_keys_center(keys.envelope, dimension, packet->center, err));
    return read_phase(keys.phase, dimension, packet, err);
}

static kl_status read_packets(kl_node *node, const kl_nodes *nodes, int64_t dimension,
                              kl_wkb_packets *out, kl_error *err)
{
    double sum = 0;
    for (int k = 0; k < 2; k++)
        if (kl_config_has(node, packet_table[k].name))
            return kl_config_fail(node, packet_table[k].name, err,
                                  "goes into each of the packets where there are packets");
    for (int i = 0; i < nodes->n; i++) {
        kl_weight_keys keys;
        KL_TRY(read_packet(nodes->v[i], dimension, &out->packet[i], err));
        KL_TRY(kl_config_read(nodes->v[i], kl_weight_table, &keys, err));
        out->packet[i].weight = keys.weight;
        out->packet[i].angle = keys.angle;
        sum += keys.weight * keys.weight;
        if (out->packet[i].coherent != out->packet[0].coherent)
            return kl_config_fail(nodes->v[i], "envelope.shape", err,
                                  "%s is not allowed: must be %s, as of the first packet",
                                  envelopes[out->packet[i].coherent],
                                  envelopes[out->packet[0].coherent]);
    }
    for (int i = 0; i < nodes->n; i++)
        out->packet[i].share = out->packet[i].weight * out->packet[i].weight / sum;
    return KL_OK;
}

kl_status kl_keys_wkb(kl_node *root, int64_t dimension, kl_wkb_packets *out, kl_error *err)
{
    initial_keys top;
    list_keys keys = {0};
    *out = (kl_wkb_packets){0};
    KL_TRY(kl_config_read(root, kl_wkb_map, &top, err));
    KL_TRY(kl_config_read(top.initial, list_table, &keys, err));
    const int n = keys.packets.n ? keys.packets.n : 1;
    KL_TRY(kl_alloc((size_t)n, sizeof *out->packet, "packets", &out->packet, err));
    out->n = n;
    if (keys.packets.n)
        return read_packets(top.initial, &keys.packets, dimension, out, err);
    return read_packet(top.initial, dimension, out->packet, err);
}

void kl_keys_wkb_free(kl_wkb_packets *packets)
{
    for (int i = 0; i < packets->n; i++)
        kl_keys_sum_free(&packets->packet[i].phase.sum);
    free(packets->packet);
    *packets = (kl_wkb_packets){0};
}
