/* Row kernels for any processor; compiler flags in CMakeLists.txt. */
#define KL_SET      kl_stencil_generic
#define KL_SET_NAME "generic"
#define KL_VECTOR   16
#include "dynamics/stencil_rows.h"
