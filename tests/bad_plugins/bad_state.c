/* SPDX-License-Identifier: Apache-2.0
 *
 * A state plug-in that keeps nothing, and that one definition makes wrong in one way.
 */
#include <gantry/abi/note.h>
#include <gantry/abi/plugin.h>
#include <gantry/abi/state.h>

#include <stddef.h>
#include <stdlib.h>

#define STR(text) \
  { text, sizeof(text) - 1 }

static int instance;

static int32_t create(const gantry_host* host, gantry_str config_json, void** ret_self,
                      const gantry_error* error) {
  (void)host;
  (void)config_json;
  (void)error;
#if defined(CRASH)
  abort();
#endif
  *ret_self = &instance;
  return GANTRY_OK;
}
static void destroy(void* self) { (void)self; }

static int32_t open_store(void* self, gantry_str dir, const gantry_error* error) {
  (void)self;
  (void)dir;
  (void)error;
  return GANTRY_OK;
}
static int32_t begin(void* self, int32_t mode, int64_t timeout_ms, void** ret_txn,
                     const gantry_error* error) {
  (void)mode;
  (void)timeout_ms;
  (void)error;
  *ret_txn = self;
  return GANTRY_OK;
}
static int32_t get(void* txn, gantry_str key, const gantry_sink* value,
                   const gantry_error* error) {
  (void)txn;
  (void)key;
  (void)value;
  (void)error;
  return GANTRY_ERR_NOT_FOUND;
}
static int32_t put(void* txn, gantry_str key, gantry_str value, const gantry_error* error) {
  (void)txn;
  (void)key;
  (void)value;
  (void)error;
  return GANTRY_OK;
}
static int32_t del(void* txn, gantry_str key, const gantry_error* error) {
  (void)txn;
  (void)key;
  (void)error;
  return GANTRY_OK;
}
static int32_t scan(void* txn, gantry_str first, gantry_str last, const gantry_kv_sink* items,
                    const gantry_error* error) {
  (void)txn;
  (void)first;
  (void)last;
  (void)items;
  (void)error;
  return GANTRY_OK;
}
static int32_t commit(void* txn, int32_t durability, const gantry_error* error) {
  (void)txn;
  (void)durability;
  (void)error;
  return GANTRY_OK;
}
static void abort_txn(void* txn) { (void)txn; }

#if defined(NULL_OP)
#define BEGIN NULL
#else
#define BEGIN begin
#endif

#if defined(SHORT_TABLE)
#define OPS_SIZE offsetof(gantry_state_ops, commit)
#elif defined(OLDER)
#define OPS_SIZE offsetof(gantry_state_ops, generation)
#elif defined(NEWER)
#define OPS_SIZE sizeof(struct ops_to_come)
#else
#define OPS_SIZE sizeof(gantry_state_ops)
#endif

/* What a later minor may look like: more at the tail. */
struct ops_to_come {
  gantry_state_ops now;
  int32_t (*one_more)(void* self);
};

/* OLDER: what lies behind struct_size must not be looked at, so it points nowhere good. */
#if defined(OLDER)
#define BEHIND(type) ((type)(uintptr_t)0xdead)
#else
#define BEHIND(type) ((type)NULL)
#endif
typedef int32_t (*generation_fn)(void*, uint64_t*, const gantry_error*);
typedef int32_t (*check_fn)(void*, int64_t, const gantry_error*);

static const struct ops_to_come ops = {
    .now = {.struct_size = OPS_SIZE,
            .open = open_store,
            .begin = BEGIN,
            .get = get,
            .put = put,
            .del = del,
            .scan = scan,
            .commit = commit,
            .abort = abort_txn,
            .generation = BEHIND(generation_fn),
            .check = BEHIND(check_fn),
            .compact = BEHIND(check_fn)},
    .one_more = NULL,
};

#define NOTE_VERSION "1.0"
#if defined(DISAGREE)
#define VERSION "1.1"
#else
#define VERSION NOTE_VERSION
#endif

#if defined(MAJOR_TOO_NEW)
#define NOTE_MAJOR 7
#define MAJOR 7
#elif defined(MAJOR_HIDDEN)
#define NOTE_MAJOR GANTRY_STATE_MAJOR
#define MAJOR 7
#else
#define NOTE_MAJOR GANTRY_STATE_MAJOR
#define MAJOR GANTRY_STATE_MAJOR
#endif

#if defined(NEWER)
#define MINOR 99
#else
#define MINOR 0
#endif

#if defined(HOST_TOO_OLD)
#define MIN_HOST_MINOR 99
#else
#define MIN_HOST_MINOR 0
#endif

#if defined(BROKEN_NOTE)
GANTRY_PLUGIN_NOTE_("{\"kind\":\"state\",\"name\":");
#elif !defined(NO_NOTE)
GANTRY_PLUGIN_NOTE("state", NAME, NOTE_MAJOR, MINOR, MIN_HOST_MINOR, NOTE_VERSION, "gantry",
                   "Apache-2.0");
#endif

#if defined(STRUCT_SIZE)
#define PLUGIN_SIZE 8
#elif defined(NEWER)
#define PLUGIN_SIZE sizeof(struct plugin_to_come)
#elif defined(OLDER)
#define PLUGIN_SIZE offsetof(gantry_plugin, get_extension)
#else
#define PLUGIN_SIZE sizeof(gantry_plugin)
#endif

struct plugin_to_come {
  gantry_plugin now;
  uint64_t one_more;
};

static const struct plugin_to_come plugin = {
    .now =
        {
            .struct_size = PLUGIN_SIZE,
#if defined(WRONG_KIND)
            .kind = GANTRY_KIND_NET,
#else
            .kind = GANTRY_KIND_STATE,
#endif
            .major = MAJOR,
            .minor = MINOR,
            .min_host_minor = MIN_HOST_MINOR,
            .name = STR(NAME),
            .version = STR(VERSION),
            .vendor = STR("gantry"),
            .license = STR("Apache-2.0"),
#if !defined(NO_CREATE)
            .create = create,
#endif
            .destroy = destroy,
#if !defined(NO_OPS)
            .ops = &ops,
#endif
#if defined(OLDER)
            .get_extension = BEHIND(const void* (*)(void*, gantry_str)),
#endif
        },
    .one_more = 1,
};

#if defined(UNRESOLVED)
const gantry_plugin* a_function_that_nobody_defines(void);
#endif

#if defined(NO_ENTRY)
#define ENTRY some_other_function
#else
#define ENTRY gantry_plugin_entry_v1
#endif
__attribute__((visibility("default"))) const gantry_plugin* ENTRY(void);
const gantry_plugin* ENTRY(void) {
  (void)create;
  (void)begin;
  (void)ops;
  (void)plugin;
#if defined(NULL_DESCRIPTOR)
  return NULL;
#elif defined(UNRESOLVED)
  return a_function_that_nobody_defines();
#else
  return &plugin.now;
#endif
}
