// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/criu_report.h"

#include <ostream>

namespace gantry::cli {

void CriuReport::add(const std::string& id, std::int64_t runtime_us, const Json& criu) {
  OrderedJson one{{"Id", id}, {"runtime_" + verb_ + "_duration", runtime_us}};
  one["criu_statistics"] = criu.empty() ? OrderedJson() : OrderedJson(criu);
  containers_.push_back(std::move(one));
}

void CriuReport::print(std::ostream& out) const {
  const auto all = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun_);
  const OrderedJson report{{"podman_" + verb_ + "_duration", all.count()},
                           {"container_statistics", containers_}};
  out << report.dump(4) << "\n";
}

}  // namespace gantry::cli
