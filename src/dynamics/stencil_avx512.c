/* Row kernels for the instruction set "avx512"; compiler flags in CMakeLists.txt. */
#define KL_SET      kl_stencil_avx512
#define KL_SET_NAME "avx512"
#define KL_VECTOR   64
#include "dynamics/stencil_rows.h"
