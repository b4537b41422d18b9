/* The pairing where some ranks have no plane: the ranks of a node, who see each other's slabs
 * (lattice/team.h), share the rows of all planes of the node. Each finds the lanes of its rows, and
 * they are added up in the order of the rows: from rank to rank of the node, plane after plane. So
 * the bits are those of one rank. */
#include "lattice/pencil_parts.h"
#include "lattice/team.h"
#include "wigner/pairing_private.h"

#include <stdlib.h>
#include <string.h>

enum { SUMS = 5, PLANE = 6, FETCHED = 7 }; /* tags */

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
    const kl_pencils *p = psi->lattice->pencils;
    if (!p || !p->team)
        return false;
    int all = p->rows == 0 || (kl_team_has(p->team, psi->re) && kl_team_has(p->team, psi->im));
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, psi->lattice->comm);
    return all != 0;
}

/* The plane that a plane is paired with. */
static int64_t moved(const node *n, int64_t plane, int64_t shift)
{
    const int64_t L = n->psi->lattice->sites;
    return ((plane + shift) % L + L) % L;
}

/* Plane i of a mate moved by `shift`, of psi's re (0) or im: in the arrays of the node, or brought
 * to the mate's space. */
static const char *plane_of(const node *n, int mate, int64_t i, int64_t shift, int which)
{
    const kl_lattice *lattice = n->psi->lattice;
    const int64_t first = kl_lattice_first(lattice, kl_pencils_mate(n->pencils, mate));
    const int64_t plane = moved(n, first + i, shift);
    const int owner = kl_lattice_owner(lattice, plane);
    const int place = kl_pencils_place(n->pencils, owner);
    const void *array = which ? n->psi->im : n->psi->re;
    const int64_t at = place < 0 ? i : plane - kl_lattice_first(lattice, owner);
    if (place < 0)
        array = n->pencils->space[which];
    return (const char *)kl_team_at(n->team, place < 0 ? mate : place, array) +
           (size_t)(at * lattice->plane) * kl_precision_size(n->psi->precision);
}

/* What planes of this rank are paired with on other nodes comes to its space: both sides walk in
 * the order of the receiver's planes. */
static void fetch(const node *n)
{
    const kl_lattice *lattice = n->psi->lattice;
    const size_t element = kl_precision_size(n->psi->precision);
    const size_t bytes = (size_t)lattice->plane * element;
    MPI_Request *request = malloc(4 * (size_t)lattice->count * sizeof *request); /* small */
    MPI_Datatype type = kl_lattice_rows_type(lattice, element, lattice->sites);
    int pending = 0;
    for (int which = 0; which < 2; which++) {
        char *space = n->pencils->space[which];
        const char *own = which ? n->psi->im : n->psi->re;
        for (int64_t i = 0; i < lattice->count; i++) {
            const int owner = kl_lattice_owner(lattice, moved(n, lattice->first + i, n->shift));
            if (kl_pencils_place(n->pencils, owner) < 0)
                MPI_Irecv(space + (size_t)i * bytes, 1, type, owner, FETCHED, lattice->comm,
                          &request[pending++]);
        }
        for (int64_t k = 0; k < lattice->count; k++) {
            const int asks = kl_lattice_owner(lattice, moved(n, lattice->first + k, -n->shift));
            if (kl_pencils_place(n->pencils, asks) < 0)
                MPI_Isend(own + (size_t)k * bytes, 1, type, asks, FETCHED, lattice->comm,
                          &request[pending++]);
        }
    }
    MPI_Waitall(pending, request, MPI_STATUSES_IGNORE);
    MPI_Type_free(&type);
    free(request);
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

static void add_planes(const node *n, double *table)
{
    const kl_lattice *lattice = n->psi->lattice;
    const int width = columns(n->pairing), last = n->team->ranks - 1;
    for (int mate = 0; mate <= last; mate++) {
        const int rank = kl_pencils_mate(n->pencils, mate);
        const int64_t planes =
            kl_lattice_first(lattice, rank + 1) - kl_lattice_first(lattice, rank);
        for (int64_t i = 0; i < planes; i++)
            add_plane(n, mate, i, table);
    }
    for (int64_t i = 0; n->team->rank < last && i < lattice->count; i++) {
        MPI_Recv(n->w->sum, width, MPI_DOUBLE, kl_pencils_mate(n->pencils, last), PLANE,
                 lattice->comm, MPI_STATUS_IGNORE);
        for (int c = 0; c < width; c++)
            table[i * width + c] += n->w->sum[c];
    }
}

void kl_pairing_add_node(const kl_wigner *pairing, const kl_state *psi, int first, int last,
                         row_work *w, double *table)
{
    const kl_pencils *p = psi->lattice->pencils;
    const node n = {.pairing = pairing,
                    .psi = psi,
                    .team = p->team,
                    .pencils = p,
                    .first = first,
                    .last = last,
                    .shift = w->sweep[first]->mode[0],
                    .from = p->rows > 0 ? kl_pencils_row(p, p->team->rank) : 0,
                    .to = p->rows > 0 ? kl_pencils_row(p, p->team->rank + 1) : 0,
                    .w = w};
    if (p->rows > 0)
        fetch(&n);
    MPI_Barrier(psi->lattice->comm); /* what all have is there */
    if (p->rows > 0)
        add_planes(&n, table);
    MPI_Barrier(psi->lattice->comm);
}
