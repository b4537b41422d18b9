/* Row kernels for the instruction set "generic"; compiler flags in CMakeLists.txt. */
#define KL_SET kl_stencil_generic
#define KL_SET_NAME "generic"
#include "dynamics/stencil_rows.h"
