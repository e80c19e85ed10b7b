// SPDX-License-Identifier: Apache-2.0
#include "cli/templates/evaluator.h"

#include <map>
#include <utility>

#include "cli/templates/functions.h"
#include "cli/templates/lexer.h"

namespace gantry::cli::templates {
namespace {

class Evaluator {
 public:
  Evaluator(const Source& source, const Value& data) : source_(source) {
    variables_.emplace_back("$", data);
  }

  std::string run(const std::vector<Statement>& statements) {
    const Value data = variables_.front().second;  // variables_ moves as it grows
    (void)run_body(statements, data);
    return std::move(out_);
  }

 private:
  enum class Flow { kOn, kBreak, kContinue };

  Flow run_body(const std::vector<Statement>& statements, const Value& dot) {
    for (const Statement& statement : statements) {
      if (const Flow flow = run_statement(statement, dot); flow != Flow::kOn) {
        return flow;
      }
    }
    return Flow::kOn;
  }

  Flow run_statement(const Statement& statement, const Value& dot) {
    const std::size_t scope = variables_.size();
    Flow flow = Flow::kOn;
    switch (statement.kind) {
      case Statement::Kind::kText:
        out_ += statement.text;
        break;
      case Statement::Kind::kAction: {
        const Value value = compute(statement.pipeline, dot);
        if (statement.pipeline.variables.empty()) {
          out_ += print(value);
        }
        return flow;  // a variable declared here lives on
      }
      case Statement::Kind::kIf: {
        const bool yes = compute(statement.pipeline, dot).truth();
        flow = run_body(yes ? statement.body : statement.otherwise, dot);
        break;
      }
      case Statement::Kind::kWith: {
        const Value value = compute(statement.pipeline, dot);
        flow = value.truth() ? run_body(statement.body, value)
                             : run_body(statement.otherwise, dot);
        break;
      }
      case Statement::Kind::kRange:
        flow = run_range(statement, dot);
        break;
      case Statement::Kind::kBreak:
        return Flow::kBreak;
      case Statement::Kind::kContinue:
        return Flow::kContinue;
    }
    variables_.resize(scope);
    return flow;
  }

  Flow run_range(const Statement& statement, const Value& dot) {
    const Value over = pipe(statement.pipeline, dot);
    const auto items = items_of(over, statement);
    if (items.empty()) {
      return run_body(statement.otherwise, dot);
    }
    const auto& names = statement.pipeline.variables;
    for (const auto& [key, item] : items) {
      const std::size_t scope = variables_.size();
      if (names.size() == 2) {
        store(names[0], key, statement.pipeline.assigns);
        store(names[1], item, statement.pipeline.assigns);
      } else if (names.size() == 1) {
        store(names[0], item, statement.pipeline.assigns);
      }
      const Flow flow = run_body(statement.body, item);
      variables_.resize(scope);
      if (flow == Flow::kBreak) {
        break;
      }
    }
    return Flow::kOn;
  }

  std::vector<std::pair<Value, Value>> items_of(const Value& over, const Statement& statement) {
    std::vector<std::pair<Value, Value>> items;
    const OrderedJson& json = over.json();
    if (json.is_array()) {
      for (std::size_t i = 0; i < json.size(); ++i) {
        items.emplace_back(Value(OrderedJson(i)), over.part(json[i], ""));
      }
    } else if (json.is_object() && (over.is_map() || over.type() == "map")) {
      std::map<std::string, const OrderedJson*> sorted;
      for (const auto& [key, value] : json.items()) {
        sorted[key] = &value;
      }
      for (const auto& [key, value] : sorted) {
        items.emplace_back(Value(OrderedJson(key)), over.part(*value, key));
      }
    } else if (!json.is_null()) {
      const Call& call = statement.pipeline.calls.front();
      fail(call.position, call.text, "range can't iterate over " + print(over));
    }
    return items;
  }

  void store(const std::string& name, const Value& value, bool assigns) {
    if (!assigns) {
      variables_.emplace_back(name, value);
      return;
    }
    for (auto variable = variables_.rbegin(); variable != variables_.rend(); ++variable) {
      if (variable->first == name) {
        variable->second = value;
        return;
      }
    }
  }

  // The value of a pipeline, also given to the variable that it declares.
  Value compute(const Pipeline& pipeline, const Value& dot) {
    Value value = pipe(pipeline, dot);
    if (!pipeline.variables.empty()) {
      store(pipeline.variables.front(), value, pipeline.assigns);
    }
    return value;
  }

  Value pipe(const Pipeline& pipeline, const Value& dot) {
    Value value;
    for (std::size_t i = 0; i < pipeline.calls.size(); ++i) {
      value = run_call(pipeline.calls[i], dot, i == 0 ? nullptr : &value);
    }
    return value;
  }

  Value run_call(const Call& call, const Value& dot, const Value* last) {
    const Expression& head = call.words.front();
    if (head.kind != Expression::Kind::kFunction) {
      if (head.kind == Expression::Kind::kNil) {
        fail(head.position, "nil", "nil is not a command");
      }
      return find(head, dot);
    }
    std::vector<Value> arguments;
    for (std::size_t i = 1; i < call.words.size(); ++i) {
      arguments.push_back(find(call.words[i], dot));
    }
    if (last != nullptr) {
      arguments.push_back(*last);
    }
    return run_function(head, call.text, call.position, arguments);
  }

  Value run_function(const Expression& head, const std::string& text, std::size_t position,
                     const std::vector<Value>& arguments) {
    const auto call = [&] {
      try {
        return call_function(head.name, arguments);
      } catch (const Error& error) {
        fail(position, text, error.what());
      }
    };
    return follow(call(), head);
  }

  Value find(const Expression& expression, const Value& dot) {
    switch (expression.kind) {
      case Expression::Kind::kDot:
        return follow(dot, expression);
      case Expression::Kind::kVariable:
        for (auto variable = variables_.rbegin(); variable != variables_.rend(); ++variable) {
          if (variable->first == expression.name) {
            return follow(variable->second, expression);
          }
        }
        fail(expression.position, expression.text, "undefined variable");
      case Expression::Kind::kLiteral:
        return Value(expression.literal);
      case Expression::Kind::kNil:
        return {};
      case Expression::Kind::kFunction:
        return run_function(expression, expression.text, expression.position, {});
      case Expression::Kind::kPipeline:
        return follow(pipe(*expression.pipeline, dot), expression);
    }
    return {};
  }

  Value follow(Value value, const Expression& expression) {
    for (const std::string& field : expression.fields) {
      try {
        value = value.field(field);
      } catch (const Error& error) {
        fail(expression.position, expression.text, error.what());
      }
    }
    return value;
  }

  [[noreturn]] void fail(std::size_t position, const std::string& words,
                         const std::string& why) const {
    const std::string_view before = source_.text.substr(0, position);
    const auto newline = before.rfind('\n');
    const std::size_t column =
        newline == std::string_view::npos ? position : position - newline - 1;
    const std::string name(source_.name);
    throw Error(Code::kInvalid, "template: " + name + ":" +
                                    std::to_string(line_of(source_.text, position)) + ":" +
                                    std::to_string(column) + ": executing \"" + name +
                                    "\" at <" + words + ">: " + why);
  }

  Source source_;
  std::string out_;
  std::vector<std::pair<std::string, Value>> variables_;
};

}  // namespace

std::string evaluate(const Source& source, const std::vector<Statement>& statements,
                     const Value& data) {
  return Evaluator(source, data).run(statements);
}

}  // namespace gantry::cli::templates
