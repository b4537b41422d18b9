/* The made-up system in lockstep as a program. */
#include "systems/lockstep.h"

int main(int argc, char **argv)
{
    return kl_main(argc, argv, (const kl_system *const[]){&lockstep_system, NULL});
}
