/* SPDX-License-Identifier: Apache-2.0
 *
 * Kind "oci": an OCI runtime (opencontainers/runtime-spec, runtime.md).
 *
 * A thin wrapper with no state of its own. Whether a container may be started or deleted
 * is the core's to know; the runtime is asked, obeys, and says in words why it could not.
 * Creating, executing in and restoring a container is done by the monitor (conmon), so
 * for these the plug-in only answers with the command to run: a plan.
 */
#ifndef GANTRY_ABI_RUNTIME_H
#define GANTRY_ABI_RUNTIME_H

#include <gantry/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GANTRY_OCI_MAJOR 1
#define GANTRY_OCI_MINOR 0

#define GANTRY_OCI_CAP_PAUSE (1u << 0)
#define GANTRY_OCI_CAP_UPDATE (1u << 1)
#define GANTRY_OCI_CAP_CHECKPOINT (1u << 2)
#define GANTRY_OCI_CAP_PS (1u << 3)
/* Takes a compiled seccomp program, base64, in annotation run.oci.seccomp_bpf_data. */
#define GANTRY_OCI_CAP_SECCOMP_BPF (1u << 4)
/* Understands GANTRY_PLAN_NO_CGROUP. */
#define GANTRY_OCI_CAP_NO_CGROUP (1u << 5)

/* Which part of a plan a string is. The monitor runs
 *   ARG... (create|exec|restore) OPT... ID
 * with ENV added to its environment and the mount points HIDE out of its view. What it alone
 * knows it adds itself, before OPT and in the words of runc's command line: --bundle,
 * --pid-file, --console-socket, --process. A plan holds none of these. */
#define GANTRY_PLAN_ARG 0
#define GANTRY_PLAN_OPT 1
#define GANTRY_PLAN_ENV 2
#define GANTRY_PLAN_HIDE 3

typedef struct gantry_plan_sink {
  void* ctx;
  void (*add)(void* ctx, int32_t part, gantry_str value);
} gantry_plan_sink;

typedef struct gantry_pid_sink {
  void* ctx;
  void (*add)(void* ctx, int32_t pid); /* as the host's pid namespace counts */
} gantry_pid_sink;

typedef struct gantry_oci_plan_request {
  uint32_t struct_size;
  uint32_t flags; /* GANTRY_PLAN_* flags below */
  gantry_str id;
  gantry_str bundle;     /* create, restore */
  gantry_str image_path; /* restore: the criu images */
  gantry_str work_path;  /* restore: where criu writes its log; may be empty */
} gantry_oci_plan_request;
#define GANTRY_PLAN_TCP_ESTABLISHED (1u << 0)
#define GANTRY_PLAN_FILE_LOCKS (1u << 1)
/* create: the container stays in the cgroups of whoever creates it. */
#define GANTRY_PLAN_NO_CGROUP (1u << 2)

typedef struct gantry_oci_checkpoint {
  uint32_t struct_size;
  uint32_t flags; /* GANTRY_CHECKPOINT_* */
  gantry_str id;
  gantry_str image_path;
  gantry_str work_path;
  gantry_str parent_path; /* relative to image_path; may be empty */
} gantry_oci_checkpoint;
#define GANTRY_CHECKPOINT_LEAVE_RUNNING (1u << 0)
#define GANTRY_CHECKPOINT_TCP_ESTABLISHED (1u << 1)
#define GANTRY_CHECKPOINT_FILE_LOCKS (1u << 2)
#define GANTRY_CHECKPOINT_PRE_DUMP (1u << 3)

#define GANTRY_KILL_ALL (1u << 0)
#define GANTRY_DELETE_FORCE (1u << 0)

typedef struct gantry_oci_ops {
  uint32_t struct_size;
  uint32_t reserved;

  /* A JSON object: name, version, path, commit, spec, features (the object of the
   * runtime-spec features document where the runtime offers it). [required] */
  int32_t (*info)(void* self, const gantry_sink* json, const gantry_error* error);

  /* The command that creates, executes in or restores. Pure: runs nothing that changes
   * anything. NOT_FOUND when the runtime's program is not on this host.
   * [required: create_plan, exec_plan] [thread-safe] */
  int32_t (*create_plan)(void* self, const gantry_oci_plan_request* request,
                         const gantry_plan_sink* plan, const gantry_error* error);
  int32_t (*exec_plan)(void* self, const gantry_oci_plan_request* request,
                       const gantry_plan_sink* plan, const gantry_error* error);
  int32_t (*restore_plan)(void* self, const gantry_oci_plan_request* request,
                          const gantry_plan_sink* plan, const gantry_error* error);

  /* Starts the user's process of a created container (runtime.md, Start). NOT_FOUND when
   * the runtime does not know id, INVALID when it is not in state created. [required]
   * [thread-safe] */
  int32_t (*start)(void* self, gantry_str id, const gantry_error* error);

  /* The OCI state document (runtime.md, State). The truth after a crash; NOT_FOUND when
   * the runtime does not know id. [required] [thread-safe] */
  int32_t (*state)(void* self, gantry_str id, const gantry_sink* json,
                   const gantry_error* error);

  /* Sends a signal to the first process, or with GANTRY_KILL_ALL to all. NOT_FOUND when
   * the container is gone or its process has ended. [required] [thread-safe] */
  int32_t (*kill)(void* self, gantry_str id, int32_t signal, uint32_t flags,
                  const gantry_error* error);

  /* Deletes what the runtime keeps of a container; gone counts as done. With
   * GANTRY_DELETE_FORCE a running one is killed first. [required] [thread-safe] */
  int32_t (*delete_)(void* self, gantry_str id, uint32_t flags, const gantry_error* error);

  /* By capability. resources_json is linux.resources of the OCI configuration. */
  int32_t (*pause)(void* self, gantry_str id, const gantry_error* error);
  int32_t (*resume)(void* self, gantry_str id, const gantry_error* error);
  int32_t (*update)(void* self, gantry_str id, gantry_str resources_json,
                    const gantry_error* error);
  int32_t (*checkpoint)(void* self, const gantry_oci_checkpoint* request,
                        const gantry_error* error);
  int32_t (*ps)(void* self, gantry_str id, const gantry_pid_sink* pids,
                const gantry_error* error);

  /* Turns a failed command of a plan into a code: its exit code and what it printed.
   * message gets the runtime's words without prefix and noise. NOT_FOUND: the user's
   * program does not exist in the container; PERMISSION: it cannot be executed. Pure.
   * [required] [thread-safe] */
  int32_t (*classify_error)(void* self, int32_t exit_code, gantry_str output,
                            const gantry_sink* message);
} gantry_oci_ops;

#ifdef __cplusplus
}
#endif
#endif
