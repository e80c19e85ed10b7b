// SPDX-License-Identifier: Apache-2.0
//
// Locks on objects between processes: a file each, held by flock(2), so that the kernel
// drops them when the holder dies. The file tells who holds it, since when, doing what.
//
// Order, for whoever takes several: containers (by id, ascending), then images, volumes,
// networks. A Lock belongs to one thread; LockTable may be used from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/model/json_fields.h"
#include "sdk/support/unique_fd.h"

namespace gantry::locks {

struct Holder {
  int pid = 0;
  std::string verb;
  std::int64_t since_ns = 0;
};
GANTRY_DECLARE_JSON(Holder)

enum class Kind { kContainer, kImages, kVolume, kNetwork };

// Held until destroyed.
class Lock {
 public:
  Lock() = default;
  Lock(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Lock(Lock&&) noexcept = default;
  Lock& operator=(Lock&& other) noexcept {
    if (this != &other) {
      release();
      fd_ = std::move(other.fd_);
      path_ = std::move(other.path_);
    }
    return *this;
  }
  ~Lock() { release(); }
  void release() noexcept;
  // Removes the file too, for an object that is gone.
  void release_and_forget() noexcept;
  explicit operator bool() const noexcept { return static_cast<bool>(fd_); }

 private:
  UniqueFd fd_;
  std::filesystem::path path_;
};

struct HeldLock {
  Kind kind;
  std::string name;
  Holder holder;
};

class LockTable {
 public:
  // verb is what this process is doing, for others to read. cancelled: whether a wait shall
  // end with kCancelled; may be null.
  LockTable(std::filesystem::path folder, std::string verb,
            std::function<bool()> cancelled = nullptr)
      : folder_(std::move(folder)), verb_(std::move(verb)), cancelled_(std::move(cancelled)) {}

  // Waits for it; kTimeout names the holder.
  [[nodiscard]] Lock acquire(Kind kind, const std::string& name,
                             std::chrono::milliseconds patience) const;
  // nullopt when another process holds it.
  [[nodiscard]] std::optional<Lock> try_acquire(Kind kind, const std::string& name) const;
  // The same, and nullopt too when nobody made it: what is had was left behind, or belongs to
  // an object that nobody works on.
  [[nodiscard]] std::optional<Lock> try_existing(Kind kind, const std::string& name) const;
  // Whether a living process holds it alone. Makes no file, as try_acquire does.
  [[nodiscard]] bool is_held(Kind kind, const std::string& name) const;
  // Shared: many at once, none beside an exclusive one.
  [[nodiscard]] Lock acquire_shared(Kind kind, const std::string& name,
                                    std::chrono::milliseconds patience) const;
  // Who holds what now.
  [[nodiscard]] std::vector<HeldLock> held() const;

  // How long a command waits for another before it gives up.
  static constexpr std::chrono::minutes kPatience{2};
  // For what must be done and has nobody waiting for it. The kernel frees a dead holder's.
  static constexpr std::chrono::hours kAsLongAsItTakes{24 * 365};

 private:
  // fd: of the file, opened if it is not; stays the caller's when the lock is not free.
  [[nodiscard]] std::optional<Lock> attempt(const std::filesystem::path& path, int operation,
                                            UniqueFd& fd) const;
  [[nodiscard]] Lock wait(Kind kind, const std::string& name, int operation,
                          std::chrono::milliseconds patience) const;
  std::filesystem::path folder_;
  std::string verb_;
  std::function<bool()> cancelled_;
};

[[nodiscard]] std::string_view name_of(Kind kind);

}  // namespace gantry::locks
