// SPDX-License-Identifier: Apache-2.0
//
// A small but whole plug-in in C++, to start from: a state backend that keeps everything in
// one file, read at begin and replaced by rename at commit. Fine for a hundred records.
#include <gantry/plugin/entry.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

namespace {

using gantry::Code;
using gantry::Error;
using Records = std::map<std::string, std::string, std::less<>>;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

[[noreturn]] void fail_io(const std::string& doing) {
  throw Error(errno == ENOSPC ? Code::kNoSpace : Code::kIo,
              doing + ": " + std::strerror(errno));
}

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// Takes the lock, or throws kTimeout. A holder that goes closes its descriptor, which
// inotify tells; the lock falls a moment after, hence the second look.
Fd lock(const std::string& path, bool exclusive, Clock::time_point deadline) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    fail_io("open " + path);
  }
  const int how = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
  if (::flock(file.get(), how) == 0) {
    return file;
  }
  const Fd closed(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  // There may be no more of them: then the naps below are all there is.
  (void)::inotify_add_watch(closed.get(), path.c_str(), IN_CLOSE);
  for (;;) {
    if (::flock(file.get(), how) == 0) {
      return file;
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds(0)) {
      throw Error(Code::kTimeout, path + " is held by another process");
    }
    pollfd event{closed.get(), POLLIN, 0};
    (void)::poll(&event, 1, static_cast<int>(std::min(left, milliseconds(20)).count()));
    // What is not read wakes the next poll at once, and for ever.
    char events[4096];
    while (::read(closed.get(), events, sizeof(events)) > 0) {
    }
  }
}

// The file: for each record key size, value size, key, value.
Records load(const std::string& path) {
  Records records;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (file == nullptr) {
    if (errno == ENOENT) {
      return records;
    }
    fail_io("open " + path);
  }
  const auto read = [&](void* to, std::size_t size) {
    const std::size_t got = std::fread(to, 1, size, file.get());
    if (std::ferror(file.get()) != 0) {
      fail_io("read " + path);
    }
    return got;
  };
  std::uint32_t sizes[2];
  while (const std::size_t got = read(sizes, sizeof(sizes))) {
    std::string key(got == sizeof(sizes) ? sizes[0] : 0, '\0');
    std::string value(got == sizeof(sizes) ? sizes[1] : 0, '\0');
    if (got != sizeof(sizes) || read(key.data(), key.size()) != key.size() ||
        read(value.data(), value.size()) != value.size()) {
      throw Error(Code::kCorrupt, path + " is cut short; restore it from a backup");
    }
    records.emplace(std::move(key), std::move(value));
  }
  return records;
}

void append(std::string& to, const std::string& key, const std::string& value) {
  const std::uint32_t sizes[2] = {static_cast<std::uint32_t>(key.size()),
                                  static_cast<std::uint32_t>(value.size())};
  to.append(reinterpret_cast<const char*>(sizes), sizeof(sizes)).append(key).append(value);
}

void store(const std::string& dir, const std::string& path, const Records& records,
           bool durable) {
  std::string bytes;
  for (const auto& [key, value] : records) {
    append(bytes, key, value);
  }
  const std::string fresh = path + ".new";
  const Fd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    fail_io("open " + fresh);
  }
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t put = ::write(file.get(), bytes.data() + at, bytes.size() - at);
    if (put < 0) {
      fail_io("write " + fresh);
    }
    at += static_cast<std::size_t>(put);
  }
  // In a relaxed commit too: what it replaces may have been promised to be durable.
  if (::fdatasync(file.get()) != 0) {
    fail_io("sync " + fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    fail_io("rename " + fresh);
  }
  const Fd folder(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (durable && (folder.get() < 0 || ::fsync(folder.get()) != 0)) {
    fail_io("sync " + dir);
  }
}

class FileTransaction final : public gantry::plugin::Transaction {
 public:
  FileTransaction(std::string dir, bool exclusive, Clock::time_point deadline)
      : dir_(std::move(dir)),
        exclusive_(exclusive),
        lock_(lock(dir_ + "/lock", exclusive, deadline)),
        records_(load(path())) {}

  bool get(std::string_view key, std::string& ret_value) override {
    const auto found = records_.find(key);
    if (found == records_.end()) {
      return false;
    }
    ret_value = found->second;
    return true;
  }
  void put(std::string_view key, std::string_view value) override {
    require_exclusive();
    records_.insert_or_assign(std::string(key), std::string(value));
    changed_ = true;
  }
  void del(std::string_view key) override {
    require_exclusive();
    if (const auto found = records_.find(key); found != records_.end()) {
      records_.erase(found);
      changed_ = true;
    }
  }
  void scan(std::string_view first, std::string_view last,
            const std::function<bool(std::string_view, std::string_view)>& visit) override {
    for (auto it = records_.lower_bound(first); it != records_.end(); ++it) {
      if ((!last.empty() && it->first >= last) || !visit(it->first, it->second)) {
        return;
      }
    }
  }
  void commit(bool durable) override {
    if (changed_) {
      store(dir_, path(), records_, durable);
    }
  }

 private:
  [[nodiscard]] std::string path() const { return dir_ + "/records"; }
  void require_exclusive() const {
    if (!exclusive_) {
      throw Error(Code::kInvalid, "a read transaction cannot write");
    }
  }

  std::string dir_;
  bool exclusive_;
  Fd lock_;
  Records records_;
  bool changed_ = false;
};

class FileState final : public gantry::plugin::State {
 public:
  FileState(gantry::plugin::Host /*host*/, const std::string& config) {
    if (config != "{}") {
      throw Error(Code::kInvalid, "state-file takes no configuration");
    }
  }

  void open(const std::string& dir) override {
    std::error_code failure;
    std::filesystem::create_directories(dir, failure);
    if (failure) {
      throw Error(Code::kIo, "create " + dir + ": " + failure.message());
    }
    dir_ = dir;
  }
  void close() noexcept override { dir_.clear(); }

  std::unique_ptr<gantry::plugin::Transaction> begin(bool exclusive,
                                                     std::int64_t timeout_ms) override {
    require_open();
    const auto wait = std::clamp<std::int64_t>(timeout_ms, 0, kLongestWait);
    return std::make_unique<FileTransaction>(dir_, exclusive,
                                             Clock::now() + milliseconds(wait));
  }

  // Each commit makes a new file: its inode and time are as good as a counter.
  std::uint64_t generation() override {
    require_open();
    struct stat st {};
    if (::stat((dir_ + "/records").c_str(), &st) != 0) {
      return 0;
    }
    return static_cast<std::uint64_t>(st.st_ino) * 1000003U +
           static_cast<std::uint64_t>(st.st_mtim.tv_sec) * 1000000000U +
           static_cast<std::uint64_t>(st.st_mtim.tv_nsec);
  }
  void check(std::int64_t timeout_ms) override { (void)begin(false, timeout_ms); }
  void compact(std::int64_t /*timeout_ms*/) override {}  // a commit leaves nothing over

 private:
  static constexpr std::int64_t kLongestWait = 24LL * 3600 * 1000;

  void require_open() const {
    if (dir_.empty()) {
      throw Error(Code::kInvalid, "the store is not open");
    }
  }

  std::string dir_;
};

}  // namespace

GANTRY_STATE_PLUGIN(FileState, "file", "0.1.0", .vendor = "you", .license = "Apache-2.0");
