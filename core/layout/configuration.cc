// SPDX-License-Identifier: Apache-2.0
#include "core/layout/configuration.h"

#include <gantry/error.hpp>

#include <boost/program_options/parsers.hpp>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "sdk/support/files.h"

namespace gantry::layout {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPluginSection = "plugin.";

std::string changed(std::string_view key, char from, char to, bool upper) {
  std::string text(key);
  for (char& c : text) {
    c = c == from ? to : upper ? static_cast<char>(std::toupper(c)) : c;
  }
  return text;
}

const KnownKey* find_key(std::string_view key) {
  const auto& keys = known_keys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const KnownKey& known) { return known.key == key; });
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> split_colons(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ':');) {
    if (!part.empty()) {
      parts.push_back(part);
    }
  }
  return parts;
}

// The library passes over a section without keys, whatever it is called.
void refuse_unknown_sections(const fs::path& path, const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find('#'));
    const std::size_t first = line.find_first_not_of(" \t\r");
    const std::size_t last = line.find_last_not_of(" \t\r");
    if (first == std::string::npos || line[first] != '[' || line[last] != ']') {
      continue;
    }
    const std::string name = line.substr(first + 1, last - first - 1);
    if (!name.starts_with(kPluginSection)) {
      throw Error(Code::kInvalid, path.string() + ": unknown section [" + name +
                                      "]; only those of plug-ins, such as [plugin.oci-crun], "
                                      "are known");
    }
  }
}

// The usual files, weakest first; those that do not exist are passed over.
std::vector<fs::path> usual_files(const fs::path& prefix) {
  std::vector<fs::path> files{prefix / "usr/share/gantry/gantry.conf",
                              prefix / "etc/gantry/gantry.conf"};
  std::vector<fs::path> drop_ins;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(prefix / "etc/gantry/conf.d", none)) {
    if (entry.path().extension() == ".conf") {
      drop_ins.push_back(entry.path());
    }
  }
  std::sort(drop_ins.begin(), drop_ins.end());
  files.insert(files.end(), drop_ins.begin(), drop_ins.end());
  return files;
}

}  // namespace

const std::vector<KnownKey>& known_keys() {
  static const std::vector<KnownKey> keys{
      {"root", "/var/lib/gantry", "folder for data that lasts"},
      {"runroot", "/run/gantry",
       "folder for data that a reboot clears; each root needs one of its own"},
      {"runtime", "", "OCI runtime plug-in, or the path of a runtime; empty: crun, else runc"},
      {"storage_driver", "overlay", "storage plug-in"},
      {"network_backend", "cni", "network plug-in"},
      {"state_backend", "leveldb", "state plug-in"},
      {"plugin_dir", "", "folder to look for plug-ins in, before the usual ones", true},
      {"default_network", "gantry", "network of containers that ask for none"},
      {"conmon", "conmon", "the monitor's program"},
      {"hide_program", "", "gantry-hide; empty: in the libexec folder of gantry's own prefix"},
      {"init_program", "", "init of --init; empty: catatonit or tini"},
      {"hooks_dir", "", "folder of OCI hooks, instead of the usual two; the later one wins",
       true},
      {"default_userns", "host",
       "user namespace of containers that ask for none, as --userns takes it: host, or auto "
       "with its options"},
      {"auto_userns_user", "containers",
       "user whose ids --userns=auto hands out, and who shall not be podman's as well: neither "
       "knows which the other has given"},
      {"subuid_file", "/etc/subuid", "where the user ids are told that users may hand out"},
      {"subgid_file", "/etc/subgid", "the same of group ids"},
      {"log_level", "warn", "trace, debug, info, warn or error"},
  };
  return keys;
}

std::string environment_name(std::string_view key) {
  return "GANTRY_" + changed(key, '_', '_', true);
}
std::string flag_name(std::string_view key) { return "--" + changed(key, '_', '-', false); }

Configuration Configuration::load(const ConfigurationInput& input) {
  Configuration configuration;
  for (const KnownKey& known : known_keys()) {
    Setting& setting = configuration.settings_[std::string(known.key)];
    setting.source = "default";
    if (!known.fallback.empty()) {
      setting.values = {std::string(known.fallback)};
    }
  }
  const auto read = [&](const fs::path& path, const std::string& text) {
    refuse_unknown_sections(path, text);
    std::istringstream stream(text);
    try {
      const auto parsed =
          boost::program_options::parse_config_file<char>(stream, {}, true /* unregistered */);
      std::map<std::string, bool> seen;
      for (const auto& option : parsed.options) {
        const std::string value = option.value.empty() ? "" : option.value.front();
        if (option.string_key.starts_with(kPluginSection)) {
          const std::string rest = option.string_key.substr(kPluginSection.size());
          const std::size_t dot = rest.find('.');
          configuration.plugins_[rest.substr(0, dot)]
                                [dot == std::string::npos ? "" : rest.substr(dot + 1)] = value;
          continue;
        }
        const KnownKey* known = find_key(option.string_key);
        if (known == nullptr) {
          throw Error(Code::kInvalid, path.string() + ": unknown key \"" + option.string_key +
                                          "\"; gantry.conf(5) lists the keys");
        }
        Setting& setting = configuration.settings_[option.string_key];
        if (!known->repeated || !seen[option.string_key]) {
          setting.values.clear();
        }
        seen[option.string_key] = true;
        setting.values.push_back(value);
        setting.source = path;
      }
    } catch (const boost::program_options::error& e) {
      throw Error(Code::kInvalid, path.string() + ": " + e.what());
    }
  };
  std::optional<fs::path> file = input.file;
  const char* from_environment =
      input.environment ? input.environment("GANTRY_CONFIG") : nullptr;
  if (!file && from_environment != nullptr && *from_environment != '\0') {
    file = from_environment;
  }
  if (file) {
    configuration.file_ = fs::absolute(*file);
    read(*file, read_file(*file));
  } else {
    for (const fs::path& path : usual_files(input.prefix)) {
      if (const std::optional<std::string> text = read_file_if_exists(path)) {
        read(path, *text);
      }
    }
  }
  for (auto& [key, setting] : configuration.settings_) {
    const std::string name = environment_name(key);
    const char* value = input.environment ? input.environment(name.c_str()) : nullptr;
    if (value != nullptr && *value != '\0') {
      setting.values =
          find_key(key)->repeated ? split_colons(value) : std::vector<std::string>{value};
      setting.source = "environment " + name;
    }
    if (const auto flag = input.flags.find(key); flag != input.flags.end()) {
      setting.values = flag->second;
      setting.source = "flag " + flag_name(key);
    }
  }
  return configuration;
}

const Setting& Configuration::setting(std::string_view key) const {
  const auto found = settings_.find(key);
  if (found == settings_.end()) {
    throw Error(Code::kInternal, "no setting is called " + std::string(key));
  }
  return found->second;
}

const std::string& Configuration::get(std::string_view key) const {
  static const std::string none;
  const Setting& found = setting(key);
  return found.values.empty() ? none : found.values.back();
}

const std::vector<std::string>& Configuration::list(std::string_view key) const {
  return setting(key).values;
}

std::map<std::string, std::string> Configuration::plugin_section(std::string_view kind,
                                                                 std::string_view name) const {
  const auto found = plugins_.find(std::string(kind).append("-").append(name));
  return found == plugins_.end() ? std::map<std::string, std::string>{} : found->second;
}

std::vector<std::string> Configuration::as_flags() const {
  std::vector<std::string> flags;
  if (file_) {
    flags.insert(flags.end(), {"--config", file_->string()});
  }
  for (const auto& [key, setting] : settings_) {
    if (setting.source.starts_with("flag ") || setting.source.starts_with("environment ")) {
      for (const std::string& value : setting.values) {
        flags.insert(flags.end(), {flag_name(key), value});
      }
    }
  }
  return flags;
}

}  // namespace gantry::layout
