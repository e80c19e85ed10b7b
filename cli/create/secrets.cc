// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "cli/create/create_request.h"
#include "cli/values.h"

namespace gantry::cli {
namespace {

Error refusal(const std::string& text, const std::string& why) {
  return {Code::kInvalid, "error parsing secret \"" + text + "\": " + why};
}

unsigned number(const std::string& text, const std::string& key, const std::string& value,
                int base) {
  unsigned result = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, result, base);
  if (value.empty() || error != std::errc() || rest != end) {
    throw refusal(text, key + " \"" + value + "\" invalid");
  }
  return result;
}

}  // namespace

model::SecretUse parse_secret(const std::string& text) {
  model::SecretUse use;
  bool owned = false;
  for (const std::string& field : split(text, ',')) {
    const auto pair = cut(field, '=');
    const std::string key = pair ? pair->first : "source";
    const std::string& value = pair ? pair->second : field;
    if (key == "source") {
      if (!use.name.empty()) {
        throw refusal(text, "more than one name is given");
      }
      use.name = value;
    } else if (key == "type") {
      if (value != "mount" && value != "env") {
        throw refusal(text, "type " + value + " is invalid: it is mount or env");
      }
      use.type = value;
    } else if (key == "target") {
      use.target = value;
    } else if (key == "uid") {
      owned = true;
      use.uid = number(text, key, value, 10);
    } else if (key == "gid") {
      owned = true;
      use.gid = number(text, key, value, 10);
    } else if (key == "mode") {
      owned = true;
      use.mode = number(text, key, value, 8) & 07777U;
    } else {
      throw refusal(text, "option " + key + " is invalid");
    }
  }
  if (use.name.empty()) {
    throw refusal(text, "no source found: a secret needs a name");
  }
  if (use.type == "env") {
    if (owned) {
      throw refusal(text, "UID, GID, Mode options cannot be set with secret type env");
    }
    use.target = use.target.empty() ? use.name : use.target;
  } else {
    use.target = use.target.empty() ? use.name : use.target;
    if (use.target.front() != '/') {
      use.target = "/run/secrets/" + use.target;
    }
  }
  return use;
}

void read_secrets(const Options& options, lifecycle::CreateRequest& request) {
  for (const std::string& text : options.list("secret")) {
    request.config.secrets.push_back(parse_secret(text));
  }
}

}  // namespace gantry::cli
