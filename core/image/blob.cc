// SPDX-License-Identifier: Apache-2.0
#include "core/image/blob.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/image/tar_parser.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"

namespace gantry::image {

namespace {

constexpr int kMaxLinks = 16;

std::uint64_t file_size(int fd, const std::string& name) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) {
    throw errno_error(errno, "stat " + name);
  }
  if (!S_ISREG(st.st_mode)) {
    throw Error(Code::kInvalid, name + " is not a regular file");
  }
  return static_cast<std::uint64_t>(st.st_size);
}

}  // namespace

std::size_t Blob::read(std::uint64_t at, char* data, std::size_t count) const {
  count = std::min<std::uint64_t>(count, at < size ? size - at : 0);
  std::size_t done = 0;
  while (done < count) {
    const ssize_t n =
        ::pread(file->get(), data + done, count - done, static_cast<off_t>(offset + at + done));
    if (n < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw errno_error(errno, "read " + name);
    }
    if (n == 0) {
      throw Error(Code::kCorrupt, name + " is cut short");
    }
    done += static_cast<std::size_t>(n);
  }
  return done;
}

std::string Blob::text(std::size_t limit) const {
  if (size > limit) {
    throw Error(Code::kCorrupt, name + " has " + std::to_string(size) +
                                    " bytes, more than the " + std::to_string(limit) +
                                    " such a document may have");
  }
  std::string all(size, '\0');
  (void)read(0, all.data(), all.size());
  return all;
}

Blob BlobSource::get(const std::string& name) const {
  std::optional<Blob> blob = find(name);
  if (!blob) {
    throw Error(Code::kCorrupt, name + " is missing from the image");
  }
  return *std::move(blob);
}

DirectorySource::DirectorySource(const std::filesystem::path& path)
    : root_(open_file(path, O_PATH | O_DIRECTORY)) {}

std::optional<Blob> DirectorySource::find(const std::string& name) const {
  try {
    auto file = std::make_shared<UniqueFd>(
        open_in_root(root_.get(), name, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    const std::uint64_t size = file_size(file->get(), name);
    return Blob{std::move(file), 0, size, name, false};
  } catch (const Error& e) {
    if (e.code() == Code::kNotFound) {
      return std::nullopt;
    }
    throw;
  }
}

ArchiveSource::ArchiveSource(UniqueFd file, const std::string& name, std::size_t max_members)
    : file_(std::make_shared<UniqueFd>(std::move(file))) {
  try {
    index(name, max_members);
  } catch (const Error& e) {
    throw e.while_doing("read " + name);
  }
}

void ArchiveSource::index(const std::string& name, std::size_t max_members) {
  const Blob whole{file_, 0, file_size(file_->get(), name), name, false};
  TarParser parser;
  std::uint64_t at = 0;
  std::string buffer;
  while (parser.need() != TarParser::Need::kEnd && at < whole.size) {
    const std::uint64_t size = parser.need_size();
    if (size > whole.size - at) {
      throw Error(Code::kCorrupt, "the archive is cut short");
    }
    if (parser.need() != TarParser::Need::kMeta) {
      at += size;
      parser.skipped();
      continue;
    }
    buffer.resize(size);
    (void)whole.read(at, buffer.data(), size);
    at += size;
    if (!parser.meta(buffer)) {
      continue;
    }
    const TarEntry& entry = parser.entry();
    const std::string key = clean_member_name(entry.path);
    if (entry.is_file() && (!entry.sparse || entry.sparse_map_in_payload)) {
      members_[key] = {at, entry.size, entry.sparse, ""};
    } else if (entry.type == '2') {
      // Relative to the folder of the link.
      const std::size_t slash = key.rfind('/');
      const std::string folder = slash == std::string::npos ? "" : key.substr(0, slash + 1);
      members_[key] = {0, 0, false, clean_member_name(folder + entry.target)};
    } else if (entry.type == '1') {
      members_[key] = {0, 0, false, clean_member_name(entry.target)};
    }
    if (members_.size() > max_members) {
      throw Error(Code::kInvalid, "the archive has more than " + std::to_string(max_members) +
                                      " files, more than any image");
    }
  }
}

std::optional<Blob> ArchiveSource::find(const std::string& name) const {
  std::string key = clean_member_name(name);
  for (int links = 0; links < kMaxLinks; ++links) {
    const auto found = members_.find(key);
    if (found == members_.end()) {
      return std::nullopt;
    }
    if (found->second.link.empty()) {
      return Blob{file_, found->second.offset, found->second.size, name, found->second.sparse};
    }
    key = found->second.link;
  }
  throw Error(Code::kCorrupt, name + " is a link that leads nowhere");
}

std::string clean_member_name(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, end - start);
    start = end + 1;
    if (part == "..") {
      if (!parts.empty()) {
        parts.pop_back();
      }
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string clean;
  for (const std::string_view part : parts) {
    clean.append(clean.empty() ? "" : "/").append(part);
  }
  return clean;
}

}  // namespace gantry::image
