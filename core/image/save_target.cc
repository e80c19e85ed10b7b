// SPDX-License-Identifier: Apache-2.0
#include "core/image/save_target.h"

#include <fcntl.h>

#include "sdk/support/files.h"

namespace gantry::image {

void SaveTarget::text(const std::string& name, std::string_view content) {
  file(name, content.size(), [&](const Sink& sink) { sink(content); });
}

ArchiveTarget::ArchiveTarget(int fd)
    : writer_([fd](std::string_view bytes) { write_all(fd, bytes, "archive"); }) {}

void ArchiveTarget::file(const std::string& name, std::uint64_t size,
                         const std::function<void(const Sink&)>& produce) {
  writer_.begin_file(name, size);
  produce([this](std::string_view bytes) { writer_.content(bytes); });
  writer_.end_file();
}

void FolderTarget::file(const std::string& name, std::uint64_t,
                        const std::function<void(const Sink&)>& produce) {
  const std::filesystem::path path = folder_ / name;
  make_directories(path.parent_path());
  const UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
  produce([&](std::string_view bytes) { write_all(fd.get(), bytes, path.string()); });
}

}  // namespace gantry::image
