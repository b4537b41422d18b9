#include "kinlim/study.h"

int main(int argc, char **argv)
{
    return kl_main(argc, argv, NULL);
}
