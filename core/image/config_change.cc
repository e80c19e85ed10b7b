// SPDX-License-Identifier: Apache-2.0
//
// apply_change: one line of a Dockerfile turned into image defaults.
#include <algorithm>
#include <cctype>
#include <functional>
#include <utility>

#include "core/image/config.h"
#include "core/image/health_change.h"
#include "sdk/support/json.h"

namespace gantry::image {

namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Words as a shell would split them: blanks part, quotes join, a backslash takes the next
// character as it is.
std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word.push_back(text[++i]);
      open = true;
    } else if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word.push_back(c);
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (c == ' ' || c == '\t') {
      if (open) {
        words.push_back(std::exchange(word, {}));
        open = false;
      }
    } else {
      word.push_back(c);
      open = true;
    }
  }
  if (open) {
    words.push_back(word);
  }
  return words;
}

// A JSON list of strings; nullopt when it is none.
std::optional<std::vector<std::string>> json_words(std::string_view text) {
  if (text.empty() || text.front() != '[') {
    return std::nullopt;
  }
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array() || !std::all_of(json.begin(), json.end(),
                                       [](const Json& item) { return item.is_string(); })) {
    return std::nullopt;
  }
  return json.get<std::vector<std::string>>();
}

// The exec form as it is, the shell form through a shell.
std::vector<std::string> command_of(std::string_view text) {
  if (auto words = json_words(text)) {
    return *std::move(words);
  }
  return {"/bin/sh", "-c", std::string(text)};
}

// "NAME=value ..." or the old "NAME value".
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text,
                                                          const std::string& verb) {
  const std::vector<std::string> words = split_words(text);
  std::vector<std::pair<std::string, std::string>> pairs;
  if (words.size() >= 2 && words.front().find('=') == std::string::npos) {
    const std::size_t name_end = text.find_first_of(" \t");
    pairs.emplace_back(words.front(), trim(text.substr(name_end)));
    return pairs;
  }
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(Code::kInvalid, "invalid change \"" + verb + " " + std::string(text) +
                                      "\": \"" + word + "\" is not NAME=VALUE");
    }
    pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return pairs;
}

void set_env(std::vector<std::string>& env, const std::string& name, const std::string& value) {
  const std::string prefix = name + "=";
  const auto same = std::find_if(env.begin(), env.end(), [&](const std::string& item) {
    return item.starts_with(prefix);
  });
  if (same != env.end()) {
    *same = prefix + value;
  } else {
    env.push_back(prefix + value);
  }
}

void add_sorted(std::vector<std::string>& set, const std::string& item) {
  const auto at = std::lower_bound(set.begin(), set.end(), item);
  if (at == set.end() || *at != item) {
    set.insert(at, item);
  }
}

void add_port(std::vector<std::string>& ports, const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string number = text.substr(0, slash);
  const std::string protocol = slash == std::string::npos ? "tcp" : text.substr(slash + 1);
  const bool digits =
      !number.empty() && number.size() <= 5 &&
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool known = protocol == "tcp" || protocol == "udp" || protocol == "sctp";
  if (!digits || !known || std::stoi(number) < 1 || std::stoi(number) > 65535) {
    throw Error(Code::kInvalid,
                "invalid EXPOSE format: \"" + text + "\" is not PORT or PORT/PROTOCOL");
  }
  add_sorted(ports, number + "/" + protocol);
}

using Apply = void (*)(model::ImageDefaults&, std::string_view);

struct Change {
  std::string_view verb;
  Apply apply;
};

constexpr auto kWorkdir = [](model::ImageDefaults& d, std::string_view text) {
  const bool absolute = text.starts_with('/');
  d.workdir = absolute ? std::string(text)
                       : (d.workdir.empty() ? "/" : d.workdir + "/") + std::string(text);
};

constexpr Change kChanges[] = {
    {"CMD", [](auto& d, std::string_view text) { d.command = command_of(text); }},
    {"ENTRYPOINT", [](auto& d, std::string_view text) { d.entrypoint = command_of(text); }},
    {"ENV",
     [](auto& d, std::string_view text) {
       for (const auto& [name, value] : pairs_of(text, "ENV")) {
         set_env(d.env, name, value);
       }
     }},
    {"EXPOSE",
     [](auto& d, std::string_view text) {
       for (const std::string& port : split_words(text)) {
         add_port(d.exposed_ports, port);
       }
     }},
    {"HEALTHCHECK", change_health},
    {"LABEL",
     [](auto& d, std::string_view text) {
       for (const auto& [name, value] : pairs_of(text, "LABEL")) {
         d.labels[name] = value;
       }
     }},
    {"ONBUILD", [](auto& d, std::string_view text) { d.on_build.emplace_back(text); }},
    {"STOPSIGNAL", [](auto& d, std::string_view text) { d.stop_signal = text; }},
    {"USER", [](auto& d, std::string_view text) { d.user = text; }},
    {"VOLUME",
     [](auto& d, std::string_view text) {
       const auto listed = json_words(text);
       for (const std::string& path : listed ? *listed : split_words(text)) {
         add_sorted(d.volumes, path);
       }
     }},
    {"WORKDIR", kWorkdir},
};

}  // namespace

void apply_change(model::ImageDefaults& defaults, std::string_view change) {
  const std::string_view line = trim(change);
  // "CMD=[...]" is accepted beside "CMD [...]", as podman does.
  const std::size_t end = std::min(line.find_first_of(" \t="), line.size());
  std::string verb(line.substr(0, end));
  std::transform(verb.begin(), verb.end(), verb.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::string_view text = end < line.size() ? trim(line.substr(end + 1)) : "";
  if (text.empty()) {
    throw Error(Code::kInvalid, "invalid change \"" + std::string(change) +
                                    "\" - must be formatted as KEY VALUE");
  }
  for (const Change& known : kChanges) {
    if (known.verb == verb) {
      known.apply(defaults, text);
      return;
    }
  }
  throw Error(
      Code::kInvalid,
      "invalid change \"" + std::string(change) + "\" - invalid instruction " + verb +
          "; use CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, "
          "USER, VOLUME or WORKDIR");
}

}  // namespace gantry::image
