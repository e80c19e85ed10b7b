// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <string>
#include <vector>

#include "cli/engine_opener.h"
#include "cli/program.h"
#include "cli/standard_streams.h"

int main(int argc, char** argv) {
  gantry::cli::fill_standard_streams();
  std::ios::sync_with_stdio(false);
  const std::vector<std::string> words(argv, argv + argc);
  return gantry::cli::run_program(gantry::cli::command_tree(), words, std::cout, std::cerr,
                                  gantry::cli::open_engine_for);
}
