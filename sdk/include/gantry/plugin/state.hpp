// SPDX-License-Identifier: Apache-2.0
//
// Base class of a state plug-in. The contract of each function is told in
// <gantry/abi/state.h>; throw gantry::Error to fail.
#pragma once

#include <gantry/abi/state.h>
#include <gantry/error.hpp>
#include <gantry/plugin/host.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace gantry::plugin {

// Destroyed without commit: aborted. commit is called at most once, and last.
class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual bool get(std::string_view key, std::string& ret_value) = 0;  // false: not found
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void del(std::string_view key) = 0;
  virtual void scan(std::string_view first, std::string_view last,
                    const std::function<bool(std::string_view, std::string_view)>& visit) = 0;
  virtual void commit(bool durable) = 0;
};

class State {
 public:
  virtual ~State() = default;
  virtual void open(const std::string& dir) = 0;
  virtual void close() noexcept = 0;
  virtual std::unique_ptr<Transaction> begin(bool exclusive, std::int64_t timeout_ms) = 0;
  virtual std::uint64_t generation() = 0;
  virtual void check(std::int64_t timeout_ms) = 0;
  virtual void compact(std::int64_t timeout_ms) = 0;
};

}  // namespace gantry::plugin
