// SPDX-License-Identifier: Apache-2.0
//
// The mark of the data folder: that it is gantry's, and which state store has the records of
// what lies in it. Whoever removes what no record names must not ask another store, or an
// empty one in its place. Free functions; any process at once.
#pragma once

#include <optional>
#include <string>

#include "core/layout/layout.h"
#include "core/store/store.h"

namespace gantry::engine {

struct DataMark {
  std::string state_backend;
  std::string store;  // Store::id()
};

// nullopt when the folder has none yet, or one that names no store.
[[nodiscard]] std::optional<DataMark> read_mark(const layout::Layout& layout);
void write_mark(const layout::Layout& layout, const DataMark& mark);

// kInvalid when the folder's records are kept by another state backend.
void require_backend(const layout::Layout& layout, const std::optional<DataMark>& mark,
                     const std::string& backend);

// Why this store's records are not those of the folder; nullopt when they are.
[[nodiscard]] std::optional<std::string> why_foreign(const layout::Layout& layout,
                                                     const store::Store& store);

}  // namespace gantry::engine
