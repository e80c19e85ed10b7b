// SPDX-License-Identifier: Apache-2.0
//
// Whatever comes from outside is either understood or refused with an Error: no other
// exception, no crash, no endless loop. Run it with AddressSanitizer, too.
// GANTRY_TEST_SEED: a number to begin with, for other inputs than the usual ones.
#include <gtest/gtest.h>
#include <gantry/error.hpp>

#include <cstdlib>
#include <exception>

#include "sdk/support/json.h"
#include "tests/fuzz/mutator.h"
#include "tests/fuzz/target.h"

namespace gantry::fuzz {
namespace {

constexpr int kInputs = 3000;

std::vector<Target> all_targets() {
  std::vector<Target> all = typed_targets();
  for (const std::vector<Target>& more : {read_targets(), kept_targets()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

const std::vector<Target>& targets() {
  static const std::vector<Target> all = all_targets();
  return all;
}

class Fuzz : public testing::TestWithParam<std::size_t> {
 protected:
  static std::string quoted(const std::string& text) { return to_text(Json(text)); }

  // False: it was refused.
  static bool take(const Target& target, const std::string& text) {
    try {
      target.take(text);
      return true;
    } catch (const Error& e) {
      EXPECT_TRUE(*e.what() != '\0' || text.find('\0') != std::string::npos)
          << "without a word for " << quoted(text);
    } catch (const std::exception& e) {
      ADD_FAILURE() << "not an Error but: " << e.what() << "\nfor " << quoted(text);
    }
    return false;
  }
};

TEST_P(Fuzz, IsUnderstoodOrRefused) {
  const Target& target = targets()[GetParam()];
  for (const std::string& seed : target.seeds) {
    EXPECT_TRUE(take(target, seed)) << "refused: " << quoted(seed);
  }
  const char* begin = std::getenv("GANTRY_TEST_SEED");
  Mutator mutator(begin == nullptr ? 1 : std::strtoull(begin, nullptr, 10));
  int refused = 0;
  for (int i = 0; i < kInputs && !HasFailure(); ++i) {
    refused += take(target, mutator.from(target.seeds)) ? 0 : 1;
  }
  RecordProperty("refused", refused);
}

std::string name_of(const testing::TestParamInfo<std::size_t>& info) {
  return targets()[info.param].name;
}

INSTANTIATE_TEST_SUITE_P(Inputs, Fuzz, testing::Range(std::size_t{0}, targets().size()),
                         name_of);

}  // namespace
}  // namespace gantry::fuzz
