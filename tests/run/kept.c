/* Preloaded into kinlim by test_kept_files.py: a file that is unlinked while this process has it
 * open stays in its folder as .keptN, as NFS and FUSE do it: until it is closed, or for ever with
 * KEPT=ever.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 1024 };
static char kept[FILES][4200]; /* by descriptor: the name that goes when it is closed */

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int descriptor_of(const char *path)
{
    struct stat named, opened;
    if (lstat(path, &named) != 0 || !S_ISREG(named.st_mode))
        return -1;
    for (int file = 3; file < FILES; file++)
        if (fstat(file, &opened) == 0 && named.st_ino == opened.st_ino &&
            named.st_dev == opened.st_dev)
            return file;
    return -1;
}

int unlink(const char *path)
{
    static int n;
    const char *slash = strrchr(path, '/');
    const int file = descriptor_of(path);
    if (file < 0)
        return NEXT(unlink)(path);
    snprintf(kept[file], sizeof kept[file], "%.*s.kept%d", slash ? (int)(slash + 1 - path) : 0,
             path, n++);
    return rename(path, kept[file]);
}

int close(int file)
{
    const int result = NEXT(close)(file);
    if (file >= 0 && file < FILES && kept[file][0]) {
        if (!getenv("KEPT"))
            NEXT(unlink)(kept[file]);
        kept[file][0] = 0;
    }
    return result;
}
