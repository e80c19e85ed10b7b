// SPDX-License-Identifier: Apache-2.0
//
// The table of kind "oci" over gantry::plugin::Oci.
#pragma once

#include <gantry/plugin/descriptor.hpp>
#include <gantry/plugin/oci.hpp>

namespace gantry::plugin {

using boundary::emit;
using boundary::guard;
using boundary::sized_copy;

struct OciKind {
  using Base = Oci;
  static constexpr std::uint32_t kKind = GANTRY_KIND_OCI;
  static constexpr std::uint16_t kMajor = GANTRY_OCI_MAJOR;
  static constexpr std::uint16_t kMinor = GANTRY_OCI_MINOR;
  static constexpr const char* kName = "oci";

  static Oci& oci(void* self) noexcept { return *static_cast<Oci*>(self); }

  static PlanRequest plan_request(const gantry_oci_plan_request* from) {
    const gantry_oci_plan_request r = sized_copy(from);
    return {to_string(r.id), to_string(r.bundle), to_string(r.image_path),
            to_string(r.work_path), r.flags};
  }
  static void emit_plan(const Plan& plan, const gantry_plan_sink* sink) noexcept {
    const auto add = [sink](std::int32_t part, const std::vector<std::string>& values) {
      for (const std::string& value : values) {
        sink->add(sink->ctx, part, to_abi(value));
      }
    };
    add(GANTRY_PLAN_ARG, plan.args);
    add(GANTRY_PLAN_OPT, plan.opts);
    add(GANTRY_PLAN_ENV, plan.env);
    add(GANTRY_PLAN_HIDE, plan.hide);
  }

  static std::int32_t info(void* self, const gantry_sink* json,
                           const gantry_error* error) noexcept {
    return guard(error, [&] { emit(json, oci(self).info()); });
  }
  static std::int32_t create_plan(void* self, const gantry_oci_plan_request* request,
                                  const gantry_plan_sink* plan,
                                  const gantry_error* error) noexcept {
    return guard(error, [&] { emit_plan(oci(self).create_plan(plan_request(request)), plan); });
  }
  static std::int32_t exec_plan(void* self, const gantry_oci_plan_request* request,
                                const gantry_plan_sink* plan,
                                const gantry_error* error) noexcept {
    return guard(error, [&] { emit_plan(oci(self).exec_plan(plan_request(request)), plan); });
  }
  static std::int32_t restore_plan(void* self, const gantry_oci_plan_request* request,
                                   const gantry_plan_sink* plan,
                                   const gantry_error* error) noexcept {
    return guard(error,
                 [&] { emit_plan(oci(self).restore_plan(plan_request(request)), plan); });
  }
  static std::int32_t start(void* self, gantry_str id, const gantry_error* error) noexcept {
    return guard(error, [&] { oci(self).start(to_string(id)); });
  }
  static std::int32_t state(void* self, gantry_str id, const gantry_sink* json,
                            const gantry_error* error) noexcept {
    return guard(error, [&] { emit(json, oci(self).state(to_string(id))); });
  }
  static std::int32_t kill(void* self, gantry_str id, std::int32_t signal, std::uint32_t flags,
                           const gantry_error* error) noexcept {
    return guard(
        error, [&] { oci(self).kill(to_string(id), signal, (flags & GANTRY_KILL_ALL) != 0); });
  }
  static std::int32_t remove(void* self, gantry_str id, std::uint32_t flags,
                             const gantry_error* error) noexcept {
    return guard(error,
                 [&] { oci(self).remove(to_string(id), (flags & GANTRY_DELETE_FORCE) != 0); });
  }
  static std::int32_t pause(void* self, gantry_str id, const gantry_error* error) noexcept {
    return guard(error, [&] { oci(self).pause(to_string(id)); });
  }
  static std::int32_t resume(void* self, gantry_str id, const gantry_error* error) noexcept {
    return guard(error, [&] { oci(self).resume(to_string(id)); });
  }
  static std::int32_t update(void* self, gantry_str id, gantry_str resources_json,
                             const gantry_error* error) noexcept {
    return guard(error, [&] { oci(self).update(to_string(id), to_string(resources_json)); });
  }
  static std::int32_t checkpoint(void* self, const gantry_oci_checkpoint* request,
                                 const gantry_error* error) noexcept {
    return guard(error, [&] {
      const gantry_oci_checkpoint r = sized_copy(request);
      oci(self).checkpoint({to_string(r.id), to_string(r.image_path), to_string(r.work_path),
                            to_string(r.parent_path), r.flags});
    });
  }
  static std::int32_t ps(void* self, gantry_str id, const gantry_pid_sink* pids,
                         const gantry_error* error) noexcept {
    return guard(error, [&] {
      for (const std::int32_t pid : oci(self).ps(to_string(id))) {
        pids->add(pids->ctx, pid);
      }
    });
  }
  // The answer is itself a code, so a failure to classify is told as kInternal in words.
  static std::int32_t classify_error(void* self, std::int32_t exit_code, gantry_str output,
                                     const gantry_sink* message) noexcept {
    std::int32_t code = GANTRY_ERR_INTERNAL;
    const auto tell = [](void* ctx, gantry_str text) {
      emit(static_cast<const gantry_sink*>(ctx), view(text));
    };
    gantry_sink sink = message == nullptr ? gantry_sink{} : *message;
    const gantry_error error{&sink, tell};
    const std::int32_t failed = guard(&error, [&] {
      const Classified classified = oci(self).classify_error(exit_code, view(output));
      code = static_cast<std::int32_t>(classified.code);
      emit(message, classified.message);
    });
    return failed == GANTRY_OK ? code : failed;
  }

  static constexpr gantry_oci_ops kOps{sizeof(gantry_oci_ops),
                                       0,
                                       info,
                                       create_plan,
                                       exec_plan,
                                       restore_plan,
                                       start,
                                       state,
                                       kill,
                                       remove,
                                       pause,
                                       resume,
                                       update,
                                       checkpoint,
                                       ps,
                                       classify_error};
};

}  // namespace gantry::plugin

// GANTRY_OCI_PLUGIN(Class, "crun", "0.1.0", .capabilities = GANTRY_OCI_CAP_PAUSE); the
// designated rest is optional and in the order of gantry::plugin::Facts.
#define GANTRY_OCI_PLUGIN(Class, plugin_name, plugin_version, ...)    \
  GANTRY_DETAIL_PLUGIN(::gantry::plugin::OciKind, Class, plugin_name, \
                       plugin_version __VA_OPT__(, ) __VA_ARGS__)
