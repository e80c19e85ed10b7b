// SPDX-License-Identifier: Apache-2.0
//
// pflag's grammar as a style of Boost.Program_options: the style turns each word into
// finished options or arguments, the library keeps the registry and the order.
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include "cli/options.h"

namespace gantry::cli {
namespace {

namespace po = boost::program_options;

class PflagStyle {
 public:
  PflagStyle(const Options& known, Interspersed interspersed)
      : known_(known), interspersed_(interspersed) {}

  // Reads the first word (and its value) off words.
  std::vector<po::option> operator()(std::vector<std::string>& words) {
    const std::string word = words.front();
    words.erase(words.begin());
    if (ended_ || word.size() < 2 || word[0] != '-') {
      ended_ = ended_ || interspersed_ == Interspersed::kNo;
      return {argument(word)};
    }
    if (word == "--") {
      ended_ = true;
      dashed_ = true;
      return {};
    }
    return word[1] == '-' ? read_long(word, words) : read_letters(word, words);
  }

  [[nodiscard]] bool dashed() const { return dashed_; }

 private:
  static po::option argument(const std::string& word) {
    po::option result;
    result.value = {word};
    result.original_tokens = {word};
    return result;
  }

  static po::option finished(const Option& option, std::string value) {
    po::option result(std::string(option.name), {std::move(value)});
    result.original_tokens = {std::string(option.name)};
    return result;
  }

  std::vector<po::option> read_long(const std::string& word, std::vector<std::string>& words) {
    const std::string body = word.substr(2);
    if (body[0] == '-' || body[0] == '=') {
      throw UsageError("bad flag syntax: " + word);
    }
    const auto equals = body.find('=');
    const std::string name = body.substr(0, equals);
    if (name == "help") {
      throw UsageError("help requested", true);
    }
    const Option* option = known_.find(name);
    if (option == nullptr) {
      throw UsageError("unknown flag: --" + name);
    }
    if (equals != std::string::npos) {
      return {finished(*option, body.substr(equals + 1))};
    }
    if (option->kind == ValueKind::kFlag) {
      return {finished(*option, "true")};
    }
    return {finished(*option, take(words, "--" + name))};
  }

  std::vector<po::option> read_letters(const std::string& word,
                                       std::vector<std::string>& words) {
    std::vector<po::option> result;
    for (std::size_t i = 1; i < word.size(); ++i) {
      const Option* option = known_.find(word[i]);
      const std::string rest = word.substr(i);
      if (option == nullptr) {
        throw word[i] == 'h'
            ? UsageError("help requested", true)
            : UsageError(std::string("unknown shorthand flag: '") + word[i] + "' in -" + rest);
      }
      if (rest.size() > 2 && rest[1] == '=') {
        result.push_back(finished(*option, rest.substr(2)));
        break;
      }
      if (option->kind != ValueKind::kFlag) {
        result.push_back(
            finished(*option, rest.size() > 1
                                  ? rest.substr(1)
                                  : take(words, std::string("'") + word[i] + "' in -" + rest)));
        break;
      }
      result.push_back(finished(*option, "true"));
    }
    return result;
  }

  static std::string take(std::vector<std::string>& words, const std::string& who) {
    if (words.empty()) {
      throw UsageError("flag needs an argument: " + who);
    }
    std::string value = std::move(words.front());
    words.erase(words.begin());
    return value;
  }

  const Options& known_;
  Interspersed interspersed_;
  bool ended_ = false;
  bool dashed_ = false;
};

po::options_description describe(const Options& known) {
  po::options_description all;
  for (const OptionTable table : known.tables()) {
    for (const Option& option : table) {
      if (known.find(option.name) == &option) {  // a command's own hides a global one
        all.add_options()(std::string(option.name).c_str(), po::value<std::string>());
      }
    }
  }
  return all;
}

}  // namespace

ParsedLine parse_line(const std::vector<std::string>& words, std::vector<OptionTable> tables,
                      Interspersed interspersed) {
  ParsedLine line;
  line.options = Options(std::move(tables));
  PflagStyle style(line.options, interspersed);
  const po::options_description description = describe(line.options);
  po::command_line_parser parser(words);
  parser.options(description).style(po::command_line_style::unix_style);
  parser.extra_style_parser([&style](std::vector<std::string>& rest) { return style(rest); });
  for (po::option& found : parser.run().options) {
    if (found.string_key.empty()) {
      line.arguments.push_back(std::move(found.value.front()));
    } else {
      line.options.set(*line.options.find(found.string_key), std::move(found.value.front()));
    }
  }
  line.dashed = style.dashed();
  return line;
}

}  // namespace gantry::cli
