// SPDX-License-Identifier: Apache-2.0
//
// Base class of an OCI runtime plug-in. The contract of each function is told in
// <gantry/abi/runtime.h>; throw gantry::Error to fail.
#pragma once

#include <gantry/abi/runtime.h>
#include <gantry/error.hpp>
#include <gantry/plugin/host.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gantry::plugin {

struct Plan {
  std::vector<std::string> args;
  std::vector<std::string> opts;
  std::vector<std::string> env;
  std::vector<std::string> hide;
};

struct PlanRequest {
  std::string id;
  std::string bundle;
  std::string image_path;
  std::string work_path;
  std::uint32_t flags = 0;
};

struct Checkpoint {
  std::string id;
  std::string image_path;
  std::string work_path;
  std::string parent_path;
  std::uint32_t flags = 0;
};

struct Classified {
  Code code;
  std::string message;
};

class Oci {
 public:
  virtual ~Oci() = default;
  virtual std::string info() = 0;
  virtual Plan create_plan(const PlanRequest& request) = 0;
  virtual Plan exec_plan(const PlanRequest& request) = 0;
  virtual Plan restore_plan(const PlanRequest& request) = 0;
  virtual void start(const std::string& id) = 0;
  virtual std::string state(const std::string& id) = 0;
  virtual void kill(const std::string& id, int signal, bool all) = 0;
  virtual void remove(const std::string& id, bool force) = 0;
  virtual void pause(const std::string& id) = 0;
  virtual void resume(const std::string& id) = 0;
  virtual void update(const std::string& id, const std::string& resources_json) = 0;
  virtual void checkpoint(const Checkpoint& request) = 0;
  virtual std::vector<std::int32_t> ps(const std::string& id) = 0;
  virtual Classified classify_error(int exit_code, std::string_view output) = 0;
};

}  // namespace gantry::plugin
