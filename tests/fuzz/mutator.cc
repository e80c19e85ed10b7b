// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "sdk/support/json.h"

namespace gantry::fuzz {

namespace {

using namespace std::string_view_literals;

// What parsers stumble over.
constexpr std::array kWords = {
    ""sv,         "\0"sv,      "\n"sv,   " "sv,       ":"sv,       ","sv,      "="sv,
    "/"sv,        ".."sv,      "/../"sv, "-"sv,       "+"sv,       "%"sv,      "\\"sv,
    "\""sv,       "'"sv,       "{"sv,    "}"sv,       "["sv,       "]"sv,      "{{"sv,
    "}}"sv,       "("sv,       ")"sv,    "|"sv,       "$"sv,       "@"sv,      "#"sv,
    "null"sv,     "true"sv,    "{}"sv,   "[]"sv,      "\xff"sv,    "\x80"sv,   "\xc3\xa9"sv,
    "\x1b[31m"sv, "1e999"sv,   "-0"sv,   "0x"sv,      "sha256:"sv, "range "sv, "end"sv,
    "[::1]"sv,    "0.0.0.0"sv, "*"sv,    "a=b,c=d"sv, "\r\n"sv,    "\t"sv};

constexpr std::array kNumbers = {"0"sv,
                                 "-1"sv,
                                 "1"sv,
                                 "255"sv,
                                 "256"sv,
                                 "65535"sv,
                                 "65536"sv,
                                 "2147483647"sv,
                                 "2147483648"sv,
                                 "4294967295"sv,
                                 "4294967296"sv,
                                 "9223372036854775807"sv,
                                 "9223372036854775808"sv,
                                 "18446744073709551615"sv,
                                 "18446744073709551616"sv,
                                 "99999999999999999999999"sv,
                                 "0.5"sv,
                                 "1e9"sv,
                                 "07777"sv,
                                 "NaN"sv};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::size_t Mutator::below(std::size_t limit) {
  return limit == 0 ? 0 : static_cast<std::size_t>(chance_() % limit);
}

void Mutator::change_number(std::string& text) {
  const auto first = std::find_if(
      text.begin() + static_cast<std::ptrdiff_t>(below(text.size() + 1)), text.end(), is_digit);
  const auto last = std::find_if_not(first, text.end(), is_digit);
  text.replace(first, last, kNumbers[below(kNumbers.size())]);
}

// A value of it becomes one of another type.
bool Mutator::change_document(std::string& text) {
  OrderedJson document = OrderedJson::parse(text, nullptr, false);
  if (!document.is_structured()) {
    return false;
  }
  OrderedJson* value = &document;
  while (value->is_structured() && !value->empty() && (value == &document || below(4) != 0)) {
    value = &*std::next(value->begin(), static_cast<std::ptrdiff_t>(below(value->size())));
  }
  const std::array<OrderedJson, 10> others{nullptr,
                                           true,
                                           -1,
                                           std::uint64_t{18446744073709551615U},
                                           1e300,
                                           "",
                                           "words",
                                           OrderedJson::array(),
                                           OrderedJson::object(),
                                           OrderedJson::array({"a", 1, nullptr})};
  *value = others[below(others.size())];
  text = document.dump();
  return true;
}

void Mutator::change(std::string& text, const std::vector<std::string>& seeds) {
  const std::size_t at = below(text.size() + 1);
  const std::size_t count = below(text.size() - at + 1);
  switch (below(8)) {
    case 0:
      text.erase(at, count);
      break;
    case 1:
      text.insert(at, kWords[below(kWords.size())]);
      break;
    case 2:
      text.replace(at, std::min<std::size_t>(count, 1), kWords[below(kWords.size())]);
      break;
    case 3:
      change_number(text);
      break;
    case 4:
      text.resize(at);
      break;
    case 5:
      text.insert(at, text.substr(at, count));
      break;
    case 6:
      text.insert(at, 1 + below(300), text.empty() ? 'x' : text[below(text.size())]);
      break;
    default: {
      const std::string& other = seeds[below(seeds.size())];
      const std::size_t from = below(other.size() + 1);
      text.replace(at, count, other, from, below(other.size() - from + 1));
    }
  }
}

std::string Mutator::from(const std::vector<std::string>& seeds) {
  std::string text = seeds[below(seeds.size())];
  for (std::size_t changes = 1 + below(5); changes > 0; --changes) {
    // A value of a document, a byte, or a place.
    if (below(2) == 0 && change_document(text)) {
      continue;
    }
    if (!text.empty() && below(3) == 0) {
      text[below(text.size())] = static_cast<char>(below(256));
    } else {
      change(text, seeds);
    }
  }
  constexpr std::size_t kEnough = 64 * 1024;
  text.resize(std::min(text.size(), kEnough));
  return text;
}

}  // namespace gantry::fuzz
