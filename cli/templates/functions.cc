// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/functions.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "cli/templates/escapes.h"
#include "cli/values.h"

namespace gantry::cli::templates {
namespace {

using Arguments = std::vector<Value>;

[[noreturn]] void fail(const std::string& message) { throw Error(Code::kInvalid, message); }

const std::string& text_of(const Value& value) {
  if (!value.json().is_string()) {
    fail("wrong type for value; expected string; got " + value.type());
  }
  return value.json().get_ref<const std::string&>();
}

std::int64_t index_of(const Value& value) {
  if (!value.json().is_number_integer()) {
    fail("cannot index slice/array with type " + value.type());
  }
  return value.json().get<std::int64_t>();
}

std::size_t position_in(const Value& value, std::size_t length) {
  const std::int64_t at = index_of(value);
  if (at < 0 || static_cast<std::size_t>(at) >= length) {
    fail("index out of range: " + std::to_string(at));
  }
  return static_cast<std::size_t>(at);
}

Value index_once(const Value& from, const Value& key) {
  const OrderedJson& json = from.json();
  if (json.is_array()) {
    return from.part(json[position_in(key, json.size())], "");
  }
  if (json.is_string()) {
    const std::string& text = json.get_ref<const std::string&>();
    return Value(OrderedJson(static_cast<unsigned char>(text[position_in(key, text.size())])));
  }
  if (json.is_object()) {
    const std::string& name = text_of(key);
    const auto found = json.find(name);
    if (found != json.end()) {
      return from.part(*found, name);
    }
    // Go answers the zero value; our maps hold texts unless their entries say otherwise.
    const bool texts = json.empty() || json.begin()->is_string();
    return texts ? Value(OrderedJson("")) : Value::missing();
  }
  fail(json.is_null() ? "index of untyped nil" : "can't index item of type " + from.type());
}

Value index(const Arguments& arguments) {
  Value value = arguments.front();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    value = index_once(value, arguments[i]);
  }
  return value;
}

Value slice(const Arguments& arguments) {
  const OrderedJson& json = arguments.front().json();
  if (!json.is_string() && !json.is_array()) {
    fail("can't slice item of type " + arguments.front().type());
  }
  const std::size_t length =
      json.is_string() ? json.get_ref<const std::string&>().size() : json.size();
  std::array<std::size_t, 2> bounds{0, length};
  for (std::size_t i = 1; i < arguments.size() && i <= 2; ++i) {
    bounds[i - 1] = position_in(arguments[i], length + 1);
  }
  if (bounds[0] > bounds[1]) {
    fail("invalid slice index: " + std::to_string(bounds[0]) + " > " +
         std::to_string(bounds[1]));
  }
  if (json.is_string()) {
    return Value(json.get_ref<const std::string&>().substr(bounds[0], bounds[1] - bounds[0]));
  }
  OrderedJson part = OrderedJson::array();
  for (std::size_t i = bounds[0]; i < bounds[1]; ++i) {
    part.push_back(json[i]);
  }
  return Value(std::move(part));
}

Value length(const Arguments& arguments) {
  const OrderedJson& json = arguments.front().json();
  if (json.is_string()) {
    return Value(OrderedJson(json.get_ref<const std::string&>().size()));
  }
  if (json.is_array() || json.is_object()) {
    return Value(OrderedJson(json.size()));
  }
  fail(json.is_null() ? "len of nil pointer" : "len of type " + arguments.front().type());
}

// Go's Sprint: a space between two operands when neither is a text.
Value print_plain(const Arguments& arguments) {
  std::string text;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && !arguments[i].json().is_string() && !arguments[i - 1].json().is_string()) {
      text += ' ';
    }
    text += print(arguments[i]);
  }
  return Value(text);
}

// What a text in another language is made of: all of them, printed.
std::string printed(const Arguments& arguments) {
  return print_plain(arguments).json().get<std::string>();
}

Value html(const Arguments& arguments) { return Value(escape_html(printed(arguments))); }
Value js(const Arguments& arguments) { return Value(escape_js(printed(arguments))); }
Value urlquery(const Arguments& arguments) { return Value(escape_query(printed(arguments))); }

Value print_line(const Arguments& arguments) {
  std::string text;
  for (const Value& argument : arguments) {
    text += (text.empty() ? "" : " ") + print(argument);
  }
  return Value(text + "\n");
}

Value print_format(const Arguments& arguments) {
  return Value(format_text(text_of(arguments.front()),
                           Arguments(arguments.begin() + 1, arguments.end())));
}

Value to_json(const Arguments& arguments) {
  return Value(
      arguments.front().json().dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
}

std::string mapped(const Value& value, char from, char to, int shift) {
  std::string text = text_of(value);
  for (char& c : text) {
    c = c >= from && c <= to ? static_cast<char>(c + shift) : c;
  }
  return text;
}

Value upper(const Arguments& arguments) {
  return Value(mapped(arguments.front(), 'a', 'z', 'A' - 'a'));
}

Value lower(const Arguments& arguments) {
  return Value(mapped(arguments.front(), 'A', 'Z', 'a' - 'A'));
}

Value title(const Arguments& arguments) {
  std::string text = text_of(arguments.front());
  bool starts = true;
  for (char& c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        c == '\'' || (c >= '0' && c <= '9');
    if (starts && c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    }
    starts = !letter;
  }
  return Value(text);
}

Value join_list(const Arguments& arguments) {
  const OrderedJson& json = arguments[0].json();
  if (!json.is_array() && !json.is_null()) {
    fail("wrong type for value; expected []string; got " + arguments[0].type());
  }
  std::vector<std::string> parts;
  for (const OrderedJson& item : json) {
    parts.push_back(print(Value(item)));
  }
  return Value(join(parts, text_of(arguments[1])));
}

Value split_text(const Arguments& arguments) {
  std::string_view text = text_of(arguments[0]);
  const std::string& separator = text_of(arguments[1]);
  OrderedJson parts = OrderedJson::array();
  if (separator.empty()) {
    for (const char c : text) {
      parts.push_back(std::string(1, c));
    }
    return Value(std::move(parts));
  }
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return Value(std::move(parts));
    }
    text.remove_prefix(at + separator.size());
  }
}

Value truncate(const Arguments& arguments) {
  const std::string& text = text_of(arguments[0]);
  const std::int64_t most = index_of(arguments[1]);
  return Value(text.substr(0, static_cast<std::size_t>(std::max<std::int64_t>(most, 0))));
}

Value pad(const Arguments& arguments) {
  const std::string& text = text_of(arguments[0]);
  const auto spaces = [](const Value& value) {
    return std::string(
        static_cast<std::size_t>(std::clamp<std::int64_t>(index_of(value), 0, 4096)), ' ');
  };
  return Value(text.empty() ? text : spaces(arguments[1]) + text + spaces(arguments[2]));
}

Value logical_not(const Arguments& arguments) {
  return Value(OrderedJson(!arguments.front().truth()));
}

Value logical_and(const Arguments& arguments) {
  const auto found = std::find_if(arguments.begin(), arguments.end(),
                                  [](const Value& value) { return !value.truth(); });
  return found == arguments.end() ? arguments.back() : *found;
}

Value logical_or(const Arguments& arguments) {
  const auto found = std::find_if(arguments.begin(), arguments.end(),
                                  [](const Value& value) { return value.truth(); });
  return found == arguments.end() ? arguments.back() : *found;
}

// -1, 0, 1.
int compare(const Value& left, const Value& right, bool ordered) {
  const OrderedJson& a = left.json();
  const OrderedJson& b = right.json();
  if (a.is_null() || b.is_null()) {
    if (ordered) {
      fail("invalid type for comparison");
    }
    return a.is_null() && b.is_null() ? 0 : 1;
  }
  if (a.is_structured() || b.is_structured() || (ordered && a.is_boolean())) {
    fail("invalid type for comparison");
  }
  if (a.is_number_float() != b.is_number_float() || a.is_number() != b.is_number() ||
      a.is_string() != b.is_string()) {
    fail("incompatible types for comparison");
  }
  return a < b ? -1 : b < a ? 1 : 0;
}

Value equal(const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (compare(arguments.front(), arguments[i], false) == 0) {
      return Value(OrderedJson(true));
    }
  }
  return Value(OrderedJson(false));
}

Value unequal(const Arguments& arguments) {
  return Value(OrderedJson(compare(arguments[0], arguments[1], false) != 0));
}

Value less(const Arguments& arguments) {
  return Value(OrderedJson(compare(arguments[0], arguments[1], true) < 0));
}

Value at_most(const Arguments& arguments) {
  return Value(OrderedJson(compare(arguments[0], arguments[1], true) <= 0));
}

Value greater(const Arguments& arguments) {
  return Value(OrderedJson(compare(arguments[0], arguments[1], true) > 0));
}

Value at_least(const Arguments& arguments) {
  return Value(OrderedJson(compare(arguments[0], arguments[1], true) >= 0));
}

struct Function {
  std::string_view name;
  std::size_t least;
  std::size_t most;
  Value (*run)(const Arguments&);
};
constexpr std::size_t kMany = 1000;
constexpr Function kFunctions[] = {
    {"and", 1, kMany, logical_and},
    {"eq", 2, kMany, equal},
    {"ge", 2, 2, at_least},
    {"gt", 2, 2, greater},
    {"html", 0, kMany, html},
    {"index", 1, kMany, index},
    {"join", 2, 2, join_list},
    {"js", 0, kMany, js},
    {"json", 1, 1, to_json},
    {"le", 2, 2, at_most},
    {"len", 1, 1, length},
    {"lower", 1, 1, lower},
    {"lt", 2, 2, less},
    {"ne", 2, 2, unequal},
    {"not", 1, 1, logical_not},
    {"or", 1, kMany, logical_or},
    {"pad", 3, 3, pad},
    {"print", 0, kMany, print_plain},
    {"printf", 1, kMany, print_format},
    {"println", 0, kMany, print_line},
    {"slice", 1, 3, slice},
    {"split", 2, 2, split_text},
    {"title", 1, 1, title},
    {"truncate", 2, 2, truncate},
    {"upper", 1, 1, upper},
    {"urlquery", 0, kMany, urlquery},
};

const Function* find_function(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kFunctions), std::end(kFunctions),
                   [&](const Function& function) { return function.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

}  // namespace

bool is_function(std::string_view name) { return find_function(name) != nullptr; }

Value call_function(std::string_view name, const Arguments& arguments) {
  const Function* function = find_function(name);
  if (function == nullptr) {
    fail("function \"" + std::string(name) + "\" not defined");
  }
  if (arguments.size() < function->least || arguments.size() > function->most) {
    fail("wrong number of args for " + std::string(name) + ": want " +
         (function->most == kMany ? "at least " : "") + std::to_string(function->least) +
         " got " + std::to_string(arguments.size()));
  }
  try {
    return function->run(arguments);
  } catch (const Error& error) {
    throw Error(error.code(), "error calling " + std::string(name) + ": " + error.what());
  }
}

}  // namespace gantry::cli::templates
