/* SPDX-License-Identifier: Apache-2.0
 *
 * Kind "net": networks, and the attachment of a network namespace to them.
 *
 * The plug-in owns bridges, addresses, leases and rules; the core owns the namespace and
 * the container. setup and teardown take the same request, and teardown needs nothing
 * else: not the namespace, not a successful setup.
 */
#ifndef GANTRY_ABI_NETWORK_H
#define GANTRY_ABI_NETWORK_H

#include <gantry/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GANTRY_NET_MAJOR 1
#define GANTRY_NET_MINOR 0

#define GANTRY_NET_CAP_PORTS (1u << 0)
#define GANTRY_NET_CAP_STATIC_IP (1u << 1)
#define GANTRY_NET_CAP_STATIC_MAC (1u << 2)
#define GANTRY_NET_CAP_DNS (1u << 3) /* names of containers resolve on the network */

/* May grow: the stride of an array is gantry_net_request.port_size. */
typedef struct gantry_port_mapping {
  gantry_str host_ip;  /* empty: all addresses */
  gantry_str protocol; /* "tcp", "udp", "sctp" */
  uint16_t host_port;
  uint16_t container_port;
  uint16_t range; /* this many ports in a row, at least 1 */
  uint16_t reserved;
} gantry_port_mapping;

/* May grow: the stride is gantry_net_request.attachment_size. */
typedef struct gantry_attachment {
  gantry_str network;
  gantry_str interface_name;    /* "eth0" */
  const gantry_str* static_ips; /* addresses without prefix */
  uint64_t static_ip_count;
  gantry_str static_mac; /* empty: any */
  const gantry_str* aliases;
  uint64_t alias_count;
} gantry_attachment;

typedef struct gantry_net_request {
  uint32_t struct_size;
  uint32_t attachment_size; /* sizeof(gantry_attachment) of the caller: the stride */
  uint32_t port_size;       /* sizeof(gantry_port_mapping) of the caller: the stride */
  uint32_t reserved;
  gantry_str container_id;
  gantry_str container_name;
  gantry_str netns_path; /* teardown: may be empty, or no longer exist */
  const gantry_attachment* attachments;
  uint64_t attachment_count;
  const gantry_port_mapping* ports;
  uint64_t port_count;
} gantry_net_request;

/* One attachment that is still wanted, for gc. Never grows. */
typedef struct gantry_net_valid {
  gantry_str container_id;
  gantry_str network;
  gantry_str interface_name;
} gantry_net_valid;

typedef struct gantry_net_ops {
  uint32_t struct_size;
  uint32_t reserved;

  /* A JSON object: name, version, plugin_dirs, config_dirs, default_network, and attachments,
   * a list of {network, container, interface}: all for which gc might have something to free;
   * network and interface may be empty. [required] */
  int32_t (*info)(void* self, const gantry_sink* json, const gantry_error* error);

  /* Networks. network_json is podman's network object (fields name, driver,
   * network_interface, subnets[{subnet,gateway,lease_range}], internal, ipv6_enabled,
   * dns_enabled, labels, options); what it leaves out the plug-in chooses. The answer,
   * and inspect's, is the same object, complete, with id and created. EXISTS, NOT_FOUND
   * and INVALID name the network. The administrator's own files are listed and used,
   * never changed; remove refuses them with PERMISSION. */
  int32_t (*network_create)(void* self, gantry_str network_json, const gantry_sink* json,
                            const gantry_error* error);
  int32_t (*network_inspect)(void* self, gantry_str name, const gantry_sink* json,
                             const gantry_error* error);
  int32_t (*network_list)(void* self, const gantry_list_sink* names, const gantry_error* error);
  /* Gone counts as NOT_FOUND here: a user asked. Also takes down the network's bridge. */
  int32_t (*network_remove)(void* self, gantry_str name, const gantry_error* error);

  /* Attaches the namespace to all networks of the request: all or nothing. status gets a
   * JSON object, network name -> {"interfaces": {"eth0": {"mac_address": "…",
   * "subnets": [{"ipnet": "10.88.0.2/16", "gateway": "10.88.0.1"}]}},
   * "dns_server_ips": [], "dns_search_domains": []}. The default network is created on
   * first use. Works from any thread; the caller's namespace is left alone.
   * [required] [thread-safe] */
  int32_t (*setup)(void* self, const gantry_net_request* request, const gantry_sink* status,
                   const gantry_error* error);
  /* Undoes setup: succeeds when it never happened, half happened, or was undone, and with
   * the namespace gone. [required] [thread-safe] */
  int32_t (*teardown)(void* self, const gantry_net_request* request, const gantry_error* error);
  /* Whether what setup made is still in place; changes nothing. */
  int32_t (*check)(void* self, const gantry_net_request* request, const gantry_error* error);
  /* Frees leases, cached results and rules of attachments not in valid. */
  int32_t (*gc)(void* self, const gantry_net_valid* valid, uint64_t count,
                const gantry_error* error);
} gantry_net_ops;

#ifdef __cplusplus
}
#endif
#endif
