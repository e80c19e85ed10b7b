// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>

#include "cli/values.h"

namespace gantry::cli::templates {
namespace {

// Members of our documents whose values are maps of free keys, not structures.
constexpr std::string_view kMaps[] = {
    "Annotations", "Attributes",   "Data",  "DriverOpts", "ExposedPorts", "Labels", "Networks",
    "Options",     "PortBindings", "Ports", "Sysctls",    "Tmpfs",        "labels", "options"};

bool names_a_map(std::string_view name) {
  return std::find(std::begin(kMaps), std::end(kMaps), name) != std::end(kMaps);
}

std::string print_json(const OrderedJson& json, bool map);

std::string print_object(const OrderedJson& json, bool map) {
  std::vector<std::string> parts;
  if (map) {
    std::map<std::string, const OrderedJson*> sorted;
    for (const auto& [key, value] : json.items()) {
      sorted[key] = &value;
    }
    for (const auto& [key, value] : sorted) {
      parts.push_back(key + ":" + print_json(*value, value->is_object()));
    }
  } else {
    for (const auto& [key, value] : json.items()) {
      parts.push_back(print_json(value, names_a_map(key)));
    }
  }
  return (map ? "map[" : "{") + join(parts, " ") + (map ? "]" : "}");
}

std::string print_json(const OrderedJson& json, bool map) {
  switch (json.type()) {
    case OrderedJson::value_t::null:
      return "<nil>";
    case OrderedJson::value_t::string:
      return json.get<std::string>();
    case OrderedJson::value_t::boolean:
      return json.get<bool>() ? "true" : "false";
    case OrderedJson::value_t::number_float:
      return print_float(json.get<double>());
    case OrderedJson::value_t::array: {
      std::string text = "[";
      for (const OrderedJson& item : json) {
        text += (text.size() > 1 ? " " : "") + print_json(item, false);
      }
      return text + "]";
    }
    case OrderedJson::value_t::object:
      return print_object(json, map);
    default:
      return json.dump();
  }
}

}  // namespace

std::string print_float(double number) {
  if (std::isnan(number)) {
    return "NaN";
  }
  if (std::isinf(number)) {
    return number > 0 ? "+Inf" : "-Inf";
  }
  char digits[64];
  const double size = std::fabs(number);
  const bool scientific = size != 0 && (size < 1e-4 || size >= 1e21);
  const auto result =
      std::to_chars(std::begin(digits), std::end(digits), number,
                    scientific ? std::chars_format::scientific : std::chars_format::fixed);
  return {std::begin(digits), result.ptr};
}

Value Value::borrowed(const OrderedJson& json, std::string type) {
  Value value;
  value.json_ = std::shared_ptr<const OrderedJson>(std::shared_ptr<const void>(), &json);
  value.type_ = std::move(type);
  return value;
}

Value Value::missing() {
  Value value;
  value.missing_ = true;
  return value;
}

std::string Value::type() const {
  switch (json().type()) {
    case OrderedJson::value_t::null:
      return "nil";
    case OrderedJson::value_t::string:
      return "string";
    case OrderedJson::value_t::boolean:
      return "bool";
    case OrderedJson::value_t::number_float:
      return "float64";
    case OrderedJson::value_t::array:
      return "list";
    case OrderedJson::value_t::object:
      return type_.empty() ? "map" : type_;
    default:
      return "int";
  }
}

bool Value::truth() const {
  const OrderedJson& value = json();
  switch (value.type()) {
    case OrderedJson::value_t::null:
      return false;
    case OrderedJson::value_t::boolean:
      return value.get<bool>();
    case OrderedJson::value_t::string:
      return !value.get_ref<const std::string&>().empty();
    case OrderedJson::value_t::array:
      return !value.empty();
    case OrderedJson::value_t::object:
      return !map_ || !value.empty();
    default:
      return value.get<double>() != 0;
  }
}

Value Value::part(const OrderedJson& json, std::string_view name) const {
  Value value;
  value.json_ = std::shared_ptr<const OrderedJson>(json_, &json);
  value.type_ = type_.empty() ? std::string(name) : type_ + "." + std::string(name);
  value.map_ = json.is_object() && names_a_map(name);
  return value;
}

Value Value::field(const std::string& name) const {
  if (json().is_null()) {
    throw Error(Code::kInvalid, "nil pointer evaluating " + type() + "." + name);
  }
  if (json().is_object()) {
    if (const auto found = json().find(name); found != json().end()) {
      return part(*found, name);
    }
    if (map_) {
      return missing();
    }
  }
  throw Error(Code::kInvalid, "can't evaluate field " + name + " in type " + type());
}

std::string print(const Value& value) {
  return value.is_missing() ? "<no value>" : print_json(value.json(), value.is_map());
}

}  // namespace gantry::cli::templates
