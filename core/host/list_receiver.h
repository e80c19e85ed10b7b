// SPDX-License-Identifier: Apache-2.0
//
// Receives a list of names from a plug-in, for one call on the caller's stack.
#pragma once

#include <gantry/abi/base.h>

#include <string>
#include <utility>
#include <vector>

#include "core/host/sinks.h"

namespace gantry::host {

class ListReceiver {
 public:
  ListReceiver() = default;
  ListReceiver(const ListReceiver&) = delete;
  ListReceiver& operator=(const ListReceiver&) = delete;

  [[nodiscard]] const gantry_list_sink* abi() const noexcept { return &sink_; }
  [[nodiscard]] std::vector<std::string> take() {
    pending_.rethrow();
    return std::move(names_);
  }

 private:
  static std::int32_t item(void* ctx, gantry_str name) noexcept {
    auto& self = *static_cast<ListReceiver*>(ctx);
    return self.pending_.run([&] {
      self.names_.push_back(boundary::to_string(name));
      return 0;
    });
  }

  std::vector<std::string> names_;
  Pending pending_;
  gantry_list_sink sink_{this, &ListReceiver::item};
};

}  // namespace gantry::host
