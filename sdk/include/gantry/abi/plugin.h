/* SPDX-License-Identifier: Apache-2.0
 *
 * The one symbol that a plug-in exports, and the descriptor it answers with.
 *
 * A plug-in is a shared object named gantry-<kind>-<name>.so. It exports exactly one
 * function, gantry_plugin_entry_v1, and carries the same facts as JSON in an ELF note
 * (section .note.gantry.plugin, name "gantry", type GANTRY_NOTE_TYPE), so that it can be
 * read without being loaded. The host refuses a file whose note and descriptor disagree.
 *
 * The note's JSON: {"kind":"state","name":"leveldb","major":1,"minor":0,
 *   "min_host_minor":0,"version":"0.1.0","vendor":"...","license":"Apache-2.0"}
 */
#ifndef GANTRY_ABI_PLUGIN_H
#define GANTRY_ABI_PLUGIN_H

#include <gantry/abi/base.h>
#include <gantry/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GANTRY_KIND_OCI 1
#define GANTRY_KIND_STORAGE 2
#define GANTRY_KIND_NET 3
#define GANTRY_KIND_STATE 4

#define GANTRY_NOTE_TYPE 1

typedef struct gantry_plugin {
  uint32_t struct_size;
  uint32_t kind;           /* GANTRY_KIND_*; decides the type of ops */
  uint16_t major;          /* of that kind's interface; must equal the host's */
  uint16_t minor;          /* the newest minor this plug-in knows */
  uint16_t min_host_minor; /* the least GANTRY_HOST_MINOR it can live with */
  uint16_t reserved;       /* 0 */
  uint64_t capabilities;   /* GANTRY_<KIND>_CAP_* bits */
  gantry_str name;         /* as in the file name; static storage, like the next three */
  gantry_str version;
  gantry_str vendor;
  gantry_str license; /* SPDX expression */

  /* Makes an instance. config_json is the plug-in's section of the configuration, an
   * object of strings ("{}" when empty); an unknown key is GANTRY_ERR_INVALID. host
   * outlives the instance. Must be cheap: no probing, no process, no disk write. */
  int32_t (*create)(const gantry_host* host, gantry_str config_json, void** ret_self,
                    const gantry_error* error);

  /* Ends an instance that create made. */
  void (*destroy)(void* self);

  /* The kind's table: gantry_oci_ops, gantry_storage_ops, gantry_net_ops or
   * gantry_state_ops. Static storage. */
  const void* ops;

  /* Optional. Experiments go through here; null when id is unknown. */
  const void* (*get_extension)(void* self, gantry_str id);
} gantry_plugin;

/* Returns the descriptor: static storage, always the same pointer, never null.
 * [thread-safe] */
typedef const gantry_plugin* (*gantry_plugin_entry_fn)(void);
#define GANTRY_PLUGIN_ENTRY_SYMBOL "gantry_plugin_entry_v1"

#ifdef __cplusplus
}
#endif
#endif
