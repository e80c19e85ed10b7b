// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

namespace gantry::cli {
namespace {

using enum ValueKind;

constexpr Option kGlobal[] = {
    {.name = "auto-userns-user",
     .help = "User whose ids --userns=auto hands out; not podman's as well",
     .argument = "name",
     .hidden = true},
    {.name = "conmon", .help = "Path of the monitor", .argument = "path"},
    {.name = "default-network",
     .help = "Network of containers that ask for none",
     .argument = "name"},
    {.name = "default-userns",
     .help = "User namespace of containers that ask for none",
     .argument = "mode",
     .hidden = true},
    {.name = "hide-program", .help = "Path of gantry-hide", .argument = "path", .hidden = true},
    {.name = "hooks-dir",
     .kind = kArray,
     .help = "Look for OCI hooks here instead of in the usual folders (may be repeated)",
     .argument = "folder"},
    {.name = "init-program",
     .help = "Path of the init of --init",
     .argument = "path",
     .hidden = true},
    {.name = "config",
     .help = "Read this configuration file instead of the usual ones",
     .argument = "file"},
    {.name = "log-level",
     .help = "Log messages at or above this level (trace, debug, info, warn, error)",
     .argument = "level"},
    {.name = "network-backend", .help = "Network plug-in for new objects", .argument = "name"},
    {.name = "plugin-dir",
     .kind = kArray,
     .help = "Look for plug-ins here first (may be repeated)",
     .argument = "folder"},
    {.name = "root", .help = "Folder for data that lasts", .argument = "folder"},
    {.name = "runroot", .help = "Folder for data that a reboot clears", .argument = "folder"},
    {.name = "runtime",
     .help = "OCI runtime for new containers: the name of a plug-in, or the path of a runtime",
     .argument = "name|path"},
    {.name = "state-backend", .help = "State plug-in", .argument = "name"},
    {.name = "storage-driver", .help = "Storage plug-in for new objects", .argument = "name"},
    {.name = "subgid-file",
     .help = "Read the group ids that users may hand out from this file",
     .argument = "path",
     .hidden = true},
    {.name = "subuid-file",
     .help = "Read the user ids that users may hand out from this file",
     .argument = "path",
     .hidden = true},
    {.name = "trace",
     .help = "Write a timeline of the command to this file",
     .argument = "file"},
};

constexpr Option kRoot[] = {
    {.name = "help", .kind = kFlag, .help = "Help for gantry"},
    {.name = "version", .letter = 'v', .kind = kFlag, .help = "Print the version and exit"},
};

}  // namespace

OptionTable global_options() { return kGlobal; }
OptionTable root_options() { return kRoot; }

}  // namespace gantry::cli
