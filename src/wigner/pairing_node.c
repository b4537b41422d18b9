/* The pairing where some ranks have no plane: the ranks of a node, who see each other's slabs
 * (lattice/team.h), share the rows of all planes of the node. Each finds the lanes of its rows, and
 * they are added up in the order of the rows: from rank to rank of the node, plane after plane. So
 * the bits are those of one rank. */
#include "lattice/pencil_parts.h"
#include "lattice/team.h"
#include "wigner/pairing_private.h"

#include <string.h>

enum { SUMS = 5, PLANE = 6 }; /* tags */

typedef struct node {
    const kl_wigner *pairing;
    const kl_state *psi;
    const kl_team *team;
    const kl_pencils *pencils;
    int first, last; /* sweeps, of one shift of planes */
    int64_t shift;
    int64_t from, to; /* this rank's rows of each plane */
    row_work *w;
} node;

bool kl_pairing_shares(const kl_state *psi)
{
    const kl_lattice *lattice = psi->lattice;
    const kl_team *team = lattice->pencils ? lattice->pencils->team : NULL;
    return team && kl_team_has(team, psi->re) && kl_team_has(team, psi->im);
}

/* Plane i of a mate moved by `shift`: 0 is re. */
static const char *plane_of(const node *n, int mate, int64_t i, int64_t shift, int which)
{
    const kl_lattice *lattice = n->psi->lattice;
    int64_t place;
    const void *array = which ? n->psi->im : n->psi->re;
    if (kl_planes_place(lattice, kl_pencils_mate(n->pencils, mate), i, shift, &place))
        array = n->pencils->space[which];
    return (const char *)kl_team_at(n->team, mate, array) +
           (size_t)(place * lattice->plane) * kl_precision_size(n->psi->precision);
}

/* This rank's rows of the plane: their lanes, or what these add to the sums. */
static void go_through(const node *n, int mate, int64_t i, bool add)
{
    const kl_lattice *lattice = n->psi->lattice;
    const int64_t L = lattice->sites;
    const size_t row = (size_t)L * kl_precision_size(n->psi->precision);
    const char *re = plane_of(n, mate, i, 0, 0), *im = plane_of(n, mate, i, 0, 1);
    const char *other_re = plane_of(n, mate, i, n->shift, 0);
    const char *other_im = plane_of(n, mate, i, n->shift, 1);
    double *lane = n->w->node_lane;
    row_pair pair = {.z = kl_lattice_first(lattice, kl_pencils_mate(n->pencils, mate)) + i,
                     .same = true};
    for (pair.y = n->from; pair.y < n->to; pair.y++)
        for (int k = n->first; k < n->last; k++) {
            const sweep *s = n->w->sweep[k];
            const size_t there = (size_t)((pair.y + s->row) % L) * row;
            pair.re = re + (size_t)pair.y * row;
            pair.im = im + (size_t)pair.y * row;
            pair.other_re = other_re + there;
            pair.other_im = other_im + there;
            if (add)
                kl_pairing_add(n->pairing, s, &pair, n->w, lane);
            else
                kl_pairing_row(n->pairing, s, n->psi->precision, &pair, n->w, lane);
            lane += kl_pairing_lanes(s);
        }
}

/* Plane i of a mate; whoever comes last tells it what its columns are. */
static void add_plane(const node *n, int mate, int64_t i, double *table)
{
    const MPI_Comm comm = n->psi->lattice->comm;
    const int width = columns(n->pairing), numbers = width * KL_LANES;
    const int rank = n->team->rank, last = n->team->ranks - 1;
    double *sum = n->w->sum;
    go_through(n, mate, i, false);
    memset(sum, 0, (size_t)numbers * sizeof *sum);
    if (rank > 0)
        MPI_Recv(sum, numbers, MPI_DOUBLE, kl_pencils_mate(n->pencils, rank - 1), SUMS, comm,
                 MPI_STATUS_IGNORE);
    go_through(n, mate, i, true);
    if (rank < last) {
        MPI_Send(sum, numbers, MPI_DOUBLE, kl_pencils_mate(n->pencils, rank + 1), SUMS, comm);
        return;
    }
    for (int c = 0; c < width; c++)
        sum[c] = kl_lanes_sum(sum + c * KL_LANES);
    if (mate != rank)
        MPI_Send(sum, width, MPI_DOUBLE, kl_pencils_mate(n->pencils, mate), PLANE, comm);
    for (int c = 0; c < width && mate == rank; c++)
        table[i * width + c] += sum[c];
}

void kl_pairing_add_node(const kl_wigner *pairing, const kl_state *psi, int first, int last,
                         row_work *w, double *table)
{
    const kl_lattice *lattice = psi->lattice;
    const kl_team *team = lattice->team;
    const int width = columns(pairing);
    const node n = {.pairing = pairing,
                    .psi = psi,
                    .team = team,
                    .pencils = lattice->pencils,
                    .first = first,
                    .last = last,
                    .shift = w->sweep[first]->mode[0],
                    .from = kl_pencils_row(lattice->pencils, team->rank),
                    .to = kl_pencils_row(lattice->pencils, team->rank + 1),
                    .w = w};
    for (int mate = 0; mate < team->ranks; mate++) {
        const int rank = kl_pencils_mate(lattice->pencils, mate);
        const int64_t planes =
            kl_lattice_first(lattice, rank + 1) - kl_lattice_first(lattice, rank);
        for (int64_t i = 0; i < planes; i++)
            add_plane(&n, mate, i, table);
    }
    if (team->rank == team->ranks - 1)
        return;
    for (int64_t i = 0; i < lattice->count; i++) {
        MPI_Recv(w->sum, width, MPI_DOUBLE, kl_pencils_mate(n.pencils, team->ranks - 1), PLANE,
                 lattice->comm, MPI_STATUS_IGNORE);
        for (int c = 0; c < width; c++)
            table[i * width + c] += w->sum[c];
    }
}
