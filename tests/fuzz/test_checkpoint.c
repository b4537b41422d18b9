/* The fuzzed promise of the checkpoint reader on 3000 pairs of generations from a fixed
 * seed. The number is the first argument, the seed the second. */
#include "fuzz/fuzz_checkpoint.c"

int main(int argc, char **argv)
{
    const int count = argc > 1 ? atoi(argv[1]) : 3000;
    uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261120;
    uint8_t data[40];
    require(freopen("/dev/null", "w", stderr) != NULL); /* every damaged one is named there */
    for (int i = 0; i < count; i++) {
        for (size_t n = 0; n < sizeof data; n++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            data[n] = (uint8_t)(random >> 56);
        }
        data[1] &= i % 2 ? 0xff : 0xf8; /* half of the first generations whole */
        LLVMFuzzerTestOneInput(data, sizeof data);
    }
    MPI_Finalize();
    return 0;
}
