// SPDX-License-Identifier: Apache-2.0
#include "cli/selection.h"

#include <ostream>

#include "cli/values.h"
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
    throw Error(Code::kNotFound, "no containers: there is no latest one");
  }
  return rows.back().brief.id;
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
    if (all || !names.empty()) {
      throw Error(Code::kInvalid, "--latest takes neither names nor --all");
    }
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

void for_each(Context& context, const std::vector<std::string>& names, bool ignore_missing,
              const std::function<bool(const std::string&)>& done) {
  std::vector<Error> failures;
  for (const std::string& name : names) {
    try {
      if (done(name)) {
        context.out() << name << "\n";
        context.out().flush();
      }
    } catch (const Error& error) {
      if (!ignore_missing || error.code() != Code::kNotFound) {
        failures.push_back(error);
      }
    }
  }
  if (failures.empty()) {
    return;
  }
  for (std::size_t i = 0; i + 1 < failures.size(); ++i) {
    context.err() << "Error: " << failures[i].what() << "\n";
  }
  throw failures.back();
}

}  // namespace gantry::cli
