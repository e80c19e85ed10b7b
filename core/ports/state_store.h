// SPDX-License-Identifier: Apache-2.0
//
// Port: an ordered, transactional key-value store. The contract is that of
// <gantry/abi/state.h>; failures come as gantry::Error. core/store keeps typed records on it.
// Owned by the engine; one transaction at a time, as core/store sees to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gantry::ports {

enum class TransactionMode { kRead = 0, kExclusive = 1 };
enum class Durability { kRelaxed = 0, kDurable = 1 };

// Ends without its writes unless committed.
class StateTransaction {
 public:
  virtual ~StateTransaction() = default;
  virtual std::optional<std::string> get(std::string_view key) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void del(std::string_view key) = 0;
  // Keys with first <= key < last, in order; an empty last means to the end. visit returns
  // false to end early. The store must not be written during the scan.
  virtual void scan(
      std::string_view first, std::string_view last,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;
  // Once; all writes or, when it throws, none.
  virtual void commit(Durability durability) = 0;
};

class StateStore {
 public:
  virtual ~StateStore() = default;
  // kTimeout when other processes hold the store for longer than timeout.
  virtual std::unique_ptr<StateTransaction> begin(TransactionMode mode,
                                                  std::chrono::milliseconds timeout) = 0;
  virtual std::uint64_t generation() = 0;
  virtual void check(std::chrono::milliseconds timeout) = 0;
  virtual void compact(std::chrono::milliseconds timeout) = 0;
};

}  // namespace gantry::ports
