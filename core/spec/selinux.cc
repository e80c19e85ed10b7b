// SPDX-License-Identifier: Apache-2.0
#include "core/spec/selinux.h"

#include <gantry/error.hpp>

#include <algorithm>
#include <charconv>

#include "sdk/support/files.h"

namespace gantry::spec {

namespace {

constexpr unsigned kCategories = 1024;

struct Context {
  std::string user, role, type, level;

  [[nodiscard]] std::string text() const {
    return user + ":" + role + ":" + type + (level.empty() ? "" : ":" + level);
  }
};

// The level may hold colons itself.
Context parse(std::string_view text) {
  Context context;
  for (std::string* part : {&context.user, &context.role, &context.type}) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    *part = text.substr(0, colon);
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  context.level = text;
  return context;
}

// The value of key = "value" on a line of its own.
std::string value_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      continue;
    }
    const auto trimmed = [](std::string_view word) {
      const std::size_t first = word.find_first_not_of(" \t\"'");
      const std::size_t last = word.find_last_not_of(" \t\"'\r");
      return first == std::string_view::npos ? std::string_view()
                                             : word.substr(first, last - first + 1);
    };
    if (trimmed(line.substr(0, equals)) == key) {
      return std::string(trimmed(line.substr(equals + 1)));
    }
  }
  return {};
}

// Two different categories, from the random digits of an id.
std::string categories_of(const std::string& id) {
  unsigned number = 0;
  const std::string digits = id.substr(0, 6);
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  unsigned one = number % kCategories;
  unsigned other = (number / kCategories) % kCategories;
  if (one == other) {
    other = (other + 1) % kCategories;
  }
  return "c" + std::to_string(std::min(one, other)) + ",c" +
         std::to_string(std::max(one, other));
}

void apply(const std::string& option, Context& process, Context& mount) {
  const std::size_t colon = option.find(':');
  const std::string key = option.substr(0, colon);
  const std::string value = colon == std::string::npos ? "" : option.substr(colon + 1);
  if (value.empty()) {
    throw Error(Code::kInvalid, "bad label option \"" + option +
                                    "\", valid options are 'disable' or 'user, role, level, "
                                    "type, filetype' followed by ':' and a value");
  }
  if (key == "user") {
    process.user = mount.user = value;
  } else if (key == "role") {
    process.role = value;
  } else if (key == "type") {
    process.type = value;
  } else if (key == "level") {
    process.level = mount.level = value;
  } else if (key == "filetype") {
    mount.type = value;
  } else {
    throw Error(Code::kInvalid, "bad label option \"" + option +
                                    "\", valid options are 'disable, user, role, level, type, "
                                    "filetype'");
  }
}

}  // namespace

Labels selinux_labels(std::string_view contexts, const std::vector<std::string>& options,
                      const std::string& id) {
  const std::string process_text = value_of(contexts, "process");
  const std::string file_text = value_of(contexts, "file");
  if (process_text.empty() || file_text.empty()) {
    return {};  // a policy that knows no containers
  }
  Context process = parse(process_text);
  Context mount = parse(file_text);
  if (!process.level.empty()) {
    process.level = process.level.substr(0, process.level.find(':')) + ":" + categories_of(id);
    mount.level = process.level;
  }
  for (const std::string& option : options) {
    if (option == "disable") {
      return {};
    }
    if (option != "nested") {
      apply(option, process, mount);
    }
  }
  return {process.text(), mount.text()};
}

std::vector<std::string> options_of_label(const std::string& process_label) {
  if (process_label.empty()) {
    return {"disable"};
  }
  const Context context = parse(process_label);
  std::vector<std::string> options{"user:" + context.user, "role:" + context.role,
                                   "type:" + context.type};
  if (!context.level.empty()) {
    options.push_back("level:" + context.level);
  }
  return options;
}

std::string shared_label(const std::string& mount_label) {
  if (mount_label.empty()) {
    return {};
  }
  Context context = parse(mount_label);
  context.level = context.level.substr(0, context.level.find(':'));
  return context.text();
}

std::optional<std::filesystem::path> find_selinux_contexts() {
  if (!exists("/sys/fs/selinux/enforce")) {
    return std::nullopt;
  }
  const std::filesystem::path folder = "/etc/selinux";
  const std::string type =
      value_of(read_file_if_exists(folder / "config").value_or(""), "SELINUXTYPE");
  return folder / (type.empty() ? "targeted" : type) / "contexts/lxc_contexts";
}

}  // namespace gantry::spec
