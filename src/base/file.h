/* Files that are to be new, files that are to be files, and names that are links. Local. */
#ifndef KL_BASE_FILE_H
#define KL_BASE_FILE_H

#include "kinlim/status.h"

#include <stdbool.h>

/* Opens a new and empty file for writing. What had the name loses it and is left alone: a
 * link is never followed. The descriptor, or -1 and errno. */
int kl_file_create(const char *path);

/* Opens for reading what is a regular file, and waits for nothing: not for the writer of a
 * FIFO. The descriptor, or -1 and errno; ENOTSUP: something else than a file. */
int kl_file_open(const char *path);

/* What to say of errno after kl_file_open(). */
const char *kl_file_reason(int reason);

/* Writes all of it; 0, or -1 and errno. */
int kl_file_write(int file, const void *bytes, size_t size);

/* Puts the names in a folder on disk; 0, or -1 and errno. A file system that cannot is no failure.
 */
int kl_file_sync_folder(const char *folder);

/* True if `path` is still the name of an open file: neither removed nor moved. */
bool kl_file_is_at(int file, const char *path);

/* The folder of a path, "." where it has none. */
void kl_file_folder(const char *path, char *out, size_t size);

/* The name behind links, which need not exist: what is written there and renamed leaves the
 * links as they are. KL_INPUT: too many links, or too long. */
kl_status kl_file_resolve(const char *path, char *out, size_t size, kl_error *err);

#endif
