// SPDX-License-Identifier: Apache-2.0
//
// Volumes: folders that outlive containers. Records and claims are in the store, bytes in
// <root>/<name>/_data. A value over references; one thread, any number of processes: each
// operation holds the volume's lock (<root>/.locks). Failures are gantry::Error in podman's
// words where it has them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/locks/lock.h"
#include "core/store/store.h"

namespace gantry::volume {

struct NewVolume {
  std::string name;  // empty: random
  std::string driver = "local";
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> options;  // type, device, o
  bool anonymous = false;
  bool ignore_existing = false;
};

class Volumes {
 public:
  // store and the folder outlive it.
  Volumes(store::Store& store, std::filesystem::path root)
      : store_(store), root_(std::move(root)) {}

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
  // in one transaction.
  void claim(const std::string& name, const std::string& container, bool anonymous);
  // Gone counts as done. With remove_it the volume goes too, if nobody else uses it.
  void release(const std::string& name, const std::string& container, bool remove_it);

  // Where the container finds it; mounts it first if its options say so. Repeatable.
  std::filesystem::path mount(const std::string& name, const std::string& container);
  // Takes down what mount made once no other container holds it; not mounted counts as done.
  void unmount(const std::string& name, const std::string& container);

  // Fills an empty volume, once in its life, with what the image has at destination: owner,
  // mode, times, links and extended attributes as there. Nothing outside rootfs is read,
  // wherever its links point.
  void copy_up(const std::string& name, const std::filesystem::path& rootfs,
               const std::string& destination);

 private:
  [[nodiscard]] model::Volume find(const std::string& name) const;
  [[nodiscard]] locks::Lock lock(const std::string& name) const;
  void drop_content(const std::string& name);
  store::Store& store_;
  std::filesystem::path root_;
};

}  // namespace gantry::volume
