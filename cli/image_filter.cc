// SPDX-License-Identifier: Apache-2.0
#include "cli/image_filter.h"

#include <algorithm>

#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/image/lookup.h"
#include "core/image/reference.h"

namespace gantry::cli {
namespace {

std::int64_t created_of(engine::Engine& engine, const std::string& name) {
  return image::resolve(engine.store, name, image::load_registries()).image.created_ns;
}

bool checked_bool(const std::string& key, const std::string& value) {
  const auto wanted = parse_bool(value);
  if (!wanted) {
    throw Error(Code::kInvalid, "non-boolean value \"" + value + "\" for " + key +
                                    " filter: strconv.ParseBool: parsing \"" + value +
                                    "\": invalid syntax");
  }
  return *wanted;
}

ImageTest test_for(engine::Engine& engine, const std::string& filter) {
  const auto pair = cut(filter, '=');
  if (!pair) {
    throw Error(Code::kInvalid, "invalid image filter \"" + filter +
                                    "\": must be in the format \"filter=value or "
                                    "filter!=value\"");
  }
  const auto& [key, value] = *pair;
  if (key == "dangling") {
    const bool wanted = checked_bool(key, value);
    return [wanted](const model::Image& image) { return image.names.empty() == wanted; };
  }
  if (key == "id") {
    return [value = value](const model::Image& image) { return image.id.starts_with(value); };
  }
  if (key == "reference") {
    return [value = value](const model::Image& image) { return has_image_name(image, value); };
  }
  if (key == "label") {
    return [label = cut(value, '='), value = value](const model::Image& image) {
      const auto found = image.defaults.labels.find(label ? label->first : value);
      return found != image.defaults.labels.end() && (!label || found->second == label->second);
    };
  }
  if (key == "before" || key == "since") {
    const std::int64_t moment = created_of(engine, value);
    return [moment, before = key == "before"](const model::Image& image) {
      return before ? image.created_ns < moment : image.created_ns > moment;
    };
  }
  if (key == "until") {
    const auto moment = parse_time(value, engine.clock.now_ns());
    if (!moment) {
      throw Error(Code::kInvalid,
                  "failed to parse value as time or duration: \"" + value + "\"");
    }
    return [moment](const model::Image& image) { return image.created_ns < *moment; };
  }
  throw Error(Code::kInvalid, "unsupported image filter \"" + key + "\"");
}

}  // namespace

bool has_image_name(const model::Image& image, const std::string& pattern) {
  return std::any_of(image.names.begin(), image.names.end(), [&](const std::string& name) {
    const image::Reference reference = image::parse_reference(name);
    const std::string repository = reference.repository();
    if (pattern.ends_with('*')) {
      const std::string start = pattern.substr(0, pattern.size() - 1);
      return name.starts_with(start) ||
             repository.substr(repository.rfind('/') + 1).starts_with(start);
    }
    for (const std::string& whole : {repository, name}) {
      if (whole == pattern || whole.ends_with("/" + pattern)) {
        return true;
      }
    }
    return false;
  });
}

std::vector<ImageTest> image_tests(engine::Engine& engine,
                                   const std::vector<std::string>& filters) {
  std::vector<ImageTest> tests;
  for (const std::string& filter : filters) {
    tests.push_back(test_for(engine, filter));
  }
  return tests;
}

}  // namespace gantry::cli
