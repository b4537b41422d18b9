#include "parts/lattice_file_keys.h"

#include "parts/input_file.h"

typedef struct file_keys {
    const char *path, *dataset;
} file_keys;
const kl_key kl_lattice_path_table[] = {
    {.name = "path", KL_STRING_AT(file_keys, path), .flags = KL_REQUIRED, .doc = "of an HDF5 file"},
    {.name = "dataset",
     KL_STRING_AT(file_keys, dataset),
     .flags = KL_REQUIRED,
     .doc = "of the shape [L]^d, or [n] and [L]^d for n of them"},
    {0}};

typedef struct map_keys {
    kl_node *file;
} map_keys;
const kl_key kl_lattice_file_table[] = {{.name = "file",
                                         KL_MAP_AT(map_keys, file),
                                         .doc = "the values of an HDF5 file instead",
                                         KL_BELOW(kl_lattice_path_table, kl_checksum_table)},
                                        {0}};

static kl_status check_sites(kl_node *node, const kl_lattice_points *points,
                             const kl_lattice_file *file, kl_error *err)
{
    for (int i = 0; i < points->n; i++)
        if (points->point[i].sites != file->sites)
            return kl_config_fail(node, NULL, err,
                                  "%s: %s has %lld sites per side, the study asks for %lld",
                                  file->path, file->dataset, (long long)file->sites,
                                  (long long)points->point[i].sites);
    return KL_OK;
}

kl_status kl_keys_lattice_file(kl_node *map, const kl_lattice_points *points, kl_lattice_file *out,
                               kl_error *err)
{
    map_keys keys;
    file_keys file;
    kl_error why;
    *out = (kl_lattice_file){0};
    KL_TRY(kl_config_read(map, kl_lattice_file_table, &keys, err));
    if (!keys.file)
        return KL_OK;
    KL_TRY(kl_config_read(keys.file, kl_lattice_path_table, &file, err));
    *out = (kl_lattice_file){
        .path = file.path, .dataset = file.dataset, .dimension = (int)points->dimension};
    KL_TRY(kl_input_file(keys.file, "path", file.path, err));
    if (kl_lattice_file_look(out, &why) != KL_OK)
        return kl_config_fail(keys.file, NULL, err, "%s", why.message);
    return check_sites(keys.file, points, out, err);
}
