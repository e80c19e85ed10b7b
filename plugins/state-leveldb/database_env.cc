// SPDX-License-Identifier: Apache-2.0
#include "plugins/state-leveldb/database_env.h"

#include <leveldb/slice.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gantry::state_leveldb {

using leveldb::Slice;
using leveldb::Status;

namespace {

using Content = std::shared_ptr<std::string>;

class SilentLogger final : public leveldb::Logger {
 public:
  void Logv(const char* /*format*/, std::va_list /*arguments*/) override {}
};

// Work that LevelDB wants done in the background, until somebody has time for it.
class WorkQueue {
 public:
  void add(void (*function)(void*), void* argument) { work_.emplace_back(function, argument); }
  bool run() {
    const bool any = !work_.empty();
    while (!work_.empty()) {
      const std::vector<std::pair<void (*)(void*), void*>> now = std::exchange(work_, {});
      for (const auto& [function, argument] : now) {
        function(argument);
      }
    }
    return any;
  }

 private:
  std::vector<std::pair<void (*)(void*), void*>> work_;
};

class WriteEnv final : public leveldb::EnvWrapper, public DatabaseEnv {
 public:
  WriteEnv() : EnvWrapper(leveldb::Env::Default()) {}

  leveldb::Env* env() noexcept override { return this; }
  bool run_pending() override { return work_.run(); }
  bool take_created() noexcept override { return std::exchange(created_, false); }

  Status NewWritableFile(const std::string& name, leveldb::WritableFile** result) override {
    created_ = true;
    return EnvWrapper::NewWritableFile(name, result);
  }
  void Schedule(void (*function)(void*), void* argument) override {
    work_.add(function, argument);
  }

 private:
  WorkQueue work_;
  bool created_ = false;
};

class MemoryWritableFile final : public leveldb::WritableFile {
 public:
  explicit MemoryWritableFile(Content content) : content_(std::move(content)) {}
  Status Append(const Slice& data) override {
    content_->append(data.data(), data.size());
    return Status::OK();
  }
  Status Close() override { return Status::OK(); }
  Status Flush() override { return Status::OK(); }
  Status Sync() override { return Status::OK(); }

 private:
  Content content_;
};

class MemoryRandomFile final : public leveldb::RandomAccessFile {
 public:
  explicit MemoryRandomFile(Content content) : content_(std::move(content)) {}
  Status Read(std::uint64_t offset, std::size_t n, Slice* result,
              char* scratch) const override {
    const std::size_t from = std::min<std::size_t>(offset, content_->size());
    const std::size_t size = std::min(n, content_->size() - from);
    std::memcpy(scratch, content_->data() + from, size);
    *result = Slice(scratch, size);
    return Status::OK();
  }

 private:
  Content content_;
};

class MemorySequentialFile final : public leveldb::SequentialFile {
 public:
  explicit MemorySequentialFile(Content content) : content_(std::move(content)) {}
  Status Read(std::size_t n, Slice* result, char* scratch) override {
    const std::size_t size = std::min(n, content_->size() - position_);
    std::memcpy(scratch, content_->data() + position_, size);
    *result = Slice(scratch, size);
    position_ += size;
    return Status::OK();
  }
  Status Skip(std::uint64_t n) override {
    position_ += std::min<std::size_t>(n, content_->size() - position_);
    return Status::OK();
  }

 private:
  Content content_;
  std::size_t position_ = 0;
};

class SnapshotLock final : public leveldb::FileLock {};

class SnapshotEnv final : public leveldb::EnvWrapper, public DatabaseEnv {
 public:
  SnapshotEnv() : EnvWrapper(leveldb::Env::Default()) {}

  leveldb::Env* env() noexcept override { return this; }
  bool run_pending() override {
    frozen_ = true;
    return work_.run();
  }
  bool take_created() noexcept override { return false; }

  Status NewSequentialFile(const std::string& name, leveldb::SequentialFile** result) override {
    if (const auto found = files_.find(name); found != files_.end()) {
      *result = new MemorySequentialFile(found->second);
      return Status::OK();
    }
    return EnvWrapper::NewSequentialFile(name, result);
  }
  Status NewRandomAccessFile(const std::string& name,
                             leveldb::RandomAccessFile** result) override {
    if (const auto found = files_.find(name); found != files_.end()) {
      *result = new MemoryRandomFile(found->second);
      return Status::OK();
    }
    return EnvWrapper::NewRandomAccessFile(name, result);
  }
  Status NewWritableFile(const std::string& name, leveldb::WritableFile** result) override {
    if (frozen_) {
      *result = nullptr;
      return Status::IOError(name, "a snapshot is not compacted");
    }
    Content content = std::make_shared<std::string>();
    files_[name] = content;
    *result = new MemoryWritableFile(std::move(content));
    return Status::OK();
  }
  // Nobody reads a log or manifest again that is being appended to.
  Status NewAppendableFile(const std::string& /*name*/,
                           leveldb::WritableFile** result) override {
    *result = new MemoryWritableFile(std::make_shared<std::string>());
    return Status::OK();
  }
  bool FileExists(const std::string& name) override {
    return files_.contains(name) || EnvWrapper::FileExists(name);
  }
  Status RemoveFile(const std::string& name) override {
    files_.erase(name);
    return Status::OK();
  }
  Status CreateDir(const std::string& /*name*/) override { return Status::OK(); }
  Status RemoveDir(const std::string& /*name*/) override { return Status::OK(); }
  Status GetFileSize(const std::string& name, std::uint64_t* size) override {
    if (const auto found = files_.find(name); found != files_.end()) {
      *size = found->second->size();
      return Status::OK();
    }
    return EnvWrapper::GetFileSize(name, size);
  }
  Status RenameFile(const std::string& from, const std::string& to) override {
    if (const auto found = files_.find(from); found != files_.end()) {
      files_[to] = found->second;
      files_.erase(from);
    }
    return Status::OK();
  }
  Status LockFile(const std::string& /*name*/, leveldb::FileLock** lock) override {
    *lock = new SnapshotLock;
    return Status::OK();
  }
  Status UnlockFile(leveldb::FileLock* lock) override {
    delete lock;
    return Status::OK();
  }
  void Schedule(void (*function)(void*), void* argument) override {
    work_.add(function, argument);
  }

 private:
  std::map<std::string, Content> files_;
  WorkQueue work_;
  bool frozen_ = false;
};

}  // namespace

std::unique_ptr<DatabaseEnv> make_write_env() { return std::make_unique<WriteEnv>(); }
std::unique_ptr<DatabaseEnv> make_snapshot_env() { return std::make_unique<SnapshotEnv>(); }

leveldb::Logger* silent_logger() noexcept {
  static SilentLogger logger;
  return &logger;
}

}  // namespace gantry::state_leveldb
