// SPDX-License-Identifier: Apache-2.0
//
// Go's Sprintf over template values: flags, width, precision, and the usual verbs.
#include <cstdint>
#include <cstdio>
#include <string>

#include "cli/templates/functions.h"

namespace gantry::cli::templates {
namespace {

struct Directive {
  std::string flags;
  int width = 0;
  int precision = -1;
  char verb = 0;

  [[nodiscard]] bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

Directive read_directive(std::string_view layout, std::size_t& at) {
  Directive directive;
  while (at < layout.size() &&
         std::string_view("-+# 0").find(layout[at]) != std::string_view::npos) {
    directive.flags.push_back(layout[at++]);
  }
  const auto number = [&](int& into) {
    into = 0;
    while (at < layout.size() && layout[at] >= '0' && layout[at] <= '9') {
      into = std::min(into * 10 + (layout[at++] - '0'), 4096);
    }
  };
  number(directive.width);
  if (at < layout.size() && layout[at] == '.') {
    ++at;
    number(directive.precision);
  }
  directive.verb = at < layout.size() ? layout[at++] : '\0';
  return directive;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      char code[8];
      (void)std::snprintf(code, sizeof code, "\\x%02x", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string complaint(const Directive& directive, const Value& value) {
  return std::string("%!") + directive.verb + "(" + value.type() + "=" + print(value) + ")";
}

std::string whole_number(const Directive& directive, const Value& value) {
  if (!value.json().is_number_integer()) {
    return complaint(directive, value);
  }
  const auto number = value.json().get<std::int64_t>();
  const bool negative = number < 0;
  const std::uint64_t size =
      negative ? 0U - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  char digits[80];
  if (directive.verb == 'd') {
    (void)std::snprintf(digits, sizeof digits, "%llu", static_cast<unsigned long long>(size));
  } else if (directive.verb == 'x') {
    (void)std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(size));
  } else if (directive.verb == 'X') {
    (void)std::snprintf(digits, sizeof digits, "%llX", static_cast<unsigned long long>(size));
  } else {
    (void)std::snprintf(digits, sizeof digits, "%llo", static_cast<unsigned long long>(size));
  }
  return (negative ? "-" : directive.has('+') ? "+" : "") + std::string(digits);
}

std::string real_number(const Directive& directive, const Value& value) {
  if (!value.json().is_number_float()) {
    return complaint(directive, value);
  }
  const double number = value.json().get<double>();
  const std::string sign = directive.has('+') && number >= 0 ? "+" : "";
  if (directive.verb == 'g' && directive.precision < 0) {
    return sign + print_float(number);
  }
  const int precision = directive.precision < 0 ? 6 : directive.precision;
  char digits[400];
  if (directive.verb == 'e') {
    (void)std::snprintf(digits, sizeof digits, "%.*e", precision, number);
  } else if (directive.verb == 'g') {
    (void)std::snprintf(digits, sizeof digits, "%.*g", precision, number);
  } else {
    (void)std::snprintf(digits, sizeof digits, "%.*f", precision, number);
  }
  return sign + digits;
}

std::string hex_text(const std::string& text, bool upper) {
  std::string out;
  for (const char c : text) {
    char code[4];
    (void)std::snprintf(code, sizeof code, upper ? "%02X" : "%02x",
                        static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += code;
  }
  return out;
}

std::string convert(const Directive& directive, const Value& value) {
  const OrderedJson& json = value.json();
  switch (directive.verb) {
    case 'v':
      return print(value);
    case 's':
      if (json.is_number() || json.is_boolean() || json.is_null()) {
        return complaint(directive, value);
      }
      return directive.precision < 0
                 ? print(value)
                 : print(value).substr(0, static_cast<std::size_t>(directive.precision));
    case 'q':
      return json.is_string() ? quoted(json.get<std::string>()) : complaint(directive, value);
    case 'x':
    case 'X':
      if (json.is_string()) {
        return hex_text(json.get<std::string>(), directive.verb == 'X');
      }
      return whole_number(directive, value);
    case 'd':
    case 'o':
      return whole_number(directive, value);
    case 'f':
    case 'F':
    case 'e':
    case 'g':
      return real_number(directive, value);
    case 't':
      return json.is_boolean() ? print(value) : complaint(directive, value);
    case 'c':
      return json.is_number_integer() ? std::string(1, static_cast<char>(json.get<int>()))
                                      : complaint(directive, value);
    case 'T':
      return value.type();
    default:
      return complaint(directive, value);
  }
}

std::string padded(const Directive& directive, std::string text) {
  const auto width = static_cast<std::size_t>(directive.width);
  std::size_t letters = 0;
  for (const char c : text) {
    letters += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1U : 0U;
  }
  if (letters >= width) {
    return text;
  }
  if (directive.has('-')) {
    return text + std::string(width - letters, ' ');
  }
  const bool zeros = directive.has('0');
  const std::size_t sign = zeros && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  return text.insert(sign, width - letters, zeros ? '0' : ' ');
}

}  // namespace

std::string format_text(std::string_view layout, const std::vector<Value>& arguments) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < layout.size();) {
    if (layout[at] != '%') {
      out.push_back(layout[at++]);
      continue;
    }
    ++at;
    const Directive directive = read_directive(layout, at);
    if (directive.verb == '%') {
      out += '%';
    } else if (directive.verb == 0) {
      out += "%!(NOVERB)";
    } else if (used == arguments.size()) {
      out += std::string("%!") + directive.verb + "(MISSING)";
    } else {
      out += padded(directive, convert(directive, arguments[used++]));
    }
  }
  for (std::size_t first = used; used < arguments.size(); ++used) {
    out += (used == first ? "%!(EXTRA " : ", ") + arguments[used].type() + "=" +
           print(arguments[used]);
    out += used + 1 == arguments.size() ? ")" : "";
  }
  return out;
}

}  // namespace gantry::cli::templates
