// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/template.h"

#include "cli/templates/evaluator.h"
#include "cli/templates/parser.h"

namespace gantry::cli::templates {

Template::Template(std::string name, std::string text)
    : name_(std::move(name)),
      text_(std::move(text)),
      statements_(templates::parse(name_, text_)) {}

Template Template::parse(std::string name, std::string text) {
  return {std::move(name), std::move(text)};
}

std::string Template::render(const OrderedJson& data, std::string_view type) const {
  return evaluate({name_, text_}, statements_, Value::borrowed(data, std::string(type)));
}

}  // namespace gantry::cli::templates
