// SPDX-License-Identifier: Apache-2.0
//
// A layer as a tar again: the one it came as, from its split and the driver's diff; or,
// where there is no split, the driver's own, which has another digest.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/image/context.h"
#include "sdk/support/unique_fd.h"

namespace gantry::image {

// The layer, ready to be written. Its files are in a nameless file until it is gone.
class LayerExport {
 public:
  // diff_id, id: as the image's record has them.
  LayerExport(const Context& context, const std::string& id, const std::string& diff_id);

  [[nodiscard]] const std::string& diff_id() const noexcept { return diff_id_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  // kCorrupt when the result is not what diff_id says.
  void write(const std::function<void(std::string_view)>& sink) const;

 private:
  std::string id_;
  std::string diff_id_;
  std::string split_;  // path; empty: none
  std::uint64_t size_ = 0;
  UniqueFd diff_;
};

}  // namespace gantry::image
