// SPDX-License-Identifier: Apache-2.0
//
// One instance of a plug-in with the services it was given. Owned by an adapter. [thread-safe]:
// calls of functions without that tag wait for each other.
#pragma once

#include <gantry/abi/plugin.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/host/loaded_plugin.h"
#include "core/host/sinks.h"
#include "sdk/support/host_services.h"
#include "sdk/support/trace.h"

namespace gantry::host {

class Instance {
 public:
  Instance(const LoadedPlugin& plugin, HostServices::Options services,
           const std::map<std::string, std::string>& config);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  [[nodiscard]] void* self() const noexcept { return self_; }
  [[nodiscard]] const LoadedPlugin& plugin() const noexcept { return plugin_; }
  [[nodiscard]] bool can(std::uint64_t capability) const noexcept {
    return (plugin_.descriptor.capabilities & capability) != 0;
  }

  // Calls op(args..., error); a code other than GANTRY_OK becomes an Error. A null op is
  // kUnsupported.
  template <typename Op, typename... Args>
  void call(std::string_view name, Op op, Args... args) const {
    const std::lock_guard alone(alone_);
    call_beside_others(name, op, args...);
  }

  // The same for functions with the tag [thread-safe].
  template <typename Op, typename... Args>
  void call_beside_others(std::string_view name, Op op, Args... args) const {
    if (op == nullptr) {
      refuse(name);
    }
    ErrorSink error;
    const trace::Span span = spanning(name);
    const std::int32_t code = op(args..., error.abi());
    if (code != GANTRY_OK) {
      fail(name, code, error.text());
    }
  }

  // The same for functions that cannot fail, or answer otherwise.
  template <typename Op, typename... Args>
  auto call_plain(std::string_view name, Op op, Args... args) const {
    if (op == nullptr) {
      refuse(name);
    }
    const trace::Span span = spanning(name);
    return op(args...);
  }

  // A failure code in words, for answers that are codes themselves.
  [[nodiscard]] Error failure(std::string_view name, std::int32_t code,
                              const std::string& message) const;

 private:
  [[nodiscard]] trace::Span spanning(std::string_view op) const {
    const auto& facts = plugin_.facts;
    return trace::Span(trace::Kind::kPlugin, facts.kind, "-", facts.name, ".", op);
  }
  [[noreturn]] void refuse(std::string_view name) const;
  [[noreturn]] void fail(std::string_view name, std::int32_t code,
                         const std::string& message) const;

  const LoadedPlugin& plugin_;
  HostServices services_;
  mutable std::mutex alone_;
  void* self_ = nullptr;
};

}  // namespace gantry::host
