// SPDX-License-Identifier: Apache-2.0
//
// Reads members of a JSON object that a stranger wrote: missing and null count as absent,
// a wrong type is kCorrupt and named by its path. A view: the JSON outlives it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::image {

class Document {
 public:
  // what: how to name it in messages. kCorrupt when json is not an object.
  Document(const Json& json, std::string what);

  [[nodiscard]] bool has(const char* name) const { return find(name) != nullptr; }
  [[nodiscard]] std::string text(const char* name) const;      // absent: ""
  [[nodiscard]] std::int64_t integer(const char* name) const;  // absent: 0
  [[nodiscard]] bool flag(const char* name) const;             // absent: false
  [[nodiscard]] std::vector<std::string> texts(const char* name) const;
  // A list of words, or one word alone, as old images write Entrypoint.
  [[nodiscard]] std::vector<std::string> words(const char* name) const;
  [[nodiscard]] std::map<std::string, std::string> text_map(const char* name) const;
  // The member names of an object, sorted: how image documents write sets.
  [[nodiscard]] std::vector<std::string> keys(const char* name) const;
  [[nodiscard]] std::optional<Document> object(const char* name) const;
  [[nodiscard]] std::vector<Document> objects(const char* name) const;

  [[nodiscard]] const std::string& what() const noexcept { return what_; }
  [[nodiscard]] Error corrupt(const char* name, const char* expected) const;

 private:
  [[nodiscard]] const Json* find(const char* name) const;
  const Json* json_;
  std::string what_;
};

}  // namespace gantry::image
