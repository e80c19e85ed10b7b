// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/parser.h"

#include <algorithm>
#include <charconv>

#include "cli/templates/functions.h"
#include "cli/templates/lexer.h"

namespace gantry::cli::templates {
namespace {

class Parser {
 public:
  Parser(std::string_view name, std::string_view text)
      : name_(name), text_(text), tokens_(tokenize(name, text)) {}

  std::vector<Statement> run() {
    std::vector<Statement> all = read_body();
    if (!ended_by_.empty()) {
      fail("unexpected {{" + ended_by_ + "}}");
    }
    return all;
  }

 private:
  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& take() { return tokens_[std::min(at_++, tokens_.size() - 1)]; }
  [[nodiscard]] bool sees(TokenKind kind) const { return peek().kind == kind; }

  [[noreturn]] void fail(const std::string& message) const {
    throw parse_error(name_, text_, peek().position, message);
  }

  [[noreturn]] void unexpected(const std::string& where) const {
    const Token& token = peek();
    if (token.kind == TokenKind::kEnd) {
      fail("unexpected EOF");
    }
    const std::string_view written = text_.substr(token.position, token.end - token.position);
    fail("unexpected <" + std::string(written) + "> in " + where);
  }

  void close(const std::string& where) {
    if (!sees(TokenKind::kClose)) {
      unexpected(where);
    }
    ++at_;
  }

  // Statements up to {{end}}, {{else}} or the end of the text; ended_by_ says which.
  std::vector<Statement> read_body() {
    std::vector<Statement> body;
    ended_by_.clear();
    while (!sees(TokenKind::kEnd)) {
      if (sees(TokenKind::kText)) {
        Statement statement;
        statement.text = take().value;
        body.push_back(std::move(statement));
        continue;
      }
      ++at_;  // {{
      const std::string keyword = sees(TokenKind::kIdentifier) ? peek().value : "";
      if (keyword == "end" || keyword == "else") {
        ++at_;
        ended_by_ = keyword;
        return body;
      }
      body.push_back(read_statement(keyword));
    }
    return body;
  }

  Statement read_statement(const std::string& keyword) {
    Statement statement;
    if (keyword == "if" || keyword == "range" || keyword == "with") {
      ++at_;
      statement.kind = keyword == "if"      ? Statement::Kind::kIf
                       : keyword == "range" ? Statement::Kind::kRange
                                            : Statement::Kind::kWith;
      read_control(statement, keyword);
      return statement;
    }
    if (keyword == "break" || keyword == "continue") {
      ++at_;
      if (loops_ == 0) {
        fail("{{" + keyword + "}} outside {{range}}");
      }
      statement.kind =
          keyword == "break" ? Statement::Kind::kBreak : Statement::Kind::kContinue;
      close(keyword);
      return statement;
    }
    if (keyword == "define" || keyword == "template" || keyword == "block") {
      fail("{{" + keyword + "}} is not supported here: a format is one template");
    }
    statement.kind = Statement::Kind::kAction;
    statement.pipeline = read_pipeline("command", keyword);
    close("command");
    return statement;
  }

  // From the pipeline of if, range or with to its {{end}}.
  void read_control(Statement& statement, const std::string& keyword) {
    const std::size_t scope = variables_.size();
    const bool loop = statement.kind == Statement::Kind::kRange;
    statement.pipeline = read_pipeline(keyword, keyword);
    close(keyword);
    loops_ += loop ? 1 : 0;
    statement.body = read_body();
    loops_ -= loop ? 1 : 0;
    if (ended_by_ == "else") {
      read_else(statement, keyword);
    } else if (ended_by_ == "end") {
      close("end");
    } else {
      fail("unexpected EOF");
    }
    ended_by_.clear();
    variables_.resize(scope);
  }

  void read_else(Statement& statement, const std::string& keyword) {
    if (sees(TokenKind::kIdentifier) && peek().value == keyword && keyword != "range") {
      ++at_;  // {{else if …}} shares the {{end}}
      Statement nested;
      nested.kind = statement.kind;
      read_control(nested, keyword);
      statement.otherwise.push_back(std::move(nested));
      return;
    }
    close("else");
    statement.otherwise = read_body();
    if (ended_by_ == "else") {
      fail("expected end; found {{else}}");
    }
    if (ended_by_ != "end") {
      fail("unexpected EOF");
    }
    close("end");
  }

  Pipeline read_pipeline(const std::string& where, const std::string& keyword) {
    Pipeline pipeline;
    read_declaration(pipeline, keyword == "range");
    while (true) {
      if (sees(TokenKind::kClose) || sees(TokenKind::kRightParen)) {
        fail("missing value for " + where);
      }
      pipeline.calls.push_back(read_call(where));
      if (!sees(TokenKind::kPipe)) {
        break;
      }
      ++at_;
    }
    for (std::size_t i = 1; i < pipeline.calls.size(); ++i) {
      if (pipeline.calls[i].words.front().kind != Expression::Kind::kFunction) {
        fail("non executable command in pipeline stage " + std::to_string(i + 1));
      }
    }
    for (const std::string& variable : pipeline.variables) {
      if (!pipeline.assigns) {
        variables_.push_back(variable);
      }
    }
    return pipeline;
  }

  void read_declaration(Pipeline& pipeline, bool two) {
    if (!sees(TokenKind::kVariable)) {
      return;
    }
    const auto is_sign = [](TokenKind kind) {
      return kind == TokenKind::kDeclare || kind == TokenKind::kAssign;
    };
    if (is_sign(peek(1).kind)) {
      pipeline.variables = {peek().value};
      at_ += 1;
    } else if (two && peek(1).kind == TokenKind::kComma &&
               peek(2).kind == TokenKind::kVariable && is_sign(peek(3).kind)) {
      pipeline.variables = {peek().value, peek(2).value};
      at_ += 3;
    } else {
      return;
    }
    pipeline.assigns = take().kind == TokenKind::kAssign;
    if (pipeline.assigns) {
      for (const std::string& variable : pipeline.variables) {
        require_variable(variable);
      }
    }
  }

  void require_variable(const std::string& name) const {
    if (name != "$" &&
        std::find(variables_.begin(), variables_.end(), name) == variables_.end()) {
      fail("undefined variable \"" + name + "\"");
    }
  }

  Call read_call(const std::string& where) {
    Call call;
    call.position = peek().position;
    std::size_t end = call.position;
    while (!sees(TokenKind::kPipe) && !sees(TokenKind::kClose) &&
           !sees(TokenKind::kRightParen)) {
      if (!call.words.empty() && !peek().after_space) {
        unexpected("operand");
      }
      call.words.push_back(read_expression(where));
      end = tokens_[at_ - 1].end;
    }
    if (call.words.empty()) {
      fail("missing value for " + where);
    }
    if (call.words.size() > 1 && call.words.front().kind != Expression::Kind::kFunction) {
      fail("can't give argument to non-function " + call.words.front().text);
    }
    call.text = text_.substr(call.position, end - call.position);
    return call;
  }

  Expression read_expression(const std::string& where) {
    Expression expression;
    expression.position = peek().position;
    switch (peek().kind) {
      case TokenKind::kDot:
        ++at_;
        break;
      case TokenKind::kField:
        break;  // a chain on the dot
      case TokenKind::kVariable:
        expression.kind = Expression::Kind::kVariable;
        require_variable(peek().value);
        expression.name = take().value;
        break;
      case TokenKind::kLeftParen:
        ++at_;
        expression.kind = Expression::Kind::kPipeline;
        expression.pipeline =
            std::make_unique<Pipeline>(read_pipeline("parenthesized pipeline", ""));
        if (!sees(TokenKind::kRightParen)) {
          fail("unclosed left paren");
        }
        ++at_;
        break;
      case TokenKind::kIdentifier:
        read_word(expression);
        break;
      default:
        read_literal(expression, where);
    }
    read_chain(expression);
    expression.text =
        text_.substr(expression.position, tokens_[at_ - 1].end - expression.position);
    return expression;
  }

  void read_chain(Expression& expression) {
    bool first = expression.kind == Expression::Kind::kDot && expression.fields.empty() &&
                 peek().position == expression.position;
    while (sees(TokenKind::kField) && (first || !peek().after_space)) {
      if (expression.kind == Expression::Kind::kLiteral) {
        unexpected("operand");
      }
      expression.fields.push_back(take().value);
      first = false;
    }
  }

  void read_word(Expression& expression) {
    const std::string word = peek().value;
    if (word == "true" || word == "false") {
      expression.kind = Expression::Kind::kLiteral;
      expression.literal = word == "true";
    } else if (word == "nil") {
      expression.kind = Expression::Kind::kNil;
    } else if (is_function(word)) {
      expression.kind = Expression::Kind::kFunction;
      expression.name = word;
    } else {
      fail("function \"" + word + "\" not defined");
    }
    ++at_;
  }

  void read_literal(Expression& expression, const std::string& where) {
    expression.kind = Expression::Kind::kLiteral;
    const Token& token = peek();
    if (token.kind == TokenKind::kString) {
      expression.literal = token.value;
    } else if (token.kind == TokenKind::kNumber || token.kind == TokenKind::kCharacter) {
      expression.literal = number_of(token.value);
    } else {
      unexpected(where);
    }
    ++at_;
  }

  [[nodiscard]] OrderedJson number_of(const std::string& written) const {
    std::string_view digits = written;
    digits.remove_prefix(digits.starts_with('+') ? 1 : 0);
    const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
    const char* first = digits.data() + (hex ? 2 : 0);
    const char* last = digits.data() + digits.size();
    std::int64_t whole = 0;
    if (const auto [stop, failure] = std::from_chars(first, last, whole, hex ? 16 : 10);
        failure == std::errc() && stop == last) {
      return whole;
    }
    double real = 0;
    if (const auto [stop, failure] = std::from_chars(first, last, real);
        failure == std::errc() && stop == last) {
      return real;
    }
    fail("bad number syntax: \"" + written + "\"");
  }

  std::string_view name_;
  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::string ended_by_;
  std::vector<std::string> variables_;
  int loops_ = 0;
};

}  // namespace

std::vector<Statement> parse(std::string_view name, std::string_view text) {
  return Parser(name, text).run();
}

}  // namespace gantry::cli::templates
