// SPDX-License-Identifier: Apache-2.0
#include "core/spec/capabilities.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include "core/spec/contributors.h"

namespace gantry::spec {

namespace {

// By number, without "CAP_".
constexpr const char* kNames[] = {"CHOWN",
                                  "DAC_OVERRIDE",
                                  "DAC_READ_SEARCH",
                                  "FOWNER",
                                  "FSETID",
                                  "KILL",
                                  "SETGID",
                                  "SETUID",
                                  "SETPCAP",
                                  "LINUX_IMMUTABLE",
                                  "NET_BIND_SERVICE",
                                  "NET_BROADCAST",
                                  "NET_ADMIN",
                                  "NET_RAW",
                                  "IPC_LOCK",
                                  "IPC_OWNER",
                                  "SYS_MODULE",
                                  "SYS_RAWIO",
                                  "SYS_CHROOT",
                                  "SYS_PTRACE",
                                  "SYS_PACCT",
                                  "SYS_ADMIN",
                                  "SYS_BOOT",
                                  "SYS_NICE",
                                  "SYS_RESOURCE",
                                  "SYS_TIME",
                                  "SYS_TTY_CONFIG",
                                  "MKNOD",
                                  "LEASE",
                                  "AUDIT_WRITE",
                                  "AUDIT_CONTROL",
                                  "SETFCAP",
                                  "MAC_OVERRIDE",
                                  "MAC_ADMIN",
                                  "SYSLOG",
                                  "WAKE_ALARM",
                                  "BLOCK_SUSPEND",
                                  "AUDIT_READ",
                                  "PERFMON",
                                  "BPF",
                                  "CHECKPOINT_RESTORE"};
constexpr const char* kAll = "ALL";

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<std::string> normalized(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    result.push_back(normalized_capability(name));
  }
  return result;
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Those the host can give, or the runtime would fail on the first it cannot.
std::vector<std::string> held(const std::vector<std::string>& names, const SpecInput& input) {
  const std::vector<std::string> all = all_capabilities(input.host);
  std::vector<std::string> result;
  for (const std::string& name : names) {
    if (contains(all, name)) {
      result.push_back(name);
    } else {
      note(input, "ignoring capability " + name + ", which this process does not hold itself");
    }
  }
  return result;
}

}  // namespace

std::string capability_name(int number) {
  return number >= 0 && number < static_cast<int>(std::size(kNames))
             ? std::string("CAP_") + kNames[number]
             : std::string();
}

std::vector<std::string> all_capabilities(const HostFacts& host) {
  std::vector<std::string> names;
  const int last = std::min(host.last_capability, static_cast<int>(std::size(kNames)) - 1);
  for (int number = 0; number <= last; ++number) {
    if (((host.held_capabilities >> number) & 1U) != 0) {
      names.push_back(capability_name(number));
    }
  }
  return sorted(std::move(names));
}

std::string normalized_capability(const std::string& name) {
  std::string upper;
  std::transform(name.begin(), name.end(), std::back_inserter(upper),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (upper == kAll) {
    return upper;
  }
  const std::string bare = upper.starts_with("CAP_") ? upper.substr(4) : upper;
  const bool known = std::any_of(std::begin(kNames), std::end(kNames),
                                 [&](const char* each) { return bare == each; });
  if (!known) {
    throw Error(Code::kInvalid, "\"CAP_" + bare + "\": unknown capability");
  }
  return "CAP_" + bare;
}

std::vector<std::string> merge_capabilities(const std::vector<std::string>& base,
                                            const std::vector<std::string>& add,
                                            const std::vector<std::string>& drop,
                                            const HostFacts& host) {
  const std::vector<std::string> adds = normalized(add);
  const std::vector<std::string> drops = normalized(drop);
  if (contains(drops, kAll)) {
    if (contains(adds, kAll)) {
      throw Error(Code::kInvalid, "adding all caps and removing all caps not allowed");
    }
    return sorted(adds);
  }
  std::vector<std::string> result = base;
  if (contains(adds, kAll)) {
    result = all_capabilities(host);
  } else {
    for (const std::string& name : adds) {
      if (contains(drops, name)) {
        throw Error(Code::kInvalid, "capability \"" + name + "\" cannot be dropped and added");
      }
      result.push_back(name);
    }
  }
  std::erase_if(result, [&](const std::string& name) { return contains(drops, name); });
  return sorted(std::move(result));
}

const std::vector<std::string>& default_capabilities() {
  static const std::vector<std::string> names{
      "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",    "CAP_FSETID",
      "CAP_KILL",    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",   "CAP_SETGID",
      "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT"};
  return names;
}

// A process that is not root starts with no more than was added by name: these survive the
// exec through the ambient set. Root's are not inheritable (CVE-2022-24769).
void add_capabilities(const SpecInput& input, Json& spec) {
  const model::SecurityConfig& security = input.config.security;
  const std::vector<std::string> base =
      security.privileged ? all_capabilities(input.host) : default_capabilities();
  const std::vector<std::string> bounding =
      held(merge_capabilities(base, security.cap_add, security.cap_drop, input.host), input);
  Json& capabilities = spec["process"]["capabilities"];
  capabilities = {{"bounding", bounding}};
  if (input.user.uid == 0) {
    capabilities["effective"] = bounding;
    capabilities["permitted"] = bounding;
    return;
  }
  const std::vector<std::string> asked =
      held(merge_capabilities({}, security.cap_add, {}, input.host), input);
  for (const char* set : {"effective", "permitted", "inheritable", "ambient"}) {
    capabilities[set] = asked;
  }
}

}  // namespace gantry::spec
