// SPDX-License-Identifier: Apache-2.0
//
// Which containers a command is for: names, --all, --latest, --cidfile, --filter; and how
// one verb is done to several, each failure told, none stopping the others.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "core/model/container_state.h"
#include "core/store/store.h"

namespace gantry::cli {

inline constexpr Option kLatestOption{.name = "latest",
                                      .letter = 'l',
                                      .kind = ValueKind::kFlag,
                                      .help = "Act on the container that was created last"};

// At least one container, unless one of these options stands in for it.
[[nodiscard]] constexpr ArgumentRule some_containers(std::string_view unless) {
  return {
      .least = 1, .unless = unless, .complaint = "you must provide at least one name or id"};
}

// The names as given; with --all those that fits() takes, with --latest the newest. Options
// that the command does not have count as not given.
[[nodiscard]] std::vector<std::string> select_containers(
    Context& context, const std::function<bool(const store::ContainerRow&)>& fits);
[[nodiscard]] inline bool runs(const store::ContainerRow& row) {
  return model::runs(row.state.status);
}
// Names beside --latest are kInvalid.
void refuse_names_with_latest(const Context& context);
// One container: the first argument or --latest. arguments gets what is left.
[[nodiscard]] std::string select_one(Context& context, std::vector<std::string>& arguments);

// All containers, oldest first, as they are now.
[[nodiscard]] std::vector<store::ContainerRow> all_containers(Context& context);
// The id of the newest; kNotFound when there is none.
[[nodiscard]] std::string latest_container(engine::Engine& engine);

// What failed of several: told at the end, the last one by throwing it.
class Failures {
 public:
  void add(const Error& error);
  // Of verbs that remove, in podman's codes: 1 when something is not known, 2 when it is in
  // use, else as any failure. Of both, containers tell the first, and all else the second.
  void exit_as_removal(bool of_containers = false) {
    removal_ = true;
    missing_first_ = of_containers;
  }
  void tell(Context& context) const;

 private:
  std::vector<Error> errors_;
  bool missing_ = false;
  bool in_use_ = false;
  bool removal_ = false;
  bool missing_first_ = false;
};

// Does it to each and prints the name, unless done() answers false ("nothing to print").
// With ignore a missing one is passed over.
void for_each(Context& context, const std::vector<std::string>& names, bool ignore_missing,
              const std::function<bool(const std::string&)>& done);

// for_each with the exit codes of removal.
void remove_each(Context& context, const std::vector<std::string>& names, bool ignore_missing,
                 const std::function<bool(const std::string&)>& done);

// So with containers, at once, but for those that depend on others and go before them. remove
// answers what to print, which is printed in the order given.
void remove_containers(
    Context& context, const std::vector<std::string>& names, bool ignore_missing,
    const std::function<std::vector<std::string>(const std::string&)>& remove);

// The same to several at once; the names are printed in the order given. done must not print.
void for_each_at_once(Context& context, const std::vector<std::string>& names,
                      bool ignore_missing, const std::function<void(const std::string&)>& done);

// --filter of ps and its kin: key=value; kInvalid for an unknown key.
class ContainerFilter {
 public:
  ContainerFilter(engine::Engine& engine, const std::vector<std::string>& filters);
  [[nodiscard]] bool takes(const store::ContainerRow& row) const;
  // A status was asked for, so that ps shows more than what runs.
  [[nodiscard]] bool names_status() const;

 private:
  using Test = std::function<bool(const store::ContainerRow&)>;
  [[nodiscard]] Test test_for(engine::Engine& engine, const std::string& key,
                              const std::string& value) const;

  std::vector<std::pair<std::string, std::vector<Test>>> tests_;  // one of each key must hold
};

}  // namespace gantry::cli
