// SPDX-License-Identifier: Apache-2.0
//
// The table of kind "net" over gantry::plugin::Net.
#pragma once

#include <gantry/plugin/descriptor.hpp>
#include <gantry/plugin/net.hpp>

namespace gantry::plugin {

using boundary::emit;
using boundary::guard;
using boundary::sized_copy;
using boundary::strided_copy;

struct NetKind {
  using Base = Net;
  static constexpr std::uint32_t kKind = GANTRY_KIND_NET;
  static constexpr std::uint16_t kMajor = GANTRY_NET_MAJOR;
  static constexpr std::uint16_t kMinor = GANTRY_NET_MINOR;
  static constexpr const char* kName = "net";

  static Net& net(void* self) noexcept { return *static_cast<Net*>(self); }

  static std::vector<std::string> strings(const gantry_str* from, std::uint64_t count) {
    std::vector<std::string> to;
    to.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      to.push_back(to_string(from[i]));
    }
    return to;
  }
  static NetRequest request(const gantry_net_request* from) {
    const gantry_net_request r = sized_copy(from);
    NetRequest to{to_string(r.container_id),
                  to_string(r.container_name),
                  to_string(r.netns_path),
                  {},
                  {}};
    for (std::uint64_t i = 0; i < r.attachment_count; ++i) {
      const gantry_attachment a = strided_copy(r.attachments, r.attachment_size, i);
      to.attachments.push_back({to_string(a.network), to_string(a.interface_name),
                                strings(a.static_ips, a.static_ip_count),
                                to_string(a.static_mac), strings(a.aliases, a.alias_count)});
    }
    for (std::uint64_t i = 0; i < r.port_count; ++i) {
      const gantry_port_mapping p = strided_copy(r.ports, r.port_size, i);
      to.ports.push_back({to_string(p.host_ip), to_string(p.protocol), p.host_port,
                          p.container_port, p.range});
    }
    return to;
  }

  static std::int32_t info(void* self, const gantry_sink* json,
                           const gantry_error* error) noexcept {
    return guard(error, [&] { emit(json, net(self).info()); });
  }
  static std::int32_t network_create(void* self, gantry_str network_json,
                                     const gantry_sink* json,
                                     const gantry_error* error) noexcept {
    return guard(error, [&] { emit(json, net(self).network_create(to_string(network_json))); });
  }
  static std::int32_t network_inspect(void* self, gantry_str name, const gantry_sink* json,
                                      const gantry_error* error) noexcept {
    return guard(error, [&] { emit(json, net(self).network_inspect(to_string(name))); });
  }
  static std::int32_t network_list(void* self, const gantry_list_sink* names,
                                   const gantry_error* error) noexcept {
    return guard(error, [&] {
      net(self).network_list([names](std::string_view name) {
        return names->item(names->ctx, to_abi(name)) == 0;
      });
    });
  }
  static std::int32_t network_remove(void* self, gantry_str name,
                                     const gantry_error* error) noexcept {
    return guard(error, [&] { net(self).network_remove(to_string(name)); });
  }
  static std::int32_t setup(void* self, const gantry_net_request* r, const gantry_sink* status,
                            const gantry_error* error) noexcept {
    return guard(error, [&] { emit(status, net(self).setup(request(r))); });
  }
  static std::int32_t teardown(void* self, const gantry_net_request* r,
                               const gantry_error* error) noexcept {
    return guard(error, [&] { net(self).teardown(request(r)); });
  }
  static std::int32_t check(void* self, const gantry_net_request* r,
                            const gantry_error* error) noexcept {
    return guard(error, [&] { net(self).check(request(r)); });
  }
  static std::int32_t gc(void* self, const gantry_net_valid* valid, std::uint64_t count,
                         const gantry_error* error) noexcept {
    return guard(error, [&] {
      std::vector<ValidAttachment> attachments;
      attachments.reserve(count);
      for (std::uint64_t i = 0; i < count; ++i) {
        attachments.push_back({to_string(valid[i].container_id), to_string(valid[i].network),
                               to_string(valid[i].interface_name)});
      }
      net(self).gc(attachments);
    });
  }

  static constexpr gantry_net_ops kOps{sizeof(gantry_net_ops),
                                       0,
                                       info,
                                       network_create,
                                       network_inspect,
                                       network_list,
                                       network_remove,
                                       setup,
                                       teardown,
                                       check,
                                       gc};
};

}  // namespace gantry::plugin

// GANTRY_NET_PLUGIN(Class, "cni", "0.1.0", .capabilities = GANTRY_NET_CAP_PORTS); the
// designated rest is optional and in the order of gantry::plugin::Facts.
#define GANTRY_NET_PLUGIN(Class, plugin_name, plugin_version, ...)    \
  GANTRY_DETAIL_PLUGIN(::gantry::plugin::NetKind, Class, plugin_name, \
                       plugin_version __VA_OPT__(, ) __VA_ARGS__)
