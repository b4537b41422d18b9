/* Row kernels for the instruction set "avx2"; compiler flags in CMakeLists.txt. */
#define KL_SET      kl_stencil_avx2
#define KL_SET_NAME "avx2"
#define KL_VECTOR   32
#include "dynamics/stencil_rows.h"
