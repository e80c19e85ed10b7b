// SPDX-License-Identifier: Apache-2.0
#include "cli/suggest.h"

#include <algorithm>

namespace gantry::cli {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t change = diagonal + (from[i - 1] == to[j - 1] ? 0U : 1U);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row.back();
}

std::vector<std::string> similar_commands(CommandTree tree, std::string_view parent,
                                          std::string_view word) {
  std::vector<std::string> close;
  for (const Entry& entry : tree) {
    if (entry.parent == parent && !entry.hidden &&
        (edit_distance(entry.name, word) <= 2 || entry.name.starts_with(word))) {
      close.emplace_back(entry.name);
    }
  }
  return close;
}

}  // namespace gantry::cli
