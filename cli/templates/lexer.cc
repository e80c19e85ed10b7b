// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/lexer.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace gantry::cli::templates {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0U | code >> 6U);
    put(0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    put(0xe0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3fU));
    put(0x80U | (code & 0x3fU));
  } else {
    put(0xf0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3fU));
    put(0x80U | (code >> 6U & 0x3fU));
    put(0x80U | (code & 0x3fU));
  }
}

class Lexer {
 public:
  Lexer(std::string_view name, std::string_view text) : name_(name), text_(text) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) {
      read_text();
      if (at_ < text_.size()) {
        read_action();
      }
    }
    add(TokenKind::kEnd, "", at_);
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(std::size_t position, const std::string& message) const {
    throw parse_error(name_, text_, position, message);
  }

  void add(TokenKind kind, std::string value, std::size_t start) {
    tokens_.push_back({kind, std::move(value), start, space_, at_});
    space_ = false;
  }

  [[nodiscard]] bool sees(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }

  void read_text() {
    const std::size_t start = at_;
    at_ = std::min(text_.find("{{", at_), text_.size());
    std::string_view body = text_.substr(start, at_ - start);
    if (trim_next_) {
      body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
    }
    const bool trims =
        at_ + 3 < text_.size() && text_[at_ + 2] == '-' && is_space(text_[at_ + 3]);
    if (trims) {
      const auto last = body.find_last_not_of(" \t\r\n");
      body = body.substr(0, last == std::string_view::npos ? 0 : last + 1);
    }
    trim_next_ = false;
    if (!body.empty()) {
      add(TokenKind::kText, std::string(body), start);
    }
    if (at_ < text_.size()) {
      open_ = at_;
      at_ += trims ? 3 : 2;
    }
  }

  // True when the action ends here: "}}" or " -}}".
  bool close_action() {
    if (sees("-}}") && at_ > 0 && is_space(text_[at_ - 1])) {
      at_ += 3;
      trim_next_ = true;
      return true;
    }
    if (sees("}}")) {
      at_ += 2;
      return true;
    }
    return false;
  }

  bool read_comment() {
    std::size_t start = at_;
    while (start < text_.size() && is_space(text_[start]) && start > open_ + 2) {
      ++start;
    }
    if (!text_.substr(start).starts_with("/*")) {
      return false;
    }
    const auto end = text_.find("*/", start + 2);
    if (end == std::string_view::npos) {
      fail(open_, "unclosed comment");
    }
    at_ = end + 2;
    while (at_ < text_.size() && is_space(text_[at_])) {
      ++at_;
    }
    if (!close_action()) {
      fail(open_, "comment ends before closing delimiter");
    }
    return true;
  }

  void read_action() {
    if (read_comment()) {
      return;
    }
    add(TokenKind::kOpen, "", open_);
    while (true) {
      while (at_ < text_.size() && is_space(text_[at_])) {
        ++at_;
        space_ = true;
      }
      if (at_ >= text_.size()) {
        fail(open_, "unclosed action");
      }
      const std::size_t start = at_;
      if (close_action()) {
        add(TokenKind::kClose, "", start);
        return;
      }
      read_token();
    }
  }

  void read_token() {
    const std::size_t start = at_;
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == '.' && !is_digit(next)) {
      ++at_;
      const std::string word = take_word();
      add(word.empty() ? TokenKind::kDot : TokenKind::kField, word, start);
    } else if (c == '$') {
      ++at_;
      add(TokenKind::kVariable, "$" + take_word(), start);
    } else if (c == '"' || c == '`') {
      read_string(c);
    } else if (c == '\'') {
      read_character();
    } else if (is_digit(c) || c == '.' || ((c == '-' || c == '+') && is_number_start(next))) {
      read_number();
    } else if (is_word(c)) {
      add(TokenKind::kIdentifier, take_word(), start);
    } else {
      read_sign();
    }
  }

  static bool is_number_start(char c) { return is_digit(c) || c == '.'; }

  std::string take_word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) {
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  void read_number() {
    const std::size_t start = at_++;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.' ||
                                  ((text_[at_] == '-' || text_[at_] == '+') &&
                                   (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E')))) {
      ++at_;
    }
    add(TokenKind::kNumber, std::string(text_.substr(start, at_ - start)), start);
  }

  void read_sign() {
    const std::size_t start = at_;
    if (sees(":=")) {
      at_ += 2;
      add(TokenKind::kDeclare, ":=", start);
      return;
    }
    constexpr std::string_view kSigns = "|(),=";
    constexpr TokenKind kKinds[] = {TokenKind::kPipe, TokenKind::kLeftParen,
                                    TokenKind::kRightParen, TokenKind::kComma,
                                    TokenKind::kAssign};
    const auto which = kSigns.find(text_[at_]);
    if (which == std::string_view::npos) {
      char code[16];
      (void)std::snprintf(code, sizeof code, "U+%04X",
                          static_cast<unsigned>(static_cast<unsigned char>(text_[at_])));
      fail(at_,
           std::string("unexpected bad character ") + code + " '" + text_[at_] + "' in action");
    }
    ++at_;
    add(kKinds[which], std::string(1, kSigns[which]), start);
  }

  void read_string(char quote) {
    const std::size_t start = at_++;
    std::string value;
    while (true) {
      if (at_ >= text_.size() || (quote == '"' && text_[at_] == '\n')) {
        fail(start,
             quote == '"' ? "unterminated quoted string" : "unterminated raw quoted string");
      }
      if (text_[at_] == quote) {
        ++at_;
        break;
      }
      if (quote == '"' && text_[at_] == '\\') {
        append_utf8_or_byte(value, start);
      } else {
        value.push_back(text_[at_++]);
      }
    }
    add(TokenKind::kString, std::move(value), start);
  }

  void read_character() {
    const std::size_t start = at_++;
    std::string value;
    while (at_ < text_.size() && text_[at_] != '\'' && text_[at_] != '\n') {
      if (text_[at_] == '\\') {
        append_utf8_or_byte(value, start);
      } else {
        value.push_back(text_[at_++]);
      }
    }
    if (at_ >= text_.size() || text_[at_] != '\'' || value.size() != 1) {
      fail(start, "malformed character constant");
    }
    ++at_;
    add(TokenKind::kCharacter, std::to_string(static_cast<unsigned char>(value[0])), start);
  }

  // One escape, as in Go's string literals.
  void append_utf8_or_byte(std::string& value, std::size_t start) {
    ++at_;
    const char c = at_ < text_.size() ? text_[at_++] : '\0';
    constexpr std::string_view kNames = "abfnrtv\\\"'";
    constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\\"'";
    if (const auto which = kNames.find(c); c != '\0' && which != std::string_view::npos) {
      value.push_back(kValues[which]);
      return;
    }
    std::size_t digits = c == 'x' ? 2U : c == 'u' ? 4U : c == 'U' ? 8U : 0U;
    int base = 16;
    if (c >= '0' && c <= '7') {
      --at_;
      digits = 3;
      base = 8;
    }
    const auto code = take_code(digits, base);
    if (!code) {
      fail(start, "invalid syntax in string constant");
    }
    if (digits <= 3) {
      value.push_back(static_cast<char>(*code));
    } else {
      append_utf8(value, *code);
    }
  }

  std::optional<std::uint32_t> take_code(std::size_t digits, int base) {
    if (digits == 0 || at_ + digits > text_.size()) {
      return std::nullopt;
    }
    std::uint32_t code = 0;
    const char* first = text_.data() + at_;
    const auto [stop, failure] = std::from_chars(first, first + digits, code, base);
    if (failure != std::errc() || stop != first + digits || code > 0x10ffff ||
        (digits <= 3 && code > 0xff)) {
      return std::nullopt;
    }
    at_ += digits;
    return code;
  }

  std::string_view name_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t open_ = 0;
  bool trim_next_ = false;
  bool space_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::size_t line_of(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position);
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

Error parse_error(std::string_view name, std::string_view text, std::size_t position,
                  const std::string& message) {
  return {Code::kInvalid, "template: " + std::string(name) + ":" +
                              std::to_string(line_of(text, position)) + ": " + message};
}

std::vector<Token> tokenize(std::string_view name, std::string_view text) {
  return Lexer(name, text).run();
}

}  // namespace gantry::cli::templates
