// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <iterator>

#include "core/spec/contributors.h"
#include "core/spec/limits.h"

namespace gantry::spec {

namespace {

constexpr const char* kKnown[] = {
    "as",   "core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue",
    "nice", "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack"};

// podman's defaults for root. The hard limit of a process without CAP_SYS_RESOURCE is a
// ceiling that its children cannot raise either.
constexpr struct {
  const char* name;
  std::uint64_t limit;
} kDefaults[] = {{"nofile", 1048576}, {"nproc", 4194304}};

std::string type_of(const std::string& name) {
  if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
    throw Error(Code::kInvalid, "invalid ulimit type: " + name);
  }
  std::string type = "RLIMIT_";
  std::transform(name.begin(), name.end(), std::back_inserter(type),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return type;
}

// What this host lets a container have at most.
std::uint64_t ceiling(const HostFacts& host, const std::string& name) {
  const auto it = host.rlimits.find(name);
  return host.can_raise_rlimits || it == host.rlimits.end() ? UINT64_MAX : it->second.hard;
}

void require_allowed(const HostFacts& host, const model::Ulimit& ulimit) {
  const std::string shown =
      ulimit.name + "=" + std::to_string(ulimit.soft) + ":" + std::to_string(ulimit.hard);
  if (ulimit.soft > ulimit.hard) {
    throw Error(Code::kInvalid,
                "ulimit option \"" + shown +
                    "\": ulimit soft limit must be less than or equal to hard limit: " +
                    std::to_string(ulimit.soft) + " > " + std::to_string(ulimit.hard));
  }
  if (const std::uint64_t most = ceiling(host, ulimit.name); ulimit.hard > most) {
    throw Error(Code::kPermission,
                "ulimit option \"" + shown + "\": this host allows at most " +
                    std::to_string(most) +
                    ", and raising it needs CAP_SYS_RESOURCE; ask for less or raise the limit "
                    "of the calling process");
  }
}

void note_if_lowered(const SpecInput& input, const model::Ulimit& given) {
  for (const auto& [name, limit] : kDefaults) {
    const bool asked =
        std::any_of(input.config.ulimits.begin(), input.config.ulimits.end(),
                    [&](const model::Ulimit& each) { return each.name == given.name; });
    if (given.name == name && given.hard < limit && !asked) {
      note(input, "limit " + given.name + " is " + std::to_string(given.hard) + " instead of " +
                      std::to_string(limit) +
                      ", the most that this host allows without CAP_SYS_RESOURCE");
    }
  }
}

}  // namespace

std::vector<model::Ulimit> effective_ulimits(const model::ContainerConfig& config,
                                             const HostFacts& host) {
  std::vector<model::Ulimit> limits;
  bool as_host = false;
  for (const model::Ulimit& ulimit : config.ulimits) {
    if (ulimit.name == "host") {
      as_host = true;
    } else {
      limits.push_back(ulimit);
    }
  }
  for (const auto& [name, limit] : kDefaults) {
    const bool given =
        std::any_of(limits.begin(), limits.end(),
                    [&, name = name](const auto& each) { return each.name == name; });
    if (!given && !as_host) {
      const std::uint64_t allowed = std::min<std::uint64_t>(limit, ceiling(host, name));
      limits.push_back({name, allowed, allowed});
    }
  }
  return limits;
}

void add_rlimits(const SpecInput& input, Json& spec) {
  for (const model::Ulimit& ulimit : input.config.ulimits) {
    if (ulimit.name != "host") {
      (void)type_of(ulimit.name);
      require_allowed(input.host, ulimit);
    }
  }
  Json limits = Json::array();
  for (const model::Ulimit& ulimit : effective_ulimits(input.config, input.host)) {
    limits.push_back(
        {{"type", type_of(ulimit.name)}, {"soft", ulimit.soft}, {"hard", ulimit.hard}});
    note_if_lowered(input, ulimit);
  }
  spec["process"]["rlimits"] = std::move(limits);
}

}  // namespace gantry::spec
