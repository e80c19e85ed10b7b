// SPDX-License-Identifier: Apache-2.0
//
// From the options of run and create to the request that the lifecycle takes. Reads env and
// label files; otherwise pure. Failures are kInvalid in podman's words.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "cli/options.h"
#include "core/lifecycle/create_request.h"

namespace gantry::cli {

// What the machine answers; tests give their own.
struct HostFacts {
  std::map<std::string, std::string> environment;
  std::function<bool(const std::string& path)> path_exists;
  std::string directory;        // the current one
  std::string default_network;  // of containers that ask for none
};
[[nodiscard]] HostFacts facts_of_this_process();

// arguments: IMAGE [COMMAND [ARG...]]; words: the whole command line, for inspect.
[[nodiscard]] lifecycle::CreateRequest read_create_request(
    const Options& options, const std::vector<std::string>& arguments,
    const std::vector<std::string>& words, const HostFacts& host);

// One concern each; the tables are in option_tables.h.
void read_process(const Options& options, const HostFacts& host,
                  lifecycle::CreateRequest& request);
void read_security(const Options& options, lifecycle::CreateRequest& request);
// What update takes, too: cpu, memory, block I/O and the number of processes.
[[nodiscard]] model::Resources read_limits(const Options& options);
void read_resources(const Options& options, lifecycle::CreateRequest& request);
void read_network(const Options& options, const HostFacts& host,
                  lifecycle::CreateRequest& request);
void read_mounts(const Options& options, const HostFacts& host,
                 lifecycle::CreateRequest& request);
void read_namespaces(const Options& options, lifecycle::CreateRequest& request);
// What the configuration says of containers that ask for no user namespace.
void settle_user_namespace(const Options& options, const std::string& fallback,
                           lifecycle::CreateRequest& request);
// Without a network of its own to publish them in, a container has no ports: err is told.
void settle_ports(std::ostream& err, lifecycle::CreateRequest& request);
void read_health(const Options& options, lifecycle::CreateRequest& request);
void read_object(const Options& options, lifecycle::CreateRequest& request);
void read_secrets(const Options& options, lifecycle::CreateRequest& request);
void read_image(const Options& options, lifecycle::CreateRequest& request);

// Pieces that other commands share.
// --platform, or --arch, --os and --variant.
[[nodiscard]] std::optional<image::Platform> read_platform(const Options& options);
// -e and --env-file: NAME=value, NAME (the host's), NAME* (all of the host's that start so).
void read_environment(const std::vector<std::string>& files,
                      const std::vector<std::string>& entries, const HostFacts& host,
                      std::map<std::string, std::string>& env);
// -v [SOURCE:]DESTINATION[:OPTIONS].
[[nodiscard]] model::Mount parse_volume(const std::string& text, const HostFacts& host);
// --mount type=…,src=…,dst=…
[[nodiscard]] model::Mount parse_mount(const std::string& text, const HostFacts& host);
[[nodiscard]] model::Mount parse_tmpfs(const std::string& text);
// key=value, or key alone for an empty value.
[[nodiscard]] std::map<std::string, std::string> parse_labels(
    const std::vector<std::string>& entries);
[[nodiscard]] model::RestartPolicy parse_restart(const std::string& text);
[[nodiscard]] model::Device parse_device(const std::string& text);
[[nodiscard]] model::SecretUse parse_secret(const std::string& text);
[[nodiscard]] model::Ulimit parse_ulimit(const std::string& text);

}  // namespace gantry::cli
