// SPDX-License-Identifier: Apache-2.0
//
// Typed records over a state store: the schema, the uniqueness of names, the indices.
// Store is owned by the engine, and [thread-safe]: transactions wait for each other. A
// Reader or Writer lives inside one read() or write() call; no slow work belongs in there,
// and nothing of it may be kept.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/container_config.h"
#include "core/model/container_state.h"
#include "core/model/exec_session.h"
#include "core/model/image.h"
#include "core/model/secret.h"
#include "core/model/volume.h"
#include "core/ports/state_store.h"

namespace gantry::store {

struct ContainerRow {
  model::ContainerBrief brief;
  model::ContainerState state;
};

class Reader {
 public:
  explicit Reader(ports::StateTransaction& txn) : txn_(txn) {}

  // Containers. find_* answer nullopt when there is none.
  [[nodiscard]] std::optional<model::ContainerConfig> find_container(
      const std::string& id) const;
  [[nodiscard]] std::optional<model::ContainerState> find_state(const std::string& id) const;
  [[nodiscard]] std::optional<model::ContainerBrief> find_brief(const std::string& id) const;
  // All, oldest first.
  [[nodiscard]] std::vector<ContainerRow> containers() const;
  // From a name, a full id or a unique prefix; kNotFound and kInvalid (ambiguous) speak
  // podman's words.
  [[nodiscard]] std::string resolve_container(const std::string& name_or_id) const;
  [[nodiscard]] std::optional<std::string> container_by_name(const std::string& name) const;
  [[nodiscard]] std::vector<model::ExecSession> exec_sessions(const std::string& id) const;
  [[nodiscard]] std::optional<model::ExecSession> find_exec(const std::string& container,
                                                            const std::string& exec) const;

  // Images. A reference here is fully qualified: "docker.io/library/alpine:latest".
  [[nodiscard]] std::optional<model::Image> find_image(const std::string& id) const;
  [[nodiscard]] std::optional<std::string> image_by_name(const std::string& reference) const;
  [[nodiscard]] std::vector<model::Image> images() const;
  // Full ids that start with prefix.
  [[nodiscard]] std::vector<std::string> image_ids(const std::string& prefix) const;
  // reference -> id, in order.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> image_names() const;

  // Volumes.
  [[nodiscard]] std::optional<model::Volume> find_volume(const std::string& name) const;
  [[nodiscard]] std::vector<model::Volume> volumes() const;
  [[nodiscard]] std::vector<std::string> volume_users(const std::string& name) const;

  // Secrets; there are few, so that a name is found by looking at all.
  [[nodiscard]] std::optional<model::Secret> find_secret(const std::string& name_or_id) const;
  [[nodiscard]] std::vector<model::Secret> secrets() const;

 protected:
  ports::StateTransaction& txn_;
};

class Writer : public Reader {
 public:
  using Reader::Reader;

  // Claims the name (kExists in podman's words when another has it) and writes the records.
  void create_container(const model::ContainerConfig& config,
                        const model::ContainerState& state);
  void put_state(const std::string& id, const model::ContainerState& state);
  // Writes a changed configuration; a changed name is claimed and the old one freed.
  void update_container(const model::ContainerConfig& config);
  // All records of it, its name and its exec sessions; gone counts as done.
  void remove_container(const std::string& id);
  void put_exec(const model::ExecSession& session);
  void remove_exec(const std::string& container, const std::string& exec);

  void put_image(const model::Image& image);
  // Gives the name to this image, taking it from whichever had it.
  void tag_image(const std::string& id, const std::string& reference);
  void untag_image(const std::string& reference);
  // The record and all its names.
  void remove_image(const std::string& id);

  void create_volume(const model::Volume& volume);  // kExists
  void put_volume(const model::Volume& volume);
  void remove_volume(const std::string& name);
  void claim_volume(const std::string& name, const std::string& container);
  void release_volume(const std::string& name, const std::string& container);

  void create_secret(const model::Secret& secret);  // kExists
  void remove_secret(const std::string& id);
};

class Store {
 public:
  // backend outlives the store.
  explicit Store(ports::StateStore& backend) : backend_(backend) {}

  // Runs f inside a read snapshot and answers what it answers.
  template <typename F>
  auto read(F&& f) const {
    const std::lock_guard alone(alone_);
    const auto txn = begin(ports::TransactionMode::kRead);
    const Reader reader(*txn);
    return std::forward<F>(f)(reader);
  }
  // Runs f alone among writers; commits unless it throws. Answers what f answers.
  template <typename F>
  auto write(ports::Durability durability, F&& f) {
    const std::lock_guard alone(alone_);
    const auto txn = begin(ports::TransactionMode::kExclusive);
    Writer writer(*txn);
    if constexpr (std::is_void_v<decltype(f(writer))>) {
      std::forward<F>(f)(writer);
      txn->commit(durability);
    } else {
      auto result = std::forward<F>(f)(writer);
      txn->commit(durability);
      return result;
    }
  }
  // Tells it from every other store, for as long as it lives; empty before the first write.
  [[nodiscard]] std::string id() const;
  [[nodiscard]] ports::StateStore& backend() noexcept { return backend_; }

 private:
  [[nodiscard]] std::unique_ptr<ports::StateTransaction> begin(
      ports::TransactionMode mode) const;
  ports::StateStore& backend_;
  // One transaction at a time is all that the backend takes; readers may look again while
  // they read.
  mutable std::recursive_mutex alone_;
};

}  // namespace gantry::store
