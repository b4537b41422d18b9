#include "systems/graphs/feynman_limit.h"

#include "base/memory.h"
#include "graphs/recollisions.h"
#include "kinetic/collisions.h"
#include "kinetic/order_limits.h"
#include "parts/kinetic_start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct solving {
    const feynman *f;
    const kl_lattice_point *point;
    int most; /* rungs */
    kl_kinetic_observable observable;
    double (*coefficient)[2];
    double *value;             /* [ntimes][most + 1][2]: Lambda_k of one packet */
    double *error;             /* [ntimes][most + 1] */
    double complex *amplitude; /* [n][ntimes]: of all packets */
    double *uncertain;         /* likewise */
} solving;

static kl_status create(solving *s, kl_error *err)
{
    const kl_feynman *study = &s->f->study;
    const size_t ntimes = (size_t)study->times.n, rows = ntimes * (size_t)(s->most + 1);
    KL_TRY(kl_alloc(2 * rows, sizeof *s->value, "reference", &s->value, err));
    KL_TRY(kl_alloc(rows, sizeof *s->error, "reference", &s->error, err));
    KL_TRY(kl_alloc(study->n * ntimes, sizeof *s->amplitude, "reference", &s->amplitude, err));
    KL_TRY(kl_alloc(study->n * ntimes, sizeof *s->uncertain, "reference", &s->uncertain, err));
    return kl_kinetic_translate(&study->observable, &s->observable, &s->coefficient, err);
}

static void destroy(solving *s)
{
    free(s->value);
    free(s->error);
    free(s->amplitude);
    free(s->uncertain);
    free(s->coefficient);
}

static double complex power(double complex x, int n)
{
    return n == 0 ? 1 : x * power(x, n - 1);
}

/* Adds a packet's share of a graph at a time: Lambda_k k! is its rungs' factor times T^k. */
static void add_graph(const solving *s, const kl_recollisions *r, double complex gamma,
                      double share, int time, size_t at)
{
    const size_t row = (size_t)(time * (s->most + 1) + r->rungs);
    const double complex lambda = s->value[2 * row] + I * s->value[2 * row + 1];
    const double complex turn = -gamma * s->f->study.times.value[time];
    double complex factor = share * r->share * power(conj(turn), r->left) * power(turn, r->right);
    for (int k = 2; k <= r->rungs; k++)
        factor *= k;
    s->amplitude[at] += factor * lambda;
    s->uncertain[at] += cabs(factor) * (s->error[row] + 1e-14 * cabs(lambda));
}

static void add_packet(const solving *s, const double *momentum, double share)
{
    const kl_feynman *study = &s->f->study;
    const size_t ntimes = (size_t)study->times.n;
    double energy = 0, re, im;
    for (int j = 0; j < study->points.dimension; j++)
        energy += 2 * cos(2 * M_PI * momentum[j]);
    kl_self_energy((int)study->points.dimension, energy, &re, &im);
    for (size_t g = 0; g < study->n; g++) {
        kl_recollisions r;
        if (!kl_graph_recollisions(&study->graph[g], &r))
            continue;
        for (size_t t = 0; t < ntimes; t++)
            add_graph(s, &r, re + I * im, share, (int)t, g * ntimes + t);
    }
}

static kl_status solve_packet(const solving *s, int i, MPI_Comm comm, kl_limit_values *out,
                              kl_error *err)
{
    static const double tolerance = 1e-10;
    const kl_feynman *study = &s->f->study;
    kl_kinetic_problem problem = {.dimension = (int)study->points.dimension,
                                  .ell = s->point->ell,
                                  .ntimes = study->times.n,
                                  .times = study->times.value,
                                  .nobservables = 1,
                                  .observables = &s->observable,
                                  .tolerance = tolerance,
                                  .stop = out->stop,
                                  .stop_context = out->stop_context};
    double share;
    char note[256] = "";
    kl_status status =
        kl_agree(comm, kl_kinetic_start(&study->packets, s->point, i, &problem, &share, err), err);
    if (status == KL_OK)
        status = kl_boltzmann_collisions(comm, &problem, s->most, s->value, s->error, note, err);
    if (status == KL_OK)
        add_packet(s, problem.momentum, share);
    if (note[0])
        memcpy(out->note, note, sizeof note);
    kl_kinetic_start_free(&problem);
    return status;
}

/* On one line as the values of a study; on several the disconnected sum, and nothing else but in
 * the total. */
static void deliver(const solving *s, kl_limit_values *out)
{
    const feynman *f = s->f;
    const size_t ntimes = (size_t)f->study.times.n;
    for (size_t t = 0; t < ntimes; t++) {
        kl_sample sample = {.quantity = out->value + t * 2 * f->nvalues,
                            .error = out->error + t * 2 * f->nvalues};
        if (f->study.lines == 1)
            feynman_put_graphs(f, (int)t, s->amplitude, s->uncertain, &sample);
        else
            feynman_put_lines(f, (int)t, s->amplitude, s->uncertain, &sample);
    }
}

static const char *why_none(const kl_feynman *study)
{
    if (study->points.dimension == 1)
        return "d = 1 has no kinetic limit: crossing graphs are as large as ladders";
    if (!study->packets.linear || study->packets.packet[0].envelope == KL_ENVELOPE_DELTA)
        return "the limits of graphs are known for starts on one energy shell: S = p.X";
    if (study->observable.position != KL_POSITION_UNIFORM)
        return "the limits of graphs are known for observables of momentum alone";
    return NULL;
}

kl_status feynman_limit_solve(const feynman *f, int point, MPI_Comm comm, kl_limit_values *out,
                              kl_error *err)
{
    const kl_feynman *study = &f->study;
    const char *none = why_none(study);
    solving s = {.f = f,
                 .point = &study->points.point[point],
                 .most = study->left < study->right ? study->left : study->right};
    if (none) {
        snprintf(out->note, sizeof out->note, "%s", none);
        return KL_OK;
    }
    kl_status status = kl_agree(comm, create(&s, err), err);
    for (int i = 0; status == KL_OK && i < study->packets.n; i++)
        status = solve_packet(&s, i, comm, out, err);
    if (status == KL_OK)
        deliver(&s, out);
    destroy(&s);
    return kl_kinetic_or_note(status, err, out);
}
