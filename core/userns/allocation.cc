// SPDX-License-Identifier: Apache-2.0
#include "core/userns/allocation.h"

#include <gantry/error.hpp>

#include <algorithm>

namespace gantry::userns {

namespace {

// Sorted, and none touches another.
std::vector<HostRange> merged(std::vector<HostRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const HostRange& a, const HostRange& b) { return a.begin < b.begin; });
  std::vector<HostRange> result;
  for (const HostRange& range : ranges) {
    if (!result.empty() && range.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, range.end);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

// What of ranges is in none of others.
std::vector<HostRange> without(const std::vector<HostRange>& ranges,
                               const std::vector<HostRange>& others) {
  const std::vector<HostRange> taken = merged(others);
  std::vector<HostRange> left;
  for (const HostRange& range : merged(ranges)) {
    std::uint64_t at = range.begin;
    for (const HostRange& each : taken) {
      if (each.begin >= range.end) {
        break;
      }
      if (each.begin > at) {
        left.push_back({at, each.begin});
      }
      at = std::max(at, each.end);
    }
    if (at < range.end) {
      left.push_back({at, range.end});
    }
  }
  return left;
}

std::uint64_t total(const std::vector<HostRange>& ranges) {
  std::uint64_t sum = 0;
  for (const HostRange& range : ranges) {
    sum += range.size();
  }
  return sum;
}

std::vector<HostRange> ids_of(const model::IdRanges& ranges,
                              std::uint32_t model::IdRange::*first) {
  std::vector<HostRange> ids;
  for (const model::IdRange& range : ranges) {
    ids.push_back({range.*first, std::uint64_t{range.*first} + range.count});
  }
  return ids;
}

// Containers that live long should not scatter what is left: whole gaps first.
std::vector<HostRange> choose(const std::vector<HostRange>& free, std::uint64_t count) {
  for (const HostRange& range : free) {
    if (range.size() >= count) {
      return {{range.begin, range.begin + count}};
    }
  }
  std::vector<HostRange> chosen;
  for (const HostRange& range : free) {
    const std::uint64_t taken = std::min(range.size(), count);
    if (taken > 0) {
      chosen.push_back({range.begin, range.begin + taken});
    }
    count -= taken;
  }
  return chosen;
}

// Pairs ids with ids, in order. REQUIRES: as many of the one as of the other.
model::IdRanges paired(const std::vector<HostRange>& container,
                       const std::vector<HostRange>& host) {
  model::IdRanges pairs;
  auto target = host.begin();
  std::uint64_t used = 0;
  for (const HostRange& range : container) {
    for (std::uint64_t at = range.begin; at < range.end;) {
      const std::uint64_t count = std::min(range.end - at, target->size() - used);
      pairs.push_back({static_cast<std::uint32_t>(at),
                       static_cast<std::uint32_t>(target->begin + used),
                       static_cast<std::uint32_t>(count)});
      at += count;
      used += count;
      if (used == target->size()) {
        ++target;
        used = 0;
      }
    }
  }
  return pairs;
}

}  // namespace

model::IdRanges allocate(const Pool& pool, std::uint32_t size, const model::IdRanges& fixed,
                         const model::IdRanges& used) {
  const auto wanted = without({{0, size}}, ids_of(fixed, &model::IdRange::container));
  std::vector<HostRange> taken = ids_of(used, &model::IdRange::host);
  for (const HostRange& range : ids_of(fixed, &model::IdRange::host)) {
    taken.push_back(range);
  }
  const std::vector<HostRange> free = without(pool.granted, taken);
  const std::uint64_t count = total(wanted);
  if (total(free) < count) {
    throw Error(Code::kNoSpace,
                "could not find enough available IDs: --userns=auto needs " +
                    std::to_string(count) + ", and of the ranges of user " + pool.user +
                    " in " + pool.file + " " + std::to_string(total(free)) +
                    " are free: remove containers made with --userns, widen the range, or "
                    "ask for less with --userns=auto:size=N");
  }
  model::IdRanges ranges = paired(wanted, choose(free, count));
  ranges.insert(ranges.end(), fixed.begin(), fixed.end());
  return ranges;
}

}  // namespace gantry::userns
