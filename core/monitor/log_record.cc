// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/log_record.h"

#include <optional>

#include "sdk/support/json.h"
#include "sdk/support/timestamp.h"

namespace gantry::monitor {

namespace {

std::optional<LogRecord> parse_k8s(std::string_view line) {
  const std::size_t stream_at = line.find(' ');
  if (stream_at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> time = parse_timestamp(line.substr(0, stream_at));
  // " stdout F " is ten characters, whichever the stream.
  const std::string_view middle = line.substr(stream_at, 10);
  const bool from_stderr = middle.starts_with(" stderr ");
  if (!time || middle.size() < 10 || !(from_stderr || middle.starts_with(" stdout ")) ||
      middle[9] != ' ' || (middle[8] != 'F' && middle[8] != 'P')) {
    return std::nullopt;
  }
  return LogRecord{.time_ns = *time,
                   .time_text = std::string(line.substr(0, stream_at)),
                   .from_stderr = from_stderr,
                   .partial = middle[8] == 'P',
                   .text = std::string(line.substr(stream_at + 10))};
}

std::optional<LogRecord> parse_json_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("log") || !json["log"].is_string()) {
    return std::nullopt;
  }
  LogRecord record;
  record.text = json["log"].get<std::string>();
  record.from_stderr = json.value("stream", Json()) == "stderr";
  const Json time = json.value("time", Json());
  record.time_text = time.is_string() ? time.get<std::string>() : "";
  record.time_ns = parse_timestamp(record.time_text).value_or(0);
  record.partial = !record.text.ends_with('\n');
  if (!record.partial) {
    record.text.pop_back();
  }
  return record;
}

}  // namespace

LogRecord parse_log_line(std::string_view line) {
  std::optional<LogRecord> record =
      line.starts_with('{') ? parse_json_line(line) : parse_k8s(line);
  if (record) {
    return *std::move(record);
  }
  LogRecord raw;
  raw.text = std::string(line);
  return raw;
}

}  // namespace gantry::monitor
