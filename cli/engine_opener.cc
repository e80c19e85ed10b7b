// SPDX-License-Identifier: Apache-2.0
#include "cli/engine_opener.h"

#include <cstdlib>

#include "cli/context.h"
#include "core/engine/open_engine.h"
#include "core/log/log.h"

namespace gantry::cli {

layout::Configuration configuration_of(const Options& options) {
  layout::ConfigurationInput input;
  input.environment = [](const char* name) -> const char* { return std::getenv(name); };
  if (options.given("config")) {
    input.file = options.text("config");
  }
  for (const layout::KnownKey& known : layout::known_keys()) {
    const std::string flag = layout::flag_name(known.key).substr(2);
    if (options.find(flag) != nullptr && options.given(flag)) {
      input.flags[std::string(known.key)] = options.list(flag);
    }
  }
  layout::Configuration configuration = layout::Configuration::load(input);
  log::set_level(log::parse_level(configuration.get("log_level")));
  return configuration;
}

std::shared_ptr<engine::Engine> open_engine_for(const Options& options,
                                                const std::string& verb) {
  engine::OpenOptions open;
  open.configuration = configuration_of(options);
  open.verb = verb;
  open.cancelled = cancelled;
  return engine::open_engine(std::move(open));
}

}  // namespace gantry::cli
