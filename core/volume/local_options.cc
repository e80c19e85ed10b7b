// SPDX-License-Identifier: Apache-2.0
#include "core/volume/local_options.h"

#include <gantry/error.hpp>

#include <charconv>
#include <vector>

namespace gantry::volume {

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (end > at) {
      words.push_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return words;
}

std::uint32_t id_of(const std::string& word) {
  const std::string value = word.substr(word.find('=') + 1);
  std::uint32_t id = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, failure] = std::from_chars(value.data(), end, id);
  if (value.empty() || failure != std::errc() || stop != end) {
    throw Error(Code::kInvalid, "invalid volume option o=" + word + ": not an id");
  }
  return id;
}

// The words of o that mean something for a plain folder.
void apply_to_folder(const std::string& word, LocalOptions& options) {
  const std::string name = word.substr(0, word.find('='));
  if (name == "uid" || name == "gid") {
    if (!options.owner) {
      options.owner.emplace();
    }
    (name == "uid" ? options.owner->uid : options.owner->gid) = id_of(word);
  } else if (name == "size" || name == "inodes") {
    throw Error(Code::kUnsupported,
                "volume option o=" + word +
                    " needs the project quotas of xfs, which gantry does not manage: mount a "
                    "file system of that size, for instance with type=tmpfs");
  } else if (name != "noquota" && name != "timeout") {
    throw Error(Code::kInvalid, "invalid mount option o=" + word +
                                    " for driver 'local': it needs type or device beside it: "
                                    "invalid argument");
  }
}

}  // namespace

LocalOptions read_local_options(const std::map<std::string, std::string>& given) {
  LocalOptions options;
  for (const auto& [name, value] : given) {
    if (name == "type") {
      options.type = value;
    } else if (name == "device") {
      options.device = value;
    } else if (name == "o") {
      options.mount_options = value;
    } else if (name == "nocopy" || name == "copy") {
      options.copy = name == "copy";
    } else {
      throw Error(Code::kInvalid,
                  "invalid mount option " + name +
                      " for driver 'local': choose from type, device, o, copy, nocopy: "
                      "invalid argument");
    }
  }
  if (!options.needs_mount()) {
    for (const std::string& word : split(options.mount_options)) {
      apply_to_folder(word, options);
    }
  }
  return options;
}

}  // namespace gantry::volume
