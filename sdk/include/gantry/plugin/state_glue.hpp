// SPDX-License-Identifier: Apache-2.0
//
// The table of kind "state" over gantry::plugin::State and Transaction.
#pragma once

#include <gantry/plugin/descriptor.hpp>
#include <gantry/plugin/state.hpp>

namespace gantry::plugin {

using boundary::emit;
using boundary::guard;

struct StateKind {
  using Base = State;
  static constexpr std::uint32_t kKind = GANTRY_KIND_STATE;
  static constexpr std::uint16_t kMajor = GANTRY_STATE_MAJOR;
  static constexpr std::uint16_t kMinor = GANTRY_STATE_MINOR;
  static constexpr const char* kName = "state";

  static State& state(void* self) noexcept { return *static_cast<State*>(self); }
  static Transaction& txn(void* self) noexcept { return *static_cast<Transaction*>(self); }

  static std::int32_t open(void* self, gantry_str dir, const gantry_error* error) noexcept {
    return guard(error, [&] { state(self).open(to_string(dir)); });
  }
  static void close(void* self) noexcept { state(self).close(); }

  static std::int32_t begin(void* self, std::int32_t mode, std::int64_t timeout_ms,
                            void** ret_txn, const gantry_error* error) noexcept {
    return guard(error, [&] {
      if (mode != GANTRY_TXN_READ && mode != GANTRY_TXN_EXCLUSIVE) {
        throw Error(Code::kInvalid, "unknown transaction mode " + std::to_string(mode));
      }
      *ret_txn = state(self).begin(mode == GANTRY_TXN_EXCLUSIVE, timeout_ms).release();
    });
  }

  static std::int32_t get(void* self, gantry_str key, const gantry_sink* value,
                          const gantry_error* error) noexcept {
    return guard(error, [&] {
      std::string found;
      if (!txn(self).get(view(key), found)) {
        throw Error(Code::kNotFound, "no such key: " + to_string(key));
      }
      emit(value, found);
    });
  }
  static std::int32_t put(void* self, gantry_str key, gantry_str value,
                          const gantry_error* error) noexcept {
    return guard(error, [&] { txn(self).put(view(key), view(value)); });
  }
  static std::int32_t del(void* self, gantry_str key, const gantry_error* error) noexcept {
    return guard(error, [&] { txn(self).del(view(key)); });
  }
  static std::int32_t scan(void* self, gantry_str first, gantry_str last,
                           const gantry_kv_sink* items, const gantry_error* error) noexcept {
    return guard(error, [&] {
      txn(self).scan(view(first), view(last),
                     [items](std::string_view key, std::string_view value) {
                       return items->item(items->ctx, to_abi(key), to_abi(value)) == 0;
                     });
    });
  }
  static std::int32_t commit(void* self, std::int32_t durability,
                             const gantry_error* error) noexcept {
    return guard(error, [&] {
      const std::unique_ptr<Transaction> owned(&txn(self));
      owned->commit(durability == GANTRY_COMMIT_DURABLE);
    });
  }
  static void abort(void* self) noexcept { delete &txn(self); }

  static std::int32_t generation(void* self, std::uint64_t* ret_generation,
                                 const gantry_error* error) noexcept {
    return guard(error, [&] { *ret_generation = state(self).generation(); });
  }
  static std::int32_t check(void* self, std::int64_t timeout_ms,
                            const gantry_error* error) noexcept {
    return guard(error, [&] { state(self).check(timeout_ms); });
  }
  static std::int32_t compact(void* self, std::int64_t timeout_ms,
                              const gantry_error* error) noexcept {
    return guard(error, [&] { state(self).compact(timeout_ms); });
  }

  static constexpr gantry_state_ops kOps{sizeof(gantry_state_ops),
                                         0,
                                         open,
                                         close,
                                         begin,
                                         get,
                                         put,
                                         del,
                                         scan,
                                         commit,
                                         abort,
                                         generation,
                                         check,
                                         compact};
};

}  // namespace gantry::plugin

// GANTRY_STATE_PLUGIN(Class, "leveldb", "0.1.0", .vendor = "...", .license = "..."); the
// designated rest is optional and in the order of gantry::plugin::Facts.
#define GANTRY_STATE_PLUGIN(Class, plugin_name, plugin_version, ...)    \
  GANTRY_DETAIL_PLUGIN(::gantry::plugin::StateKind, Class, plugin_name, \
                       plugin_version __VA_OPT__(, ) __VA_ARGS__)
