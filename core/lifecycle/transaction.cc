// SPDX-License-Identifier: Apache-2.0
#include "core/lifecycle/transaction.h"

#include <fcntl.h>

#include <algorithm>

#include "core/log/log.h"
#include "core/model/ids.h"
#include "sdk/support/files.h"
#include "sdk/support/trace.h"
#include "sdk/support/uncancelled.h"

namespace gantry::lifecycle {

void Journal::begin(std::string_view step) {
  if (!path_.empty()) {
    make_directories(path_.parent_path(), 0700);
    const UniqueFd fd = open_file(path_, O_WRONLY | O_APPEND | O_CREAT, 0600);
    write_all(fd.get(), std::string(step) + "\n", path_.string());
  }
}

std::optional<std::vector<std::string>> Journal::read() const {
  const std::optional<std::string> text =
      path_.empty() ? std::nullopt : read_file_if_exists(path_);
  // An empty one, as a power cut may leave it, tells nothing: then all is undone.
  if (!text || text->empty()) {
    return std::nullopt;
  }
  std::vector<std::string> steps;
  std::size_t start = 0;
  for (std::size_t end = 0; (end = text->find('\n', start)) != std::string::npos;
       start = end + 1) {
    steps.push_back(text->substr(start, end - start));
  }
  return steps;
}

namespace {

void undo(const Step& step, StepContext& context, std::optional<Error>& first) {
  const Uncancelled shield;
  const trace::Span span(trace::Kind::kStep, "undo ", step.name);
  try {
    step.undo(context);
  } catch (const std::exception& e) {
    const Error* known = dynamic_cast<const Error*>(&e);
    const Error error = (known != nullptr ? *known : Error(Code::kInternal, e.what()))
                            .while_doing("undo step " + std::string(step.name));
    if (first) {
      log::error("container " + model::short_id(context.config.id) + ": " + error.what());
    } else {
      first = error;
    }
  }
}

}  // namespace

void play(std::span<const Step> steps, StepContext& context, Journal journal) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    try {
      const trace::Span span(trace::Kind::kStep, steps[i].name);
      journal.begin(steps[i].name);
      steps[i].run(context);
    } catch (...) {
      std::optional<Error> left;
      for (std::size_t back = i + 1; back > 0 && !(left && back == 1); --back) {
        undo(steps[back - 1], context, left);
      }
      if (left) {
        log::error("container " + model::short_id(context.config.id) + ": " + left->what());
      }
      throw;
    }
  }
}

std::optional<Error> play_backwards(std::span<const Step> steps, StepContext& context,
                                    const Journal& journal) {
  const std::optional<std::vector<std::string>> begun = journal.read();
  std::optional<Error> first;
  for (std::size_t i = steps.size(); i > 0 && !(first && i == 1); --i) {
    const Step& step = steps[i - 1];
    if (!begun || std::find(begun->begin(), begun->end(), step.name) != begun->end()) {
      undo(step, context, first);
    }
  }
  return first;
}

}  // namespace gantry::lifecycle
