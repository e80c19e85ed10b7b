// SPDX-License-Identifier: Apache-2.0
//
// One instance of a plug-in with the services it was given. Owned by an adapter; the calls
// are as thread-safe as the function called.
#pragma once

#include <gantry/abi/plugin.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/host/loaded_plugin.h"
#include "core/host/sinks.h"
#include "sdk/support/host_services.h"

namespace gantry::host {

// Told of every call at its begin and end: "oci-crun.start". Null costs nothing.
using Tracer = std::function<void(std::string_view call, bool begin)>;

class Instance {
 public:
  Instance(const LoadedPlugin& plugin, HostServices::Options services,
           const std::map<std::string, std::string>& config, Tracer tracer);
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
    require(name, op != nullptr);
    ErrorSink error;
    const Span span(*this, name);
    const std::int32_t code = op(args..., error.abi());
    if (code != GANTRY_OK) {
      fail(name, code, error.text());
    }
  }

  // The same for functions that cannot fail, or answer otherwise.
  template <typename Op, typename... Args>
  auto call_plain(std::string_view name, Op op, Args... args) const {
    require(name, op != nullptr);
    const Span span(*this, name);
    return op(args...);
  }

  // A failure code in words, for answers that are codes themselves.
  [[nodiscard]] Error failure(std::string_view name, std::int32_t code,
                              const std::string& message) const;

 private:
  class Span {
   public:
    Span(const Instance& instance, std::string_view name) : instance_(instance), name_(name) {
      if (instance_.tracer_) instance_.trace(name_, true);
    }
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;
    ~Span() {
      if (instance_.tracer_) instance_.trace(name_, false);
    }

   private:
    const Instance& instance_;
    std::string_view name_;
  };

  void require(std::string_view name, bool present) const;
  [[noreturn]] void fail(std::string_view name, std::int32_t code,
                         const std::string& message) const;
  void trace(std::string_view name, bool begin) const noexcept;

  const LoadedPlugin& plugin_;
  HostServices services_;
  Tracer tracer_;
  void* self_ = nullptr;
};

}  // namespace gantry::host
