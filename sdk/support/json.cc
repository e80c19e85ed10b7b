// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/json.h"

namespace gantry {

namespace {

constexpr int kMaxDepth = 128;

// Before it is parsed, or millions of levels would have been made.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      at += c == '\\' ? 1 : 0;
      in_string = c != '"';
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) {
        return true;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    } else {
      in_string = c == '"';
    }
  }
  return false;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& what) {
  if (is_too_deep(text)) {
    throw Error(Code::kCorrupt,
                what + " is nested more than " + std::to_string(kMaxDepth) + " levels deep");
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& e) {
    throw Error(Code::kCorrupt, what + " is not valid JSON: " + e.what());
  }
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gantry
