/* All shells and orbits as chains of one evolution. */
#include "kinetic/isotropic.h"

#include "base/memory.h"
#include "kinetic/evolution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The chains of this rank: those numbered first..first+count-1, energy by energy. */
typedef struct own {
    int first, count, widest;
    kl_chain *chain;
    double *r; /* [widest] */
} own;

static kl_status build_tables(MPI_Comm comm, const kl_plan *plan, const kl_energies *energies,
                              const kl_fineness *fineness, kl_isotropic *s, kl_error *err)
{
    for (int n = 0; n < s->nenergies; n++) {
        kl_resolution r = {.energy = energies->energy[n],
                           .rate = 2 * M_PI * energies->density[n],
                           .krylov = fmax(fineness->krylov / energies->share[n], 1e-17),
                           .shell = {fineness->shell[0], fineness->shell[1]}};
        KL_TRY(kl_tables_create(comm, plan, &r, &s->tables[n], err));
    }
    return KL_OK;
}

static kl_status allocate(kl_isotropic *s, kl_error *err)
{
    KL_TRY(kl_alloc((size_t)s->norbits + 1, sizeof *s->offset, "energy shells", &s->offset, err));
    for (int o = 0; o < s->norbits; o++) {
        int images = s->nenergies ? s->tables[0].nimages[o] : 0;
        s->offset[o + 1] = s->offset[o] + 1 + 2 * (size_t)images;
    }
    KL_TRY(kl_alloc((size_t)s->ntimes, sizeof *s->steps, "energy shells", &s->steps, err));
    size_t rows = s->offset[s->norbits] * (size_t)s->nenergies;
    return kl_alloc(rows * (size_t)s->ntimes, sizeof *s->data, "energy shells", &s->data, err);
}

/* Cuts the chains into contiguous ranges of about equal size. */
static void divide(MPI_Comm comm, const kl_isotropic *s, own *w)
{
    int rank, size, all = s->nenergies * s->norbits;
    double total = 0, sum = 0;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    for (int c = 0; c < all; c++)
        total += s->tables[c / s->norbits].orbit_size[c % s->norbits];
    for (int c = 0; c < all; c++) {
        int owner = (int)(sum / total * size);
        sum += s->tables[c / s->norbits].orbit_size[c % s->norbits];
        if (owner == rank) {
            w->first = w->count ? w->first : c;
            w->count++;
        }
    }
}

static kl_status own_create(MPI_Comm comm, const kl_plan *plan, const kl_energies *energies,
                            const kl_isotropic *s, own *w, kl_error *err)
{
    divide(comm, s, w);
    KL_TRY(kl_alloc((size_t)w->count, sizeof *w->chain, "energy shells", &w->chain, err));
    for (int i = 0; i < w->count; i++) {
        int n = (w->first + i) / s->norbits, o = (w->first + i) % s->norbits;
        const kl_orbit *orbit = &plan->modes.orbit[o];
        double weight = 0;
        for (int k = orbit->first; k < orbit->first + orbit->count; k++)
            weight += plan->modes.mode[k].weight;
        w->chain[i] = (kl_chain){.size = s->tables[n].orbit_size[o],
                                 .beta = s->tables[n].data + s->tables[n].start[o],
                                 .rate = 2 * M_PI * energies->density[n],
                                 .isotropic = true,
                                 .scale = fmax(weight * energies->share[n], 1e-30)};
        if (w->chain[i].size > w->widest)
            w->widest = w->chain[i].size;
    }
    return kl_alloc((size_t)w->widest, sizeof *w->r, "energy shells", &w->r, err);
}

/* f = sum_k (-i)^k r_k q_k: the even part is real, the odd one imaginary. */
static void read_off(const kl_isotropic *s, const own *w, int i, int time)
{
    int n = (w->first + i) / s->norbits, o = (w->first + i) % s->norbits;
    const kl_tables *t = &s->tables[n];
    double *out = s->data + ((size_t)n * s->offset[s->norbits] + s->offset[o]) * (size_t)s->ntimes;
    out[time] = w->r[0];
    for (int m = 0; m < t->nimages[o]; m++) {
        const double *moment = kl_tables_moment(t, o, t->image[o][m]);
        double part[2] = {0, 0};
        for (int k = 0; k < w->chain[i].size; k++)
            part[k % 2] += (k / 2 % 2 ? -moment[k] : moment[k]) * w->r[k];
        out[(1 + 2 * m) * s->ntimes + time] = part[0];
        out[(2 + 2 * m) * s->ntimes + time] = part[1];
    }
}

static kl_status evolve(kl_watch *watch, const own *w, double tolerance, const double *times,
                        kl_isotropic *s, kl_error *err)
{
    kl_evolution *evolution = NULL;
    kl_status status;
    KL_GOTO(kl_evolution_create(watch, w->count, w->chain, tolerance, &evolution, err));
    for (int it = 0; it < s->ntimes; it++) {
        KL_GOTO(kl_agree(watch->comm, kl_evolution_advance(evolution, times[it], err), err));
        KL_GOTO(kl_evolution_steps(evolution, &s->steps[it], err));
        for (int i = 0; i < w->count && status == KL_OK; i++) {
            status = kl_evolution_get(evolution, i, w->r, NULL, err);
            if (status == KL_OK)
                read_off(s, w, i, it);
        }
        KL_GOTO(kl_agree(watch->comm, status, err));
    }
done:
    kl_evolution_destroy(&evolution);
    return status;
}

/* Sum of the ranks' numbers; each is zero on all ranks but one. */
static void share(MPI_Comm comm, kl_isotropic *s)
{
    const size_t piece = 1 << 24;
    size_t all = s->offset[s->norbits] * (size_t)s->nenergies * (size_t)s->ntimes;
    for (size_t at = 0; at < all; at += piece)
        MPI_Allreduce(MPI_IN_PLACE, s->data + at, (int)(all - at < piece ? all - at : piece),
                      MPI_DOUBLE, MPI_SUM, comm);
}

kl_status kl_isotropic_create(MPI_Comm comm, const kl_plan *plan, const kl_energies *energies,
                              const kl_fineness *fineness, int ntimes, const double *times,
                              kl_isotropic *s, kl_error *err)
{
    own w = {0};
    kl_status status;
    *s = (kl_isotropic){
        .nenergies = energies->count, .norbits = plan->modes.norbits, .ntimes = ntimes};
    status = kl_alloc((size_t)s->nenergies, sizeof *s->tables, "energy shells", &s->tables, err);
    KL_GOTO(kl_agree(comm, status, err));
    KL_GOTO(build_tables(comm, plan, energies, fineness, s, err));
    status = allocate(s, err);
    if (status == KL_OK)
        status = own_create(comm, plan, energies, s, &w, err);
    KL_GOTO(kl_agree(comm, status, err));
    KL_GOTO(evolve(plan->watch, &w, fineness->step, times, s, err));
    share(comm, s);
done:
    free(w.chain);
    free(w.r);
    if (status != KL_OK)
        kl_isotropic_destroy(s);
    return status;
}

void kl_isotropic_destroy(kl_isotropic *s)
{
    for (int n = 0; s->tables && n < s->nenergies; n++)
        kl_tables_destroy(&s->tables[n]);
    free(s->tables);
    free(s->offset);
    free(s->steps);

    free(s->data);
    *s = (kl_isotropic){0};
}

int kl_isotropic_row_of(const kl_plan *plan, const kl_isotropic *s, int mode, int m, int *sign)
{
    const kl_mode *k = &plan->modes.mode[mode];
    const kl_tables *t = &s->tables[0];
    int image[3];
    *sign = kl_mode_image(k, plan->momentum[m], image);
    if (!(image[0] || image[1] || image[2]))
        return 0;
    for (int i = 0; i < t->nimages[k->orbit]; i++)
        if (memcmp(t->image[k->orbit][i], image, sizeof image) == 0)
            return 1 + 2 * i;
    return -1;
}

const double *kl_isotropic_row(const kl_isotropic *s, int energy, int orbit, int row)
{
    return s->data + ((size_t)energy * s->offset[s->norbits] + s->offset[orbit] + (size_t)row) *
                         (size_t)s->ntimes;
}
