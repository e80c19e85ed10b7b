// SPDX-License-Identifier: Apache-2.0
//
// What list and inspect commands print: a table, JSON, or a Go template for each row.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::cli {

// One column of the table that is printed without --format, and the header of its field in
// any "table" format.
struct Column {
  std::string_view header;
  std::string_view field;
  bool shown = true;
};

struct Listing {
  std::string_view name;  // of the command, for messages
  std::string_view type;  // of a row, for messages
  std::span<const Column> columns{};
  std::vector<OrderedJson> rows{};  // what templates and tables see
  OrderedJson document{};           // what --format json prints
};

// format: empty (the default table), "json", "table …" or a template.
void print_listing(std::ostream& out, const Listing& listing, const std::string& format,
                   bool noheading);
// True for the spellings of JSON: "json", "{{json .}}" stays a template.
[[nodiscard]] bool wants_json(std::string_view format);

// The template that a person typed, ready to parse: \t and \n outside of actions become
// what they stand for, and it ends with a newline.
[[nodiscard]] std::string prepared_format(std::string_view format);
// One object by one template, as inspect prints it.
void print_object(std::ostream& out, std::string_view name, std::string_view type,
                  const OrderedJson& object, const std::string& format);
// Indented by four spaces, with a newline.
void print_json(std::ostream& out, const OrderedJson& document);

}  // namespace gantry::cli
