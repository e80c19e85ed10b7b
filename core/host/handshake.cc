// SPDX-License-Identifier: Apache-2.0
#include "core/host/handshake.h"

#include <gantry/abi/host.h>
#include <gantry/boundary.hpp>
#include <gantry/error.hpp>

#include <cstring>
#include <string>

#include "core/host/discovery.h"
#include "core/host/elf_note.h"
#include "core/host/trust.h"

namespace gantry::host {

namespace {

// Through ops: the fields that no plug-in can do without.
constexpr std::size_t kLeastDescriptor = offsetof(gantry_plugin, get_extension);

class Refusal {
 public:
  explicit Refusal(const std::filesystem::path& file) : file_(file.string()) {}
  [[noreturn]] void operator()(Code code, const std::string& why) const {
    throw Error(code, "refusing to load plug-in " + file_ + ": " + why);
  }

 private:
  std::string file_;
};

void check_versions(const Refusal& refuse, const Kind& kind, std::uint16_t major,
                    std::uint16_t min_host_minor) {
  if (major != kind.major) {
    const bool newer = major > kind.major;
    refuse(Code::kUnsupported,
           "it speaks version " + std::to_string(major) + " of interface " +
               std::string(kind.name) + ", this gantry version " + std::to_string(kind.major) +
               "; install " +
               (newer ? "a newer gantry or an older plug-in" : "a newer plug-in"));
  }
  if (min_host_minor > GANTRY_HOST_MINOR) {
    refuse(Code::kUnsupported, "it needs host services 1." + std::to_string(min_host_minor) +
                                   ", this gantry offers 1." +
                                   std::to_string(GANTRY_HOST_MINOR) +
                                   "; install a newer gantry or an older plug-in");
  }
}

void check_ops(const Refusal& refuse, const Kind& kind, const void* ops) {
  if (ops == nullptr) {
    refuse(Code::kInvalid, "its descriptor has no table of functions");
  }
  std::uint32_t size = 0;
  std::memcpy(&size, ops, sizeof(size));
  for (const RequiredOp& op : kind.required) {
    const void* function = nullptr;
    if (op.offset + sizeof(function) <= size) {
      std::memcpy(&function, static_cast<const char*>(ops) + op.offset, sizeof(function));
    }
    if (function == nullptr) {
      refuse(Code::kInvalid, "it lacks the required function " + std::string(op.name) +
                                 " of interface " + std::string(kind.name));
    }
  }
}

PluginFacts facts_of(const gantry_plugin& plugin, const Kind& kind) {
  return {std::string(kind.name),
          boundary::to_string(plugin.name),
          plugin.major,
          plugin.minor,
          plugin.min_host_minor,
          boundary::to_string(plugin.version),
          boundary::to_string(plugin.vendor),
          boundary::to_string(plugin.license)};
}

std::string first_difference(const PluginFacts& note, const PluginFacts& descriptor) {
  const auto differ = [](const char* field, const auto& a, const auto& b) {
    std::string text = std::string(" in ") + field + ": ";
    if constexpr (requires { std::to_string(a); }) {
      return text + std::to_string(a) + " and " + std::to_string(b);
    } else {
      return text + "\"" + a + "\" and \"" + b + "\"";
    }
  };
  if (note.name != descriptor.name) return differ("name", note.name, descriptor.name);
  if (note.minor != descriptor.minor) return differ("minor", note.minor, descriptor.minor);
  if (note.min_host_minor != descriptor.min_host_minor) {
    return differ("min_host_minor", note.min_host_minor, descriptor.min_host_minor);
  }
  if (note.version != descriptor.version) {
    return differ("version", note.version, descriptor.version);
  }
  if (note.vendor != descriptor.vendor) {
    return differ("vendor", note.vendor, descriptor.vendor);
  }
  return differ("license", note.license, descriptor.license);
}

}  // namespace

CheckedFile check_file(const std::filesystem::path& file) {
  const Refusal refuse(file);
  CheckedFile checked{check_trusted(file), {}};
  checked.facts = read_note(checked.real_path);
  const PluginFacts& facts = checked.facts;
  const auto id = parse_file_name(file.filename().string());
  if (!id) {
    refuse(Code::kInvalid, "its file name is not gantry-<kind>-<name>.so");
  }
  if (facts.kind != id->kind) {
    refuse(Code::kInvalid, "its file name says kind " + id->kind +
                               ", but it is a plug-in of kind " + facts.kind +
                               "; name it gantry-" + facts.kind + "-" + facts.name + ".so");
  }
  if (facts.name != id->name) {
    refuse(Code::kInvalid, "its file name says \"" + id->name + "\", but it is named \"" +
                               facts.name + "\"; name it gantry-" + facts.kind + "-" +
                               facts.name + ".so");
  }
  check_versions(refuse, kind_named(facts.kind), facts.major, facts.min_host_minor);
  return checked;
}

gantry_plugin check_descriptor(const gantry_plugin* descriptor, const PluginFacts& note,
                               const std::filesystem::path& file) {
  const Refusal refuse(file);
  const Kind& kind = kind_named(note.kind);
  if (descriptor == nullptr) {
    refuse(Code::kInvalid, "its entry returns no descriptor");
  }
  if (descriptor->struct_size < kLeastDescriptor) {
    refuse(Code::kInvalid, "its descriptor's struct_size is " +
                               std::to_string(descriptor->struct_size) + ", less than " +
                               std::to_string(kLeastDescriptor) +
                               "; rebuild it with gantry's headers");
  }
  const gantry_plugin plugin = boundary::sized_copy(descriptor);
  if (plugin.kind != kind.number) {
    refuse(Code::kInvalid, "its descriptor says " + describe_kind(plugin.kind) +
                               ", its note kind " + std::string(kind.name));
  }
  check_versions(refuse, kind, plugin.major, plugin.min_host_minor);
  if (const PluginFacts told = facts_of(plugin, kind); told != note) {
    refuse(Code::kInvalid, "its note and its descriptor disagree" +
                               first_difference(note, told) + "; rebuild it");
  }
  if (plugin.create == nullptr || plugin.destroy == nullptr) {
    refuse(Code::kInvalid, "its descriptor lacks create or destroy");
  }
  check_ops(refuse, kind, plugin.ops);
  return plugin;
}

}  // namespace gantry::host
