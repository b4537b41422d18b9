/* A program with systems of its own: a made-up one in lockstep, and the deterministic example of
 * docs/adding-a-system.md. */
#include "systems/lockstep.h"

#define main example_main /* the example is a whole program */
#include "adding_a_system.h"
#undef main

int main(int argc, char **argv)
{
    return kl_main(argc, argv, (const kl_system *const[]){&lockstep_system, &toy_system, NULL});
}
