// SPDX-License-Identifier: Apache-2.0
//
// Volumes: folders that outlive containers. Records and claims are in the store, bytes in
// <root>/<name>/_data. A value over references; one thread, any number of processes: each
// operation holds the volume's lock (<root>/.locks). Failures are gantry::Error in podman's
// words where it has them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/locks/lock.h"
#include "core/store/store.h"

namespace gantry::volume {

struct NewVolume {
  std::string name = {};  // empty: random
  std::string driver = "local";
  std::map<std::string, std::string> labels = {};
  std::map<std::string, std::string> options = {};  // type, device, o, copy, nocopy
  bool anonymous = false;
  bool ignore_existing = false;
};

// What the first container that uses a volume makes of it.
struct FirstUse {
  std::filesystem::path rootfs;  // mounted
  std::string destination;       // in it
  bool copy = true;              // what the image has there
  // Who gets the folder where the image has nothing; null: root.
  std::function<model::Owner()> owner = nullptr;
  std::string label = {};  // SELinux's, of all that is in it; empty: none
};

class Volumes {
 public:
  // store and the folder outlive it. cancelled: whether the wait for a lock or a file server
  // shall end with kCancelled; may be null.
  Volumes(store::Store& store, std::filesystem::path root,
          std::function<bool()> cancelled = nullptr)
      : store_(store), root_(std::move(root)), cancelled_(std::move(cancelled)) {}

  // kExists; kInvalid for an unknown driver or option. Answers the name.
  std::string create(const NewVolume& request);
  // The record; kNotFound. The name may be a unique prefix, as people type them; everywhere
  // else a name is the whole one.
  [[nodiscard]] model::Volume inspect(const std::string& name) const;
  [[nodiscard]] std::vector<model::Volume> list() const;
  // Where its content is on the host.
  [[nodiscard]] std::filesystem::path path(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> users(const std::string& name) const;
  // kBusy names the containers that use it; kNotFound. Content first, record last.
  void remove(const std::string& name);

  // For a container: makes the volume if it is missing and counts the container as a user,
  // in one transaction. True: it was missing.
  bool claim(const std::string& name, const std::string& container, bool anonymous);
  // Gone counts as done. With remove_it the volume goes too, if nobody else uses it. True: it
  // went.
  bool release(const std::string& name, const std::string& container, bool remove_it);

  // Where the container finds it; mounts it first if its options say so. Repeatable.
  std::filesystem::path mount(const std::string& name, const std::string& container);
  // Containers that a volume is mounted for, by what mount noted; none of a plain folder.
  [[nodiscard]] std::vector<std::string> holders(const std::string& name) const;
  // Takes down what mount made once no other container holds it; not mounted counts as done.
  void unmount(const std::string& name, const std::string& container);

  // Fills an empty volume, once in its life, with what the image has at the destination:
  // owner, mode, times, links and extended attributes as there. Nothing outside rootfs is
  // read, wherever its links point. REQUIRES: mounted, if it is to be.
  void settle(const std::string& name, const FirstUse& use);
  // Gives a volume that this container's claim has made the content of a tar, once and for
  // all. kExists when others use it by now, or it was used.
  void fill(const std::string& name, const std::string& container, int tar);

 private:
  [[nodiscard]] model::Volume find(const std::string& name) const;
  [[nodiscard]] locks::Lock lock(const std::string& name) const;
  void drop_content(const std::string& name);
  void copy_up(const std::string& name, int source, const std::string& shown);
  store::Store& store_;
  std::filesystem::path root_;
  std::function<bool()> cancelled_;
};

}  // namespace gantry::volume
