/* SPDX-License-Identifier: Apache-2.0
 *
 * Kind "storage": a driver that keeps layers and mounts them.
 *
 * The driver owns bytes, the core owns meaning. A layer has an id that the core chose
 * ([a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}), at most one parent, and content. Which layers make
 * an image, who still needs one, and what it is called is never asked of the driver.
 *
 * The life of an image layer: create (in staging: not listed, gone after recover), apply
 * once, commit (from now on listed and read-only), mount any time, remove.
 * The life of a container's layer: create with GANTRY_LAYER_WRITABLE, commit, mount,
 * write, unmount, remove.
 * A layer is removed only when no other has it as parent; the core sees to that.
 *
 * Tar streams follow the OCI image specification, layer.md: whiteouts (.wh.NAME) and
 * opaque directories (.wh..wh..opq), PAX records for long names, extended attributes and
 * sparse files.
 */
#ifndef GANTRY_ABI_STORAGE_H
#define GANTRY_ABI_STORAGE_H

#include <gantry/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GANTRY_STORAGE_MAJOR 1
#define GANTRY_STORAGE_MINOR 0

/* Can mount with an id mapping (idmapped mounts), without shifting ownership. */
#define GANTRY_STORAGE_CAP_IDMAP (1u << 0)

#define GANTRY_LAYER_WRITABLE (1u << 0)
#define GANTRY_LAYER_ROOTLESS (1u << 1) /* device nodes are refused by name in apply */

typedef struct gantry_layer_create {
  uint32_t struct_size;
  uint32_t flags; /* GANTRY_LAYER_* */
  gantry_str id;
  gantry_str parent;              /* empty: none */
  const gantry_id_range* uid_map; /* null: identity */
  uint64_t uid_map_count;
  const gantry_id_range* gid_map;
  uint64_t gid_map_count;
  /* An object of strings; empty: none. "volatile": "true" comes from the core: what is written
   * to the layer need not survive a power cut. Drivers may ignore that one; others are their
   * own, and GANTRY_ERR_UNSUPPORTED where they do not know them. */
  gantry_str options_json;
} gantry_layer_create;

typedef struct gantry_layer_info {
  uint32_t struct_size; /* set by the host; the driver writes what lies inside */
  uint32_t flags;       /* GANTRY_LAYER_* and GANTRY_LAYER_MOUNTED */
  int64_t created_ns;   /* since the epoch */
} gantry_layer_info;
#define GANTRY_LAYER_MOUNTED (1u << 16)

typedef struct gantry_layer_mount {
  uint32_t struct_size;
  uint32_t flags; /* GANTRY_MOUNT_* */
  gantry_str id;
  gantry_str mount_label;         /* SELinux context; empty: none */
  const gantry_id_range* uid_map; /* null: as created */
  uint64_t uid_map_count;
  const gantry_id_range* gid_map;
  uint64_t gid_map_count;
} gantry_layer_mount;
#define GANTRY_MOUNT_READ_ONLY (1u << 0)

typedef struct gantry_usage {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t bytes; /* allocated, as du counts; a hard-linked file once */
  uint64_t inodes;
} gantry_usage;

#define GANTRY_CHANGE_MODIFIED 0
#define GANTRY_CHANGE_ADDED 1
#define GANTRY_CHANGE_DELETED 2
typedef struct gantry_change_sink {
  void* ctx;
  int32_t (*item)(void* ctx, int32_t kind, gantry_str path); /* absolute, "/etc/passwd" */
} gantry_change_sink;

/* [required]: all but diff, changes and usage. */
typedef struct gantry_storage_ops {
  uint32_t struct_size;
  uint32_t reserved;

  /* Whether this driver works on this host and its data folder. UNSUPPORTED says what is
   * missing. Leaves nothing behind. */
  int32_t (*probe)(void* self, const gantry_error* error);

  /* Makes the driver's folders; repeatable. Called before any other of the following. */
  int32_t (*init)(void* self, const gantry_error* error);

  /* A new layer in staging. EXISTS when id is taken, NOT_FOUND when parent is not. */
  int32_t (*create)(void* self, const gantry_layer_create* request, const gantry_error* error);

  /* Unpacks an uncompressed tar stream, read from fd to its end, into a layer in staging.
   * fd stays the caller's. ret_size gets the stream's length, diff_id the digest of its
   * bytes ("sha256:" and 64 hex digits). INVALID names an entry that tries to leave the
   * layer (absolute or .. in a link target that would be followed, and so on); CORRUPT a
   * broken stream. After a failure the layer can only be removed. */
  int32_t (*apply)(void* self, gantry_str id, int32_t fd, uint64_t* ret_size,
                   const gantry_sink* diff_id, const gantry_error* error);

  /* Ends staging: data synced, renamed into place, folder synced. Repeatable. A volatile
   * layer need not be synced. */
  int32_t (*commit)(void* self, gantry_str id, const gantry_error* error);

  /* Removes a layer, staged or committed, unmounting it first; gone counts as done, and
   * what is damaged goes too. BUSY when something holds it and says what. */
  int32_t (*remove)(void* self, gantry_str id, const gantry_error* error);

  /* Ids of the committed layers, in no order. [thread-safe] */
  int32_t (*list)(void* self, const gantry_list_sink* ids, const gantry_error* error);
  /* NOT_FOUND when there is no such committed layer; CORRUPT when what is kept of it cannot
   * be read: the caller then counts that layer as lost and goes on. parent gets the parent's
   * id, empty for none. [thread-safe] */
  int32_t (*stat)(void* self, gantry_str id, gantry_layer_info* ret_info,
                  const gantry_sink* parent, const gantry_error* error);

  /* Mounts a committed layer over its parents; mounted already counts as done, and a
   * stale record from before a reboot is seen through. path gets the folder. */
  int32_t (*mount)(void* self, const gantry_layer_mount* request, const gantry_sink* path,
                   const gantry_error* error);
  /* Not mounted counts as done. */
  int32_t (*unmount)(void* self, gantry_str id, const gantry_error* error);

  /* Writes what the layer adds to its parent as a tar stream to fd, names in a stable
   * order. Works mounted or not. */
  int32_t (*diff)(void* self, gantry_str id, int32_t fd, const gantry_error* error);
  /* The same as a list, names in a stable order; a changed folder is listed too. */
  int32_t (*changes)(void* self, gantry_str id, const gantry_change_sink* changes,
                     const gantry_error* error);
  /* What this layer alone holds on disk. [thread-safe] */
  int32_t (*usage)(void* self, gantry_str id, gantry_usage* ret_usage,
                   const gantry_error* error);

  /* Drops what interrupted work left in staging and what remove renamed away. Leaves the
   * staging of living processes alone. Repeatable. */
  int32_t (*recover)(void* self, const gantry_error* error);
} gantry_storage_ops;

#ifdef __cplusplus
}
#endif
#endif
