// SPDX-License-Identifier: Apache-2.0
//
// Words of a Go template: text between actions, and the tokens inside {{ }}. Trim markers
// and comments are dealt with here and never reach the parser.
#pragma once

#include <gantry/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gantry::cli::templates {

enum class TokenKind {
  kText,
  kOpen,        // {{
  kClose,       // }}
  kDot,         // .
  kField,       // .Name
  kVariable,    // $ or $name
  kIdentifier,  // a function or a keyword
  kString,      // value is the text without quotes and escapes
  kNumber,
  kCharacter,  // 'x'; value is its code
  kPipe,
  kLeftParen,
  kRightParen,
  kComma,
  kAssign,   // =
  kDeclare,  // :=
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string value;
  std::size_t position = 0;  // bytes from the start
  bool after_space = false;
  std::size_t end = 0;
};

// Why a template cannot be read, in Go's words: "template: NAME:LINE: …".
[[nodiscard]] Error parse_error(std::string_view name, std::string_view text,
                                std::size_t position, const std::string& message);
[[nodiscard]] std::size_t line_of(std::string_view text, std::size_t position);

// Throws parse_error.
[[nodiscard]] std::vector<Token> tokenize(std::string_view name, std::string_view text);

}  // namespace gantry::cli::templates
