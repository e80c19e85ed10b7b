// SPDX-License-Identifier: Apache-2.0
#include "core/engine/data_mark.h"

#include <sstream>

#include "sdk/support/files.h"

namespace gantry::engine {

namespace {

constexpr std::string_view kBackend = "state_backend=";
constexpr std::string_view kStore = "store=";

}  // namespace

std::optional<DataMark> read_mark(const layout::Layout& layout) {
  std::istringstream lines(read_file_if_exists(layout.mark()).value_or(""));
  DataMark mark;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kBackend)) {
      mark.state_backend = line.substr(kBackend.size());
    } else if (line.starts_with(kStore)) {
      mark.store = line.substr(kStore.size());
    }
  }
  return mark.state_backend.empty() || mark.store.empty() ? std::nullopt : std::optional(mark);
}

void write_mark(const layout::Layout& layout, const DataMark& mark) {
  write_file(layout.mark(),
             "This folder belongs to gantry.\n" + std::string(kBackend) + mark.state_backend +
                 "\n" + std::string(kStore) + mark.store + "\n",
             0644, Sync::kFile);
}

void require_backend(const layout::Layout& layout, const std::optional<DataMark>& mark,
                     const std::string& backend) {
  if (mark && mark->state_backend != backend) {
    throw Error(Code::kInvalid,
                "the records of " + layout.data.string() + " are kept by the state backend " +
                    mark->state_backend + ", not by " + backend + ": give --state-backend " +
                    mark->state_backend + ", or --root with a folder of its own");
  }
}

std::optional<std::string> why_foreign(const layout::Layout& layout,
                                       const store::Store& store) {
  const std::optional<DataMark> mark = read_mark(layout);
  if (!mark || mark->store == store.id()) {
    return std::nullopt;
  }
  return "it was lost or replaced: its records are not those of what lies in " +
         layout.data.string() +
         ". Put the old one back; or, if all that it does not know may " + "go, remove " +
         layout.mark().string();
}

}  // namespace gantry::engine
