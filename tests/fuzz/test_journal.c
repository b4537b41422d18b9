/* The fuzzed promise of the journal reader on 20000 recipes from a fixed seed: a few
 * records each, most of them whole, and cut or changed files. The number is the first
 * argument, the seed the second. */
#include "fuzz/fuzz_journal.c"

static uint64_t state = 20261120;

static uint8_t draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(state >> 56);
}

/* A recipe of a few records with no damage but, in one of four, to the last one. */
static size_t invent(uint8_t *recipe)
{
    const int records = 1 + draw() % 5;
    const bool damage = draw() % 4 == 0;
    size_t n = 0;
    recipe[n++] = 'r';
    for (int r = 0; r < records; r++) {
        const uint8_t length = draw();
        recipe[n++] = draw();
        recipe[n++] = length;
        for (int i = 0; i < length; i++)
            recipe[n++] = draw();
        recipe[n++] = draw();
        recipe[n++] = damage && r == records - 1 ? draw() : 0;
    }
    return n;
}

int main(int argc, char **argv)
{
    const int count = argc > 1 ? atoi(argv[1]) : 20000;
    if (argc > 2)
        state = strtoull(argv[2], NULL, 10);
    static uint8_t recipe[2048], file[16384];
    for (int i = 0; i < count; i++) {
        size_t n = invent(recipe);
        if (draw() % 2) {
            LLVMFuzzerTestOneInput(recipe, n);
            continue;
        }
        size_t size = cook(recipe + 1, n - 1, file);
        if (draw() % 2)
            file[(draw() * 256u + draw()) % size] ^= (uint8_t)(1 << draw() % 8);
        LLVMFuzzerTestOneInput(file, (draw() * 256u + draw()) % (size + 1));
    }
    return 0;
}
