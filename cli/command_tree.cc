// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/commands/commands.h"

namespace gantry::cli {
namespace {

// Commands on containers stand at the top and, as in podman, below "container"; those on
// images likewise.
constexpr Entry kTree[] = {
    {.name = "attach", .command = &kAttachCommand},
    {.name = "container", .command = &kContainerCommand},
    {.name = "create", .command = &kCreateCommand},
    {.name = "events", .command = &kEventsCommand},
    {.name = "exec", .command = &kExecCommand},
    {.name = "history", .command = &kHistoryCommand},
    {.name = "image", .command = &kImageCommand},
    {.name = "images", .command = &kImagesCommand},
    {.name = "import", .command = &kImportCommand},
    {.name = "info", .command = &kInfoCommand},
    {.name = "inspect", .command = &kInspectCommand},
    {.name = "kill", .command = &kKillCommand},
    {.name = "load", .command = &kLoadCommand},
    {.name = "logs", .command = &kLogsCommand},
    {.name = "network", .command = &kNetworkCommand},
    {.name = "pause", .command = &kPauseCommand},
    {.name = "plugin", .command = &kPluginCommand},
    {.name = "port", .command = &kPortCommand},
    {.name = "ps", .aliases = "list", .command = &kPsCommand},
    {.name = "pull", .command = &kPullCommand},
    {.name = "rename", .command = &kRenameCommand},
    {.name = "restart", .command = &kRestartCommand},
    {.name = "rm", .command = &kRmCommand},
    {.name = "rmi", .command = &kRmiCommand},
    {.name = "run", .command = &kRunCommand},
    {.name = "save", .command = &kSaveCommand},
    {.name = "start", .command = &kStartCommand},
    {.name = "stop", .command = &kStopCommand},
    {.name = "system", .command = &kSystemCommand},
    {.name = "tag", .command = &kTagCommand},
    {.name = "top", .command = &kTopCommand},
    {.name = "unpause", .command = &kUnpauseCommand},
    {.name = "untag", .command = &kUntagCommand},
    {.name = "version", .command = &kVersionCommand},
    {.name = "volume", .command = &kVolumeCommand},
    {.name = "wait", .command = &kWaitCommand},

    {.parent = "container", .name = "attach", .command = &kAttachCommand},
    {.parent = "container", .name = "cleanup", .command = &kCleanupCommand, .hidden = true},
    {.parent = "container", .name = "create", .command = &kCreateCommand},
    {.parent = "container", .name = "exec", .command = &kExecCommand},
    {.parent = "container", .name = "exists", .command = &kContainerExistsCommand},
    {.parent = "container", .name = "inspect", .command = &kContainerInspectCommand},
    {.parent = "container", .name = "kill", .command = &kKillCommand},
    {.parent = "container", .name = "logs", .command = &kLogsCommand},
    {.parent = "container", .name = "ls", .aliases = "list ps", .command = &kPsCommand},
    {.parent = "container", .name = "pause", .command = &kPauseCommand},
    {.parent = "container", .name = "port", .command = &kPortCommand},
    {.parent = "container", .name = "prune", .command = &kContainerPruneCommand},
    {.parent = "container", .name = "rename", .command = &kRenameCommand},
    {.parent = "container", .name = "restart", .command = &kRestartCommand},
    {.parent = "container", .name = "rm", .command = &kRmCommand},
    {.parent = "container", .name = "run", .command = &kRunCommand},
    {.parent = "container", .name = "start", .command = &kStartCommand},
    {.parent = "container", .name = "stop", .command = &kStopCommand},
    {.parent = "container", .name = "top", .command = &kTopCommand},
    {.parent = "container", .name = "unpause", .command = &kUnpauseCommand},
    {.parent = "container", .name = "wait", .command = &kWaitCommand},

    {.parent = "image", .name = "exists", .command = &kImageExistsCommand},
    {.parent = "image", .name = "history", .command = &kHistoryCommand},
    {.parent = "image", .name = "import", .command = &kImportCommand},
    {.parent = "image", .name = "inspect", .command = &kImageInspectCommand},
    {.parent = "image", .name = "load", .command = &kLoadCommand},
    {.parent = "image", .name = "ls", .aliases = "list", .command = &kImagesCommand},
    {.parent = "image", .name = "prune", .command = &kImagePruneCommand},
    {.parent = "image", .name = "pull", .command = &kPullCommand},
    {.parent = "image", .name = "rm", .command = &kRmiCommand},
    {.parent = "image", .name = "save", .command = &kSaveCommand},
    {.parent = "image", .name = "tag", .command = &kTagCommand},
    {.parent = "image", .name = "untag", .command = &kUntagCommand},

    {.parent = "network", .name = "create", .command = &kNetworkCreateCommand},
    {.parent = "network", .name = "exists", .command = &kNetworkExistsCommand},
    {.parent = "network", .name = "inspect", .command = &kNetworkInspectCommand},
    {.parent = "network", .name = "ls", .aliases = "list", .command = &kNetworkLsCommand},
    {.parent = "network", .name = "rm", .aliases = "remove", .command = &kNetworkRmCommand},

    {.parent = "plugin", .name = "inspect", .command = &kPluginInspectCommand},
    {.parent = "plugin", .name = "ls", .aliases = "list", .command = &kPluginLsCommand},
    {.parent = "plugin", .name = "verify", .command = &kPluginVerifyCommand},
    {.parent = "plugin",
     .name = "verify-in-child",
     .command = &kPluginVerifyChildCommand,
     .hidden = true},

    {.parent = "system", .name = "events", .command = &kEventsCommand},
    {.parent = "system", .name = "info", .command = &kInfoCommand},

    {.parent = "volume", .name = "create", .command = &kVolumeCreateCommand},
    {.parent = "volume", .name = "exists", .command = &kVolumeExistsCommand},
    {.parent = "volume", .name = "inspect", .command = &kVolumeInspectCommand},
    {.parent = "volume", .name = "ls", .aliases = "list", .command = &kVolumeLsCommand},
    {.parent = "volume", .name = "prune", .command = &kVolumePruneCommand},
    {.parent = "volume", .name = "rm", .aliases = "remove", .command = &kVolumeRmCommand},

    {.name = "__generate", .command = &kGenerateCommand, .hidden = true},
};

}  // namespace

CommandTree command_tree() { return kTree; }

}  // namespace gantry::cli
