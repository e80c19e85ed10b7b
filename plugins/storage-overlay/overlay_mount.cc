// SPDX-License-Identifier: Apache-2.0
#include "plugins/storage-overlay/overlay_mount.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <array>
#include <cerrno>
#include <exception>
#include <gantry/error.hpp>
#include <thread>

#include "plugins/storage-overlay/mount_holders.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::storage_overlay {

namespace {

// fsconfig(2) takes no value longer than 255 bytes.
constexpr std::size_t kLongestValue = 255;

// The kernel's side of the story: each read of a filesystem context is one message.
std::string context_messages(int context) {
  std::string text;
  std::array<char, 1024> line{};
  for (ssize_t n = 0; (n = ::read(context, line.data(), line.size())) > 0;) {
    while (n > 0 && line.at(static_cast<std::size_t>(n - 1)) == '\n') {
      --n;
    }
    text += text.empty() ? ": " : "; ";
    text.append(line.data(), static_cast<std::size_t>(n));
  }
  return text;
}

// A filesystem context of type overlay. Each setter answers false with errno set.
class Context {
 public:
  Context() : fd_(::fsopen("overlay", FSOPEN_CLOEXEC)) {}

  [[nodiscard]] int fd() const { return fd_.get(); }
  explicit operator bool() const { return static_cast<bool>(fd_); }

  bool set(const char* key, const std::string& value) {
    return ::fsconfig(fd_.get(), FSCONFIG_SET_STRING, key, value.c_str(), 0) == 0;
  }
  bool flag(const char* key) {
    return ::fsconfig(fd_.get(), FSCONFIG_SET_FLAG, key, nullptr, 0) == 0;
  }
  bool set_path(const char* key, const std::string& path) {
    // The kernel reads a backslash as an escape.
    if (path.size() <= kLongestValue && path.find('\\') == std::string::npos) {
      return set(key, path);
    }
    const UniqueFd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    return fd && set(key, fd_path(fd.get()));
  }
  bool create() { return ::fsconfig(fd_.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0; }

 private:
  UniqueFd fd_;
};

bool fill(Context& context, const OverlayMount& mount) {
  bool good = true;
  for (const Lower& lower : mount.lowers) {
    good = good && context.set_path("lowerdir+", lower.path);
  }
  if (!mount.upper.empty()) {
    good = good && context.set_path("upperdir", mount.upper) &&
           context.set_path("workdir", mount.work);
  }
  if (!mount.label.empty()) {
    good = good && context.set("context", mount.label);
  }
  // What a layer holds must mean the same wherever it is stacked: no links between layers.
  good = good && context.set("index", "off") && context.set("metacopy", "off") &&
         context.set("redirect_dir", "nofollow");
  if (mount.userxattr) {
    good = good && context.flag("userxattr");
  }
  if (mount.is_volatile && !mount.upper.empty()) {
    good = good && context.flag("volatile");
  }
  return good && context.create();
}

bool worth_the_other_form(int err) {
  return err == EINVAL || err == ENOSYS || err == EPERM || err == EOPNOTSUPP;
}

// The mount, attached nowhere; or why not, in ret_why, with ret_errno.
UniqueFd make_by_context(const OverlayMount& mount, int& ret_errno, std::string& ret_why) {
  Context context;
  if (!context) {
    ret_errno = errno;
    return {};
  }
  if (!fill(context, mount)) {
    ret_errno = errno;
    ret_why = context_messages(context.fd());
    return {};
  }
  const unsigned attributes = mount.read_only ? static_cast<unsigned>(MOUNT_ATTR_RDONLY) : 0U;
  UniqueFd fd(::fsmount(context.fd(), FSMOUNT_CLOEXEC, attributes));
  if (!fd) {
    ret_errno = errno;
    ret_why = context_messages(context.fd());
  }
  return fd;
}

// Options of mount(2), with each folder given as the number of a descriptor, relative to
// /proc/self/fd: 500 layers take 2 KiB of the page that is all the kernel reads.
class LegacyOptions {
 public:
  explicit LegacyOptions(const OverlayMount& mount) {
    text_ = "lowerdir=";
    for (std::size_t i = 0; i < mount.lowers.size(); ++i) {
      text_ += (i == 0 ? "" : ":") + number(mount.lowers[i].path);
    }
    if (!mount.upper.empty()) {
      text_ += ",upperdir=" + number(mount.upper) + ",workdir=" + number(mount.work);
    }
    if (!mount.label.empty()) {
      text_ += ",context=\"" + mount.label + "\"";
    }
    text_ += ",index=off,metacopy=off,redirect_dir=nofollow";
    text_ += mount.userxattr ? ",userxattr" : "";
    text_ += mount.is_volatile && !mount.upper.empty() ? ",volatile" : "";
    if (text_.size() >= 4096) {
      throw Error(Code::kUnsupported,
                  "this kernel takes 4095 bytes of mount options and the overlay of " +
                      std::to_string(mount.lowers.size()) + " layers needs " +
                      std::to_string(text_.size()) + "; use Linux 6.5 or newer");
    }
  }
  [[nodiscard]] const char* text() const { return text_.c_str(); }

 private:
  std::string number(const std::string& path) {
    fds_.push_back(open_file(path, O_PATH | O_DIRECTORY));
    return std::to_string(fds_.back().get());
  }

  std::vector<UniqueFd> fds_;
  std::string text_;
};

// Runs work on a thread with a mount namespace, and so a working folder, of its own.
template <typename Work>
void on_thread_apart(const Work& work) {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      if (::unshare(CLONE_NEWNS) != 0 ||
          ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        throw errno_error(errno, "make a mount namespace");
      }
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

// Covers a folder with a view of itself in which owners are mapped. Where the kernel cannot
// do so for this file system, the code is kUnsupported.
void cover_with_idmapped(const std::string& path, int user_namespace) {
  const UniqueFd tree(::open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
  if (!tree) {
    throw errno_error(errno, "open " + path);
  }
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<std::uint64_t>(user_namespace);
  if (::mount_setattr(tree.get(), "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) != 0) {
    const int err = errno;
    const Error error = errno_error(err, "map the owners of " + path);
    const bool cannot = err == EINVAL || err == ENOSYS || err == EOPNOTSUPP;
    throw Error(cannot ? Code::kUnsupported : error.code(), error.what());
  }
  if (::move_mount(tree.get(), "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) {
    throw errno_error(errno, "cover " + path);
  }
}

UniqueFd make_by_mount(const OverlayMount& mount, const std::string& scratch,
                       const std::string& why) {
  const LegacyOptions options(mount);
  if (::chdir("/proc/thread-self/fd") != 0) {
    throw errno_error(errno, "open /proc/thread-self/fd");
  }
  const unsigned long flags = mount.read_only ? static_cast<unsigned long>(MS_RDONLY) : 0UL;
  if (::mount("overlay", scratch.c_str(), "overlay", flags, options.text()) != 0) {
    const Error error = errno_error(errno, "mount overlay");
    throw Error(error.code(), error.what() + why);
  }
  UniqueFd fd(::open_tree(AT_FDCWD, scratch.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
  if (!fd) {
    throw errno_error(errno, "take hold of the overlay");
  }
  return fd;
}

Error context_error(const OverlayMount& mount, int err, const std::string& why) {
  const Error error = errno_error(
      err, "mount overlay of " + std::to_string(mount.lowers.size()) + " lower layers, upper " +
               (mount.upper.empty() ? "none" : mount.upper));
  return {error.code(), error.what() + why};
}

}  // namespace

UniqueFd open_overlay(const OverlayMount& mount, const std::string& scratch, MountApi api) {
  int err = ENOSYS;
  std::string why;
  if (api == MountApi::kNewest && mount.user_namespace < 0) {
    UniqueFd fd = make_by_context(mount, err, why);
    if (fd) {
      return fd;
    }
    if (!worth_the_other_form(err)) {
      throw context_error(mount, err, why);
    }
  }
  UniqueFd overlay;
  on_thread_apart([&] {
    for (const Lower& lower : mount.lowers) {
      if (lower.idmapped) {
        cover_with_idmapped(lower.path, mount.user_namespace);
      }
    }
    if (api == MountApi::kNewest && mount.user_namespace >= 0) {
      overlay = make_by_context(mount, err, why);
    }
    if (!overlay) {
      overlay = make_by_mount(mount, scratch, why);
    }
  });
  return overlay;
}

void attach_overlay(int overlay, const std::string& target) {
  if (::move_mount(overlay, "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) {
    throw errno_error(errno, "mount overlay at " + target);
  }
}

bool is_mount_point(const std::string& path) {
  struct statx stx {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, 0, &stx) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return false;
    }
    throw errno_error(errno, "look at " + path);
  }
  if ((stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0) {
    throw Error(Code::kUnsupported,
                "this kernel does not tell mount points; Linux 5.8 or newer is needed");
  }
  return (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

bool is_read_only_mount(const std::string& path) {
  struct statvfs st {};
  if (::statvfs(path.c_str(), &st) != 0) {
    throw errno_error(errno, "look at " + path);
  }
  return (st.f_flag & ST_RDONLY) != 0;
}

void detach_overlay(const std::string& path, const std::string& shown) {
  // Someone who passes by, such as df, may hold the mount for a moment; only a holder that
  // can be named makes it busy.
  for (int tries = 0;; ++tries) {
    if (::umount2(path.c_str(), UMOUNT_NOFOLLOW) == 0) {
      return;
    }
    if (errno == EINVAL || errno == ENOENT) {
      return;
    }
    if (errno != EBUSY) {
      throw errno_error(errno, "unmount " + path);
    }
    const std::string holders = mount_holders(path);
    if (!holders.empty() || tries == 20) {
      throw Error(Code::kBusy, shown + " is in use: " +
                                   (holders.empty() ? "something holds " + path : holders));
    }
  }
}

}  // namespace gantry::storage_overlay
