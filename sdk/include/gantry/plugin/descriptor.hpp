// SPDX-License-Identifier: Apache-2.0
//
// The facts about a plug-in, told once, and made from them at compile time: the descriptor
// that the entry returns and the ELF note that can be read without loading.
#pragma once

#include <gantry/abi/plugin.h>
#include <gantry/boundary.hpp>
#include <gantry/plugin/host.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

namespace gantry::plugin {

// Plain printable text without '"' and '\'. Who made it and under which licence is the
// author's to say; empty is nobody's word.
struct Facts {
  const char* name = "";
  const char* version = "";
  const char* vendor = "";
  const char* license = "";
  std::uint64_t capabilities = 0;
  std::uint16_t min_host_minor = 0;
};

namespace detail {

constexpr bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
      return false;
    }
  }
  return true;
}

// Counts when out is null, writes otherwise, so that size and text cannot differ.
class NoteWriter {
 public:
  constexpr explicit NoteWriter(char* out) : out_(out) {}
  constexpr NoteWriter& text(std::string_view s) {
    for (const char c : s) {
      put(c);
    }
    return *this;
  }
  constexpr NoteWriter& number(unsigned value) {
    if (value >= 10) {
      number(value / 10);
    }
    put(static_cast<char>('0' + value % 10));
    return *this;
  }
  [[nodiscard]] constexpr std::size_t size() const { return size_; }

 private:
  constexpr void put(char c) {
    if (out_ != nullptr) {
      out_[size_] = c;
    }
    ++size_;
  }
  char* out_;
  std::size_t size_ = 0;
};

template <typename Kind>
constexpr std::size_t write_note(const Facts& facts, char* out) {
  NoteWriter note(out);
  note.text(R"({"kind":")").text(Kind::kName);
  note.text(R"(","name":")").text(facts.name);
  note.text(R"(","major":)").number(Kind::kMajor);
  note.text(R"(,"minor":)").number(Kind::kMinor);
  note.text(R"(,"min_host_minor":)").number(facts.min_host_minor);
  note.text(R"(,"version":")").text(facts.version);
  note.text(R"(","vendor":")").text(facts.vendor);
  note.text(R"(","license":")").text(facts.license).text(R"("})");
  return note.size();
}

// Elf64_Nhdr, the name and the descriptor, each padded to four bytes.
template <std::size_t kSize>
struct ElfNote {
  std::uint32_t name_size = sizeof("gantry");
  std::uint32_t text_size = kSize;
  std::uint32_t type = GANTRY_NOTE_TYPE;
  std::array<char, 8> name{'g', 'a', 'n', 't', 'r', 'y', '\0', '\0'};
  std::array<char, (kSize + 3) / 4 * 4> text{};
};

template <typename Kind, const Facts& facts>
consteval auto make_note() {
  static_assert(is_plain(facts.name) && is_plain(facts.version) && is_plain(facts.vendor) &&
                    is_plain(facts.license),
                "plug-in facts are printable ASCII without quotes and backslashes");
  ElfNote<write_note<Kind>(facts, nullptr)> note;
  write_note<Kind>(facts, note.text.data());
  return note;
}

template <typename Kind, typename Class>
std::int32_t create(const gantry_host* host, gantry_str config_json, void** ret_self,
                    const gantry_error* error) noexcept {
  return boundary::guard(error, [&] {
    const std::string config = config_json.size == 0 ? "{}" : to_string(config_json);
    std::unique_ptr<typename Kind::Base> instance = std::make_unique<Class>(Host(host), config);
    *ret_self = instance.release();
  });
}

template <typename Kind>
void destroy(void* self) noexcept {
  delete static_cast<typename Kind::Base*>(self);
}

// A class that has experiments declares
//   const void* get_extension(std::string_view id) noexcept;
template <typename Kind, typename Class>
const void* get_extension(void* self, gantry_str id) noexcept {
  if constexpr (requires(Class & c) { c.get_extension(std::string_view()); }) {
    return static_cast<Class*>(static_cast<typename Kind::Base*>(self))
        ->get_extension(view(id));
  } else {
    return nullptr;
  }
}

template <typename Kind, typename Class>
constexpr gantry_plugin make_descriptor(const Facts& facts) {
  gantry_plugin plugin{};
  plugin.struct_size = sizeof(gantry_plugin);
  plugin.kind = Kind::kKind;
  plugin.major = Kind::kMajor;
  plugin.minor = Kind::kMinor;
  plugin.min_host_minor = facts.min_host_minor;
  plugin.capabilities = facts.capabilities;
  plugin.name = to_abi(facts.name);
  plugin.version = to_abi(facts.version);
  plugin.vendor = to_abi(facts.vendor);
  plugin.license = to_abi(facts.license);
  plugin.create = &create<Kind, Class>;
  plugin.destroy = &destroy<Kind>;
  plugin.ops = &Kind::kOps;
  plugin.get_extension = &get_extension<Kind, Class>;
  return plugin;
}

}  // namespace detail
}  // namespace gantry::plugin

// The name makes it an SHT_NOTE section, which the linker keeps whatever else it collects.
#define GANTRY_DETAIL_PLUGIN(Kind, Class, plugin_name, plugin_version, ...)              \
  namespace {                                                                            \
  constexpr ::gantry::plugin::Facts kGantryFacts{                                        \
      .name = plugin_name, .version = plugin_version __VA_OPT__(, ) __VA_ARGS__};        \
  [[gnu::section(".note.gantry.plugin"), gnu::used,                                      \
    gnu::aligned(4)]] constexpr auto kGantryNote =                                       \
      ::gantry::plugin::detail::make_note<Kind, kGantryFacts>();                         \
  constexpr gantry_plugin kGantryDescriptor =                                            \
      ::gantry::plugin::detail::make_descriptor<Kind, Class>(kGantryFacts);              \
  }                                                                                      \
  extern "C" [[gnu::visibility("default")]] const gantry_plugin* gantry_plugin_entry_v1( \
      void) {                                                                            \
    return &kGantryDescriptor;                                                           \
  }                                                                                      \
  static_assert(true, "a semicolon follows")
