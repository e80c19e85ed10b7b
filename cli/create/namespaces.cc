// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "cli/create/create_request.h"
#include "cli/values.h"

namespace gantry::cli {
namespace {

// container:NAME and ns:PATH hold for every namespace; words are those of this one.
model::NamespaceMode read_mode(const Options& options, const char* name,
                               std::initializer_list<std::string_view> words) {
  model::NamespaceMode mode;
  const std::string text = options.text(name);
  if (text.empty()) {
    return mode;
  }
  const auto pair = cut(text, ':');
  mode.mode = pair ? pair->first : text;
  mode.value = pair ? pair->second : "";
  const bool with_value = mode.mode == "container" || mode.mode == "ns";
  const bool known =
      with_value || std::find(words.begin(), words.end(), mode.mode) != words.end();
  if (!known || (with_value && mode.value.empty())) {
    throw Error(Code::kInvalid, "unrecognized namespace mode " + text + " passed in --" + name);
  }
  return mode;
}

void read_user_namespace(const Options& options, model::NamespaceMode& mode) {
  mode = read_mode(options, "userns", {"private", "host", "keep-id", "auto", "nomap"});
  if (!options.given("userns")) {
    mode.mode = "host";
  }
  if (mode.mode == "keep-id" || mode.mode == "nomap") {
    throw Error(Code::kUnsupported, mode.mode + " is only supported in rootless mode");
  }
  if (mode.mode == "auto" || mode.mode == "private") {
    throw Error(Code::kUnsupported,
                "--userns=" + mode.mode +
                    " needs ranges of ids, which this gantry does not hand out: use host, "
                    "container:NAME or ns:PATH");
  }
}

}  // namespace

void read_namespaces(const Options& options, lifecycle::CreateRequest& request) {
  model::ContainerConfig& config = request.config;
  config.pid = read_mode(options, "pid", {"private", "host"});
  config.ipc = read_mode(options, "ipc", {"private", "host", "none", "shareable"});
  config.uts = read_mode(options, "uts", {"private", "host"});
  read_user_namespace(options, config.user);
  config.cgroup = read_mode(options, "cgroupns", {"private", "host"});
  if (config.uts.mode == "host" && options.given("hostname")) {
    throw Error(Code::kInvalid, "cannot set hostname when running in the host UTS namespace");
  }
}

}  // namespace gantry::cli
