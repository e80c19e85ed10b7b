// SPDX-License-Identifier: Apache-2.0
//
// Where C++ ends and the C ABI begins, on either side of it: exceptions become codes,
// borrowed structs become values. Inline and free of state; what is noexcept may be called
// from the other side.
#pragma once

#include <gantry/abi/base.h>
#include <gantry/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

namespace gantry::boundary {

[[nodiscard]] constexpr gantry_str to_abi(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] inline std::string_view view(gantry_str text) noexcept {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
[[nodiscard]] inline std::string to_string(gantry_str text) { return std::string(view(text)); }

inline std::int32_t report(const gantry_error* error, std::int32_t code,
                           std::string_view message) noexcept {
  if (error != nullptr && error->set != nullptr) {
    error->set(error->ctx, to_abi(message));
  }
  // A failure must never look like success, whatever number was thrown.
  return code == GANTRY_OK ? GANTRY_ERR_INTERNAL : code;
}

// Runs body; no exception leaves it.
template <typename Body>
std::int32_t guard(const gantry_error* error, Body&& body) noexcept {
  try {
    body();
    return GANTRY_OK;
  } catch (const Error& e) {
    return report(error, static_cast<std::int32_t>(e.code()), e.what());
  } catch (const std::bad_alloc&) {
    return report(error, GANTRY_ERR_INTERNAL, "out of memory");
  } catch (const std::exception& e) {
    return report(error, GANTRY_ERR_INTERNAL, e.what());
  } catch (...) {
    return report(error, GANTRY_ERR_INTERNAL, "an unknown exception");
  }
}

// A copy of a struct that starts with struct_size: what an older caller left out is zero,
// what a newer one added is not read.
template <typename Struct>
[[nodiscard]] Struct sized_copy(const Struct* from) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  if (from == nullptr || from->struct_size < sizeof(from->struct_size)) {
    throw Error(Code::kInvalid, "the request has no struct_size");
  }
  Struct copy{};
  std::memcpy(&copy, from, std::min<std::size_t>(from->struct_size, sizeof(copy)));
  return copy;
}

// Writes a result into a caller's struct as far as the caller's struct_size reaches.
template <typename Struct>
void sized_write(Struct* to, Struct value) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  if (to == nullptr || to->struct_size < sizeof(to->struct_size)) {
    throw Error(Code::kInvalid, "the result has no struct_size");
  }
  value.struct_size = to->struct_size;
  std::memcpy(to, &value, std::min<std::size_t>(to->struct_size, sizeof(value)));
}

// Element i of an array whose elements may be larger or smaller than ours.
template <typename Item>
[[nodiscard]] Item strided_copy(const Item* items, std::uint32_t stride, std::uint64_t i) {
  static_assert(std::is_trivially_copyable_v<Item>);
  Item copy{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(items);
  const std::size_t step = stride == 0 ? sizeof(Item) : stride;
  std::memcpy(&copy, bytes + i * step, std::min<std::size_t>(step, sizeof(copy)));
  return copy;
}

inline void emit(const gantry_sink* sink, std::string_view bytes) noexcept {
  if (sink != nullptr && sink->write != nullptr) {
    sink->write(sink->ctx, to_abi(bytes));
  }
}

}  // namespace gantry::boundary
