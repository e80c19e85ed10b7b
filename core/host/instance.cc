// SPDX-License-Identifier: Apache-2.0
#include "core/host/instance.h"

#include <utility>

#include "sdk/support/json.h"

namespace gantry::host {

Instance::Instance(const LoadedPlugin& plugin, HostServices::Options services,
                   const std::map<std::string, std::string>& config)
    : plugin_(plugin), services_(std::move(services)) {
  const std::string json = config.empty() ? "{}" : to_text(Json(config));
  call("create", plugin_.descriptor.create, services_.table(), boundary::to_abi(json), &self_);
}

Instance::~Instance() {
  const trace::Span span = spanning("destroy");
  plugin_.descriptor.destroy(self_);
}

void Instance::refuse(std::string_view name) const {
  throw Error(Code::kUnsupported, "plug-in " + plugin_.label() + " " + plugin_.facts.version +
                                      " does not support " + std::string(name));
}

void Instance::fail(std::string_view name, std::int32_t code,
                    const std::string& message) const {
  throw failure(name, code, message);
}

Error Instance::failure(std::string_view name, std::int32_t code,
                        const std::string& message) const {
  const bool known = code > GANTRY_OK && code <= GANTRY_ERR_INTERNAL;
  std::string text = message;
  if (text.empty()) {
    text = "plug-in " + plugin_.label() + ": " + std::string(name) +
           " failed without a reason (code " + std::to_string(code) + ")";
  }
  return {known ? static_cast<Code>(code) : Code::kInternal, text};
}

}  // namespace gantry::host
