/* `initial` of an `anderson` study: one packet or several, their envelopes and phases. */
#include "systems/anderson/anderson_private.h"

#include "base/memory.h"
#include "dynamics/interference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct shape_keys {
    int shape;
    double width;
    kl_reals center;
} shape_keys;
static const char *const envelopes[] = {"gaussian", "bump", "uniform", "delta", NULL};
static const kl_key envelope_table[] = {{.name = "shape",
                                         KL_CHOICE_AT(shape_keys, shape, envelopes),
                                         .flags = KL_REQUIRED,
                                         .doc = "of h(X); uniform: a plane wave; delta: one site"},
                                        {0}};
const kl_key anderson_width_table[] = {{.name = "width",
                                        KL_REAL_AT(shape_keys, width),
                                        .flags = KL_REQUIRED,
                                        KL_RANGE_ABOVE(0, 1e6),
                                        .when = "shape=gaussian,bump",
                                        .doc = "macroscopic"},
                                       {0}};
const kl_key anderson_center_table[] = {{.name = "center",
                                         KL_REALS_AT(shape_keys, center),
                                         KL_RANGE(-1e6, 1e6),
                                         .when = "shape=gaussian,bump,delta",
                                         .doc = "macroscopic; default: the origin"},
                                        {0}};

typedef struct term_keys {
    kl_ints power;
    double coefficient;
} term_keys;
static const kl_key term_table[] = {{.name = "power",
                                     KL_INTS_AT(term_keys, power),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE(0, KL_PHASE_DEGREE),
                                     .doc = "n of prod_j X_j^n_j"},
                                    {.name = "coefficient",
                                     KL_REAL_AT(term_keys, coefficient),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE(-1e6, 1e6),
                                     .doc = "its factor"},
                                    {0}};

typedef struct wave_keys {
    kl_reals wave;
    double sine, cosine;
} wave_keys;
static const kl_key wave_table[] = {
    {.name = "wave",
     KL_REALS_AT(wave_keys, wave),
     .flags = KL_REQUIRED,
     KL_RANGE(-1e3, 1e3),
     .doc = "q of sin, cos(2 pi q.X): waves per macroscopic length"},
    {.name = "sine",
     KL_REAL_AT(wave_keys, sine),
     KL_RANGE(-1e6, 1e6),
     .fallback = "0",
     .doc = "factor of sin(2 pi q.X)"},
    {.name = "cosine",
     KL_REAL_AT(wave_keys, cosine),
     KL_RANGE(-1e6, 1e6),
     .fallback = "0",
     .doc = "factor of cos(2 pi q.X)"},
    {0}};

typedef struct phase_keys {
    kl_reals momentum, hessian;
    kl_nodes terms, waves;
} phase_keys;
static const kl_key phase_table[] = {
    {.name = "momentum",
     KL_REALS_AT(phase_keys, momentum),
     KL_RANGE(-1, 1),
     .doc = "p of S(X) = p.X + X.A.X/2 + ..., cycles per site; default: 0"},
    {.name = "hessian",
     KL_MATRIX_AT(phase_keys, hessian),
     KL_RANGE(-1e3, 1e3),
     .doc = "A, symmetric; default: 0"},
    {.name = "terms",
     KL_MAPS_AT(phase_keys, terms),
     KL_COUNT(1, 100),
     .doc = "monomials of S",
     KL_BELOW(term_table)},
    {.name = "waves",
     KL_MAPS_AT(phase_keys, waves),
     KL_COUNT(1, 100),
     .doc = "sines and cosines of S",
     KL_BELOW(wave_table)},
    {0}};

typedef struct packet_keys {
    kl_node *envelope, *phase;
    double weight, angle;
} packet_keys;
static const kl_key packet_table[] = {
    {.name = "envelope",
     KL_MAP_AT(packet_keys, envelope),
     .flags = KL_REQUIRED,
     .one_of = "start",
     .doc = "h(X)",
     KL_BELOW(envelope_table, anderson_width_table, anderson_center_table)},
    {.name = "phase",
     KL_MAP_AT(packet_keys, phase),
     .when = "envelope",
     .fallback = "{}",
     .doc = "S(X)",
     KL_BELOW(phase_table)},
    {0}};
static const kl_key weight_table[] = {{.name = "weight",
                                       KL_REAL_AT(packet_keys, weight),
                                       KL_RANGE_ABOVE(0, 1e6),
                                       .fallback = "1",
                                       .doc = "amplitude; weights count relative to each other"},
                                      {.name = "angle",
                                       KL_REAL_AT(packet_keys, angle),
                                       KL_RANGE(-1, 1),
                                       .fallback = "0",
                                       .doc = "of the amplitude, in turns"},
                                      {0}};

typedef struct list_keys {
    kl_nodes packets;
} list_keys;
static const kl_key list_table[] = {{.name = "packets",
                                     KL_MAPS_AT(list_keys, packets),
                                     KL_COUNT(2, 16),
                                     .one_of = "start",
                                     .doc = "a superposition, instead of envelope and phase",
                                     KL_BELOW(packet_table, weight_table)},
                                    {0}};
const kl_key *const anderson_initial_tables[] = {packet_table, list_table, NULL};

static kl_status check_count(const anderson *a, const kl_node *node, const char *key, int n,
                             kl_error *err)
{
    if (n == a->dimension)
        return KL_OK;
    return kl_config_fail(node, key, err, "%d numbers are not allowed: must be %d, the dimension",
                          n, (int)a->dimension);
}

/* Copies a list of `dimension` numbers; an absent list leaves zeros. */
static kl_status vector(const anderson *a, const kl_node *node, const char *key,
                        const kl_reals *list, double out[3], kl_error *err)
{
    memset(out, 0, 3 * sizeof *out);
    if (list->n == 0)
        return KL_OK;
    KL_TRY(check_count(a, node, key, list->n, err));
    memcpy(out, list->v, (size_t)list->n * sizeof *out);
    return KL_OK;
}

kl_status anderson_read_width(kl_node *node, double *width, kl_error *err)
{
    shape_keys shape;
    KL_TRY(kl_config_read(node, anderson_width_table, &shape, err));
    *width = shape.width;
    return KL_OK;
}

kl_status anderson_read_center(const anderson *a, kl_node *node, double center[3], kl_error *err)
{
    shape_keys shape = {0};
    KL_TRY(kl_config_read(node, anderson_center_table, &shape, err));
    return vector(a, node, "center", &shape.center, center, err);
}

/* ---- the phase ---- */

static kl_status read_hessian(const anderson *a, const kl_node *node, const kl_reals *list,
                              double hessian[3][3], kl_error *err)
{
    const int d = (int)a->dimension;
    if (list->n == 0)
        return KL_OK;
    if (list->n != d * d)
        return kl_config_fail(node, "hessian", err, "must be %d x %d numbers, the dimension", d, d);
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++) {
            hessian[i][j] = list->v[i * d + j];
            if (hessian[i][j] != list->v[j * d + i])
                return kl_config_fail(node, "hessian", err,
                                      "entries %d,%d and %d,%d differ: must be "
                                      "symmetric",
                                      i, j, j, i);
        }
    return KL_OK;
}

static kl_status read_terms(const anderson *a, const kl_nodes *nodes, kl_initial *packet,
                            kl_error *err)
{
    kl_phase_term *term;
    KL_TRY(kl_alloc((size_t)nodes->n, sizeof *term, "phase", &term, err));
    packet->higher.term = term;
    packet->higher.nterms = nodes->n;
    for (int t = 0; t < nodes->n; t++) {
        term_keys keys = {0};
        int degree = 0;
        KL_TRY(kl_config_read(nodes->v[t], term_table, &keys, err));
        KL_TRY(check_count(a, nodes->v[t], "power", keys.power.n, err));
        for (int j = 0; j < keys.power.n; j++)
            degree += term[t].power[j] = (int)keys.power.v[j];
        if (degree < 1 || degree > KL_PHASE_DEGREE)
            return kl_config_fail(nodes->v[t], "power", err,
                                  "degree %d is not allowed: must be in [1, %d]", degree,
                                  KL_PHASE_DEGREE);
        term[t].coefficient = keys.coefficient;
    }
    return KL_OK;
}

static kl_status read_waves(const anderson *a, const kl_nodes *nodes, kl_initial *packet,
                            kl_error *err)
{
    kl_phase_wave *wave;
    KL_TRY(kl_alloc((size_t)nodes->n, sizeof *wave, "phase", &wave, err));
    packet->higher.wave = wave;
    packet->higher.nwaves = nodes->n;
    for (int w = 0; w < nodes->n; w++) {
        wave_keys keys = {0};
        KL_TRY(kl_config_read(nodes->v[w], wave_table, &keys, err));
        KL_TRY(vector(a, nodes->v[w], "wave", &keys.wave, wave[w].wave, err));
        if (wave[w].wave[0] == 0 && wave[w].wave[1] == 0 && wave[w].wave[2] == 0)
            return kl_config_fail(nodes->v[w], "wave", err, "0 is not allowed: S would not change");
        wave[w].sine = keys.sine;
        wave[w].cosine = keys.cosine;
    }
    return KL_OK;
}

static kl_status read_phase(anderson *a, kl_node *node, kl_initial *packet, kl_error *err)
{
    phase_keys phase = {0};
    KL_TRY(kl_config_read(node, phase_table, &phase, err));
    KL_TRY(vector(a, node, "momentum", &phase.momentum, packet->momentum, err));
    KL_TRY(read_hessian(a, node, &phase.hessian, packet->hessian, err));
    KL_TRY(read_terms(a, &phase.terms, packet, err));
    KL_TRY(read_waves(a, &phase.waves, packet, err));
    a->linear = a->linear && kl_initial_linear(packet);
    if (!kl_initial_linear(packet) && packet->envelope > KL_ENVELOPE_BUMP)
        return kl_config_fail(node,
                              phase.terms.n   ? "terms"
                              : phase.waves.n ? "waves"
                                              : "hessian",
                              err, "goes with the envelopes gaussian and bump only");
    return KL_OK;
}

/* ---- packets ---- */

static kl_status read_packet(anderson *a, kl_node *node, kl_initial *packet, kl_error *err)
{
    packet_keys keys;
    shape_keys shape;
    KL_TRY(kl_config_read(node, packet_table, &keys, err));
    KL_TRY(kl_config_read(keys.envelope, envelope_table, &shape, err));
    packet->envelope = (kl_envelope)shape.shape;
    packet->width = packet->weight = 1;
    if (packet->envelope <= KL_ENVELOPE_BUMP)
        KL_TRY(anderson_read_width(keys.envelope, &packet->width, err));
    if (packet->envelope != KL_ENVELOPE_UNIFORM)
        KL_TRY(anderson_read_center(a, keys.envelope, packet->center, err));
    return read_phase(a, keys.phase, packet, err);
}

static kl_status read_packets(anderson *a, kl_node *node, const kl_nodes *nodes, kl_error *err)
{
    for (int k = 0; k < 2; k++)
        if (kl_config_has(node, packet_table[k].name))
            return kl_config_fail(node, packet_table[k].name, err,
                                  "goes into each of the packets where there are packets");
    for (int i = 0; i < nodes->n; i++) {
        packet_keys keys;
        KL_TRY(read_packet(a, nodes->v[i], &a->packet[i], err));
        KL_TRY(kl_config_read(nodes->v[i], weight_table, &keys, err));
        a->packet[i].weight = keys.weight;
        a->packet[i].angle = keys.angle;
        if (a->packet[i].envelope > KL_ENVELOPE_BUMP)
            return kl_config_fail(nodes->v[i], "envelope.shape", err,
                                  "%s is not allowed among packets: must be gaussian or bump",
                                  envelopes[a->packet[i].envelope]);
    }
    return KL_OK;
}

kl_status anderson_read_initial(anderson *a, kl_node *node, kl_error *err)
{
    list_keys keys = {0};
    KL_TRY(kl_config_read(node, list_table, &keys, err));
    a->linear = true;
    a->npackets = keys.packets.n ? keys.packets.n : 1;
    KL_TRY(kl_alloc((size_t)a->npackets, sizeof *a->packet, "packets", &a->packet, err));
    if (keys.packets.n)
        return read_packets(a, node, &keys.packets, err);
    return read_packet(a, node, a->packet, err);
}

void anderson_free_initial(anderson *a)
{
    for (int i = 0; a->packet && i < a->npackets; i++) {
        free((void *)a->packet[i].higher.term);
        free((void *)a->packet[i].higher.wave);
    }
    free(a->packet);
}

kl_initial anderson_packet(const anderson *a, int point, int i)
{
    kl_initial packet = a->packet[i];
    packet.mu = a->point[point].unit;
    return packet;
}

kl_status anderson_fill_initial(const anderson *a, int point, kl_state *psi, kl_error *err)
{
    kl_initial *packet = NULL;
    kl_status status = kl_alloc((size_t)a->npackets, sizeof *packet, "packets", &packet, err);
    KL_TRY(kl_agree(psi->lattice->comm, status, err));
    for (int i = 0; i < a->npackets; i++)
        packet[i] = anderson_packet(a, point, i);
    status = kl_initial_superpose(a->npackets, packet, psi, err);
    free(packet);
    return status;
}

/* ---- what the points allow ---- */

static kl_status check_envelope(anderson *a, kl_node *root, const kl_lattice_point *point, int i,
                                kl_error *err)
{
    const kl_initial *packet = &a->packet[i];
    char key[64] = "initial.envelope.width";
    if (a->npackets > 1)
        snprintf(key, sizeof key, "initial.packets.%d.envelope.width", i);
    if (packet->width < point->unit) /* no site might see the packet */
        return kl_config_fail(root, key, err,
                              "%g is not allowed at eta %g: must be at least eta^2 = %.4g, the "
                              "distance of two sites",
                              packet->width, point->eta, point->unit);
    double outside = kl_initial_outside(packet, (int)a->dimension, point->ell);
    if (outside > 1e-3)
        return kl_config_fail(root, kl_config_has(root, "box") ? "box" : "sites", err,
                              "%.4g is too small for the envelope at eta %g: %.2g of |h|^2 lies "
                              "outside, at most 1e-3 is allowed",
                              point->ell, point->eta, outside);
    if (outside > 1e-6)
        snprintf(a->description.warning[a->description.nwarnings++], 256,
                 "at eta %g the box %.4g leaves %.2g of |h|^2 outside", point->eta, point->ell,
                 outside);
    return KL_OK;
}

/* Packets that interfere in the limit have no F_0 that is the sum of theirs. */
static kl_status check_interference(anderson *a, kl_node *root, int i, int k, kl_error *err)
{
    const kl_initial *one = &a->packet[i], *two = &a->packet[k];
    const int d = (int)a->dimension;
    const double weight =
        2 * one->weight * two->weight / (one->weight * one->weight + two->weight * two->weight);
    double limit = weight * kl_interference(one, two, d, 0), most = 0, eta = 0;
    char key[64];
    snprintf(key, sizeof key, "initial.packets.%d", k);
    if (limit > 1e-3)
        return kl_config_fail(root, key, err,
                              "interferes with packet %d, %.2g of their weight, at every eta: "
                              "grad S is the same where both envelopes are large. Not more than "
                              "1e-3 is allowed",
                              i, limit);
    for (int n = 0; n < a->npoints; n++) {
        double at = weight * kl_interference(one, two, d, a->point[n].unit);
        eta = at > most ? a->point[n].eta : eta;
        most = fmax(most, at);
    }
    if (limit > 1e-6 || most > 1e-3)
        snprintf(a->description.warning[a->description.nwarnings++], 256,
                 "packets %d and %d interfere: about %.2g of their weight at eta %g, %.2g in the "
                 "limit, which the reference leaves out",
                 i, k, most, eta, limit);
    return KL_OK;
}

kl_status anderson_check_initial(anderson *a, kl_node *root, kl_error *err)
{
    const int pairs = a->npackets * (a->npackets - 1) / 2;
    const int most = (a->npoints + 1) * a->npackets + pairs + a->npoints + a->nobservables;
    KL_TRY(kl_alloc((size_t)most, sizeof *a->description.warning, "warnings",
                    &a->description.warning, err));
    if (a->packet[0].envelope > KL_ENVELOPE_BUMP)
        return KL_OK;
    for (int n = 0; n < a->npoints; n++)
        for (int i = 0; i < a->npackets; i++)
            KL_TRY(check_envelope(a, root, &a->point[n], i, err));
    for (int i = 0; i < a->npackets; i++)
        for (int k = i + 1; k < a->npackets; k++)
            KL_TRY(check_interference(a, root, i, k, err));
    return KL_OK;
}
