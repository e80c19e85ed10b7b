// SPDX-License-Identifier: Apache-2.0
//
// Where the files of a saved image go: into an archive, or a folder. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/image/tar_writer.h"

namespace gantry::image {

using Sink = std::function<void(std::string_view)>;

class SaveTarget {
 public:
  virtual ~SaveTarget() = default;
  // produce gives size bytes to the sink.
  virtual void file(const std::string& name, std::uint64_t size,
                    const std::function<void(const Sink&)>& produce) = 0;
  virtual void finish() = 0;
  void text(const std::string& name, std::string_view content);
};

class ArchiveTarget : public SaveTarget {
 public:
  explicit ArchiveTarget(int fd);
  void file(const std::string& name, std::uint64_t size,
            const std::function<void(const Sink&)>& produce) override;
  void finish() override { writer_.finish(); }

 private:
  TarWriter writer_;
};

class FolderTarget : public SaveTarget {
 public:
  explicit FolderTarget(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void file(const std::string& name, std::uint64_t size,
            const std::function<void(const Sink&)>& produce) override;
  void finish() override {}

 private:
  std::filesystem::path folder_;
};

}  // namespace gantry::image
