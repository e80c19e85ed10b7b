// SPDX-License-Identifier: Apache-2.0
//
// A parsed template. Plain data, immutable after parsing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::cli::templates {

struct Pipeline;

struct Expression {
  enum class Kind { kDot, kVariable, kLiteral, kNil, kFunction, kPipeline };
  Kind kind = Kind::kDot;
  std::string name;  // of the variable or function
  OrderedJson literal;
  std::unique_ptr<Pipeline> pipeline;  // in parentheses
  std::vector<std::string> fields;     // what follows: .A.B
  std::size_t position = 0;
  std::string text;  // as written, for messages
};

// A function with its arguments, or one expression.
struct Call {
  std::vector<Expression> words;
  std::string text;
  std::size_t position = 0;
};

struct Pipeline {
  std::vector<std::string> variables;  // $x := or $i, $v :=
  bool assigns = false;                // = instead of :=
  std::vector<Call> calls;
};

struct Statement {
  enum class Kind { kText, kAction, kIf, kRange, kWith, kBreak, kContinue };
  Kind kind = Kind::kText;
  std::string text;
  Pipeline pipeline;
  std::vector<Statement> body;
  std::vector<Statement> otherwise;
};

}  // namespace gantry::cli::templates
