// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/progress.h"

#include <unistd.h>

#include <ostream>

#include "cli/human.h"

namespace gantry::cli {
namespace {

constexpr std::chrono::milliseconds kPace{100};
constexpr std::uint64_t kBarWidth = 24;

std::string bar(std::uint64_t done, std::uint64_t total) {
  const std::uint64_t full = total == 0 ? 0 : std::min(kBarWidth, done * kBarWidth / total);
  return "[" + std::string(full, '=') + std::string(kBarWidth - full, '-') + "]";
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::ostream& out, bool quiet)
    : out_(out), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

image::Progress ProgressDisplay::progress() {
  image::Progress progress;
  if (quiet_) {
    return progress;
  }
  progress.line = [this](const std::string& line) { say(line); };
  if (terminal_) {
    progress.bytes = [this](const std::string& layer, std::uint64_t done, std::uint64_t total) {
      show(layer, done, total);
    };
  }
  return progress;
}

void ProgressDisplay::say(const std::string& line) {
  finish();
  const std::lock_guard<std::mutex> lock(mutex_);
  out_ << line << std::endl;
}

void ProgressDisplay::show(const std::string& layer, std::uint64_t done, std::uint64_t total) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - shown_ < kPace && (total == 0 || done < total)) {
    return;
  }
  shown_ = now;
  unfinished_ = true;
  out_ << "\r\x1b[K" << layer.substr(0, 19) << " ";
  if (total != 0) {
    out_ << bar(done, total) << " ";
  }
  out_ << human_size(static_cast<double>(done));
  if (total != 0) {
    out_ << " / " << human_size(static_cast<double>(total));
  }
  out_.flush();
}

void ProgressDisplay::finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (unfinished_) {
    out_ << std::endl;
    unfinished_ = false;
  }
}

}  // namespace gantry::cli
