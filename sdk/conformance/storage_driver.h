// SPDX-License-Identifier: Apache-2.0
//
// A storage driver under judgement: the table of <gantry/abi/storage.h> with the demands that
// every check makes. For one check; unmounts what it mounted.
#pragma once

#include <gantry/abi/storage.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/conformance/suite.h"
#include "sdk/conformance/tar.h"
#include "sdk/support/files.h"

namespace gantry::conformance {

inline UniqueFd memory_file(std::string_view content) {
  UniqueFd fd(::memfd_create("gantry-conformance", MFD_CLOEXEC));
  require(fd.get() >= 0, "cannot make a file in memory");
  write_all(fd.get(), content, "a file in memory");
  (void)::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

inline void require_gone(const std::filesystem::path& path) {
  struct stat st {};
  require(::lstat(path.c_str(), &st) != 0, path.string() + " is there and should not be");
}

// A driver on the bench's folder, initialised; leaves nothing mounted.
class Driver {
 public:
  explicit Driver(const Bench& bench)
      : subject_(bench.instance()),
        ops_(boundary::sized_copy(
            static_cast<const gantry_storage_ops*>(subject_->plugin().ops))) {
    need_root("layers are mounted");
    const Answer probed = call(ops_.probe, self());
    if (probed.code == GANTRY_ERR_UNSUPPORTED) {
      throw Skip("the driver does not work here: " + probed.message);
    }
    require(probed.code == GANTRY_OK, "probe failed: " + probed.message);
    must("init", ops_.init, self());
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() {
    for (const std::string& id : mounted_) {
      (void)ops_.unmount(self(), boundary::to_abi(id), nullptr);
    }
  }

  Answer try_create(const std::string& id, const std::string& parent, std::uint32_t flags,
                    const std::string& options = "") {
    gantry_layer_create request{};
    request.struct_size = sizeof(request);
    request.flags = flags;
    request.id = boundary::to_abi(id);
    request.parent = boundary::to_abi(parent);
    request.options_json = boundary::to_abi(options);
    return call(ops_.create, self(), &request);
  }
  void create(const std::string& id, const std::string& parent = "", std::uint32_t flags = 0) {
    const Answer answer = try_create(id, parent, flags);
    require(answer.code == GANTRY_OK, "create " + id + " failed: " + answer.message);
  }
  Answer try_apply(const std::string& id, std::string_view archive) {
    const UniqueFd fd = memory_file(archive);
    size_ = 0;
    Text diff_id;
    const Answer answer =
        call(ops_.apply, self(), boundary::to_abi(id), fd.get(), &size_, diff_id.sink());
    diff_id_ = diff_id.str();
    return answer;
  }
  void apply(const std::string& id, std::string_view archive) {
    const Answer answer = try_apply(id, archive);
    require(answer.code == GANTRY_OK, "apply to " + id + " failed: " + answer.message);
  }
  void commit(const std::string& id) {
    must("commit", ops_.commit, self(), boundary::to_abi(id));
  }
  void layer(const std::string& id, const std::string& parent,
             const std::vector<TarEntry>& entries) {
    create(id, parent);
    apply(id, make_tar(entries));
    commit(id);
  }
  void container(const std::string& id, const std::string& parent,
                 const std::string& options = "") {
    const Answer answer = try_create(id, parent, GANTRY_LAYER_WRITABLE, options);
    require(answer.code == GANTRY_OK, "create " + id + " failed: " + answer.message);
    commit(id);
  }
  std::filesystem::path mount(const std::string& id, std::uint32_t flags = 0) {
    gantry_layer_mount request{};
    request.struct_size = sizeof(request);
    request.flags = flags;
    request.id = boundary::to_abi(id);
    Text path;
    mounted_.insert(id);
    must("mount " + id, ops_.mount, self(), &request, path.sink());
    require(std::filesystem::path(path.str()).is_absolute(), "mount answered no absolute path");
    return path.str();
  }
  void unmount(const std::string& id) {
    must("unmount " + id, ops_.unmount, self(), boundary::to_abi(id));
  }
  void remove(const std::string& id) {
    must("remove " + id, ops_.remove, self(), boundary::to_abi(id));
  }
  void recover() { must("recover", ops_.recover, self()); }
  [[nodiscard]] bool lists(const std::string& id) {
    Names ids;
    must("list", ops_.list, self(), ids.sink());
    return ids.has(id);
  }
  std::string diff(const std::string& id) {
    const UniqueFd fd = memory_file("");
    must("diff " + id, ops_.diff, self(), boundary::to_abi(id), fd.get());
    (void)::lseek(fd.get(), 0, SEEK_SET);
    return read_all(fd.get(), "the diff");
  }
  // "A /path" for each, in the order told.
  std::vector<std::string> changes(const std::string& id) {
    std::vector<std::string> changes;
    const gantry_change_sink sink{
        &changes, [](void* ctx, std::int32_t kind, gantry_str path) {
          static_cast<std::vector<std::string>*>(ctx)->push_back(
              std::string(1, "CAD"[kind % 3]) + " " + boundary::to_string(path));
          return 0;
        }};
    must("changes " + id, ops_.changes, self(), boundary::to_abi(id), &sink);
    return changes;
  }

  [[nodiscard]] void* self() const noexcept { return subject_->self(); }
  [[nodiscard]] const gantry_storage_ops& ops() const noexcept { return ops_; }
  [[nodiscard]] std::uint64_t applied_size() const noexcept { return size_; }
  [[nodiscard]] const std::string& diff_id() const noexcept { return diff_id_; }

 private:
  std::unique_ptr<Subject> subject_;
  gantry_storage_ops ops_;
  std::set<std::string> mounted_;
  std::uint64_t size_ = 0;
  std::string diff_id_;
};

}  // namespace gantry::conformance
