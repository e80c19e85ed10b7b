/* SPDX-License-Identifier: Apache-2.0
 *
 * The layout of every struct and the value of every constant of the ABI as first released
 * (oci 1.0, storage 1.0, net 1.0, state 1.0, host 1.0), on 64-bit machines. Frozen: a line
 * here is never changed. Structs grow at the tail, so that a later minor adds a file like
 * this one with the sizes it has.
 */
#ifndef GANTRY_TESTS_ABI_FROZEN_1_0_H
#define GANTRY_TESTS_ABI_FROZEN_1_0_H

#include <gantry/abi/base.h>
#include <gantry/abi/host.h>
#include <gantry/abi/network.h>
#include <gantry/abi/plugin.h>
#include <gantry/abi/runtime.h>
#include <gantry/abi/state.h>
#include <gantry/abi/storage.h>

#include <stddef.h>

#ifdef __cplusplus
#define FROZEN(condition) static_assert(condition, #condition)
#else
#define FROZEN(condition) _Static_assert(condition, #condition)
#endif
#define FROZEN_SIZE(type, size) FROZEN(sizeof(type) == (size))
/* A struct that starts with struct_size may be larger from the next minor on. */
#define FROZEN_GROWS(type, size, minor) \
  FROZEN((minor) == 0 ? sizeof(type) == (size) : sizeof(type) >= (size))
#define FROZEN_FIELD(type, field, offset) FROZEN(offsetof(type, field) == (offset))

FROZEN(sizeof(void*) == 8);

FROZEN_SIZE(gantry_str, 16);
FROZEN_FIELD(gantry_str, data, 0);
FROZEN_FIELD(gantry_str, size, 8);

FROZEN_SIZE(gantry_sink, 16);
FROZEN_FIELD(gantry_sink, ctx, 0);
FROZEN_FIELD(gantry_sink, write, 8);

FROZEN_SIZE(gantry_list_sink, 16);
FROZEN_FIELD(gantry_list_sink, ctx, 0);
FROZEN_FIELD(gantry_list_sink, item, 8);

FROZEN_SIZE(gantry_error, 16);
FROZEN_FIELD(gantry_error, ctx, 0);
FROZEN_FIELD(gantry_error, set, 8);

FROZEN_SIZE(gantry_id_range, 12);
FROZEN_FIELD(gantry_id_range, container, 0);
FROZEN_FIELD(gantry_id_range, host, 4);
FROZEN_FIELD(gantry_id_range, count, 8);

FROZEN_GROWS(gantry_command, 80, GANTRY_HOST_MINOR);
FROZEN_FIELD(gantry_command, struct_size, 0);
FROZEN_FIELD(gantry_command, reserved, 4);
FROZEN_FIELD(gantry_command, argv, 8);
FROZEN_FIELD(gantry_command, argc, 16);
FROZEN_FIELD(gantry_command, env, 24);
FROZEN_FIELD(gantry_command, env_count, 32);
FROZEN_FIELD(gantry_command, stdin_data, 40);
FROZEN_FIELD(gantry_command, hide, 56);
FROZEN_FIELD(gantry_command, hide_count, 64);
FROZEN_FIELD(gantry_command, timeout_ms, 72);

FROZEN_GROWS(gantry_host, 88, GANTRY_HOST_MINOR);
FROZEN_FIELD(gantry_host, struct_size, 0);
FROZEN_FIELD(gantry_host, major, 4);
FROZEN_FIELD(gantry_host, minor, 6);
FROZEN_FIELD(gantry_host, ctx, 8);
FROZEN_FIELD(gantry_host, log, 16);
FROZEN_FIELD(gantry_host, cancelled, 24);
FROZEN_FIELD(gantry_host, deadline_ns, 32);
FROZEN_FIELD(gantry_host, spawn, 40);
FROZEN_FIELD(gantry_host, data_dir, 48);
FROZEN_FIELD(gantry_host, run_dir, 64);
FROZEN_FIELD(gantry_host, get_extension, 80);

FROZEN_GROWS(gantry_plugin, 120, GANTRY_HOST_MINOR);
FROZEN_FIELD(gantry_plugin, struct_size, 0);
FROZEN_FIELD(gantry_plugin, kind, 4);
FROZEN_FIELD(gantry_plugin, major, 8);
FROZEN_FIELD(gantry_plugin, minor, 10);
FROZEN_FIELD(gantry_plugin, min_host_minor, 12);
FROZEN_FIELD(gantry_plugin, reserved, 14);
FROZEN_FIELD(gantry_plugin, capabilities, 16);
FROZEN_FIELD(gantry_plugin, name, 24);
FROZEN_FIELD(gantry_plugin, version, 40);
FROZEN_FIELD(gantry_plugin, vendor, 56);
FROZEN_FIELD(gantry_plugin, license, 72);
FROZEN_FIELD(gantry_plugin, create, 88);
FROZEN_FIELD(gantry_plugin, destroy, 96);
FROZEN_FIELD(gantry_plugin, ops, 104);
FROZEN_FIELD(gantry_plugin, get_extension, 112);

FROZEN_SIZE(gantry_plan_sink, 16);
FROZEN_FIELD(gantry_plan_sink, ctx, 0);
FROZEN_FIELD(gantry_plan_sink, add, 8);

FROZEN_SIZE(gantry_pid_sink, 16);
FROZEN_FIELD(gantry_pid_sink, ctx, 0);
FROZEN_FIELD(gantry_pid_sink, add, 8);

FROZEN_GROWS(gantry_oci_plan_request, 72, GANTRY_OCI_MINOR);
FROZEN_FIELD(gantry_oci_plan_request, struct_size, 0);
FROZEN_FIELD(gantry_oci_plan_request, flags, 4);
FROZEN_FIELD(gantry_oci_plan_request, id, 8);
FROZEN_FIELD(gantry_oci_plan_request, bundle, 24);
FROZEN_FIELD(gantry_oci_plan_request, image_path, 40);
FROZEN_FIELD(gantry_oci_plan_request, work_path, 56);

FROZEN_GROWS(gantry_oci_checkpoint, 72, GANTRY_OCI_MINOR);
FROZEN_FIELD(gantry_oci_checkpoint, struct_size, 0);
FROZEN_FIELD(gantry_oci_checkpoint, flags, 4);
FROZEN_FIELD(gantry_oci_checkpoint, id, 8);
FROZEN_FIELD(gantry_oci_checkpoint, image_path, 24);
FROZEN_FIELD(gantry_oci_checkpoint, work_path, 40);
FROZEN_FIELD(gantry_oci_checkpoint, parent_path, 56);

FROZEN_GROWS(gantry_oci_ops, 120, GANTRY_OCI_MINOR);
FROZEN_FIELD(gantry_oci_ops, struct_size, 0);
FROZEN_FIELD(gantry_oci_ops, reserved, 4);
FROZEN_FIELD(gantry_oci_ops, info, 8);
FROZEN_FIELD(gantry_oci_ops, create_plan, 16);
FROZEN_FIELD(gantry_oci_ops, exec_plan, 24);
FROZEN_FIELD(gantry_oci_ops, restore_plan, 32);
FROZEN_FIELD(gantry_oci_ops, start, 40);
FROZEN_FIELD(gantry_oci_ops, state, 48);
FROZEN_FIELD(gantry_oci_ops, kill, 56);
FROZEN_FIELD(gantry_oci_ops, delete_, 64);
FROZEN_FIELD(gantry_oci_ops, pause, 72);
FROZEN_FIELD(gantry_oci_ops, resume, 80);
FROZEN_FIELD(gantry_oci_ops, update, 88);
FROZEN_FIELD(gantry_oci_ops, checkpoint, 96);
FROZEN_FIELD(gantry_oci_ops, ps, 104);
FROZEN_FIELD(gantry_oci_ops, classify_error, 112);

FROZEN_GROWS(gantry_layer_create, 88, GANTRY_STORAGE_MINOR);
FROZEN_FIELD(gantry_layer_create, struct_size, 0);
FROZEN_FIELD(gantry_layer_create, flags, 4);
FROZEN_FIELD(gantry_layer_create, id, 8);
FROZEN_FIELD(gantry_layer_create, parent, 24);
FROZEN_FIELD(gantry_layer_create, uid_map, 40);
FROZEN_FIELD(gantry_layer_create, uid_map_count, 48);
FROZEN_FIELD(gantry_layer_create, gid_map, 56);
FROZEN_FIELD(gantry_layer_create, gid_map_count, 64);
FROZEN_FIELD(gantry_layer_create, options_json, 72);

FROZEN_GROWS(gantry_layer_info, 16, GANTRY_STORAGE_MINOR);
FROZEN_FIELD(gantry_layer_info, struct_size, 0);
FROZEN_FIELD(gantry_layer_info, flags, 4);
FROZEN_FIELD(gantry_layer_info, created_ns, 8);

FROZEN_GROWS(gantry_layer_mount, 72, GANTRY_STORAGE_MINOR);
FROZEN_FIELD(gantry_layer_mount, struct_size, 0);
FROZEN_FIELD(gantry_layer_mount, flags, 4);
FROZEN_FIELD(gantry_layer_mount, id, 8);
FROZEN_FIELD(gantry_layer_mount, mount_label, 24);
FROZEN_FIELD(gantry_layer_mount, uid_map, 40);
FROZEN_FIELD(gantry_layer_mount, uid_map_count, 48);
FROZEN_FIELD(gantry_layer_mount, gid_map, 56);
FROZEN_FIELD(gantry_layer_mount, gid_map_count, 64);

FROZEN_GROWS(gantry_usage, 24, GANTRY_STORAGE_MINOR);
FROZEN_FIELD(gantry_usage, struct_size, 0);
FROZEN_FIELD(gantry_usage, reserved, 4);
FROZEN_FIELD(gantry_usage, bytes, 8);
FROZEN_FIELD(gantry_usage, inodes, 16);

FROZEN_SIZE(gantry_change_sink, 16);
FROZEN_FIELD(gantry_change_sink, ctx, 0);
FROZEN_FIELD(gantry_change_sink, item, 8);

FROZEN_GROWS(gantry_storage_ops, 120, GANTRY_STORAGE_MINOR);
FROZEN_FIELD(gantry_storage_ops, struct_size, 0);
FROZEN_FIELD(gantry_storage_ops, reserved, 4);
FROZEN_FIELD(gantry_storage_ops, probe, 8);
FROZEN_FIELD(gantry_storage_ops, init, 16);
FROZEN_FIELD(gantry_storage_ops, create, 24);
FROZEN_FIELD(gantry_storage_ops, apply, 32);
FROZEN_FIELD(gantry_storage_ops, commit, 40);
FROZEN_FIELD(gantry_storage_ops, remove, 48);
FROZEN_FIELD(gantry_storage_ops, list, 56);
FROZEN_FIELD(gantry_storage_ops, stat, 64);
FROZEN_FIELD(gantry_storage_ops, mount, 72);
FROZEN_FIELD(gantry_storage_ops, unmount, 80);
FROZEN_FIELD(gantry_storage_ops, diff, 88);
FROZEN_FIELD(gantry_storage_ops, changes, 96);
FROZEN_FIELD(gantry_storage_ops, usage, 104);
FROZEN_FIELD(gantry_storage_ops, recover, 112);

FROZEN_GROWS(gantry_port_mapping, 40, GANTRY_NET_MINOR);
FROZEN_FIELD(gantry_port_mapping, host_ip, 0);
FROZEN_FIELD(gantry_port_mapping, protocol, 16);
FROZEN_FIELD(gantry_port_mapping, host_port, 32);
FROZEN_FIELD(gantry_port_mapping, container_port, 34);
FROZEN_FIELD(gantry_port_mapping, range, 36);
FROZEN_FIELD(gantry_port_mapping, reserved, 38);

FROZEN_GROWS(gantry_attachment, 80, GANTRY_NET_MINOR);
FROZEN_FIELD(gantry_attachment, network, 0);
FROZEN_FIELD(gantry_attachment, interface_name, 16);
FROZEN_FIELD(gantry_attachment, static_ips, 32);
FROZEN_FIELD(gantry_attachment, static_ip_count, 40);
FROZEN_FIELD(gantry_attachment, static_mac, 48);
FROZEN_FIELD(gantry_attachment, aliases, 64);
FROZEN_FIELD(gantry_attachment, alias_count, 72);

FROZEN_GROWS(gantry_net_request, 96, GANTRY_NET_MINOR);
FROZEN_FIELD(gantry_net_request, struct_size, 0);
FROZEN_FIELD(gantry_net_request, attachment_size, 4);
FROZEN_FIELD(gantry_net_request, port_size, 8);
FROZEN_FIELD(gantry_net_request, reserved, 12);
FROZEN_FIELD(gantry_net_request, container_id, 16);
FROZEN_FIELD(gantry_net_request, container_name, 32);
FROZEN_FIELD(gantry_net_request, netns_path, 48);
FROZEN_FIELD(gantry_net_request, attachments, 64);
FROZEN_FIELD(gantry_net_request, attachment_count, 72);
FROZEN_FIELD(gantry_net_request, ports, 80);
FROZEN_FIELD(gantry_net_request, port_count, 88);

FROZEN_SIZE(gantry_net_valid, 48);
FROZEN_FIELD(gantry_net_valid, container_id, 0);
FROZEN_FIELD(gantry_net_valid, network, 16);
FROZEN_FIELD(gantry_net_valid, interface_name, 32);

FROZEN_GROWS(gantry_net_ops, 80, GANTRY_NET_MINOR);
FROZEN_FIELD(gantry_net_ops, struct_size, 0);
FROZEN_FIELD(gantry_net_ops, reserved, 4);
FROZEN_FIELD(gantry_net_ops, info, 8);
FROZEN_FIELD(gantry_net_ops, network_create, 16);
FROZEN_FIELD(gantry_net_ops, network_inspect, 24);
FROZEN_FIELD(gantry_net_ops, network_list, 32);
FROZEN_FIELD(gantry_net_ops, network_remove, 40);
FROZEN_FIELD(gantry_net_ops, setup, 48);
FROZEN_FIELD(gantry_net_ops, teardown, 56);
FROZEN_FIELD(gantry_net_ops, check, 64);
FROZEN_FIELD(gantry_net_ops, gc, 72);

FROZEN_SIZE(gantry_kv_sink, 16);
FROZEN_FIELD(gantry_kv_sink, ctx, 0);
FROZEN_FIELD(gantry_kv_sink, item, 8);

FROZEN_GROWS(gantry_state_ops, 104, GANTRY_STATE_MINOR);
FROZEN_FIELD(gantry_state_ops, struct_size, 0);
FROZEN_FIELD(gantry_state_ops, reserved, 4);
FROZEN_FIELD(gantry_state_ops, open, 8);
FROZEN_FIELD(gantry_state_ops, close, 16);
FROZEN_FIELD(gantry_state_ops, begin, 24);
FROZEN_FIELD(gantry_state_ops, get, 32);
FROZEN_FIELD(gantry_state_ops, put, 40);
FROZEN_FIELD(gantry_state_ops, del, 48);
FROZEN_FIELD(gantry_state_ops, scan, 56);
FROZEN_FIELD(gantry_state_ops, commit, 64);
FROZEN_FIELD(gantry_state_ops, abort, 72);
FROZEN_FIELD(gantry_state_ops, generation, 80);
FROZEN_FIELD(gantry_state_ops, check, 88);
FROZEN_FIELD(gantry_state_ops, compact, 96);

FROZEN(GANTRY_OK == 0);
FROZEN(GANTRY_ERR_NOT_FOUND == 1);
FROZEN(GANTRY_ERR_EXISTS == 2);
FROZEN(GANTRY_ERR_BUSY == 3);
FROZEN(GANTRY_ERR_INVALID == 4);
FROZEN(GANTRY_ERR_UNSUPPORTED == 5);
FROZEN(GANTRY_ERR_PERMISSION == 6);
FROZEN(GANTRY_ERR_NO_SPACE == 7);
FROZEN(GANTRY_ERR_IO == 8);
FROZEN(GANTRY_ERR_CORRUPT == 9);
FROZEN(GANTRY_ERR_TIMEOUT == 10);
FROZEN(GANTRY_ERR_CANCELLED == 11);
FROZEN(GANTRY_ERR_INTERNAL == 12);
FROZEN(GANTRY_HOST_MAJOR == 1);
FROZEN(GANTRY_LOG_DEBUG == 0);
FROZEN(GANTRY_LOG_INFO == 1);
FROZEN(GANTRY_LOG_WARNING == 2);
FROZEN(GANTRY_LOG_ERROR == 3);
FROZEN(GANTRY_KIND_OCI == 1);
FROZEN(GANTRY_KIND_STORAGE == 2);
FROZEN(GANTRY_KIND_NET == 3);
FROZEN(GANTRY_KIND_STATE == 4);
FROZEN(GANTRY_NOTE_TYPE == 1);
FROZEN(GANTRY_OCI_MAJOR == 1);
FROZEN(GANTRY_OCI_CAP_PAUSE == (1u << 0));
FROZEN(GANTRY_OCI_CAP_UPDATE == (1u << 1));
FROZEN(GANTRY_OCI_CAP_CHECKPOINT == (1u << 2));
FROZEN(GANTRY_OCI_CAP_PS == (1u << 3));
FROZEN(GANTRY_OCI_CAP_SECCOMP_BPF == (1u << 4));
FROZEN(GANTRY_OCI_CAP_NO_CGROUP == (1u << 5));
FROZEN(GANTRY_PLAN_ARG == 0);
FROZEN(GANTRY_PLAN_OPT == 1);
FROZEN(GANTRY_PLAN_ENV == 2);
FROZEN(GANTRY_PLAN_HIDE == 3);
FROZEN(GANTRY_PLAN_TCP_ESTABLISHED == (1u << 0));
FROZEN(GANTRY_PLAN_FILE_LOCKS == (1u << 1));
FROZEN(GANTRY_PLAN_NO_CGROUP == (1u << 2));
FROZEN(GANTRY_CHECKPOINT_LEAVE_RUNNING == (1u << 0));
FROZEN(GANTRY_CHECKPOINT_TCP_ESTABLISHED == (1u << 1));
FROZEN(GANTRY_CHECKPOINT_FILE_LOCKS == (1u << 2));
FROZEN(GANTRY_CHECKPOINT_PRE_DUMP == (1u << 3));
FROZEN(GANTRY_KILL_ALL == (1u << 0));
FROZEN(GANTRY_DELETE_FORCE == (1u << 0));
FROZEN(GANTRY_STORAGE_MAJOR == 1);
FROZEN(GANTRY_STORAGE_CAP_IDMAP == (1u << 0));
FROZEN(GANTRY_LAYER_WRITABLE == (1u << 0));
FROZEN(GANTRY_LAYER_ROOTLESS == (1u << 1));
FROZEN(GANTRY_LAYER_MOUNTED == (1u << 16));
FROZEN(GANTRY_MOUNT_READ_ONLY == (1u << 0));
FROZEN(GANTRY_CHANGE_MODIFIED == 0);
FROZEN(GANTRY_CHANGE_ADDED == 1);
FROZEN(GANTRY_CHANGE_DELETED == 2);
FROZEN(GANTRY_NET_MAJOR == 1);
FROZEN(GANTRY_NET_CAP_PORTS == (1u << 0));
FROZEN(GANTRY_NET_CAP_STATIC_IP == (1u << 1));
FROZEN(GANTRY_NET_CAP_STATIC_MAC == (1u << 2));
FROZEN(GANTRY_NET_CAP_DNS == (1u << 3));
FROZEN(GANTRY_STATE_MAJOR == 1);
FROZEN(GANTRY_TXN_READ == 0);
FROZEN(GANTRY_TXN_EXCLUSIVE == 1);
FROZEN(GANTRY_COMMIT_RELAXED == 0);
FROZEN(GANTRY_COMMIT_DURABLE == 1);

#endif
