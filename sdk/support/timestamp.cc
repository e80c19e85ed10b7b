// SPDX-License-Identifier: Apache-2.0
#include "sdk/support/timestamp.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace gantry {

using namespace std::chrono;

namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// Reads fixed-width fields from the front of a text; goes sour once and stays so.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  // Within bounds.
  int number(std::size_t digits, int least, int most) {
    const int value = number(digits);
    ok_ = ok_ && value >= least && value <= most;
    return value;
  }
  int number(std::size_t digits) {
    int value = 0;
    if (text_.size() < digits) {
      ok_ = false;
      return 0;
    }
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + digits, value);
    ok_ = ok_ && error == std::errc() && end == text_.data() + digits && value >= 0;
    text_.remove_prefix(digits);
    return value;
  }
  void expect(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_.front()) == std::string_view::npos) {
      ok_ = false;
      return;
    }
    text_.remove_prefix(1);
  }
  // ".123" as nanoseconds; 0 when there is no fraction.
  std::int64_t fraction() {
    if (text_.empty() || text_.front() != '.') {
      return 0;
    }
    text_.remove_prefix(1);
    std::int64_t value = 0;
    std::int64_t unit = kNsPerSecond;
    std::size_t digits = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; ++digits) {
      unit /= 10;
      value += unit * (text_.front() - '0');
      text_.remove_prefix(1);
    }
    ok_ = ok_ && digits > 0;
    return value;
  }
  // Seconds east of UTC.
  int zone() {
    if (text_ == "Z" || text_ == "z") {
      text_ = {};
      return 0;
    }
    const int sign = !text_.empty() && text_.front() == '-' ? -1 : 1;
    expect("+-");
    const int hours = number(2, 0, 23);
    expect(":");
    const int minutes = number(2, 0, 59);
    return sign * (hours * 3600 + minutes * 60);
  }
  [[nodiscard]] bool finished() const { return ok_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

std::int64_t now_ns() {
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  Fields fields(text);
  const int y = fields.number(4);
  fields.expect("-");
  const int m = fields.number(2);
  fields.expect("-");
  const int d = fields.number(2);
  const year_month_day date{year(y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d))};
  fields.expect("Tt ");
  const hours h(fields.number(2, 0, 23));
  fields.expect(":");
  const minutes min(fields.number(2, 0, 59));
  fields.expect(":");
  const seconds s(fields.number(2, 0, 60));
  const nanoseconds fraction(fields.fraction());
  const seconds zone(fields.zone());
  if (!fields.finished() || !date.ok()) {
    return std::nullopt;
  }
  // Beyond these years nanoseconds do not fit; "0001-01-01" is how Go writes "never".
  if (y < 1678 || y > 2261) {
    return 0;
  }
  return nanoseconds(sys_days(date).time_since_epoch() + h + min + s - zone + fraction).count();
}

std::string format_timestamp(std::int64_t ns) {
  std::int64_t seconds = ns / kNsPerSecond;
  std::int64_t rest = ns % kNsPerSecond;
  if (rest < 0) {
    rest += kNsPerSecond;
    --seconds;
  }
  const std::time_t time = seconds;
  std::tm parts{};
  (void)::gmtime_r(&time, &parts);
  std::array<char, 48> buffer{};
  const std::size_t size =
      std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string text(buffer.data(), size);
  if (rest != 0) {
    std::string digits = std::to_string(rest);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  return text + "Z";
}

}  // namespace gantry
