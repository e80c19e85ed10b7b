// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <gantry/error.hpp>

namespace gantry::net_cni {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && is_alphanumeric(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
         });
}

void require_name(std::string_view kind, std::string_view name) {
  if (!is_name(name)) {
    throw Error(Code::kInvalid, std::string(kind) + " name " + std::string(name) +
                                    " invalid: names must match "
                                    "[a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument");
  }
}

void require_interface_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= 15 && name != "." && name != ".." &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return c > ' ' && c < 127 && c != '/' && c != ':';
                    });
  if (!good) {
    throw Error(Code::kInvalid, "interface name \"" + std::string(name) +
                                    "\" is not allowed: 1 to 15 characters without '/', ':' "
                                    "and blanks");
  }
}

std::string short_hash(std::string_view text) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  std::array<char, 9> digits{};
  (void)std::snprintf(digits.data(), digits.size(), "%08x", hash);
  return digits.data();
}

}  // namespace gantry::net_cni
