// SPDX-License-Identifier: Apache-2.0
#include "core/host/kinds.h"

#include <gantry/abi/network.h>
#include <gantry/abi/plugin.h>
#include <gantry/abi/runtime.h>
#include <gantry/abi/state.h>
#include <gantry/abi/storage.h>
#include <gantry/error.hpp>

#include <array>

namespace gantry::host {

namespace {

#define GANTRY_OP(table, op) \
  RequiredOp { #op, offsetof(table, op) }

constexpr std::array kOciRequired{
    GANTRY_OP(gantry_oci_ops, info),      GANTRY_OP(gantry_oci_ops, create_plan),
    GANTRY_OP(gantry_oci_ops, exec_plan), GANTRY_OP(gantry_oci_ops, start),
    GANTRY_OP(gantry_oci_ops, state),     GANTRY_OP(gantry_oci_ops, kill),
    GANTRY_OP(gantry_oci_ops, delete_),   GANTRY_OP(gantry_oci_ops, classify_error)};

constexpr std::array kStorageRequired{
    GANTRY_OP(gantry_storage_ops, probe),  GANTRY_OP(gantry_storage_ops, init),
    GANTRY_OP(gantry_storage_ops, create), GANTRY_OP(gantry_storage_ops, apply),
    GANTRY_OP(gantry_storage_ops, commit), GANTRY_OP(gantry_storage_ops, remove),
    GANTRY_OP(gantry_storage_ops, list),   GANTRY_OP(gantry_storage_ops, stat),
    GANTRY_OP(gantry_storage_ops, mount),  GANTRY_OP(gantry_storage_ops, unmount),
    GANTRY_OP(gantry_storage_ops, recover)};

constexpr std::array kNetRequired{GANTRY_OP(gantry_net_ops, info),
                                  GANTRY_OP(gantry_net_ops, setup),
                                  GANTRY_OP(gantry_net_ops, teardown)};

constexpr std::array kStateRequired{
    GANTRY_OP(gantry_state_ops, open),   GANTRY_OP(gantry_state_ops, begin),
    GANTRY_OP(gantry_state_ops, get),    GANTRY_OP(gantry_state_ops, put),
    GANTRY_OP(gantry_state_ops, del),    GANTRY_OP(gantry_state_ops, scan),
    GANTRY_OP(gantry_state_ops, commit), GANTRY_OP(gantry_state_ops, abort)};

#undef GANTRY_OP

constexpr std::array<Kind, 4> kKinds{
    Kind{GANTRY_KIND_OCI, "oci", GANTRY_OCI_MAJOR, GANTRY_OCI_MINOR, sizeof(gantry_oci_ops),
         kOciRequired},
    Kind{GANTRY_KIND_STORAGE, "storage", GANTRY_STORAGE_MAJOR, GANTRY_STORAGE_MINOR,
         sizeof(gantry_storage_ops), kStorageRequired},
    Kind{GANTRY_KIND_NET, "net", GANTRY_NET_MAJOR, GANTRY_NET_MINOR, sizeof(gantry_net_ops),
         kNetRequired},
    Kind{GANTRY_KIND_STATE, "state", GANTRY_STATE_MAJOR, GANTRY_STATE_MINOR,
         sizeof(gantry_state_ops), kStateRequired}};

}  // namespace

std::span<const Kind> all_kinds() noexcept { return kKinds; }

const Kind* find_kind(std::string_view name) noexcept {
  for (const Kind& kind : kKinds) {
    if (kind.name == name) {
      return &kind;
    }
  }
  return nullptr;
}

const Kind& kind_named(std::string_view name) {
  if (const Kind* kind = find_kind(name)) {
    return *kind;
  }
  throw Error(Code::kInvalid, "unknown plug-in kind \"" + std::string(name) +
                                  "\": it is one of oci, storage, net, state");
}

std::string describe_kind(std::uint32_t number) {
  std::string text = "kind " + std::to_string(number);
  for (const Kind& kind : kKinds) {
    if (kind.number == number) {
      text += " (" + std::string(kind.name) + ")";
    }
  }
  return text;
}

}  // namespace gantry::host
