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
  std::string data;
  std::string store;
  if (!std::getline(note, data) || !std::getline(note, store)) {
    return false;
  }
  const bool same_folder = data == layout.data;
  if (mark && mark->store == store) {
    return same_folder;
  }
  layout::Layout other = layout;
  other.data = data;
  const std::optional<DataMark> owner = read_mark(other);
  if (same_folder || !owner || owner->store != store) {
    return false;  // it is no more
  }
  throw Error(Code::kInvalid, "the run folder " + layout.run.string() +
                                  " is that of the data in " + data + ", not of " +
                                  layout.data.string() +
                                  ": give --runroot with a folder of its own, too");
}

void claim_run(const layout::Layout& layout, const DataMark& mark, const LockWait& wait) {
  const FileLock lock = lock_of(layout, wait);
  if (!require_own_run(layout, mark)) {
    write_file(layout.run_owner(), note_of(layout, mark));
  }
}

}  // namespace gantry::engine
