/* Many command lines of kinlim in one process on each rank: program_many CASES FOLDER. CASES holds,
 * each ended by a zero byte, for each case the number of its words and the words. What the program
 * says goes to FOLDER/I.out and I.err, from every rank, and its exit code, as a launcher would give
 * it, to I.code, I = 0, 1, ... MPI is started once; to the program it looks as if it were so each
 * time.
 */
#include "kinlim/study.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *folder;
static int inside; /* between the program's MPI_Init and MPI_Finalize */

int MPI_Init(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    inside = 1;
    return MPI_SUCCESS;
}

int MPI_Initialized(int *flag)
{
    *flag = inside;
    return MPI_SUCCESS;
}

int MPI_Finalize(void)
{
    inside = 0;
    return MPI_SUCCESS;
}

static int redirect(int descriptor, int number, const char *ending)
{
    char name[4096];
    snprintf(name, sizeof name, "%s/%d.%s", folder, number, ending);
    const int kept = dup(descriptor), file = open(name, O_WRONLY | O_CREAT | O_APPEND, 0666);
    dup2(file, descriptor);
    close(file);
    return kept;
}

static void restore(int descriptor, int kept)
{
    fflush(NULL);
    dup2(kept, descriptor);
    close(kept);
}

static void put_code(int number, int code)
{
    char name[4096];
    int rank, worst;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    PMPI_Allreduce(&code, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    if (rank > 0)
        return;
    snprintf(name, sizeof name, "%s/%d.code", folder, number);
    FILE *file = fopen(name, "w");
    fprintf(file, "%d\n", worst);
    fclose(file);
}

/* The case that begins at `at`; where the next one does. */
static char *run(int number, char *at)
{
    char *words[64] = {"kinlim"};
    int n = atoi(at);
    at += strlen(at) + 1;
    for (int i = 1; i <= n && i < 63; i++, at += strlen(at) + 1)
        words[i] = at;
    const int out = redirect(1, number, "out"), err = redirect(2, number, "err");
    optind = 0; /* getopt begins anew */
    const int code = kl_main(n + 1, words, NULL);
    restore(1, out);
    restore(2, err);
    put_code(number, code);
    return at;
}

int main(int argc, char **argv)
{
    static char cases[1 << 20];
    FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (!file)
        return 99;
    const size_t size = fread(cases, 1, sizeof cases - 1, file);
    fclose(file);
    folder = argv[2];
    PMPI_Init(NULL, NULL);
    char *at = cases;
    for (int i = 0; at < cases + size; i++)
        at = run(i, at);
    PMPI_Finalize();
    return 0;
}
