// SPDX-License-Identifier: Apache-2.0
#include "core/engine/run_folder.h"

#include <optional>
#include <sstream>
#include <string>

#include "sdk/support/files.h"

namespace gantry::engine {

namespace {

// "DATA FOLDER\nSTORE\n".
std::string note_of(const layout::Layout& layout, const DataMark& mark) {
  return layout.data.string() + "\n" + mark.store + "\n";
}

// One that cannot be looked at may be there.
bool is_gone(const layout::Layout& owner, const std::string& store) {
  try {
    const std::optional<DataMark> mark = read_mark(owner);
    return !mark || mark->store != store;
  } catch (const Error&) {
    return false;
  }
}

bool is_same_folder(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::error_code unknown;
  return std::filesystem::equivalent(one, other, unknown);
}

FileLock lock_of(const layout::Layout& layout, const LockWait& wait) {
  return FileLock::take(layout.boot().string() + ".lock", LockMode::kExclusive, wait);
}

}  // namespace

void forget_other_boots(const layout::Layout& layout, const std::string& boot,
                        const LockWait& wait) {
  if (read_file_if_exists(layout.boot()) == boot) {
    return;
  }
  const FileLock lock = lock_of(layout, wait);
  const std::optional<std::string> recorded = read_file_if_exists(layout.boot());
  if (recorded == boot) {
    return;  // another process was quicker
  }
  if (recorded) {
    remove_tree(layout.plugins_run());
  }
  write_file(layout.boot(), boot);
}

bool require_own_run(const layout::Layout& layout, const std::optional<DataMark>& mark) {
  std::istringstream note(read_file_if_exists(layout.run_owner()).value_or(""));
  layout::Layout owner = layout;
  std::string data;
  std::string store;
  if (!std::getline(note, data) || !std::getline(note, store)) {
    return false;
  }
  owner.data = data;
  if (owner.data == layout.data) {
    return mark && mark->store == store;  // else it was begun anew in its place
  }
  if (is_gone(owner, store) || is_same_folder(owner.data, layout.data)) {
    return false;
  }
  throw Error(Code::kInvalid, "the run folder " + layout.run.string() +
                                  " is that of the data in " + data + ", not of " +
                                  layout.data.string() +
                                  ": give --runroot with a folder of its own, too");
}

void claim_run(const layout::Layout& layout, const LockWait& wait) {
  const std::optional<DataMark> mark = read_mark(layout);
  if (!mark || require_own_run(layout, mark)) {
    return;
  }
  const FileLock lock = lock_of(layout, wait);
  if (!require_own_run(layout, mark)) {
    write_file(layout.run_owner(), note_of(layout, *mark));
  }
}

}  // namespace gantry::engine
