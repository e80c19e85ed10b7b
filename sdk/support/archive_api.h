// SPDX-License-Identifier: Apache-2.0
//
// The functions of libarchive that gantry uses, as a table that opens the library on first
// use. Members bear the library's names without "archive_". The library's header is needed
// to compile; the library itself only when something is packed or unpacked.
// Any thread may call archive_api(); one archive belongs to one thread at a time.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <gantry/error.hpp>

#include <memory>
#include <string>

// clang-format off
#define GANTRY_ARCHIVE_FUNCTIONS(X) \
  X(error_string, archive_error_string)                                       \
  X(error_number, archive_errno)                                              \
  X(format, archive_format)                                                   \
  X(read_new, archive_read_new)                                               \
  X(read_free, archive_read_free)                                             \
  X(read_support_format_tar, archive_read_support_format_tar)                 \
  X(read_support_format_empty, archive_read_support_format_empty)             \
  X(read_support_format_raw, archive_read_support_format_raw)                 \
  X(read_support_filter_all, archive_read_support_filter_all)                 \
  X(read_support_filter_none, archive_read_support_filter_none)               \
  X(read_support_filter_gzip, archive_read_support_filter_gzip)               \
  X(read_support_filter_bzip2, archive_read_support_filter_bzip2)             \
  X(read_support_filter_xz, archive_read_support_filter_xz)                   \
  X(read_support_filter_zstd, archive_read_support_filter_zstd)               \
  X(read_set_options, archive_read_set_options)                               \
  X(read_open, archive_read_open)                                             \
  X(read_open_fd, archive_read_open_fd)                                       \
  X(read_open_memory, archive_read_open_memory)                               \
  X(read_next_header, archive_read_next_header)                               \
  X(read_data, archive_read_data)                                             \
  X(read_data_block, archive_read_data_block)                                 \
  X(read_data_skip, archive_read_data_skip)                                   \
  X(filter_bytes, archive_filter_bytes)                                       \
  X(filter_code, archive_filter_code)                                         \
  X(filter_count, archive_filter_count)                                       \
  X(write_new, archive_write_new)                                             \
  X(write_free, archive_write_free)                                           \
  X(write_close, archive_write_close)                                         \
  X(write_set_format_pax, archive_write_set_format_pax)                       \
  X(write_set_format_pax_restricted, archive_write_set_format_pax_restricted) \
  X(write_set_format_raw, archive_write_set_format_raw)                       \
  X(write_set_bytes_per_block, archive_write_set_bytes_per_block)             \
  X(write_set_bytes_in_last_block, archive_write_set_bytes_in_last_block)     \
  X(write_add_filter_none, archive_write_add_filter_none)                     \
  X(write_add_filter_gzip, archive_write_add_filter_gzip)                     \
  X(write_add_filter_zstd, archive_write_add_filter_zstd)                     \
  X(write_set_options, archive_write_set_options)                             \
  X(write_open, archive_write_open)                                           \
  X(write_open_fd, archive_write_open_fd)                                     \
  X(write_header, archive_write_header)                                       \
  X(write_data, archive_write_data)                                           \
  X(write_finish_entry, archive_write_finish_entry)                           \
  X(entry_new, archive_entry_new)                                             \
  X(entry_free, archive_entry_free)                                           \
  X(entry_clear, archive_entry_clear)                                         \
  X(entry_pathname, archive_entry_pathname)                                   \
  X(entry_hardlink, archive_entry_hardlink)                                   \
  X(entry_symlink, archive_entry_symlink)                                     \
  X(entry_filetype, archive_entry_filetype)                                   \
  X(entry_mode, archive_entry_mode)                                           \
  X(entry_perm, archive_entry_perm)                                           \
  X(entry_size, archive_entry_size)                                           \
  X(entry_size_is_set, archive_entry_size_is_set)                             \
  X(entry_uid, archive_entry_uid)                                             \
  X(entry_gid, archive_entry_gid)                                             \
  X(entry_mtime, archive_entry_mtime)                                         \
  X(entry_mtime_nsec, archive_entry_mtime_nsec)                               \
  X(entry_mtime_is_set, archive_entry_mtime_is_set)                           \
  X(entry_atime, archive_entry_atime)                                         \
  X(entry_atime_nsec, archive_entry_atime_nsec)                               \
  X(entry_atime_is_set, archive_entry_atime_is_set)                           \
  X(entry_rdevmajor, archive_entry_rdevmajor)                                 \
  X(entry_rdevminor, archive_entry_rdevminor)                                 \
  X(entry_sparse_reset, archive_entry_sparse_reset)                           \
  X(entry_sparse_next, archive_entry_sparse_next)                             \
  X(entry_sparse_count, archive_entry_sparse_count)                           \
  X(entry_sparse_add_entry, archive_entry_sparse_add_entry)                   \
  X(entry_xattr_count, archive_entry_xattr_count)                             \
  X(entry_xattr_reset, archive_entry_xattr_reset)                             \
  X(entry_xattr_next, archive_entry_xattr_next)                               \
  X(entry_xattr_add_entry, archive_entry_xattr_add_entry)                     \
  X(entry_acl_types, archive_entry_acl_types)                                 \
  X(entry_acl_reset, archive_entry_acl_reset)                                 \
  X(entry_acl_next, archive_entry_acl_next)                                   \
  X(entry_acl_add_entry, archive_entry_acl_add_entry)                         \
  X(entry_set_pathname, archive_entry_set_pathname)                           \
  X(entry_set_hardlink, archive_entry_set_hardlink)                           \
  X(entry_set_symlink, archive_entry_set_symlink)                             \
  X(entry_set_filetype, archive_entry_set_filetype)                           \
  X(entry_set_mode, archive_entry_set_mode)                                   \
  X(entry_set_perm, archive_entry_set_perm)                                   \
  X(entry_set_size, archive_entry_set_size)                                   \
  X(entry_unset_size, archive_entry_unset_size)                               \
  X(entry_set_uid, archive_entry_set_uid)                                     \
  X(entry_set_gid, archive_entry_set_gid)                                     \
  X(entry_set_uname, archive_entry_set_uname)                                 \
  X(entry_set_gname, archive_entry_set_gname)                                 \
  X(entry_set_mtime, archive_entry_set_mtime)                                 \
  X(entry_set_rdevmajor, archive_entry_set_rdevmajor)                         \
  X(entry_set_rdevminor, archive_entry_set_rdevminor)
// clang-format on

namespace gantry {

struct ArchiveApi {
#define GANTRY_ARCHIVE_MEMBER(member, function) decltype(&::function) member;
  GANTRY_ARCHIVE_FUNCTIONS(GANTRY_ARCHIVE_MEMBER)
#undef GANTRY_ARCHIVE_MEMBER
};

// Opens libarchive at the first call; kUnsupported when the host has none.
[[nodiscard]] const ArchiveApi& archive_api();

struct FreeArchiveReader {
  void operator()(archive* handle) const noexcept;
};
struct FreeArchiveWriter {
  void operator()(archive* handle) const noexcept;
};
struct FreeArchiveEntry {
  void operator()(archive_entry* entry) const noexcept;
};
using ArchiveReader = std::unique_ptr<archive, FreeArchiveReader>;
using ArchiveWriter = std::unique_ptr<archive, FreeArchiveWriter>;
using ArchiveEntry = std::unique_ptr<archive_entry, FreeArchiveEntry>;

[[nodiscard]] ArchiveReader new_archive_reader();
[[nodiscard]] ArchiveWriter new_archive_writer();
[[nodiscard]] ArchiveEntry new_archive_entry();

// "doing: what the library says", with the code of its errno, or fallback when it gave none.
[[nodiscard]] Error archive_error(archive* handle, const std::string& doing,
                                  Code fallback = Code::kCorrupt);

// libarchive converts names to the charset of the locale: under UTF-8 it composes
// accents, so that another name comes out than went in. While one of these lives, its
// thread's locale is "C", in which the bytes of names pass as they are, with a warning
// (ARCHIVE_WARN) for those that are not ASCII.
class PlainLocale {
 public:
  PlainLocale();
  PlainLocale(const PlainLocale&) = delete;
  PlainLocale& operator=(const PlainLocale&) = delete;
  ~PlainLocale();

 private:
  void* mine_ = nullptr;
  void* previous_ = nullptr;
};

}  // namespace gantry
