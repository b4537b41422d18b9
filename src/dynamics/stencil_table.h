/* The table of a kl_stencil_set from two inline functions row_single(dims,
 * subtract, acc, rows) and row_double(...): included last by stencil_*.c.
 */
#define KL_INSTANCE(FN, ROWS, D, S, A)                \
    static void FN##_##D##S##A(const ROWS *rows)      \
    {                                                 \
        FN(D, S, A, rows);                            \
    }
#define KL_INSTANCES(FN, ROWS, D)  \
    KL_INSTANCE(FN, ROWS, D, 0, 0) \
    KL_INSTANCE(FN, ROWS, D, 0, 1) \
    KL_INSTANCE(FN, ROWS, D, 1, 0) \
    KL_INSTANCE(FN, ROWS, D, 1, 1)
KL_INSTANCES(row_single, kl_rows_single, 1)
KL_INSTANCES(row_single, kl_rows_single, 2)
KL_INSTANCES(row_single, kl_rows_single, 3)
KL_INSTANCES(row_double, kl_rows_double, 1)
KL_INSTANCES(row_double, kl_rows_double, 2)
KL_INSTANCES(row_double, kl_rows_double, 3)

#define KL_TABLE(FN, D) {{FN##_##D##00, FN##_##D##01}, {FN##_##D##10, FN##_##D##11}}
const kl_stencil_set KL_SET = {
    KL_SET_NAME,
    {KL_TABLE(row_single, 1), KL_TABLE(row_single, 2), KL_TABLE(row_single, 3)},
    {KL_TABLE(row_double, 1), KL_TABLE(row_double, 2), KL_TABLE(row_double, 3)},
};
