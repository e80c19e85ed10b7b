// SPDX-License-Identifier: Apache-2.0
#include "cli/confirm.h"

#include <iostream>

namespace gantry::cli {

bool confirm(Context& context, const std::string& warning) {
  context.out() << warning << "\nAre you sure you want to continue? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "YES";
}

}  // namespace gantry::cli
