// SPDX-License-Identifier: Apache-2.0
#include "sdk/oci_cli/runtime_words.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "sdk/support/json.h"

namespace gantry::oci_cli {

namespace {

struct Line {
  std::string level;  // empty: unknown
  std::string text;
};

Line from_json(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("msg") || !json["msg"].is_string()) {
    return {"", std::string(line)};
  }
  std::string level;
  if (const auto it = json.find("level"); it != json.end() && it->is_string()) {
    level = it->get<std::string>();
  }
  return {level, json["msg"].get<std::string>()};
}

// The value of key in `key=word key="quoted text"`; empty when absent.
std::string field(std::string_view line, std::string_view key) {
  const std::string mark = std::string(key) + "=";
  std::size_t at = line.find(mark);
  if (at == std::string_view::npos) {
    return {};
  }
  at += mark.size();
  if (at >= line.size() || line[at] != '"') {
    return std::string(line.substr(at, line.find(' ', at) - at));
  }
  std::string value;
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) {
      ++at;
    }
    value += line[at];
  }
  return value;
}

// "2026-01-02T03:04:05.678901Z: text" is text.
std::string_view without_time(std::string_view line) {
  const std::size_t end = line.find_first_not_of("0123456789-:.+TZ");
  const bool dated = end != std::string_view::npos && end >= 20 && line[4] == '-' &&
                     line[7] == '-' && line[10] == 'T';
  if (!dated) {
    return line;
  }
  line.remove_prefix(end);
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line;
}

Line parse_line(std::string_view line) {
  if (line.front() == '{') {
    return from_json(line);
  }
  if (line.starts_with("time=") && line.find(" msg=") != std::string_view::npos) {
    return {field(line, "level"), field(line, "msg")};
  }
  return {"", std::string(without_time(line))};
}

std::string trimmed(const std::string& text) {
  const auto space = [](unsigned char c) { return std::isspace(c) != 0; };
  const auto first = std::find_if_not(text.begin(), text.end(), space);
  const auto last = std::find_if_not(text.rbegin(), text.rend(), space).base();
  return first < last ? std::string(first, last) : std::string();
}

std::string without_noise(const Profile& profile, std::string text) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view noise : profile.noise) {
      if (text.starts_with(noise)) {
        text.erase(0, noise.size());
        again = true;
      }
    }
  }
  return trimmed(text);
}

bool is_error(const Line& line) {
  return line.level.empty() || line.level == "error" || line.level == "fatal" ||
         line.level == "panic";
}

}  // namespace

std::string bare_message(const Profile& profile, std::string_view output) {
  std::vector<Line> lines;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    if (const std::string text = trimmed(std::string(output.substr(0, end))); !text.empty()) {
      lines.push_back(parse_line(text));
    }
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  const bool any_error = std::any_of(lines.begin(), lines.end(), is_error);
  std::vector<std::string> sentences;
  for (const Line& line : lines) {
    const std::string text = without_noise(profile, line.text);
    // The same sentence may come twice: once through the log, once to standard error.
    const bool known = std::find(sentences.begin(), sentences.end(), text) != sentences.end();
    if ((!any_error || is_error(line)) && !text.empty() && !known) {
      sentences.push_back(text);
    }
  }
  std::string joined;
  for (const std::string& sentence : sentences) {
    joined += (joined.empty() ? "" : "; ") + sentence;
  }
  return joined;
}

Meaning meaning_of(const Profile& profile, std::string_view message) {
  for (const Phrase& phrase : profile.phrases) {
    if (message.find(phrase.text) != std::string_view::npos &&
        message.find(phrase.also) != std::string_view::npos) {
      return phrase.meaning;
    }
  }
  return Meaning::kUnknown;
}

}  // namespace gantry::oci_cli
