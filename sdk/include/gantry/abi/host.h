/* SPDX-License-Identifier: Apache-2.0
 *
 * What the host offers a plug-in. The table is owned by the host, lives as long as the
 * plug-in's instance, and every function in it is [thread-safe].
 */
#ifndef GANTRY_ABI_HOST_H
#define GANTRY_ABI_HOST_H

#include <gantry/abi/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GANTRY_HOST_MAJOR 1
#define GANTRY_HOST_MINOR 0

#define GANTRY_LOG_DEBUG 0
#define GANTRY_LOG_INFO 1
#define GANTRY_LOG_WARNING 2
#define GANTRY_LOG_ERROR 3

/* A program to run. argv[0] is looked up in PATH when it holds no slash. */
typedef struct gantry_command {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  const gantry_str* argv;
  uint64_t argc;
  const gantry_str* env; /* "NAME=value", the whole environment; null: the host's own */
  uint64_t env_count;
  gantry_str stdin_data;  /* fed to standard input, then closed */
  const gantry_str* hide; /* mount points taken out of the program's view: it runs in a
                             private mount namespace in which they are unmounted */
  uint64_t hide_count;
  int64_t timeout_ms; /* 0: the host's deadline only; on expiry the program and its
                         process group get SIGKILL and spawn returns GANTRY_ERR_TIMEOUT */
} gantry_command;

typedef struct gantry_host gantry_host;
struct gantry_host {
  uint32_t struct_size;
  uint16_t major; /* GANTRY_HOST_MAJOR the host was built with */
  uint16_t minor;
  void* ctx;

  /* Writes one line to the host's log. Library code logs for debugging; what went wrong
   * belongs in the error sink, so that nothing is told twice. */
  void (*log)(void* ctx, int32_t level, gantry_str message);

  /* 1 once the user asked to stop (SIGINT, SIGTERM); long operations look now and then
   * and return GANTRY_ERR_CANCELLED. */
  int32_t (*cancelled)(void* ctx);

  /* The moment on CLOCK_MONOTONIC, in nanoseconds, by which the current operation should
   * have ended; INT64_MAX when there is none. */
  int64_t (*deadline_ns)(void* ctx);

  /* Runs a program to its end. Its output goes to out and err_out (either may be null:
   * discarded). ret_exit_code gets the exit code, or 128 + the signal that ended it.
   * Returns GANTRY_OK whenever the program ran, whatever it answered;
   * GANTRY_ERR_NOT_FOUND when it does not exist. */
  int32_t (*spawn)(void* ctx, const gantry_command* command, const gantry_sink* out,
                   const gantry_sink* err_out, int32_t* ret_exit_code,
                   const gantry_error* error);

  /* Folders that belong to this plug-in alone: persistent data, and volatile data that
   * does not survive a reboot. They exist. Valid as long as the instance. */
  gantry_str data_dir;
  gantry_str run_dir;

  /* Asks for an optional service by its id; null when the host has none of that name. */
  const void* (*get_extension)(void* ctx, gantry_str id);
};

#ifdef __cplusplus
}
#endif
#endif
