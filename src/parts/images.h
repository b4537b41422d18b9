/* What the periodic images of a finite box may change in the observables of a study, and how
 * large a box must be. Local. */
#ifndef KL_PARTS_IMAGES_H
#define KL_PARTS_IMAGES_H

#include "parts/observables.h"
#include "parts/packets.h"

#include <stdio.h>

typedef struct kl_images { /* nothing is owned */
    const kl_lattice_points *points;
    const kl_packets *packets;
    const kl_observables *observables;
    double time;      /* the last one */
    double tolerance; /* of the limit: smaller effects are not seen */
} kl_images;

/* A bound for observable k at a macroscopic time; NAN if it has no meaning in infinite space. */
double kl_images_effect(const kl_images *images, int k, int point, double time);

/* Warns of observables that have no limit in infinite space, and of boxes that are too small
 * for it. */
kl_status kl_images_warn(const kl_images *images, kl_warnings *warnings, kl_error *err);

/* As kl_system.advise: the boxes that are large enough, and what sees those of the study. */
void kl_images_advise(const kl_images *images, FILE *out);

#endif
