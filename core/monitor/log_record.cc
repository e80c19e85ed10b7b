// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/log_record.h"

#include <charconv>
#include <chrono>
#include <optional>

#include "sdk/support/json.h"

namespace gantry::monitor {

namespace {

// Takes digits off the front; the character that must follow, if not 0, goes too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  int number(std::size_t digits, char then) {
    int value = 0;
    const char* const end = text_.data() + std::min(digits, text_.size());
    ok_ = ok_ && text_.size() >= digits && std::from_chars(text_.data(), end, value).ptr == end;
    text_.remove_prefix(ok_ ? digits : text_.size());
    return then == 0 || take(then) ? value : 0;
  }
  bool take(char c) {
    ok_ = ok_ && !text_.empty() && text_.front() == c;
    text_.remove_prefix(ok_ ? 1 : text_.size());
    return ok_;
  }
  [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }
  // .123456789, as nanoseconds.
  std::int64_t fraction() {
    std::int64_t value = 0;
    std::int64_t unit = 100'000'000;
    while (peek() >= '0' && peek() <= '9') {
      value += unit * (peek() - '0');
      unit /= 10;
      text_.remove_prefix(1);
    }
    return value;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

// RFC 3339, as Go and conmon write it.
std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  Scanner scan(text);
  const int y = scan.number(4, '-');
  const auto m = static_cast<unsigned>(scan.number(2, '-'));
  const auto d = static_cast<unsigned>(scan.number(2, 'T'));
  const hours h(scan.number(2, ':'));
  const minutes min(scan.number(2, ':'));
  const seconds s(scan.number(2, 0));
  std::int64_t fraction = 0;
  if (scan.peek() == '.') {
    (void)scan.take('.');
    fraction = scan.fraction();
  }
  minutes offset(0);
  if (scan.peek() == 'Z') {
    (void)scan.take('Z');
  } else {
    const bool west = scan.peek() == '-';
    (void)scan.take(west ? '-' : '+');
    const int offset_hours = scan.number(2, ':');
    offset = minutes((offset_hours * 60 + scan.number(2, 0)) * (west ? -1 : 1));
  }
  const year_month_day date{year(y), month(m), day(d)};
  if (!scan.ok() || !scan.at_end() || !date.ok()) {
    return std::nullopt;
  }
  return duration_cast<nanoseconds>((sys_days(date) + h + min + s - offset).time_since_epoch())
             .count() +
         fraction;
}

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
