// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "cli/values.h"

namespace gantry::cli {
namespace {

// Why the value does not fit, in the words of Go's strconv; empty when it does.
std::string complaint(ValueKind kind, const std::string& value) {
  const auto syntax = [&](const char* function) {
    return std::string("strconv.") + function + ": parsing \"" + value + "\": invalid syntax";
  };
  switch (kind) {
    case ValueKind::kFlag:
      return parse_bool(value) ? "" : syntax("ParseBool");
    case ValueKind::kInt:
      return parse_int(value) ? "" : syntax("ParseInt");
    case ValueKind::kUint:
      return parse_uint(value) ? "" : syntax("ParseUint");
    case ValueKind::kFloat:
      return parse_float(value) ? "" : syntax("ParseFloat");
    case ValueKind::kDuration:
      return parse_duration(value) ? "" : "time: invalid duration \"" + value + "\"";
    case ValueKind::kLimit:
      if (value == "-1") {
        return "";
      }
      [[fallthrough]];
    case ValueKind::kSize:
      return parse_size(value) ? "" : "invalid size: '" + value + "'";
    case ValueKind::kStrings:
      return split_csv(value) ? "" : "a stray double quote in the list";
    case ValueKind::kString:
    case ValueKind::kArray:
      return "";
  }
  return "";
}

}  // namespace

std::string spelling_of(const Option& option) {
  std::string spelling = "--" + std::string(option.name);
  return option.letter == 0 ? spelling : std::string{'-', option.letter} + ", " + spelling;
}

const Option* Options::find(std::string_view name) const {
  for (const OptionTable table : tables_) {
    for (const Option& option : table) {
      if (option.name == name || (!option.alias.empty() && option.alias == name)) {
        return &option;
      }
    }
  }
  return nullptr;
}

const Option* Options::find(char letter) const {
  for (const OptionTable table : tables_) {
    for (const Option& option : table) {
      if (option.letter == letter) {
        return &option;
      }
    }
  }
  return nullptr;
}

const Option& Options::require(std::string_view name) const {
  const Option* option = find(name);
  if (option == nullptr) {
    throw Error(Code::kInternal, "no option table has --" + std::string(name));
  }
  return *option;
}

void Options::set(const Option& option, std::string value) {
  if (const std::string why = complaint(option.kind, value); !why.empty()) {
    throw UsageError("invalid argument \"" + value + "\" for \"" + spelling_of(option) +
                     "\" flag: " + why);
  }
  values_[option.name].push_back(std::move(value));
}

void Options::adopt(const Options& earlier) {
  for (const auto& [name, values] : earlier.values_) {
    if (const Option* option = find(name); option != nullptr && option == earlier.find(name)) {
      std::vector<std::string>& mine = values_[name];
      mine.insert(mine.begin(), values.begin(), values.end());
    }
  }
}

bool Options::given(std::string_view name) const {
  return values_.contains(require(name).name);
}

std::string Options::text(std::string_view name) const {
  const Option& option = require(name);
  const auto found = values_.find(option.name);
  return found == values_.end() ? std::string(option.fallback) : found->second.back();
}

bool Options::flag(std::string_view name) const {
  return parse_bool(text(name)).value_or(false);
}

std::int64_t Options::integer(std::string_view name) const {
  return parse_int(text(name)).value_or(0);
}

std::uint64_t Options::count(std::string_view name) const {
  return parse_uint(text(name)).value_or(0);
}

double Options::real(std::string_view name) const {
  return parse_float(text(name)).value_or(0);
}

std::chrono::nanoseconds Options::duration(std::string_view name) const {
  return parse_duration(text(name)).value_or(std::chrono::nanoseconds(0));
}

std::int64_t Options::size(std::string_view name) const {
  const std::string value = text(name);
  return value == "-1" ? -1 : parse_size(value).value_or(0);
}

std::vector<std::string> Options::list(std::string_view name) const {
  const Option& option = require(name);
  const auto found = values_.find(option.name);
  const std::vector<std::string> given =
      found != values_.end()    ? found->second
      : option.fallback.empty() ? std::vector<std::string>()
                                : std::vector<std::string>{std::string(option.fallback)};
  if (option.kind != ValueKind::kStrings) {
    return given;
  }
  std::vector<std::string> all;
  for (const std::string& value : given) {
    if (value.empty()) {
      continue;
    }
    for (std::string& part : split_csv(value).value_or(std::vector<std::string>())) {
      all.push_back(std::move(part));
    }
  }
  return all;
}

}  // namespace gantry::cli
