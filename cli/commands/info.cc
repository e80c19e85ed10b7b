// SPDX-License-Identifier: Apache-2.0
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ostream>

#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/engine_opener.h"
#include "cli/exit_codes.h"
#include "cli/report.h"
#include "cli/values.h"
#include "cli/version.h"
#include "core/engine/engine.h"
#include "core/image/lookup.h"
#include "core/image/manifest.h"
#include "core/lifecycle/verbs/list.h"
#include "core/spec/capabilities.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "format",
     .letter = 'f',
     .help = "Change the output format to JSON or a Go template"},
};

OrderedJson ordered(const Json& json) { return OrderedJson::parse(to_text(json)); }

// What a part answers of itself; a part that cannot be loaded tells why instead.
template <typename F>
OrderedJson asked(F ask) {
  try {
    return ordered(ask());
  } catch (const Error& error) {
    return {{"error", error.what()}};
  }
}

std::string distribution(const std::string& key) {
  const auto text = read_file_if_exists("/etc/os-release");
  for (const std::string& line : split(text.value_or(""), '\n')) {
    const auto pair = cut(line, '=');
    if (pair && pair->first == key) {
      std::string value = pair->second;
      std::erase(value, '"');
      return value;
    }
  }
  return "unknown";
}

OrderedJson security_of(const spec::HostFacts& facts) {
  return {{"apparmorEnabled", facts.apparmor},
          {"capabilities", join(spec::default_capabilities(), ",")},
          {"rootless", facts.rootless},
          {"seccompEnabled", facts.seccomp},
          {"selinuxEnabled", facts.selinux}};
}

OrderedJson host_of(engine::Engine& engine, const layout::Configuration& configuration) {
  const spec::HostFacts facts = spec::probe_host();
  utsname names{};
  (void)::uname(&names);
  struct sysinfo memory {};
  (void)::sysinfo(&memory);
  const model::Backends chosen = engine.backends.chosen();
  OrderedJson runtime = asked([&] { return engine.backends.runtime("").info(); });
  OrderedJson network = asked([&] { return engine.backends.network("").info(); });
  return {{"arch", image::host_platform().architecture},
          {"cgroupManager", "cgroupfs"},
          {"cgroupVersion", facts.cgroups == spec::CgroupMode::kUnified ? "v2" : "v1"},
          {"cgroupControllers", facts.controllers},
          {"conmon", {{"path", find_program(configuration.get("conmon")).value_or("")}}},
          {"cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
          {"distribution",
           {{"distribution", distribution("ID")}, {"version", distribution("VERSION_ID")}}},
          {"eventLogger", "file"},
          {"hostname", facts.hostname},
          {"kernel", names.release},
          {"logDriver", "k8s-file"},
          {"memFree", memory.freeram * memory.mem_unit},
          {"memTotal", memory.totalram * memory.mem_unit},
          {"networkBackend", chosen.network},
          {"networkBackendInfo", network},
          {"ociRuntime", runtime},
          {"os", "linux"},
          {"security", security_of(facts)},
          {"swapFree", memory.freeswap * memory.mem_unit},
          {"swapTotal", memory.totalswap * memory.mem_unit}};
}

OrderedJson store_of(engine::Engine& engine, const layout::Configuration& configuration) {
  std::size_t running = 0;
  std::size_t paused = 0;
  const std::vector<store::ContainerRow> rows = lifecycle::list(engine);
  for (const store::ContainerRow& row : rows) {
    running += row.state.status == model::Status::kRunning ? 1U : 0U;
    paused += row.state.status == model::Status::kPaused ? 1U : 0U;
  }
  return {{"containerStore",
           {{"number", rows.size()},
            {"paused", paused},
            {"running", running},
            {"stopped", rows.size() - running - paused}}},
          {"graphDriverName", engine.backends.chosen().storage},
          {"graphRoot", engine.layout.data.string()},
          {"runRoot", engine.layout.run.string()},
          {"imageStore", {{"number", image::list_images(engine.store).size()}}},
          {"stateBackend", configuration.get("state_backend")},
          {"volumePath", engine.layout.volumes().string()}};
}

OrderedJson settings_of(const layout::Configuration& configuration) {
  OrderedJson settings = OrderedJson::object();
  for (const layout::KnownKey& known : layout::known_keys()) {
    const layout::Setting& setting = configuration.setting(known.key);
    settings[std::string(known.key)] = {{"value", join(setting.values, ":")},
                                        {"source", setting.source}};
  }
  return settings;
}

// JSON as the indented "key: value" lines that people read.
void print_plain(std::ostream& out, const OrderedJson& json, const std::string& indent) {
  const auto scalar = [](const OrderedJson& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  for (const auto& [key, value] : json.items()) {
    if (value.is_object() && !value.empty()) {
      out << indent << key << ":\n";
      print_plain(out, value, indent + "  ");
    } else if (value.is_array()) {
      out << indent << key << ":\n";
      for (const OrderedJson& item : value) {
        out << indent << "- " << scalar(item) << "\n";
      }
    } else {
      out << indent << key << ": " << scalar(value) << "\n";
    }
  }
}

int run(Context& context) {
  const layout::Configuration configuration = configuration_of(context.options());
  engine::Engine& engine = context.engine();
  const OrderedJson document{
      {"host", host_of(engine, configuration)},
      {"store", store_of(engine, configuration)},
      {"configuration", settings_of(configuration)},
      {"version",
       {{"Version", kVersion}, {"OsArch", "linux/" + image::host_platform().architecture}}}};
  const std::string format = context.options().text("format");
  if (format.empty()) {
    print_plain(context.out(), document, "");
  } else if (wants_json(format)) {
    print_json(context.out(), document);
  } else {
    print_object(context.out(), "info", "info", document, format);
  }
  return kExitOk;
}

}  // namespace

constinit const Command kInfoCommand{
    .summary = "Display system information",
    .description = "Displays the host, the stores, and where each setting came from",
    .usage = "[options]",
    .examples = "info\ninfo --format json\ninfo --format '{{.store.graphRoot}}'",
    .options = {kOptions},
    .arguments = kNoArguments,
    .run = run,
};

}  // namespace gantry::cli
