// SPDX-License-Identifier: Apache-2.0
//
// The folder that a layer is unpacked into: opens parents, makes room for entries and
// remembers the folders whose times can only be set once all is in them. Nothing here
// follows a link out of the layer. Belongs to one thread.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "sdk/support/unique_fd.h"

namespace gantry::storage_overlay {

struct Times {
  timespec access{};
  timespec modify{};
};

class LayerFolder {
 public:
  LayerFolder(const std::string& path, bool rootless, std::function<UniqueFd()> open_parents);

  // An open folder of the layer by its clean name, made with all before it when missing.
  // Valid until the next call but one. kInvalid when a link on the way leads out.
  [[nodiscard]] int open_folder(const std::string& name);
  // The same, without making anything: kNotFound when it does not exist.
  [[nodiscard]] int open_existing(const std::string& name);

  // Makes a folder, or keeps the one that is there, and answers with it open.
  [[nodiscard]] int make_folder(const std::string& name);
  // Removes what stands where a file is to be made.
  void make_way(int parent, const std::string& leaf);

  void hide_below(const std::string& name, const std::string& leaf);  // a whiteout
  void hide_all_below(const std::string& name);                       // an opaque folder

  // A folder's times and the list its new files would inherit, for finish to set.
  void defer(const std::string& name, const Times& times, std::string default_acl);
  void finish();

 private:
  struct Open {
    std::string name;
    UniqueFd fd;
    bool used = false;
  };
  struct Deferred {
    std::string name;
    Times times;
    std::string default_acl;
  };

  [[nodiscard]] UniqueFd open_beneath(const std::string& name, int flags, bool follow) const;
  [[nodiscard]] const Open* find_open(const std::string& name);
  int remember(const std::string& name, UniqueFd fd);
  void forget();
  UniqueFd make_missing(const std::string& name);
  UniqueFd make_implied(int parent, const std::string& leaf, const std::string& name);
  void copy_from_parents(int folder, const std::string& name);
  [[nodiscard]] bool is_whiteout(int parent, const std::string& leaf) const;
  void mark_opaque(int folder) const;

  UniqueFd root_;
  bool rootless_;
  std::function<UniqueFd()> open_parents_;
  UniqueFd parents_;
  bool parents_asked_ = false;
  std::array<Open, 2> open_;  // the two used last
  std::size_t next_ = 0;      // the one to be replaced
  std::vector<Deferred> deferred_;
};

}  // namespace gantry::storage_overlay
