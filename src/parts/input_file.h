/* Files that a study names beside itself. A resolved study says by their checksums which files they
 * were, so that no run goes on with another content. Local. */
#ifndef KL_PARTS_INPUT_FILE_H
#define KL_PARTS_INPUT_FILE_H

#include "kinlim/config.h"

/* The key `checksum`, for the documentation of the map that has the file. */
extern const kl_key kl_checksum_table[];

/* Inserts `checksum` beside the file `path` of the map, or compares with the one that is there:
 * XXH64 of its size and content; of files above 16 MB, of its size and 64 parts of 256 kB, evenly
 * spread. KL_INPUT, naming `key`: it cannot be read, or is not the file it was. */
kl_status kl_input_file(kl_node *node, const char *key, const char *path, kl_error *err);

#endif
