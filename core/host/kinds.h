// SPDX-License-Identifier: Apache-2.0
//
// The four kinds of plug-in as the host knows them: number, name, version, the size of the
// table and the functions that must stand in it. Constant data, free for any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gantry::host {

struct RequiredOp {
  std::string_view name;
  std::size_t offset;
};

struct Kind {
  std::uint32_t number;
  std::string_view name;  // "oci", "storage", "net", "state"
  std::uint16_t major;
  std::uint16_t minor;
  std::size_t ops_size;
  std::span<const RequiredOp> required;
};

[[nodiscard]] std::span<const Kind> all_kinds() noexcept;
[[nodiscard]] const Kind* find_kind(std::string_view name) noexcept;  // null: unknown
[[nodiscard]] const Kind& kind_named(std::string_view name);          // throws kInvalid

// "kind 3 (net)", also for numbers that nobody knows.
[[nodiscard]] std::string describe_kind(std::uint32_t number);

// What a plug-in says of itself, in its ELF note and in its descriptor.
struct PluginFacts {
  std::string kind;
  std::string name;
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::uint16_t min_host_minor = 0;
  std::string version;
  std::string vendor;
  std::string license;
  friend bool operator==(const PluginFacts&, const PluginFacts&) = default;
};

}  // namespace gantry::host
