// SPDX-License-Identifier: Apache-2.0
#include "core/host/runtime_adapter.h"

#include <utility>

namespace gantry::host {

using boundary::to_abi;
using boundary::to_string;

namespace {

struct PlanReceiver {
  ports::RuntimePlan plan;
  Pending pending;

  static void add(void* ctx, std::int32_t part, gantry_str value) noexcept {
    auto& self = *static_cast<PlanReceiver*>(ctx);
    (void)self.pending.run([&] {
      switch (part) {
        case GANTRY_PLAN_ARG:
          self.plan.args.push_back(to_string(value));
          break;
        case GANTRY_PLAN_OPT:
          self.plan.opts.push_back(to_string(value));
          break;
        case GANTRY_PLAN_ENV:
          self.plan.env.push_back(to_string(value));
          break;
        case GANTRY_PLAN_HIDE:
          self.plan.hide.push_back(to_string(value));
          break;
        default:
          throw Error(Code::kInternal, "a runtime plug-in answered with a plan whose part " +
                                           std::to_string(part) + " is unknown");
      }
      return 0;
    });
  }
};

struct PidReceiver {
  std::vector<int> pids;
  Pending pending;

  static void add(void* ctx, std::int32_t pid) noexcept {
    auto& self = *static_cast<PidReceiver*>(ctx);
    (void)self.pending.run([&] {
      self.pids.push_back(pid);
      return 0;
    });
  }
};

gantry_oci_plan_request plan_request(const std::string& id) {
  gantry_oci_plan_request request{};
  request.struct_size = sizeof(request);
  request.id = to_abi(id);
  return request;
}

std::uint32_t flag(bool set, unsigned bit) { return set ? bit : 0U; }

}  // namespace

AbiRuntime::AbiRuntime(std::unique_ptr<Instance> instance)
    : instance_(std::move(instance)), ops_(instance_->plugin().ops<gantry_oci_ops>()) {}

Json AbiRuntime::parse_answer(const std::string& text, const char* what) const {
  return parse_json(text, std::string("the ") + what + " that plug-in " +
                              instance_->plugin().label() + " answered");
}

ports::RuntimeCapabilities AbiRuntime::capabilities() {
  return {instance_->can(GANTRY_OCI_CAP_PAUSE),       instance_->can(GANTRY_OCI_CAP_UPDATE),
          instance_->can(GANTRY_OCI_CAP_CHECKPOINT),  instance_->can(GANTRY_OCI_CAP_PS),
          instance_->can(GANTRY_OCI_CAP_SECCOMP_BPF), instance_->can(GANTRY_OCI_CAP_NO_CGROUP)};
}

Json AbiRuntime::info() {
  TextSink json;
  instance_->call("info", ops_.info, instance_->self(), json.abi());
  return parse_answer(json.text(), "info");
}

ports::RuntimePlan AbiRuntime::plan(std::string_view name, PlanOp op,
                                    const gantry_oci_plan_request& request) {
  PlanReceiver receiver;
  const gantry_plan_sink sink{&receiver, &PlanReceiver::add};
  instance_->call_beside_others(name, op, instance_->self(), &request, &sink);
  receiver.pending.rethrow();
  if (receiver.plan.args.empty()) {
    throw Error(Code::kInternal,
                "plug-in " + instance_->plugin().label() + " answered with an empty plan");
  }
  return std::move(receiver.plan);
}

ports::RuntimePlan AbiRuntime::create_plan(const ports::CreateRequest& r) {
  gantry_oci_plan_request request = plan_request(r.id);
  request.bundle = to_abi(r.bundle);
  request.flags = flag(!r.cgroup, GANTRY_PLAN_NO_CGROUP);
  return plan("create_plan", ops_.create_plan, request);
}

ports::RuntimePlan AbiRuntime::exec_plan(const std::string& id) {
  return plan("exec_plan", ops_.exec_plan, plan_request(id));
}

ports::RuntimePlan AbiRuntime::restore_plan(const ports::RestoreRequest& r) {
  gantry_oci_plan_request request = plan_request(r.id);
  request.bundle = to_abi(r.bundle);
  request.image_path = to_abi(r.image_path);
  request.work_path = to_abi(r.work_path);
  request.flags = flag(r.tcp_established, GANTRY_PLAN_TCP_ESTABLISHED) |
                  flag(r.file_locks, GANTRY_PLAN_FILE_LOCKS);
  return plan("restore_plan", ops_.restore_plan, request);
}

void AbiRuntime::start(const std::string& id) {
  instance_->call_beside_others("start", ops_.start, instance_->self(), to_abi(id));
}

Json AbiRuntime::state(const std::string& id) {
  TextSink json;
  instance_->call_beside_others("state", ops_.state, instance_->self(), to_abi(id), json.abi());
  return parse_answer(json.text(), "state");
}

void AbiRuntime::kill(const std::string& id, int signal, ports::KillScope scope) {
  instance_->call_beside_others("kill", ops_.kill, instance_->self(), to_abi(id), signal,
                                flag(scope == ports::KillScope::kAll, GANTRY_KILL_ALL));
}

void AbiRuntime::remove(const std::string& id, bool force) {
  instance_->call_beside_others("delete", ops_.delete_, instance_->self(), to_abi(id),
                                flag(force, GANTRY_DELETE_FORCE));
}

void AbiRuntime::pause(const std::string& id) {
  instance_->call("pause", ops_.pause, instance_->self(), to_abi(id));
}

void AbiRuntime::resume(const std::string& id) {
  instance_->call("resume", ops_.resume, instance_->self(), to_abi(id));
}

void AbiRuntime::update(const std::string& id, const Json& resources) {
  const std::string text = to_text(resources);
  instance_->call("update", ops_.update, instance_->self(), to_abi(id), to_abi(text));
}

void AbiRuntime::checkpoint(const ports::CheckpointRequest& r) {
  gantry_oci_checkpoint request{};
  request.struct_size = sizeof(request);
  request.id = to_abi(r.id);
  request.image_path = to_abi(r.image_path);
  request.work_path = to_abi(r.work_path);
  request.parent_path = to_abi(r.parent_path);
  request.flags = flag(r.leave_running, GANTRY_CHECKPOINT_LEAVE_RUNNING) |
                  flag(r.tcp_established, GANTRY_CHECKPOINT_TCP_ESTABLISHED) |
                  flag(r.file_locks, GANTRY_CHECKPOINT_FILE_LOCKS) |
                  flag(r.pre_dump, GANTRY_CHECKPOINT_PRE_DUMP);
  instance_->call("checkpoint", ops_.checkpoint, instance_->self(), &request);
}

std::vector<int> AbiRuntime::ps(const std::string& id) {
  PidReceiver receiver;
  const gantry_pid_sink sink{&receiver, &PidReceiver::add};
  instance_->call("ps", ops_.ps, instance_->self(), to_abi(id), &sink);
  receiver.pending.rethrow();
  return std::move(receiver.pids);
}

Error AbiRuntime::classify_error(int exit_code, std::string_view output) {
  TextSink message;
  const std::int32_t code =
      instance_->call_plain("classify_error", ops_.classify_error, instance_->self(), exit_code,
                            to_abi(output), message.abi());
  return instance_->failure("the runtime", code, message.text());
}

}  // namespace gantry::host
