// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/detach_keys.h"

#include <gantry/error.hpp>

namespace gantry::monitor {

namespace {

// The byte that a terminal sends for one key; the caller has split at the commas.
char byte_of(std::string_view key, std::string_view all) {
  if (key.size() == 1) {
    return key.front();
  }
  static constexpr std::string_view kControl = "ctrl-";
  if (key.size() == kControl.size() + 1 && key.substr(0, kControl.size()) == kControl) {
    const char last = key.back();
    if (last >= 'a' && last <= 'z') {
      return static_cast<char>(last - 'a' + 1);
    }
    if (last >= '@' && last <= '_') {
      return static_cast<char>(last - '@');
    }
  }
  throw Error(Code::kInvalid, "invalid detach keys: unknown key \"" + std::string(key) +
                                  "\" in \"" + std::string(all) +
                                  "\": a key is one character or ctrl- and a letter");
}

}  // namespace

DetachKeys::DetachKeys(std::string_view keys) {
  if (keys.empty()) {
    return;
  }
  std::size_t start = 0;
  for (;;) {
    const std::size_t comma = keys.find(',', start);
    sequence_ += byte_of(keys.substr(start, comma - start), keys);
    if (comma == std::string_view::npos) {
      return;
    }
    start = comma + 1;
  }
}

bool DetachKeys::feed(std::string_view typed, std::string& out) {
  for (const char key : typed) {
    if (sequence_.empty()) {
      out += key;
      continue;
    }
    // Falling back by the longest border keeps "ctrl-p ctrl-p ctrl-q" a match.
    std::string held = sequence_.substr(0, matched_) + key;
    matched_ = 0;
    for (std::size_t length = std::min(held.size(), sequence_.size()); length > 0; --length) {
      if (held.compare(held.size() - length, length, sequence_, 0, length) == 0) {
        matched_ = length;
        break;
      }
    }
    out.append(held, 0, held.size() - matched_);
    if (matched_ == sequence_.size()) {
      matched_ = 0;
      return true;
    }
  }
  return false;
}

}  // namespace gantry::monitor
