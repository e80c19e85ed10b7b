// SPDX-License-Identifier: Apache-2.0
#include "core/spec/seccomp_profile.h"

#include <algorithm>
#include <charconv>

#include <gantry/error.hpp>

namespace gantry::spec {

namespace {

struct Architecture {
  const char* machine;
  const char* profile;
  std::initializer_list<const char*> libseccomp;  // its own first
};

const Architecture* find_architecture(const std::string& machine) {
  static const Architecture kKnown[] = {
      {"x86_64", "amd64", {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"}},
      {"i686", "x86", {"SCMP_ARCH_X86"}},
      {"aarch64", "arm64", {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"}},
      {"armv7l", "arm", {"SCMP_ARCH_ARM"}},
      {"ppc64le", "ppc64le", {"SCMP_ARCH_PPC64LE"}},
      {"riscv64", "riscv64", {"SCMP_ARCH_RISCV64"}},
      {"s390x", "s390x", {"SCMP_ARCH_S390X", "SCMP_ARCH_S390"}}};
  const auto it =
      std::find_if(std::begin(kKnown), std::end(kKnown),
                   [&](const Architecture& each) { return machine == each.machine; });
  return it == std::end(kKnown) ? nullptr : it;
}

bool contains(const Json& list, const std::string& item) {
  return std::find(list.begin(), list.end(), Json(item)) != list.end();
}

Json list_of(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? Json::array() : *it;
}

// "4.8" is met by this version and later ones.
bool kernel_is_at_least(const SeccompContext& context, const std::string& version,
                        const std::string& what) {
  unsigned major = 0;
  unsigned minor = 0;
  const char* const end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  const bool dotted = first.ec == std::errc() && first.ptr != end && *first.ptr == '.';
  const auto second = dotted ? std::from_chars(first.ptr + 1, end, minor) : first;
  if (!dotted || second.ec != std::errc() || second.ptr != end) {
    throw Error(Code::kInvalid, what + ": minKernel \"" + version + "\" is not MAJOR.MINOR");
  }
  return std::pair(context.kernel_major, context.kernel_minor) >= std::pair(major, minor);
}

// Whether a rule counts here: all that includes names holds, and nothing that excludes names.
bool applies(const Json& rule, const SeccompContext& context, const std::string& what) {
  const std::string native = profile_architecture(context.machine);
  const auto holds = [&](const std::string& capability) {
    return std::find(context.capabilities.begin(), context.capabilities.end(), capability) !=
           context.capabilities.end();
  };
  if (const auto it = rule.find("includes"); it != rule.end() && it->is_object()) {
    const Json arches = list_of(*it, "arches");
    if (!arches.empty() && !contains(arches, native)) {
      return false;
    }
    for (const Json& capability : list_of(*it, "caps")) {
      if (!holds(capability.get<std::string>())) {
        return false;
      }
    }
    const std::string least = it->value("minKernel", "");
    if (!least.empty() && !kernel_is_at_least(context, least, what)) {
      return false;
    }
  }
  if (const auto it = rule.find("excludes"); it != rule.end() && it->is_object()) {
    if (contains(list_of(*it, "arches"), native)) {
      return false;
    }
    for (const Json& capability : list_of(*it, "caps")) {
      if (holds(capability.get<std::string>())) {
        return false;
      }
    }
    const std::string from = it->value("minKernel", "");
    if (!from.empty() && kernel_is_at_least(context, from, what)) {
      return false;
    }
  }
  return true;
}

Json resolved_rule(const Json& rule, const std::string& what) {
  Json names = list_of(rule, "names");
  if (const std::string name = rule.value("name", ""); !name.empty()) {
    names.push_back(name);
  }
  if (names.empty() || !rule.contains("action")) {
    throw Error(Code::kInvalid, what + ": a rule in syscalls lacks names or action");
  }
  Json result{{"names", std::move(names)}, {"action", rule["action"]}};
  if (const Json args = list_of(rule, "args"); !args.empty()) {
    result["args"] = args;
  }
  if (const auto it = rule.find("errnoRet"); it != rule.end() && !it->is_null()) {
    result["errnoRet"] = *it;
  }
  return result;
}

Json resolve(const Json& profile, const SeccompContext& context, const std::string& what) {
  if (!profile.is_object() || !profile.contains("defaultAction")) {
    throw Error(Code::kInvalid, what + ": defaultAction is missing");
  }
  Json result{{"defaultAction", profile["defaultAction"]}, {"syscalls", Json::array()}};
  for (const char* name : {"defaultErrnoRet", "flags", "listenerPath", "listenerMetadata"}) {
    if (const auto it = profile.find(name); it != profile.end() && !it->is_null()) {
      result[name] = *it;
    }
  }
  Json architectures = list_of(profile, "architectures");
  const std::vector<std::string> own = seccomp_architectures(context.machine);
  for (const Json& map : list_of(profile, "archMap")) {
    if (!own.empty() && map.value("architecture", "") == own.front()) {
      architectures.push_back(own.front());
      for (const Json& other : list_of(map, "subArchitectures")) {
        architectures.push_back(other);
      }
    }
  }
  if (!architectures.empty()) {
    result["architectures"] = std::move(architectures);
  }
  for (const Json& rule : list_of(profile, "syscalls")) {
    if (applies(rule, context, what)) {
      result["syscalls"].push_back(resolved_rule(rule, what));
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> seccomp_architectures(const std::string& machine) {
  const Architecture* architecture = find_architecture(machine);
  return architecture == nullptr ? std::vector<std::string>()
                                 : std::vector<std::string>(architecture->libseccomp.begin(),
                                                            architecture->libseccomp.end());
}

std::string profile_architecture(const std::string& machine) {
  const Architecture* architecture = find_architecture(machine);
  return architecture == nullptr ? machine : architecture->profile;
}

Json resolve_seccomp(const Json& profile, const SeccompContext& context,
                     const std::string& what) {
  try {
    return resolve(profile, context, what);
  } catch (const Json::exception& e) {
    throw Error(Code::kInvalid, what + ": " + e.what());
  }
}

}  // namespace gantry::spec
