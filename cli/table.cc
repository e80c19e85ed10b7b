// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <algorithm>
#include <vector>

#include "cli/values.h"

namespace gantry::cli {
namespace {

constexpr std::size_t kLeast = 12;
constexpr std::size_t kGap = 2;

// Letters, not bytes.
std::size_t width_of(std::string_view cell) {
  return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

}  // namespace

std::string align_columns(std::string_view lines) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths;
  const bool ended = lines.ends_with('\n');
  lines.remove_suffix(ended ? 1 : 0);
  for (const std::string& line : split(lines, '\n')) {
    rows.push_back(split(line, '\t'));
    widths.resize(std::max(widths.size(), rows.back().size()), kLeast);
    for (std::size_t i = 0; i + 1 < rows.back().size(); ++i) {
      widths[i] = std::max(widths[i], width_of(rows.back()[i]) + kGap);
    }
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) {
        text.append(widths[i] - width_of(row[i]), ' ');
      }
    }
    text += '\n';
  }
  if (!ended) {
    text.pop_back();
  }
  return text;
}

}  // namespace gantry::cli
