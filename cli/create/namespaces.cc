// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "cli/create/create_request.h"
#include "cli/values.h"
#include "core/userns/auto_options.h"

namespace gantry::cli {
namespace {

constexpr std::array<std::string_view, 5> kUserWords{"private", "host", "keep-id", "auto",
                                                     "nomap"};

// container:NAME and ns:PATH hold for every namespace; words are those of this one.
model::NamespaceMode parse_mode(const std::string& text, const char* name,
                                std::span<const std::string_view> words) {
  model::NamespaceMode mode;
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
    std::string choices;
    for (const std::string_view word : words) {
      choices += std::string(word) + ", ";
    }
    throw Error(Code::kInvalid, "unrecognized namespace mode " + text + " passed: --" + name +
                                    " is one of " + choices + "container:NAME, ns:PATH");
  }
  return mode;
}

model::NamespaceMode read_mode(const Options& options, const char* name,
                               std::initializer_list<std::string_view> words) {
  return parse_mode(options.text(name), name, {words.begin(), words.size()});
}

model::IdRanges read_ranges(const Options& options, const char* name, const char* kind) {
  model::IdRanges ranges;
  for (const std::string& text : options.list(name)) {
    ranges.push_back(model::parse_id_range(text, kind));
  }
  return ranges;
}

// --uidmap, --gidmap, --subuidname and --subgidname; true when any of them was given.
bool read_id_mapping(const Options& options, lifecycle::CreateRequest& request) {
  model::IdMapping& mapping = request.config.id_mapping;
  mapping = {read_ranges(options, "uidmap", "UID"), read_ranges(options, "gidmap", "GID")};
  if (mapping.uids.empty()) {
    mapping.uids = mapping.gids;
  } else if (mapping.gids.empty()) {
    mapping.gids = mapping.uids;
  }
  request.subuid_name = options.text("subuidname");
  request.subgid_name = options.text("subgidname");
  return !mapping.empty() || !request.subuid_name.empty() || !request.subgid_name.empty();
}

void require_possible(const model::NamespaceMode& mode, bool mapped, const std::string& text) {
  if (mode.mode == "keep-id" || mode.mode == "nomap") {
    throw Error(Code::kUnsupported, mode.mode + " is only supported in rootless mode");
  }
  if (mode.mode == "private" && !mapped) {
    throw Error(Code::kInvalid,
                "must provide at least one UID or GID mapping to configure a user namespace: "
                "use --uidmap and --gidmap, or --userns=auto");
  }
  if (mode.mode == "auto") {
    (void)userns::parse_auto_options(mode.value);
  } else if (mode.mode != "container" && mode.mode != "ns" && !mode.value.empty()) {
    throw Error(Code::kInvalid, "unrecognized namespace mode " + text + " passed");
  }
}

void read_user_namespace(const Options& options, lifecycle::CreateRequest& request) {
  model::NamespaceMode& mode = request.config.user;
  mode = parse_mode(options.text("userns"), "userns", kUserWords);
  const bool mapped = read_id_mapping(options, request);
  if (mapped && options.given("userns")) {
    throw Error(Code::kInvalid,
                "--userns and --uidmap/--gidmap/--subuidname/--subgidname are mutually "
                "exclusive");
  }
  if (options.text("userns").empty()) {
    mode.mode = mapped ? "private" : "host";
  }
  require_possible(mode, mapped, options.text("userns"));
}

}  // namespace

void settle_user_namespace(const Options& options, const std::string& fallback,
                           lifecycle::CreateRequest& request) {
  for (const char* name : {"userns", "uidmap", "gidmap", "subuidname", "subgidname"}) {
    if (options.given(name)) {
      return;
    }
  }
  model::NamespaceMode mode = parse_mode(fallback, "default-userns", kUserWords);
  if (!fallback.empty() && mode.mode != "host") {
    require_possible(mode, false, fallback);
    request.config.user = std::move(mode);
  }
}

void read_namespaces(const Options& options, lifecycle::CreateRequest& request) {
  model::ContainerConfig& config = request.config;
  config.pid = read_mode(options, "pid", {"private", "host"});
  config.ipc = read_mode(options, "ipc", {"private", "host", "none", "shareable"});
  config.uts = read_mode(options, "uts", {"private", "host"});
  read_user_namespace(options, request);
  config.cgroup = read_mode(options, "cgroupns", {"private", "host"});
  if (!options.given("cgroupns")) {
    config.cgroup.mode.clear();  // as suits the host's cgroups
  }
  if (!options.given("ipc")) {
    config.ipc.mode = "shareable";
  }
  if (config.uts.mode == "host" && options.given("hostname")) {
    throw Error(Code::kInvalid, "cannot set hostname when running in the host UTS namespace");
  }
}

}  // namespace gantry::cli
