// SPDX-License-Identifier: Apache-2.0
#include "core/image/document.h"

namespace gantry::image {

Document::Document(const Json& json, std::string what) : json_(&json), what_(std::move(what)) {
  if (!json.is_object()) {
    throw Error(Code::kCorrupt, what_ + " is not a JSON object");
  }
}

const Json* Document::find(const char* name) const {
  const auto member = json_->find(name);
  return member == json_->end() || member->is_null() ? nullptr : &*member;
}

Error Document::corrupt(const char* name, const char* expected) const {
  return {Code::kCorrupt, what_ + ": " + name + " is not " + expected};
}

std::string Document::text(const char* name) const {
  const Json* member = find(name);
  if (member == nullptr) {
    return {};
  }
  if (!member->is_string()) {
    throw corrupt(name, "a string");
  }
  return member->get<std::string>();
}

std::int64_t Document::integer(const char* name) const {
  const Json* member = find(name);
  if (member == nullptr) {
    return 0;
  }
  if (!member->is_number_integer()) {
    throw corrupt(name, "a whole number");
  }
  return member->get<std::int64_t>();
}

bool Document::flag(const char* name) const {
  const Json* member = find(name);
  if (member == nullptr) {
    return false;
  }
  if (!member->is_boolean()) {
    throw corrupt(name, "true or false");
  }
  return member->get<bool>();
}

std::vector<std::string> Document::texts(const char* name) const {
  const Json* member = find(name);
  std::vector<std::string> all;
  if (member == nullptr) {
    return all;
  }
  if (!member->is_array()) {
    throw corrupt(name, "a list of strings");
  }
  all.reserve(member->size());
  for (const Json& item : *member) {
    if (!item.is_string()) {
      throw corrupt(name, "a list of strings");
    }
    all.push_back(item.get<std::string>());
  }
  return all;
}

std::vector<std::string> Document::words(const char* name) const {
  const Json* member = find(name);
  if (member != nullptr && member->is_string()) {
    return {member->get<std::string>()};
  }
  return texts(name);
}

std::map<std::string, std::string> Document::text_map(const char* name) const {
  const Json* member = find(name);
  std::map<std::string, std::string> all;
  if (member == nullptr) {
    return all;
  }
  if (!member->is_object()) {
    throw corrupt(name, "an object of strings");
  }
  for (const auto& [key, value] : member->items()) {
    if (!value.is_string()) {
      throw corrupt(name, "an object of strings");
    }
    all.emplace(key, value.get<std::string>());
  }
  return all;
}

std::vector<std::string> Document::keys(const char* name) const {
  const Json* member = find(name);
  std::vector<std::string> all;
  if (member == nullptr) {
    return all;
  }
  if (!member->is_object()) {
    throw corrupt(name, "an object");
  }
  for (const auto& [key, value] : member->items()) {
    all.push_back(key);
  }
  return all;
}

std::optional<Document> Document::object(const char* name) const {
  const Json* member = find(name);
  if (member == nullptr) {
    return std::nullopt;
  }
  return Document(*member, what_ + ": " + name);
}

std::vector<Document> Document::objects(const char* name) const {
  const Json* member = find(name);
  std::vector<Document> all;
  if (member == nullptr) {
    return all;
  }
  if (!member->is_array()) {
    throw corrupt(name, "a list");
  }
  all.reserve(member->size());
  for (const Json& item : *member) {
    all.emplace_back(item, what_ + ": " + name + "[" + std::to_string(all.size()) + "]");
  }
  return all;
}

}  // namespace gantry::image
