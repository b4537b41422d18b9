#include "cli/cli.h"

int main(int argc, char **argv)
{
    return kl_main(argc, argv);
}
