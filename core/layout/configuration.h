// SPDX-License-Identifier: Apache-2.0
//
// gantry's settings, and where each value came from. In order of precedence: a flag, an
// environment variable, conf.d drop-ins, gantry.conf in /etc, gantry.conf below /usr/share,
// the built-in default. Read once by open_engine; a value afterwards. Any thread.
//
// Every setting has a key in the file ("storage_driver"), an environment name
// ("GANTRY_STORAGE_DRIVER") and, for what people change by command, a flag
// ("--storage-driver"). A section [plugin.oci-crun] is handed to that plug-in as it is.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gantry::layout {

struct Setting {
  std::vector<std::string> values;  // one, but for keys that may be repeated
  std::string source;               // "default", a file, "environment GANTRY_X", "flag --x"
};

struct KnownKey {
  std::string_view key;       // "storage_driver"
  std::string_view fallback;  // the built-in default
  std::string_view meaning;   // one line, for the manual
  bool repeated = false;
};
// All keys, in the order of the manual.
[[nodiscard]] const std::vector<KnownKey>& known_keys();

struct ConfigurationInput {
  std::map<std::string, std::vector<std::string>> flags;  // key -> values, those given
  std::function<const char*(const char*)> environment;    // getenv; null: no environment
  std::optional<std::filesystem::path> file;  // --config: this file instead of the usual
  std::filesystem::path prefix = "/";         // tests read below a folder of their own
};

class Configuration {
 public:
  // kNotFound when --config names a missing file; kInvalid names a file's unknown key.
  [[nodiscard]] static Configuration load(const ConfigurationInput& input);

  // The value, empty when there is none. REQUIRES: a known key.
  [[nodiscard]] const std::string& get(std::string_view key) const;
  [[nodiscard]] const std::vector<std::string>& list(std::string_view key) const;
  [[nodiscard]] const Setting& setting(std::string_view key) const;
  // What section [plugin.<kind>-<name>] says.
  [[nodiscard]] std::map<std::string, std::string> plugin_section(std::string_view kind,
                                                                  std::string_view name) const;
  // The settings that a process started later must be given to see the same: flags for all
  // that came from a flag or the environment.
  [[nodiscard]] std::vector<std::string> as_flags() const;

 private:
  std::map<std::string, Setting, std::less<>> settings_;
  std::map<std::string, std::map<std::string, std::string>, std::less<>> plugins_;
  std::optional<std::filesystem::path> file_;
};

// "storage_driver" -> "GANTRY_STORAGE_DRIVER", "--storage-driver".
[[nodiscard]] std::string environment_name(std::string_view key);
[[nodiscard]] std::string flag_name(std::string_view key);

}  // namespace gantry::layout
