// SPDX-License-Identifier: Apache-2.0
//
// Every command, each defined in the file of its name or of its group.
#pragma once

#include "cli/command.h"

namespace gantry::cli {

extern const Command kAttachCommand;
extern const Command kCheckpointCommand;
extern const Command kCleanupCommand;
extern const Command kCommitCommand;
extern const Command kContainerCommand;
extern const Command kContainerExistsCommand;
extern const Command kContainerInspectCommand;
extern const Command kContainerPruneCommand;
extern const Command kCpCommand;
extern const Command kCreateCommand;
extern const Command kDiffCommand;
extern const Command kEventsCommand;
extern const Command kExecCommand;
extern const Command kExportCommand;
extern const Command kGenerateCommand;
extern const Command kHealthcheckCommand;
extern const Command kHealthcheckRunCommand;
extern const Command kHealthcheckWatchCommand;
extern const Command kHistoryCommand;
extern const Command kImageCommand;
extern const Command kImageExistsCommand;
extern const Command kImageInspectCommand;
extern const Command kImagePruneCommand;
extern const Command kImagesCommand;
extern const Command kImportCommand;
extern const Command kInfoCommand;
extern const Command kInitCommand;
extern const Command kInspectCommand;
extern const Command kKillCommand;
extern const Command kLoadCommand;
extern const Command kLogsCommand;
extern const Command kMountCommand;
extern const Command kNetworkCommand;
extern const Command kNetworkCreateCommand;
extern const Command kNetworkExistsCommand;
extern const Command kNetworkInspectCommand;
extern const Command kNetworkLsCommand;
extern const Command kNetworkPruneCommand;
extern const Command kNetworkRmCommand;
extern const Command kPauseCommand;
extern const Command kPluginCommand;
extern const Command kPluginInspectCommand;
extern const Command kPluginLsCommand;
extern const Command kPluginVerifyChildCommand;
extern const Command kPluginVerifyCommand;
extern const Command kPortCommand;
extern const Command kPsCommand;
extern const Command kPullCommand;
extern const Command kRenameCommand;
extern const Command kRestartCommand;
extern const Command kRestoreCommand;
extern const Command kRmCommand;
extern const Command kRmiCommand;
extern const Command kRunCommand;
extern const Command kSaveCommand;
extern const Command kSecretCommand;
extern const Command kSecretCreateCommand;
extern const Command kSecretInspectCommand;
extern const Command kSecretLsCommand;
extern const Command kSecretRmCommand;
extern const Command kStartCommand;
extern const Command kStatsCommand;
extern const Command kStopCommand;
extern const Command kSystemCheckCommand;
extern const Command kSystemCommand;
extern const Command kSystemDfCommand;
extern const Command kSystemLocksCommand;
extern const Command kSystemPruneCommand;
extern const Command kTagCommand;
extern const Command kTopCommand;
extern const Command kUnmountCommand;
extern const Command kUnpauseCommand;
extern const Command kUntagCommand;
extern const Command kUpdateCommand;
extern const Command kVersionCommand;
extern const Command kVolumeCommand;
extern const Command kVolumeCreateCommand;
extern const Command kVolumeExistsCommand;
extern const Command kVolumeInspectCommand;
extern const Command kVolumeLsCommand;
extern const Command kVolumePruneCommand;
extern const Command kVolumeRmCommand;
extern const Command kWaitCommand;

}  // namespace gantry::cli
