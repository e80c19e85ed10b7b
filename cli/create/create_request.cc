// SPDX-License-Identifier: Apache-2.0
#include "cli/create/create_request.h"

#include <unistd.h>

#include <filesystem>

#include "cli/values.h"
#include "sdk/support/files.h"

namespace gantry::cli {

HostFacts facts_of_this_process() {
  HostFacts facts;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (const auto pair = cut(*entry, '=')) {
      facts.environment.insert(*pair);
    }
  }
  facts.path_exists = [](const std::string& path) { return exists(path); };
  std::error_code failed;
  facts.directory = std::filesystem::current_path(failed);
  return facts;
}

lifecycle::CreateRequest read_create_request(const Options& options,
                                             const std::vector<std::string>& arguments,
                                             const std::vector<std::string>& words,
                                             const HostFacts& host) {
  lifecycle::CreateRequest request;
  if (options.flag("rootfs")) {
    request.config.rootfs = std::filesystem::path(host.directory) / arguments.front();
  } else {
    request.image = arguments.front();
  }
  request.command.assign(arguments.begin() + 1, arguments.end());
  request.config.create_command = words;
  read_process(options, host, request);
  read_security(options, request);
  read_resources(options, request);
  read_network(options, host, request);
  read_mounts(options, host, request);
  read_namespaces(options, request);
  read_health(options, request);
  read_object(options, request);
  read_secrets(options, request);
  read_image(options, request);
  return request;
}

}  // namespace gantry::cli
