// SPDX-License-Identifier: Apache-2.0
//
// Reads the little of TOML that these two settings are written in: tables, strings, and
// lists of strings that may span lines.
#include "core/image/registries.h"

#include <gantry/error.hpp>

#include <algorithm>

#include "sdk/support/files.h"

namespace gantry::image {

namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Cuts a comment off, unless the # is in a string.
std::string_view without_comment(std::string_view line) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote != '\0') {
      quote = line[i] == quote ? '\0' : quote;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line[i] == '#') {
      return line.substr(0, i);
    }
  }
  return line;
}

// All quoted strings of a value, in order.
std::vector<std::string> strings_of(std::string_view value) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '"' || value[i] == '\'') {
      const std::size_t end = value.find(value[i], i + 1);
      if (end == std::string_view::npos) {
        break;
      }
      all.emplace_back(value.substr(i + 1, end - i - 1));
      i = end;
    }
  }
  return all;
}

std::string unquoted(std::string_view key) {
  const std::vector<std::string> quoted = strings_of(key);
  return quoted.empty() ? std::string(key) : quoted.front();
}

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  bool next(std::string_view& line) {
    if (text_.empty()) {
      return false;
    }
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    line = trim(without_comment(text_.substr(0, end)));
    text_.remove_prefix(std::min(end + 1, text_.size()));
    ++number_;
    return true;
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  std::string_view text_;
  int number_ = 0;
};

}  // namespace

void read_registries(std::string_view text, const std::string& what, Registries& into) {
  Lines lines(text);
  std::string table;
  for (std::string_view line; lines.next(line);) {
    if (line.empty()) {
      continue;
    }
    if (line.front() == '[') {
      table = trim(line.substr(1, line.find(']') - 1));
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      throw Error(Code::kInvalid,
                  what + ":" + std::to_string(lines.number()) + ": expected NAME = VALUE");
    }
    const std::string key = unquoted(trim(line.substr(0, equals)));
    std::string value(trim(line.substr(equals + 1)));
    if (value.starts_with('[')) {
      while (value.find(']') == std::string::npos && lines.next(line)) {
        value.append(" ").append(line);
      }
    }
    if (table.empty() && key == "unqualified-search-registries") {
      into.search = strings_of(value);
    } else if (table == "aliases") {
      const std::vector<std::string> target = strings_of(value);
      if (target.empty() || target.front().empty()) {
        into.aliases.erase(key);  // an empty alias takes an earlier one back
      } else {
        into.aliases[key] = target.front();
      }
    }
  }
}

Registries load_registries(const std::filesystem::path& folder) {
  Registries registries;
  const auto read = [&](const std::filesystem::path& path) {
    if (const auto text = read_file_if_exists(path)) {
      read_registries(*text, path.string(), registries);
    }
  };
  read(folder / "registries.conf");
  std::vector<std::filesystem::path> drop_ins;
  std::error_code missing;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder / "registries.conf.d", missing)) {
    if (entry.path().extension() == ".conf") {
      drop_ins.push_back(entry.path());
    }
  }
  std::sort(drop_ins.begin(), drop_ins.end());
  for (const std::filesystem::path& path : drop_ins) {
    read(path);
  }
  if (registries.search.empty()) {
    registries.search = {"docker.io"};
  }
  return registries;
}

}  // namespace gantry::image
