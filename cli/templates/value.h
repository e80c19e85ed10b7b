// SPDX-License-Identifier: Apache-2.0
//
// What a template computes with: JSON, borrowed from the caller or computed, told apart as
// Go tells structures (an unknown field is an error) from maps (a missing key is no value).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::cli::templates {

class Value {
 public:
  Value() : json_(std::make_shared<const OrderedJson>()) {}
  explicit Value(OrderedJson json)
      : json_(std::make_shared<const OrderedJson>(std::move(json))) {}
  // The caller keeps json alive.
  static Value borrowed(const OrderedJson& json, std::string type);
  static Value missing();

  [[nodiscard]] const OrderedJson& json() const { return *json_; }
  [[nodiscard]] bool is_missing() const { return missing_; }
  [[nodiscard]] bool is_map() const { return map_; }
  // As Go would name it: "string", "int", or the name of the structure.
  [[nodiscard]] std::string type() const;
  [[nodiscard]] bool truth() const;

  // A member of a structure, or an entry of a map. Throws kInvalid with the end of Go's
  // sentence: "can't evaluate field X in type T".
  [[nodiscard]] Value field(const std::string& name) const;
  // A part of it: element of a list, value of a key.
  [[nodiscard]] Value part(const OrderedJson& json, std::string_view name) const;

 private:
  std::shared_ptr<const OrderedJson> json_;
  std::string type_;
  bool map_ = false;
  bool missing_ = false;
};

// As fmt prints it with %v. structures: members of objects without keys.
[[nodiscard]] std::string print(const Value& value);
[[nodiscard]] std::string print_float(double number);

}  // namespace gantry::cli::templates
