// SPDX-License-Identifier: Apache-2.0
//
// The JSON form of plain structs and enums: members by name; a missing member keeps its
// default, so records written by an older gantry still read. Headers declare, one source
// file defines: the templates behind it are the slowest thing we compile.
#pragma once

#include "sdk/support/json.h"

// In the header, behind the type.
#define GANTRY_DECLARE_JSON(Type)                        \
  void to_json(::gantry::Json& json, const Type& value); \
  void from_json(const ::gantry::Json& json, Type& value);

// In the source: the members.
#define GANTRY_DEFINE_JSON_MEMBER_TO(member) json[#member] = value.member;
#define GANTRY_DEFINE_JSON_MEMBER_FROM(member)                      \
  if (const auto found = json.find(#member); found != json.end()) { \
    found->get_to(value.member);                                    \
  }
#define GANTRY_DEFINE_JSON(Type, ...)                                                      \
  void to_json(::gantry::Json& json, const Type& value) {                                  \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(GANTRY_DEFINE_JSON_MEMBER_TO, __VA_ARGS__))   \
  }                                                                                        \
  void from_json(const ::gantry::Json& json, Type& value) {                                \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(GANTRY_DEFINE_JSON_MEMBER_FROM, __VA_ARGS__)) \
  }

// The same, but members that have their default value are left out: records are read far
// more often than they are looked at. The default of such a member may never change.
#define GANTRY_DEFINE_JSON_MEMBER_UNLESS_DEFAULT(member) \
  if (!(value.member == defaults.member)) {              \
    json[#member] = value.member;                        \
  }
#define GANTRY_DEFINE_SPARSE_JSON(Type, ...)                                               \
  void to_json(::gantry::Json& json, const Type& value) {                                  \
    static const Type defaults{};                                                          \
    json = ::gantry::Json::object();                                                       \
    NLOHMANN_JSON_EXPAND(                                                                  \
        NLOHMANN_JSON_PASTE(GANTRY_DEFINE_JSON_MEMBER_UNLESS_DEFAULT, __VA_ARGS__))        \
  }                                                                                        \
  void from_json(const ::gantry::Json& json, Type& value) {                                \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(GANTRY_DEFINE_JSON_MEMBER_FROM, __VA_ARGS__)) \
  }

// In the source: {{kValue, "word"}, …}; an unknown word reads as the first.
#define GANTRY_DEFINE_ENUM_JSON(Type, ...)                           \
  void to_json(::gantry::Json& json, const Type& value) {            \
    static const std::pair<Type, const char*> words[] = __VA_ARGS__; \
    for (const auto& [enumerator, word] : words) {                   \
      if (enumerator == value) {                                     \
        json = word;                                                 \
      }                                                              \
    }                                                                \
  }                                                                  \
  void from_json(const ::gantry::Json& json, Type& value) {          \
    static const std::pair<Type, const char*> words[] = __VA_ARGS__; \
    value = words[0].first;                                          \
    for (const auto& [enumerator, word] : words) {                   \
      if (json == word) {                                            \
        value = enumerator;                                          \
      }                                                              \
    }                                                                \
  }
