// SPDX-License-Identifier: Apache-2.0
//
// Runs skopeo. kNotFound when it is not installed; what it reports as fatal becomes a kIo
// Error. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/image/pull.h"
#include "core/image/reference.h"

namespace gantry::image {

class Skopeo {
 public:
  // secrets: a private folder for the file that carries credentials. cancelled: whether the
  // user asked to stop, looked at a few times a second; may be null.
  Skopeo(const PullOptions& options, std::filesystem::path secrets,
         std::function<bool()> cancelled = nullptr)
      : options_(options), secrets_(std::move(secrets)), cancelled_(std::move(cancelled)) {}

  // The manifest or index as the registry has it, byte for byte. kTimeout when the registry
  // does not answer.
  [[nodiscard]] std::string manifest(const Reference& reference) const;
  // Into folder, in the form of its "dir:" transport; line gets what it prints meanwhile.
  void copy(const Reference& reference, const std::filesystem::path& folder,
            const std::function<void(const std::string&)>& line) const;

 private:
  [[nodiscard]] std::vector<std::string> start() const;
  [[nodiscard]] std::vector<std::string> access(const std::string& prefix,
                                                const std::string& registry) const;
  const PullOptions& options_;
  std::filesystem::path secrets_;
  std::function<bool()> cancelled_;
};

}  // namespace gantry::image
