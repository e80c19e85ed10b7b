/* SPDX-License-Identifier: Apache-2.0
 *
 * The ELF note of <gantry/abi/plugin.h> for plug-ins written in C. C++ plug-ins get theirs
 * from the entry macros in <gantry/plugin/entry.hpp>.
 *
 *   GANTRY_PLUGIN_NOTE("net", "nothing", GANTRY_NET_MAJOR, GANTRY_NET_MINOR, 0,
 *                      "0.1.0", "you", "Apache-2.0");
 *
 * Once in one source file, at file scope; the same constants as in the descriptor. The
 * strings are literals without quotes and backslashes in them.
 */
#ifndef GANTRY_ABI_NOTE_H
#define GANTRY_ABI_NOTE_H

#include <gantry/abi/plugin.h>

#define GANTRY_NOTE_TEXT_(value) #value
#define GANTRY_NOTE_NUMBER_(value) GANTRY_NOTE_TEXT_(value)

#define GANTRY_NOTE_JSON_(kind, name, major, minor, min_host_minor, version, vendor, license) \
  "{\"kind\":\"" kind "\",\"name\":\"" name                                                   \
  "\",\"major\":" GANTRY_NOTE_NUMBER_(major) ",\"minor\":" GANTRY_NOTE_NUMBER_(               \
      minor) ",\"min_host_minor\":" GANTRY_NOTE_NUMBER_(min_host_minor) ",\"version\":"       \
                                                                        "\"" version          \
                                                                        "\",\"vendor\":"      \
                                                                        "\"" vendor           \
                                                                        "\",\"license\":"     \
                                                                        "\"" license "\"}"

/* The JSON must not be counted with its terminating zero, and fills its field to a multiple
 * of four bytes, as notes are laid out. */
#define GANTRY_PLUGIN_NOTE(...) GANTRY_PLUGIN_NOTE_(GANTRY_NOTE_JSON_(__VA_ARGS__))
#define GANTRY_PLUGIN_NOTE_(json)                                                         \
  __attribute__((used, section(".note.gantry.plugin"), aligned(4))) static const struct { \
    uint32_t name_size;                                                                   \
    uint32_t text_size;                                                                   \
    uint32_t type;                                                                        \
    char name[8];                                                                         \
    char text[(sizeof(json) - 1 + 3) / 4 * 4];                                            \
  } gantry_plugin_note = {sizeof("gantry"), sizeof(json) - 1, GANTRY_NOTE_TYPE, "gantry", json}

#endif
