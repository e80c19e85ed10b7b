// SPDX-License-Identifier: Apache-2.0
//
// Makes broken input out of good input. The same number makes the same input, on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace gantry::fuzz {

class Mutator {
 public:
  explicit Mutator(std::uint64_t number) : chance_(number) {}

  // One of the seeds, changed in one to five places.
  [[nodiscard]] std::string from(const std::vector<std::string>& seeds);

 private:
  [[nodiscard]] std::size_t below(std::size_t limit);
  void change(std::string& text, const std::vector<std::string>& seeds);
  void change_number(std::string& text);
  // False: it is no document.
  [[nodiscard]] bool change_document(std::string& text);

  std::mt19937_64 chance_;
};

}  // namespace gantry::fuzz
