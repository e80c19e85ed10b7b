// SPDX-License-Identifier: Apache-2.0
#include "cli/report.h"

#include <optional>
#include <ostream>

#include "cli/table.h"
#include "cli/templates/template.h"

namespace gantry::cli {
namespace {

using templates::Template;

constexpr std::string_view kTable = "table";

// "CreatedAt" -> "CREATED AT".
std::string header_of(std::string_view field) {
  std::string header;
  bool lower_before = false;
  for (const char c : field) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && lower_before) {
      header += ' ';
    }
    header += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    lower_before = !upper;
  }
  return header;
}

OrderedJson headers_of(const Listing& listing) {
  OrderedJson headers = OrderedJson::object();
  if (!listing.rows.empty()) {
    for (const auto& [field, value] : listing.rows.front().items()) {
      headers[field] = header_of(field);
    }
  }
  for (const Column& column : listing.columns) {
    headers[std::string(column.field)] = column.header;
  }
  return headers;
}

// The headers are the template run over names instead of values. A template that looks
// inside its fields cannot be run over names; its table goes without headers.
std::optional<std::string> header_line(const Template& format, const Listing& listing) {
  try {
    return format.render(headers_of(listing), listing.type);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string default_format(const Listing& listing) {
  std::string format;
  for (const Column& column : listing.columns) {
    if (column.shown) {
      format += (format.empty() ? "{{." : "\t{{.") + std::string(column.field) + "}}";
    }
  }
  return format + "\n";
}

void print_table(std::ostream& out, const Listing& listing, const std::string& text,
                 bool noheading) {
  const Template format = Template::parse(std::string(listing.name), text);
  std::string lines;
  for (const OrderedJson& row : listing.rows) {
    lines += format.render(row, listing.type);
  }
  if (const auto header = noheading ? std::nullopt : header_line(format, listing)) {
    lines.insert(0, *header);
  }
  if (!lines.empty()) {
    out << align_columns(lines);
  }
}

}  // namespace

bool wants_json(std::string_view format) { return format == "json" || format == "JSON"; }

std::string prepared_format(std::string_view format) {
  std::string text;
  bool inside = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const std::string_view two = format.substr(i, 2);
    inside = two == "{{" || (inside && two != "}}");
    if (!inside && (two == "\\t" || two == "\\n")) {
      text += two == "\\t" ? '\t' : '\n';
      ++i;
    } else {
      text += format[i];
    }
  }
  if (!text.ends_with('\n')) {
    text += '\n';
  }
  return text;
}

namespace {

// In a table's format a blank between two fields ends a column, as podman has it.
std::string spaces_as_tabs(std::string format) {
  bool inside = false;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const std::string_view two = std::string_view(format).substr(i, 2);
    inside = two == "{{" || (inside && two != "}}");
    if (!inside && format[i] == ' ') {
      format[i] = '\t';
    }
  }
  return format;
}

}  // namespace

void print_listing(std::ostream& out, const Listing& listing, const std::string& format,
                   bool noheading) {
  if (wants_json(format)) {
    print_json(out, listing.document);
    return;
  }
  if (format.empty() || format == kTable) {
    print_table(out, listing, default_format(listing), noheading);
    return;
  }
  if (format.starts_with("table ")) {
    const auto start = format.find_first_not_of(' ', kTable.size());
    print_table(out, listing, prepared_format(spaces_as_tabs(format.substr(start))), noheading);
    return;
  }
  const Template parsed = Template::parse(std::string(listing.name), prepared_format(format));
  for (const OrderedJson& row : listing.rows) {
    out << parsed.render(row, listing.type);
  }
}

void print_object(std::ostream& out, std::string_view name, std::string_view type,
                  const OrderedJson& object, const std::string& format) {
  out << Template::parse(std::string(name), prepared_format(format)).render(object, type);
}

void print_json(std::ostream& out, const OrderedJson& document) {
  out << document.dump(4, ' ', false, OrderedJson::error_handler_t::replace) << '\n';
}

}  // namespace gantry::cli
