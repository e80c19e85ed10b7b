/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest plug-in, to start from: a network backend that has no networks. Attaching to
 * none succeeds, attaching to any fails with NOT_FOUND, detaching always succeeds.
 */
#include <gantry/abi/network.h>
#include <gantry/abi/note.h>
#include <gantry/abi/plugin.h>

#include <stdlib.h>
#include <string.h>

#define NAME "nothing"
#define VERSION "0.1.0"
#define VENDOR "you"
#define LICENSE "Apache-2.0"

/* A gantry_str of a literal. */
#define STR(text) \
  { text, sizeof(text) - 1 }

struct nothing {
  const gantry_host* host;
};

static int32_t fail(const gantry_error* error, int32_t code, const char* message) {
  if (error != NULL && error->set != NULL) {
    gantry_str text = {message, strlen(message)};
    error->set(error->ctx, text);
  }
  return code;
}

static void answer(const gantry_sink* sink, const char* text) {
  gantry_str bytes = {text, strlen(text)};
  sink->write(sink->ctx, bytes);
}

static int32_t info(void* self, const gantry_sink* json, const gantry_error* error) {
  (void)self;
  (void)error;
  answer(json, "{\"name\":\"" NAME "\",\"version\":\"" VERSION "\"}");
  return GANTRY_OK;
}

static int32_t network_list(void* self, const gantry_list_sink* names,
                            const gantry_error* error) {
  (void)self;
  (void)names;
  (void)error;
  return GANTRY_OK;
}

static int32_t network_inspect(void* self, gantry_str name, const gantry_sink* json,
                               const gantry_error* error) {
  (void)self;
  (void)name;
  (void)json;
  return fail(error, GANTRY_ERR_NOT_FOUND, "network not found: \"" NAME "\" has none");
}

static int32_t network_remove(void* self, gantry_str name, const gantry_error* error) {
  (void)self;
  (void)name;
  return fail(error, GANTRY_ERR_NOT_FOUND, "network not found: \"" NAME "\" has none");
}

static int32_t setup(void* self, const gantry_net_request* request, const gantry_sink* status,
                     const gantry_error* error) {
  struct nothing* nothing = self;
  if (request->attachment_count != 0) {
    return fail(error, GANTRY_ERR_NOT_FOUND, "network not found: \"" NAME "\" has none");
  }
  gantry_str message = STR(NAME ": nothing to attach");
  nothing->host->log(nothing->host->ctx, GANTRY_LOG_DEBUG, message);
  answer(status, "{}");
  return GANTRY_OK;
}

static int32_t teardown(void* self, const gantry_net_request* request,
                        const gantry_error* error) {
  (void)self;
  (void)request;
  (void)error;
  return GANTRY_OK;
}

/* What is left out is null: the host says "cannot" where it would have been called. */
static const gantry_net_ops ops = {
    .struct_size = sizeof(gantry_net_ops),
    .info = info,
    .network_inspect = network_inspect,
    .network_list = network_list,
    .network_remove = network_remove,
    .setup = setup,
    .teardown = teardown,
};

static int32_t create(const gantry_host* host, gantry_str config_json, void** ret_self,
                      const gantry_error* error) {
  /* This plug-in has no settings, so that any key is unknown. */
  if (config_json.size > 0 &&
      !(config_json.size == 2 && memcmp(config_json.data, "{}", 2) == 0)) {
    return fail(error, GANTRY_ERR_INVALID, NAME ": the plug-in takes no configuration");
  }
  struct nothing* nothing = malloc(sizeof(*nothing));
  if (nothing == NULL) {
    return fail(error, GANTRY_ERR_INTERNAL, NAME ": out of memory");
  }
  nothing->host = host;
  *ret_self = nothing;
  return GANTRY_OK;
}

static void destroy(void* self) { free(self); }

GANTRY_PLUGIN_NOTE("net", NAME, GANTRY_NET_MAJOR, GANTRY_NET_MINOR, 0, VERSION, VENDOR,
                   LICENSE);

static const gantry_plugin plugin = {
    .struct_size = sizeof(gantry_plugin),
    .kind = GANTRY_KIND_NET,
    .major = GANTRY_NET_MAJOR,
    .minor = GANTRY_NET_MINOR,
    .name = STR(NAME),
    .version = STR(VERSION),
    .vendor = STR(VENDOR),
    .license = STR(LICENSE),
    .create = create,
    .destroy = destroy,
    .ops = &ops,
};

/* Declared first because strict warnings ask for it; the one symbol that is exported. */
__attribute__((visibility("default"))) const gantry_plugin* gantry_plugin_entry_v1(void);

const gantry_plugin* gantry_plugin_entry_v1(void) { return &plugin; }
