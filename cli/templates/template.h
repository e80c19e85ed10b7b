// SPDX-License-Identifier: Apache-2.0
//
// Go's text/template, as far as formats of a command line need it: fields, map keys,
// variables, pipelines, if, with, range, and the functions of functions.h. Immutable after
// parsing; render may be called from several threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/templates/ast.h"
#include "sdk/support/json.h"

namespace gantry::cli::templates {

class Template {
 public:
  // name stands in messages: the command's. Throws kInvalid in Go's words.
  static Template parse(std::string name, std::string text);

  // data is what "." means; type is what messages call it. An unknown field of a structure
  // is an error, a missing key of a map prints "<no value>".
  [[nodiscard]] std::string render(const OrderedJson& data, std::string_view type) const;

 private:
  Template(std::string name, std::string text);

  std::string name_;
  std::string text_;
  std::vector<Statement> statements_;
};

}  // namespace gantry::cli::templates
