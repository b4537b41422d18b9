#include "parts/kinetic_start.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kl_status translate_phase(const kl_phase_sum *from, kl_kinetic_problem *to, kl_error *err)
{
    kl_kinetic_term *term;
    kl_kinetic_wave *wave;
    KL_TRY(kl_alloc((size_t)from->nterms, sizeof *term, "phase", &term, err));
    to->term = term;
    KL_TRY(kl_alloc((size_t)from->nwaves, sizeof *wave, "phase", &wave, err));
    to->wave = wave;
    to->nterms = from->nterms;
    to->nwaves = from->nwaves;
    for (int t = 0; t < from->nterms; t++) {
        memcpy(term[t].power, from->term[t].power, sizeof term[t].power);
        term[t].coefficient = from->term[t].coefficient;
    }
    for (int w = 0; w < from->nwaves; w++) {
        memcpy(wave[w].wave, from->wave[w].wave, sizeof wave[w].wave);
        wave[w].sine = from->wave[w].sine;
        wave[w].cosine = from->wave[w].cosine;
    }
    return KL_OK;
}

kl_status kl_kinetic_start(const kl_packets *packets, const kl_lattice_point *point, int i,
                           kl_kinetic_problem *problem, double *share, kl_error *err)
{
    static const kl_kinetic_envelope envelope[] = {KL_KINETIC_GAUSSIAN, KL_KINETIC_BUMP,
                                                   KL_KINETIC_UNIFORM, KL_KINETIC_DELTA};
    const kl_initial packet = kl_packets_at(packets, i, point->unit);
    double total = 0;
    for (int k = 0; k < packets->n; k++)
        total += packets->packet[k].weight * packets->packet[k].weight;
    *share = packet.weight * packet.weight / total;
    problem->envelope = envelope[packet.envelope];
    problem->width = packet.width;
    if (problem->infinite) /* no dual lattice to round to */
        memcpy(problem->momentum, packet.momentum, sizeof problem->momentum);
    else
        kl_initial_momentum(&packet, (int)packets->dimension, point->sites, problem->momentum);
    memcpy(problem->center, packet.center, sizeof problem->center);
    if (packet.envelope == KL_ENVELOPE_DELTA) /* at its site */
        for (int j = 0; j < (int)packets->dimension; j++)
            problem->center[j] = packet.mu * (double)llround(packet.center[j] / packet.mu);
    memcpy(problem->hessian, packet.hessian, sizeof problem->hessian);
    return translate_phase(&packet.higher, problem, err);
}

void kl_kinetic_start_free(kl_kinetic_problem *problem)
{
    free((void *)problem->term);
    free((void *)problem->wave);
}

kl_status kl_kinetic_or_note(kl_status status, const kl_error *err, kl_limit_values *out)
{
    if (status != KL_INPUT)
        return status;
    snprintf(out->note, sizeof out->note, "%.255s", err->message);
    return KL_OK;
}

kl_status kl_kinetic_translate(const kl_observable *from, kl_kinetic_observable *to,
                               double (**coefficient)[2], kl_error *err)
{
    static const kl_kinetic_position position[] = {
        KL_KINETIC_POSITION_GAUSSIAN, KL_KINETIC_POSITION_UNIFORM, KL_KINETIC_POSITION_WAVE};
    const kl_symbol *s = from->symbol;
    KL_TRY(kl_alloc((size_t)s->n, sizeof **coefficient, "symbols", coefficient, err));
    for (int i = 0; i < s->n; i++) {
        (*coefficient)[i][0] = creal(s->coefficient[i]);
        (*coefficient)[i][1] = cimag(s->coefficient[i]);
    }
    *to = (kl_kinetic_observable){.position = position[from->position],
                                  .width = from->width,
                                  .nmodes = s->n,
                                  .mode = (const int(*)[3])s->mode,
                                  .coefficient = (const double(*)[2]) * coefficient};
    memcpy(to->center, from->center, sizeof to->center);
    memcpy(to->wave, from->wave, sizeof to->wave);
    return KL_OK;
}
