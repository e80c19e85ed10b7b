// SPDX-License-Identifier: Apache-2.0
#include "cli/selection.h"

#include <exception>
#include <ostream>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/values.h"
#include "core/engine/engine.h"
#include "core/lifecycle/dependencies.h"
#include "core/lifecycle/state_machine.h"
#include "core/lifecycle/task_graph.h"
#include "core/lifecycle/verbs/list.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

bool flagged(const Options& options, std::string_view name) {
  return options.find(name) != nullptr && options.flag(name);
}

std::vector<std::string> lists(const Options& options, std::string_view name) {
  return options.find(name) == nullptr ? std::vector<std::string>() : options.list(name);
}

std::string id_in(const std::string& file) {
  std::string text = read_file(file);
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::vector<store::ContainerRow> all_containers(Context& context) {
  return lifecycle::list(context.engine());
}

std::string latest_container(engine::Engine& engine) {
  const std::vector<store::ContainerRow> rows = lifecycle::list(engine);
  if (rows.empty()) {
    throw Error(Code::kNotFound,
                "there is no container, and so no latest one: no such container");
  }
  return rows.back().brief.id;
}

void refuse_names_with_latest(const Context& context) {
  if (flagged(context.options(), "latest") && !context.arguments().empty()) {
    throw Error(Code::kInvalid, "--latest and containers cannot be used together");
  }
}

std::vector<std::string> select_containers(
    Context& context, const std::function<bool(const store::ContainerRow&)>& fits) {
  const Options& options = context.options();
  std::vector<std::string> names = context.arguments();
  const std::vector<std::string> filters = lists(options, "filter");
  const bool all = flagged(options, "all") || !filters.empty();
  if (all && !names.empty()) {
    throw Error(Code::kInvalid, "no arguments are needed with --all");
  }
  if (flagged(options, "latest")) {
    if (all) {
      throw Error(Code::kInvalid, "--all and --latest cannot be used together");
    }
    refuse_names_with_latest(context);
    return {latest_container(context.engine())};
  }
  if (all) {
    const ContainerFilter filter(context.engine(), filters);
    for (const store::ContainerRow& row : lifecycle::list(context.engine())) {
      if (fits(row) && filter.takes(row)) {
        names.push_back(row.brief.id);
      }
    }
  }
  for (const std::string& file : lists(options, "cidfile")) {
    if (flagged(options, "ignore") && !exists(file)) {
      continue;
    }
    names.push_back(id_in(file));
  }
  return names;
}

std::string select_one(Context& context, std::vector<std::string>& arguments) {
  arguments = context.arguments();
  if (flagged(context.options(), "latest")) {
    return latest_container(context.engine());
  }
  if (arguments.empty()) {
    throw Error(Code::kInvalid, "you must provide the name or id of a container");
  }
  std::string name = std::move(arguments.front());
  arguments.erase(arguments.begin());
  return name;
}

void Failures::add(const Error& error) {
  missing_ = missing_ || error.code() == Code::kNotFound;
  in_use_ = in_use_ || error.code() == Code::kBusy ||
            dynamic_cast<const lifecycle::StateError*>(&error) != nullptr;
  errors_.push_back(error);
}

void Failures::tell(Context& context) const {
  if (errors_.empty()) {
    return;
  }
  for (std::size_t i = 0; i + 1 < errors_.size(); ++i) {
    context.err() << "Error: " << errors_[i].what() << "\n";
  }
  if (removal_ && (missing_ || in_use_)) {
    const bool missing = missing_ && (missing_first_ || !in_use_);
    throw ExitError(missing ? kExitNotKnown : kExitInUse, errors_.back());
  }
  throw errors_.back();
}

namespace {

// What became of each, in the order given.
class Report {
 public:
  Report(Context& context, bool ignore_missing)
      : context_(context), ignore_missing_(ignore_missing) {}

  void succeeded(const std::string& name) {
    context_.out() << name << "\n";
    context_.out().flush();
  }
  void failed(const Error& error) {
    if (!ignore_missing_ || error.code() != Code::kNotFound) {
      failures_.add(error);
    }
  }
  void exit_as_removal(bool of_containers) { failures_.exit_as_removal(of_containers); }
  void finish() { failures_.tell(context_); }

 private:
  Context& context_;
  bool ignore_missing_;
  Failures failures_;
};

void do_each(const std::vector<std::string>& names,
             const std::function<bool(const std::string&)>& done, Report& report) {
  for (const std::string& name : names) {
    try {
      if (done(name)) {
        report.succeeded(name);
      }
    } catch (const Error& error) {
      report.failed(error);
    }
  }
  report.finish();
}

}  // namespace

void for_each(Context& context, const std::vector<std::string>& names, bool ignore_missing,
              const std::function<bool(const std::string&)>& done) {
  Report report(context, ignore_missing);
  do_each(names, done, report);
}

void remove_each(Context& context, const std::vector<std::string>& names, bool ignore_missing,
                 const std::function<bool(const std::string&)>& done) {
  Report report(context, ignore_missing);
  report.exit_as_removal(false);
  do_each(names, done, report);
}

void remove_containers(
    Context& context, const std::vector<std::string>& names, bool ignore_missing,
    const std::function<std::vector<std::string>(const std::string&)>& remove) {
  engine::Engine& engine = context.engine();
  std::vector<std::vector<std::size_t>> before = lifecycle::removal_order(engine, names);
  std::vector<std::vector<std::string>> lines(names.size());
  std::vector<std::exception_ptr> failures(names.size());
  std::vector<lifecycle::Task> tasks;
  for (std::size_t i = 0; i < names.size(); ++i) {
    // A failure is kept here: what follows it is tried all the same, and says why it cannot go.
    tasks.push_back({[&, i] {
                       try {
                         if (engine.cancellation && engine.cancellation()) {
                           throw Error(Code::kCancelled,
                                       "interrupted before " + names[i] + " was removed");
                         }
                         lines[i] = remove(names[i]);
                       } catch (...) {
                         failures[i] = std::current_exception();
                       }
                     },
                     std::move(before[i])});
  }
  const std::vector<lifecycle::Outcome> outcomes =
      lifecycle::run_tasks(engine.settings.at_once, tasks);
  Report report(context, ignore_missing);
  report.exit_as_removal(true);
  for (std::size_t i = 0; i < names.size(); ++i) {
    try {
      if (failures[i]) {
        std::rethrow_exception(failures[i]);
      }
      if (!outcomes[i].ran) {
        throw Error(Code::kCorrupt, "container " + names[i] + " depends on itself");
      }
      for (const std::string& line : lines[i]) {
        report.succeeded(line);
      }
    } catch (const Error& error) {
      report.failed(error);
    }
  }
  report.finish();
}

void for_each_at_once(Context& context, const std::vector<std::string>& names,
                      bool ignore_missing,
                      const std::function<void(const std::string&)>& done) {
  std::vector<lifecycle::Task> tasks;
  for (const std::string& name : names) {
    tasks.push_back({[&done, &name] { done(name); }});
  }
  const std::vector<lifecycle::Outcome> outcomes =
      lifecycle::run_tasks(context.engine().settings.at_once, tasks);
  Report report(context, ignore_missing);
  for (std::size_t i = 0; i < names.size(); ++i) {
    try {
      if (outcomes[i].failure) {
        std::rethrow_exception(outcomes[i].failure);
      }
      report.succeeded(names[i]);
    } catch (const Error& error) {
      report.failed(error);
    }
  }
  report.finish();
}

}  // namespace gantry::cli
