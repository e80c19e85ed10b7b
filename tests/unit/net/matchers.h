// SPDX-License-Identifier: Apache-2.0
//
// Expects an Error with this code whose message holds text.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gantry/error.hpp>
#include <string>

namespace gantry::net {

template <typename F>
void expect_error(Code code, const std::string& text, F&& action) {
  try {
    action();
    ADD_FAILURE() << "no error; expected: " << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
  }
}

}  // namespace gantry::net
