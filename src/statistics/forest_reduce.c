/* The join of forests as an MPI reduction operator: commutative and associative
 * to the bit, so it does not matter which way MPI goes up its tree.
 *
 * MPI reduces elements of one size, and a forest has none. Realizations are cut
 * into blocks as long as the largest subtree anywhere (at least 16); within a block
 * of 2^b a forest has at most 2^(b-1) subtrees, and never more than all ranks
 * together bring. One block is one element, reduced at a time.
 */
#include "statistics/forest.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST_BLOCK = 4 }; /* its level */

typedef struct packed_head {
    int64_t cells, count, room;
} packed_head;

static size_t packed_size(size_t cells, int64_t room)
{
    return sizeof(packed_head) +
           (size_t)room * (sizeof(kl_subtree) + KL_FOREST_ORDERS * cells * sizeof(double));
}

/* The forest within a packed buffer. */
static kl_forest view(void *packed)
{
    packed_head head;
    memcpy(&head, packed, sizeof head);
    char *at = (char *)packed + sizeof head;
    return (kl_forest){.cells = (size_t)head.cells,
                       .count = head.count,
                       .room = head.room,
                       .place = (kl_subtree *)(void *)at,
                       .sums = (double *)(void *)(at + (size_t)head.room * sizeof(kl_subtree))};
}

static void set_count(void *packed, int64_t count)
{
    memcpy((char *)packed + offsetof(packed_head, count), &count, sizeof count);
}

/* MPI_User_function: both[i] joins one[i] and itself. */
static void join_packed(void *one, void *both, int *length, MPI_Datatype *type)
{
    MPI_Count size;
    MPI_Type_size_x(*type, &size);
    for (int k = 0; k < *length; k++) {
        kl_forest from = view((char *)one + (size_t)k * (size_t)size);
        kl_forest to = view((char *)both + (size_t)k * (size_t)size);
        for (int64_t i = 0; i < from.count; i++)
            kl_forest_insert(&to, from.place[i],
                             from.sums + (size_t)i * KL_FOREST_ORDERS * from.cells);
        set_count((char *)both + (size_t)k * (size_t)size, to.count);
    }
}

typedef struct reduction {
    MPI_Comm comm;
    MPI_Op join;
    int root, rank;
    int64_t level, blocks; /* of a block; how many blocks */
    int64_t *subtrees;     /* [blocks] of all ranks together */
} reduction;

static int64_t block_of(const reduction *r, kl_subtree t)
{
    return t.index >> (r->level - t.level);
}

static kl_status survey(reduction *r, const kl_forest *forest, kl_error *err)
{
    int64_t most[2] = {SMALLEST_BLOCK, 0};
    for (int64_t i = 0; i < forest->count; i++)
        most[0] = forest->place[i].level > most[0] ? forest->place[i].level : most[0];
    MPI_Allreduce(MPI_IN_PLACE, most, 1, MPI_INT64_T, MPI_MAX, r->comm);
    r->level = most[0];
    if (forest->count)
        most[1] = block_of(r, forest->place[forest->count - 1]) + 1;
    MPI_Allreduce(MPI_IN_PLACE, &most[1], 1, MPI_INT64_T, MPI_MAX, r->comm);
    r->blocks = most[1];
    KL_TRY(kl_agree(
        r->comm,
        kl_alloc((size_t)r->blocks, sizeof *r->subtrees, "field moments", &r->subtrees, err), err));
    for (int64_t i = 0; i < forest->count; i++)
        r->subtrees[block_of(r, forest->place[i])]++;
    MPI_Allreduce(MPI_IN_PLACE, r->subtrees, (int)r->blocks, MPI_INT64_T, MPI_SUM, r->comm);
    return KL_OK;
}

/* Of so many bytes, more than an int can count: parts of 1 MB and a rest. */
static MPI_Datatype type_of(size_t size)
{
    const size_t part = (size_t)1 << 20, parts = size / part;
    MPI_Datatype large, all, element;
    MPI_Type_contiguous((int)part, MPI_BYTE, &large);
    MPI_Type_contiguous((int)parts, large, &all);
    const int length[2] = {1, (int)(size % part)};
    const MPI_Aint place[2] = {0, (MPI_Aint)(parts * part)};
    const MPI_Datatype type[2] = {all, MPI_BYTE};
    MPI_Type_create_struct(2, length, place, type, &element);
    MPI_Type_commit(&element);
    MPI_Type_free(&large);
    MPI_Type_free(&all);
    return element;
}

static void reduce_packed(const reduction *r, void *packed, void *result, size_t size)
{
    MPI_Datatype element = type_of(size);
    MPI_Reduce(packed, result, 1, element, r->join, r->root, r->comm);
    MPI_Type_free(&element);
}

/* Joins one block of all ranks into `all` on the root. */
static kl_status reduce_block(const reduction *r, const kl_forest *forest, int64_t block,
                              kl_forest *all, kl_error *err)
{
    const int64_t most = INT64_C(1) << (r->level - 1), brought = r->subtrees[block];
    /* One more, for a subtree before it is joined to its sibling. */
    const packed_head head = {(int64_t)forest->cells, 0, (brought < most ? brought : most) + 1};
    const size_t size = packed_size(forest->cells, head.room);
    char *packed = NULL, *result = NULL;
    kl_status status = kl_alloc(size, 1, "field moments", &packed, err);
    if (status == KL_OK && r->rank == r->root)
        status = kl_alloc(size, 1, "field moments", &result, err);
    KL_GOTO(kl_agree(r->comm, status, err));
    memcpy(packed, &head, sizeof head);
    kl_forest own = view(packed);
    for (int64_t i = 0; i < forest->count; i++)
        if (block_of(r, forest->place[i]) == block)
            kl_forest_insert(&own, forest->place[i],
                             forest->sums + (size_t)i * KL_FOREST_ORDERS * forest->cells);
    set_count(packed, own.count);
    reduce_packed(r, packed, result, size);
    if (r->rank == r->root) {
        const kl_forest whole = view(result);
        status = kl_forest_join(all, &whole, err);
    }
    status = kl_agree(r->comm, status, err);
done:
    free(packed);
    free(result);
    return status;
}

kl_status kl_forest_reduce(kl_forest *forest, int root, MPI_Comm comm, kl_error *err)
{
    reduction r = {.comm = comm, .root = root};
    kl_forest all = {.cells = forest->cells};
    MPI_Comm_rank(comm, &r.rank);
    MPI_Op_create(join_packed, 1, &r.join);
    kl_status status = survey(&r, forest, err);
    for (int64_t block = 0; status == KL_OK && block < r.blocks; block++)
        if (r.subtrees[block] > 0)
            status = reduce_block(&r, forest, block, &all, err);
    MPI_Op_free(&r.join);
    free(r.subtrees);
    if (status == KL_OK && r.rank == root) {
        kl_forest_destroy(forest);
        *forest = all;
    } else {
        kl_forest_destroy(&all);
    }
    return status;
}
