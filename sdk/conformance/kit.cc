// SPDX-License-Identifier: Apache-2.0
#include "sdk/conformance/kit.h"

#include <dlfcn.h>
#include <gantry/abi/network.h>
#include <gantry/abi/runtime.h>
#include <gantry/abi/state.h>
#include <gantry/abi/storage.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "sdk/conformance/suite.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"

namespace gantry::conformance {

namespace {

const Suite& suite_of(std::uint32_t kind) {
  switch (kind) {
    case GANTRY_KIND_OCI:
      return oci_suite();
    case GANTRY_KIND_STORAGE:
      return storage_suite();
    case GANTRY_KIND_NET:
      return net_suite();
    case GANTRY_KIND_STATE:
      return state_suite();
    default:
      throw Error(Code::kUnsupported, "no suite for plug-ins of kind " + std::to_string(kind));
  }
}

const char* kind_name(std::uint32_t kind) {
  static constexpr const char* kNames[] = {"?", "oci", "storage", "net", "state"};
  return kind <= GANTRY_KIND_STATE ? kNames[kind] : kNames[0];
}

std::uint16_t major_of(std::uint32_t kind) {
  switch (kind) {
    case GANTRY_KIND_OCI:
      return GANTRY_OCI_MAJOR;
    case GANTRY_KIND_STORAGE:
      return GANTRY_STORAGE_MAJOR;
    case GANTRY_KIND_NET:
      return GANTRY_NET_MAJOR;
    case GANTRY_KIND_STATE:
      return GANTRY_STATE_MAJOR;
    default:
      throw Error(Code::kUnsupported, "no suite for plug-ins of kind " + std::to_string(kind));
  }
}

template <typename Visit>
void for_each_check(std::uint32_t kind, Visit&& visit) {
  for (const Suite* suite : {&common_suite(), &suite_of(kind)}) {
    for (const Check& check : *suite) {
      visit(std::string(kind_name(kind)) + ": " + check.name, check);
    }
  }
}

Finding run(const gantry_plugin& plugin, const Options& options, const std::string& name,
            const Check& check) {
  const std::filesystem::path folder = make_temp_directory(options.work_dir / "check-XXXXXX");
  const Cleanup remove([&] {
    try {
      remove_tree(folder);
    } catch (const Error& e) {
      if (options.log) {
        options.log(GANTRY_LOG_WARNING, e.what());
      }
    }
  });
  Bench bench(plugin, options, folder);
  try {
    check.run(bench);
    return {name, Result::kPassed, ""};
  } catch (const Skip& skip) {
    return {name, Result::kSkipped, skip.what()};
  } catch (const std::exception& e) {
    return {name, Result::kFailed, e.what()};
  }
}

}  // namespace

const char* to_string(Result result) noexcept {
  switch (result) {
    case Result::kPassed:
      return "passed";
    case Result::kFailed:
      return "failed";
    case Result::kSkipped:
      return "skipped";
  }
  return "?";
}

const gantry_plugin& load(const std::filesystem::path& file) {
  const std::string path = std::filesystem::absolute(file).string();
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(Code::kInvalid, std::string("cannot load ") + ::dlerror());
  }
  void* const symbol = ::dlsym(library, GANTRY_PLUGIN_ENTRY_SYMBOL);
  if (symbol == nullptr) {
    throw Error(Code::kInvalid, path + " exports no " GANTRY_PLUGIN_ENTRY_SYMBOL);
  }
  const auto entry = reinterpret_cast<gantry_plugin_entry_fn>(symbol);
  const gantry_plugin* plugin = entry();
  // As the host does it: what came after ops may be missing.
  constexpr std::size_t kLeast = offsetof(gantry_plugin, ops) + sizeof(gantry_plugin::ops);
  if (plugin == nullptr || plugin->struct_size < kLeast || plugin->create == nullptr ||
      plugin->destroy == nullptr || plugin->ops == nullptr) {
    throw Error(Code::kInvalid, path + " answers with an incomplete descriptor");
  }
  if (entry() != plugin) {
    throw Error(Code::kInvalid, path + " answers with another descriptor each time");
  }
  if (const std::uint16_t major = major_of(plugin->kind); plugin->major != major) {
    throw Error(Code::kUnsupported, path + " speaks version " + std::to_string(plugin->major) +
                                        "." + std::to_string(plugin->minor) +
                                        " of the interface " + kind_name(plugin->kind) +
                                        "; this kit judges version " + std::to_string(major));
  }
  return *plugin;
}

std::vector<Finding> judge(const gantry_plugin& plugin, const Options& options) {
  std::vector<Finding> findings;
  for_each_check(plugin.kind, [&](const std::string& name, const Check& check) {
    if (name.find(options.filter) == std::string::npos) {
      return;
    }
    findings.push_back(run(plugin, options, name, check));
    if (options.on_finding) {
      options.on_finding(findings.back());
    }
  });
  return findings;
}

std::vector<std::string> check_names(std::uint32_t kind) {
  std::vector<std::string> names;
  for_each_check(kind, [&](const std::string& name, const Check&) { names.push_back(name); });
  return names;
}

}  // namespace gantry::conformance
