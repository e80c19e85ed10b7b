// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/escapes.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

#include "sdk/support/utf8.h"

namespace gantry::cli::templates {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

std::string hex(const char* layout, unsigned value) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), layout, value);
  return text.data();
}

// Of a whole character of two bytes or more.
unsigned code_point(std::string_view character) {
  const unsigned first = static_cast<unsigned char>(character[0]);
  unsigned code = first & (0xffU >> (character.size() + 1));
  for (const char c : character.substr(1)) {
    code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return code;
}

// Controls, blanks other than the usual one, and marks that show nothing; characters that
// Unicode has not given a meaning are let through.
bool shows(unsigned code) {
  constexpr std::pair<unsigned, unsigned> kHidden[] = {
      {0x80, 0xa0},     {0xad, 0xad},     {0x1680, 0x1680}, {0x180e, 0x180e},
      {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},
      {0xe000, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0x10ffff}};
  return std::none_of(std::begin(kHidden), std::end(kHidden), [&](const auto& range) {
    return code >= range.first && code <= range.second;
  });
}

std::string js_of(char c) {
  switch (c) {
    case '\\':
    case '\'':
    case '"':
      return {'\\', c};
    case '<':
    case '>':
    case '&':
    case '=':
      return hex("\\u%04X", static_cast<unsigned char>(c));
    default:
      return c < ' ' ? hex("\\u%04X", static_cast<unsigned char>(c)) : std::string(1, c);
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\0':
        out += kReplacement;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escape_js(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    text.remove_prefix(character.size());
    if (size == 1) {
      out += js_of(character[0]);
    } else if (size == 0 || shows(code_point(character))) {
      out += character;
    } else {
      out += hex("\\u%04X", code_point(character));
    }
  }
  return out;
}

std::string escape_query(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += c == ' ' ? "+" : hex("%%%02X", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace gantry::cli::templates
