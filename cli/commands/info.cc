// SPDX-License-Identifier: Apache-2.0
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <ostream>
#include <sstream>

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
#include "core/image/registries.h"
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
          {"seccompProfilePath", "default"},
          {"selinuxEnabled", facts.selinux}};
}

// "3h 52m 12s", with the days where there are hours.
std::string uptime_text(long seconds) {
  const long hours = seconds / 3600;
  const long minutes = seconds / 60 % 60;
  std::string text = std::to_string(minutes) + "m " + std::to_string(seconds % 60) + "s";
  if (hours > 0) {
    char days[64];
    (void)std::snprintf(days, sizeof days, " (Approximately %.2f days)",
                        static_cast<double>(hours) / 24);
    text = std::to_string(hours) + "h " + text + days;
  }
  return text;
}

// Since the start of the machine, from the first line of /proc/stat.
OrderedJson cpu_utilization() {
  std::istringstream line(read_file_if_exists("/proc/stat").value_or(""));
  std::string word;
  std::vector<double> ticks;
  line >> word;
  for (double value = 0; ticks.size() < 8 && line >> value;) {
    ticks.push_back(value);
  }
  ticks.resize(8);
  const double all = std::max(std::accumulate(ticks.begin(), ticks.end(), 0.0), 1.0);
  const auto percent = [&](double part) { return std::round(part / all * 1e4) / 100; };
  return {{"userPercent", percent(ticks[0])},
          {"systemPercent", percent(ticks[2])},
          {"idlePercent", percent(ticks[3])}};
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
  network.erase("attachments");  // of containers, not of this machine
  return {{"arch", image::host_platform().architecture},
          {"cgroupManager", "cgroupfs"},
          {"cgroupVersion", facts.cgroups == spec::CgroupMode::kUnified ? "v2" : "v1"},
          {"cgroupControllers", facts.controllers},
          {"conmon", {{"path", find_program(configuration.get("conmon")).value_or("")}}},
          {"cpuUtilization", cpu_utilization()},
          {"cpus", ::sysconf(_SC_NPROCESSORS_ONLN)},
          {"distribution",
           {{"codename", distribution("VERSION_CODENAME")},
            {"distribution", distribution("ID")},
            {"version", distribution("VERSION_ID")}}},
          {"eventLogger", "file"},
          {"hostname", facts.hostname},
          {"idMappings", {{"gidmap", nullptr}, {"uidmap", nullptr}}},
          {"kernel", names.release},
          {"logDriver", "k8s-file"},
          {"memFree", memory.freeram * memory.mem_unit},
          {"memTotal", memory.totalram * memory.mem_unit},
          {"networkBackend", chosen.network},
          {"networkBackendInfo", network},
          {"ociRuntime", runtime},
          {"os", "linux"},
          {"security", security_of(facts)},
          {"serviceIsRemote", false},
          {"swapFree", memory.freeswap * memory.mem_unit},
          {"swapTotal", memory.totalswap * memory.mem_unit},
          {"uptime", uptime_text(memory.uptime)}};
}

OrderedJson store_of(engine::Engine& engine, const layout::Configuration& configuration) {
  std::size_t running = 0;
  std::size_t paused = 0;
  const std::vector<store::ContainerRow> rows = lifecycle::list(engine);
  for (const store::ContainerRow& row : rows) {
    running += row.state.status == model::Status::kRunning ? 1U : 0U;
    paused += row.state.status == model::Status::kPaused ? 1U : 0U;
  }
  struct statvfs disk {};
  (void)::statvfs(engine.layout.data.c_str(), &disk);
  return {{"containerStore",
           {{"number", rows.size()},
            {"paused", paused},
            {"running", running},
            {"stopped", rows.size() - running - paused}}},
          {"graphDriverName", engine.backends.chosen().storage},
          {"graphOptions", OrderedJson::object()},
          {"graphRoot", engine.layout.data.string()},
          {"graphRootAllocated", disk.f_blocks * disk.f_frsize},
          {"graphRootUsed", (disk.f_blocks - disk.f_bfree) * disk.f_frsize},
          {"runRoot", engine.layout.run.string()},
          {"imageStore", {{"number", image::list_images(engine.store).size()}}},
          {"stateBackend", configuration.get("state_backend")},
          {"volumePath", engine.layout.volumes().string()}};
}

// What can be named in options, beside the plug-ins that `plugin ls` lists.
OrderedJson choices() {
  return {{"volume", {"local"}},
          {"network", {"bridge", "macvlan", "ipvlan"}},
          {"log", {"k8s-file", "json-file", "none", "passthrough"}},
          {"authorization", nullptr}};
}

OrderedJson registries() {
  OrderedJson json = OrderedJson::object();
  const std::vector<std::string> search = image::load_registries().search;
  if (!search.empty()) {
    json["search"] = search;
  }
  return json;
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
  const OrderedJson document{{"host", host_of(engine, configuration)},
                             {"store", store_of(engine, configuration)},
                             {"registries", registries()},
                             {"plugins", choices()},
                             {"configuration", settings_of(configuration)},
                             {"version",
                              {{"APIVersion", kVersion},
                               {"Version", kVersion},
                               {"Os", "linux"},
                               {"OsArch", "linux/" + image::host_platform().architecture}}}};
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
