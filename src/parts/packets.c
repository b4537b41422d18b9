/* What the points must be for the packets; the state of the start, and how singular it is. */
#include "parts/packets.h"

#include "base/memory.h"
#include "dynamics/concentration.h"
#include "dynamics/interference.h"
#include "parts/interfering.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

kl_initial kl_packets_at(const kl_packets *packets, int i, double mu)
{
    kl_initial packet = packets->packet[i];
    packet.mu = mu;
    return packet;
}

/* ---- the start ---- */

static double squares(const double *re, const double *im, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += re[i] * re[i] + im[i] * im[i];
    return sum;
}

/* This rank's part of psi, divided by the norm of all; the sum goes by planes. */
static kl_status load(const kl_lattice_file *file, double *value, double *plane, kl_state *psi,
                      kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t n = kl_lattice_local(lattice), at = kl_lattice_origin(lattice);
    double *re = value, *im = value + n, norm;
    kl_status status = kl_lattice_file_read(file, 0, lattice->first, lattice->count, re, im, err);
    KL_TRY(kl_agree(lattice->comm, status, err));
    for (int64_t p = 0; p < lattice->count; p++)
        plane[p] = squares(re + p * lattice->plane, im + p * lattice->plane, lattice->plane);
    KL_TRY(kl_planes_sum(lattice, plane, 1, &norm, NULL, err));
    if (!(norm > 0) || !isfinite(norm))
        return kl_fail(err, KL_INPUT, "%s: %s cannot be normalised", file->path, file->dataset);
    for (int64_t i = 0; i < 2 * n; i++)
        value[i] /= sqrt(norm);
    kl_state_store(psi->precision, psi->re, at, n, re);
    kl_state_store(psi->precision, psi->im, at, n, im);
    psi->real = false;
    return KL_OK;
}

static kl_status fill_from_file(const kl_lattice_file *file, kl_state *psi, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const size_t n = (size_t)kl_lattice_local(lattice);
    double *value = NULL, *plane = NULL;
    kl_status status = kl_alloc(2 * n, sizeof *value, "the start", &value, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)lattice->count, sizeof *plane, "the start", &plane, err);
    status = kl_agree(lattice->comm, status, err);
    if (status == KL_OK)
        status = load(file, value, plane, psi, err);
    free(value);
    free(plane);
    return status;
}

kl_status kl_packets_fill(const kl_packets *packets, double mu, kl_state *psi, kl_error *err)
{
    if (packets->file.path)
        return fill_from_file(&packets->file, psi, err);
    kl_initial *packet = NULL;
    kl_status status = kl_alloc((size_t)packets->n, sizeof *packet, "packets", &packet, err);
    KL_TRY(kl_agree(psi->lattice->comm, status, err));
    for (int i = 0; i < packets->n; i++)
        packet[i] = kl_packets_at(packets, i, mu);
    status = kl_initial_superpose(packets->n, packet, psi, err);
    free(packet);
    return status;
}

bool kl_packets_pointwise(const kl_packets *packets)
{
    return !packets->file.path && kl_initial_pointwise(packets->n, packets->packet);
}

/* ---- what the points allow ---- */

static kl_status check_envelope(const kl_packets *packets, kl_node *root,
                                const kl_lattice_point *point, int i, kl_warnings *warnings,
                                kl_error *err)
{
    const kl_initial *packet = &packets->packet[i];
    char key[64] = "initial.envelope.width";
    if (packets->n > 1)
        snprintf(key, sizeof key, "initial.packets.%d.envelope.width", i);
    if (packet->width < point->unit) /* no site might see the packet */
        return kl_config_fail(root, key, err,
                              "%g is not allowed at eta %g: must be at least eta^2 = %.4g, the "
                              "distance of two sites",
                              packet->width, point->eta, point->unit);
    double outside = kl_initial_outside(packet, (int)packets->dimension, point->ell);
    if (outside > 1e-3)
        return kl_config_fail(root, kl_config_has(root, "box") ? "box" : "sites", err,
                              "%.4g is too small for the envelope at eta %g: %.2g of |h|^2 lies "
                              "outside, at most 1e-3 is allowed",
                              point->ell, point->eta, outside);
    if (outside > 1e-6)
        return kl_warnings_add(warnings, err, "at eta %g the box %.4g leaves %.2g of |h|^2 outside",
                               point->eta, point->ell, outside);
    return KL_OK;
}

static kl_status check_interference(const kl_packets *packets, kl_node *root,
                                    const kl_lattice_points *points, int i, int k,
                                    kl_warnings *warnings, kl_error *err)
{
    const kl_initial *one = &packets->packet[i], *two = &packets->packet[k];
    const int d = (int)packets->dimension;
    kl_interfering pair = {.i = i,
                           .k = k,
                           .weight = {one->weight, two->weight},
                           .limit = kl_interference(one, two, d, 0),
                           .small = "eta"};
    for (int n = 0; n < points->n; n++) {
        const double here = kl_interference(one, two, d, points->point[n].unit);
        pair.at = here > pair.most ? points->point[n].eta : pair.at;
        pair.most = fmax(pair.most, here);
    }
    return kl_interfering_tell(&pair, root, warnings, err);
}

kl_status kl_packets_check(const kl_packets *packets, kl_node *root,
                           const kl_lattice_points *points, kl_warnings *warnings, kl_error *err)
{
    if (packets->file.path || packets->packet[0].envelope > KL_ENVELOPE_BUMP)
        return KL_OK;
    for (int n = 0; n < points->n; n++)
        for (int i = 0; i < packets->n; i++)
            KL_TRY(check_envelope(packets, root, &points->point[n], i, warnings, err));
    for (int i = 0; i < packets->n; i++)
        for (int k = i + 1; k < packets->n; k++)
            KL_TRY(check_interference(packets, root, points, i, k, warnings, err));
    return KL_OK;
}

/* ---- how singular ---- */

static const double most_sites = 1 << 21;     /* that are transformed, */
static const double bytes_of_a_site = 3 * 16; /* psi, FFT, its scratch */
static const double bytes_of_moduli = 8;      /* where there are bounds */

static kl_status transform(const kl_packets *packets, const kl_lattice_point *point,
                           const kl_reals *bounds, double *above, kl_concentration *out,
                           kl_error *err)
{
    kl_lattice lattice;
    kl_state psi;
    KL_TRY(kl_lattice_create(MPI_COMM_SELF, (int)packets->dimension, point->sites, &lattice, err));
    KL_TRY(kl_state_create(&lattice, KL_DOUBLE, &psi, err));
    kl_status status = kl_packets_fill(packets, point->unit, &psi, err);
    if (status == KL_OK)
        status = kl_concentration_of_state(&psi, bounds->n, bounds->v, above, out, err);
    kl_state_destroy(&psi);
    return status;
}

static bool closed(const kl_packets *packets, const kl_lattice_point *point, kl_concentration *out)
{
    if (packets->n != 1)
        return false;
    const kl_initial first = kl_packets_at(packets, 0, point->unit);
    return kl_concentration_closed(&first, (int)packets->dimension, out);
}

double kl_packets_concentration_bytes(const kl_packets *packets, const kl_lattice_point *point,
                                      const kl_reals *bounds)
{
    const double sites = pow((double)point->sites, (double)packets->dimension);
    kl_concentration c;
    if (sites > most_sites || (bounds->n == 0 && closed(packets, point, &c)))
        return 0;
    return (bytes_of_a_site + (bounds->n > 0 ? bytes_of_moduli : 0)) * sites;
}

kl_status kl_packets_concentration(const kl_packets *packets, const kl_lattice_point *point,
                                   const kl_reals *bounds, double *norm, double *peak,
                                   double *above, kl_error *err)
{
    kl_concentration c = {NAN, NAN};
    for (int i = 0; i < bounds->n; i++)
        above[i] = NAN;
    if (kl_packets_concentration_bytes(packets, point, bounds) > 0)
        KL_TRY(transform(packets, point, bounds, above, &c, err));
    closed(packets, point, &c); /* where it is, it is the better one */
    *norm = c.norm;
    *peak = c.peak;
    return KL_OK;
}

/* ---- folds ---- */

static double determinant(const kl_initial *p, int d, const double x[3])
{
    double a[3][3];
    memcpy(a, p->hessian, sizeof a);
    kl_phase_hessian(&p->higher, x, a);
    for (int j = d; j < 3; j++)
        a[j][j] = 1;
    return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
           a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
           a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
}

/* Looks for a change of sign on a grid over the packet; x: where it is. */
static bool find_fold(const kl_initial *p, int d, double x[3])
{
    enum { GRID = 25 };
    const double reach = p->envelope == KL_ENVELOPE_GAUSSIAN ? 3.7 : 1;
    const int n1 = d > 1 ? GRID : 1, n2 = d > 2 ? GRID : 1;
    double before = 0;
    for (int a = 0; a < GRID; a++)
        for (int b = 0; b < n1; b++)
            for (int c = 0; c < n2; c++) {
                const int at[3] = {a, b, c};
                for (int j = 0; j < 3; j++)
                    x[j] = j < d ? p->center[j] + reach * p->width * (2 * at[j] + 1. - GRID) / GRID
                                 : 0;
                const double det = determinant(p, d, x);
                if (det * before < 0)
                    return true;
                before = det != 0 ? det : before;
            }
    return false;
}

static kl_status warn_of_fold(const kl_packets *packets, int i, kl_warnings *warnings,
                              kl_error *err)
{
    const kl_initial *p = &packets->packet[i];
    double x[3];
    if (p->higher.nterms + p->higher.nwaves == 0 || !find_fold(p, (int)packets->dimension, x))
        return KL_OK;
    return kl_warnings_add(warnings, err,
                           "initial.phase: det Hess S = 0 near X = (%.3g, %.3g, %.3g): at a fold "
                           "the concentration of singularity does not fall for any bound",
                           x[0], x[1], x[2]);
}

kl_status kl_packets_warn_of_concentration(const kl_packets *packets, kl_warnings *warnings,
                                           kl_error *err)
{
    for (int i = 0; i < packets->n; i++)
        KL_TRY(warn_of_fold(packets, i, warnings, err));
    for (int i = 0; packets->dimension == 3 && i < packets->n; i++) {
        const kl_initial *p = &packets->packet[i];
        if (p->envelope <= KL_ENVELOPE_BUMP && p->higher.nterms == 0 && p->higher.nwaves == 0 &&
            kl_hessian_rank(p->hessian, 3) == 2)
            KL_TRY(kl_warnings_add(
                warnings, err,
                "initial.phase.hessian of rank 2: the concentration of singularity falls like "
                "mu^(1/2), slower than the mu^(4/5) under which convergence in r-th mean is "
                "proven"));
    }
    return KL_OK;
}
