// SPDX-License-Identifier: Apache-2.0
//
// The JSON form of the model's values, in one place so that no other file pays for
// compiling it.
#include "core/model/container_config.h"
#include "core/model/container_state.h"
#include "core/model/exec_session.h"
#include "core/model/id_mapping.h"
#include "core/model/image.h"
#include "core/model/mount.h"
#include "core/model/network.h"
#include "core/model/resources.h"
#include "core/model/secret.h"
#include "core/model/volume.h"

namespace gantry::model {

GANTRY_DEFINE_ENUM_JSON(Status, {{Status::kUnknown, "unknown"},
                                 {Status::kCreating, "creating"},
                                 {Status::kConfigured, "configured"},
                                 {Status::kCreated, "created"},
                                 {Status::kRunning, "running"},
                                 {Status::kPaused, "paused"},
                                 {Status::kStopped, "stopped"},
                                 {Status::kExited, "exited"},
                                 {Status::kRemoving, "removing"}})
GANTRY_DEFINE_ENUM_JSON(MountKind, {{MountKind::kBind, "bind"},
                                    {MountKind::kVolume, "volume"},
                                    {MountKind::kTmpfs, "tmpfs"},
                                    {MountKind::kImage, "image"},
                                    {MountKind::kDevpts, "devpts"}})
GANTRY_DEFINE_ENUM_JSON(NetworkMode, {{NetworkMode::kBridge, "bridge"},
                                      {NetworkMode::kNone, "none"},
                                      {NetworkMode::kHost, "host"},
                                      {NetworkMode::kContainer, "container"},
                                      {NetworkMode::kPath, "ns"}})
GANTRY_DEFINE_JSON(NamespaceMode, mode, value)
GANTRY_DEFINE_JSON(ProcessConfig, entrypoint, command, env, workdir, workdir_asked, user,
                   groups, terminal, stdin_open, umask, oom_score_adj, stop_signal,
                   stop_timeout, init, init_path)
GANTRY_DEFINE_SPARSE_JSON(SecurityConfig, privileged, read_only, read_only_tmpfs,
                          no_new_privileges, cap_add, cap_drop, seccomp_profile,
                          apparmor_profile, label_options, process_label, mount_label, mask,
                          unmask, options)
GANTRY_DEFINE_JSON(Device, host_path, container_path, permissions)
GANTRY_DEFINE_JSON(NetworkConfig, mode, mode_value, attachments, ports, exposed, dns_servers,
                   dns_options, dns_search, extra_hosts, manage_hosts)
GANTRY_DEFINE_JSON(LogConfig, driver, path, max_size, tag)
GANTRY_DEFINE_JSON(StartupCheck, test, interval_ns, timeout_ns, retries, successes)
GANTRY_DEFINE_SPARSE_JSON(HealthConfig, test, interval_ns, timeout_ns, start_period_ns, retries,
                          on_failure, startup)
GANTRY_DEFINE_JSON(RestartPolicy, name, max_retries)
GANTRY_DEFINE_JSON(SecretUse, id, name, type, target, uid, gid, mode)
GANTRY_DEFINE_JSON(Secret, id, name, driver, driver_options, labels, created_ns, updated_ns)
GANTRY_DEFINE_JSON(Backends, runtime, storage, network)
GANTRY_DEFINE_JSON(IdRange, container, host, count)
GANTRY_DEFINE_JSON(IdMapping, uids, gids)
GANTRY_DEFINE_SPARSE_JSON(ContainerConfig, id, name, created_ns, image_id, image_name,
                          image_layer, rootfs, hostname, labels, annotations, auto_remove,
                          backends, process, security, resources, ulimits, devices,
                          device_cgroup_rules, sysctl, mounts, network, pid, ipc, uts, user,
                          id_mapping, cgroup, shm_size, cgroup_parent, cgroups, log, health,
                          restart, secrets, depends_on, timezone, pid_file, conmon_pid_file,
                          cid_file, create_command)
GANTRY_DEFINE_SPARSE_JSON(ContainerState, status, pid, monitor_pid, boot_id, exit_code,
                          oom_killed, stopped_by_user, freezing, checkpointing, remove_volumes,
                          restart_count, started_ns, finished_ns, checkpointed_ns, restored_ns,
                          error, mount_point, netns_path, cgroup_path, network_status)
GANTRY_DEFINE_SPARSE_JSON(ContainerBrief, id, name, image_id, image_name, argv, created_ns,
                          labels, ports, networks, mounts, mounted_images, depends_on,
                          auto_remove, health, id_mapping)
GANTRY_DEFINE_JSON(ExecSession, id, container_id, argv, env, workdir, user, terminal,
                   stdin_open, privileged, running, pid, monitor_pid, client_pid, exit_code,
                   created_ns)
GANTRY_DEFINE_JSON(ImageDefaults, env, entrypoint, command, workdir, user, stop_signal, volumes,
                   exposed_ports, labels, health_test, health_interval_ns, health_timeout_ns,
                   health_start_period_ns, health_retries, on_build)
GANTRY_DEFINE_JSON(ImageHistory, created, created_by, comment, empty_layer)
GANTRY_DEFINE_JSON(Image, id, digest, repo_digests, names, created_ns, architecture, os, author,
                   comment, size, layers, diff_ids, layer_sizes, defaults, history, config_json,
                   manifest_type)
GANTRY_DEFINE_SPARSE_JSON(Mount, kind, source, image_id, destination, options, sub_path,
                          anonymous, no_copy, chown, overlay, upper_dir, work_dir)
GANTRY_DEFINE_JSON(PortMapping, host_ip, protocol, host_port, container_port, range)
GANTRY_DEFINE_JSON(NetworkAttachment, network, interface_name, static_ips, static_mac, aliases)
GANTRY_DEFINE_JSON(Ulimit, name, soft, hard)
GANTRY_DEFINE_JSON(ThrottleDevice, path, rate)
GANTRY_DEFINE_JSON(Resources, memory, memory_reservation, memory_swap, memory_swappiness,
                   oom_kill_disable, cpus, cpu_shares, cpu_period, cpu_quota, cpu_rt_period,
                   cpu_rt_runtime, cpuset_cpus, cpuset_mems, pids_limit, blkio_weight,
                   device_read_bps, device_write_bps, device_read_iops, device_write_iops)
GANTRY_DEFINE_JSON(Volume, name, driver, labels, options, created_ns, anonymous, needs_copy_up,
                   needs_owner)

}  // namespace gantry::model
