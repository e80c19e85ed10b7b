/* SPDX-License-Identifier: Apache-2.0
 *
 * gantry plug-in ABI: the vocabulary that every interface shares.
 *
 * Conventions, for all headers in this folder:
 *  1. Everything here compiles as C11 and C++20. No bool, enum or size_t stands in a
 *     shared struct; every field has a fixed width.
 *  2. Strings and byte ranges go in as gantry_str: pointer and length, not terminated,
 *     borrowed for the duration of the call. Keep a copy if you need it longer.
 *  3. Results come out through a sink that the caller passes, or through a pointer
 *     named ret_*, which is written only on success. Nothing that one side allocated is
 *     ever freed by the other.
 *  4. A function that can fail returns an int32_t: GANTRY_OK or one of the codes below.
 *     The code is for branching; a sentence for people goes to the error sink. Nobody
 *     parses the sentence.
 *  5. Structs that may grow start with struct_size. They grow only at the tail. A reader
 *     uses a field only if it lies inside struct_size; a null function pointer means
 *     "not supported". The elements of two arrays may grow as well, and the request that
 *     holds these names the size of one: gantry_attachment and gantry_port_mapping.
 *     Every other struct (strings, sinks, gantry_id_range, gantry_net_valid) keeps its
 *     layout for good, so that an array of it needs no stride: what it does not hold a
 *     later minor passes beside it or in a new function.
 *  6. Threads: the host makes one call at a time on one instance, unless the function
 *     bears the tag [thread-safe].
 *  7. A plug-in installs no signal handler, calls no chdir, umask or setenv, makes no
 *     setns in the calling thread, and never forks without exec.
 */
#ifndef GANTRY_ABI_BASE_H
#define GANTRY_ABI_BASE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A borrowed range of bytes. data may be null when size is 0. */
typedef struct gantry_str {
  const char* data;
  uint64_t size;
} gantry_str;

/* Error codes. Stable numbers; new ones are only appended. */
#define GANTRY_OK 0
#define GANTRY_ERR_NOT_FOUND 1
#define GANTRY_ERR_EXISTS 2
#define GANTRY_ERR_BUSY 3
#define GANTRY_ERR_INVALID 4
#define GANTRY_ERR_UNSUPPORTED 5
#define GANTRY_ERR_PERMISSION 6
#define GANTRY_ERR_NO_SPACE 7
#define GANTRY_ERR_IO 8
#define GANTRY_ERR_CORRUPT 9
#define GANTRY_ERR_TIMEOUT 10
#define GANTRY_ERR_CANCELLED 11
#define GANTRY_ERR_INTERNAL 12

/* Receives bytes; called zero or more times during the call it was passed to, each time
 * with the next piece. The bytes are borrowed for the duration of write. */
typedef struct gantry_sink {
  void* ctx;
  void (*write)(void* ctx, gantry_str bytes);
} gantry_sink;

/* Receives one item of a list. Return 0 to go on; anything else ends the listing early,
 * and the listing function then returns GANTRY_OK. */
typedef struct gantry_list_sink {
  void* ctx;
  int32_t (*item)(void* ctx, gantry_str name);
} gantry_list_sink;

/* Receives the sentence that explains a failure. Called at most once a call, and only
 * when the function returns something other than GANTRY_OK. */
typedef struct gantry_error {
  void* ctx;
  void (*set)(void* ctx, gantry_str message);
} gantry_error;

/* One range of a user or group id mapping, as in /proc/PID/uid_map: ids
 * [container, container + count) inside are [host, host + count) outside. Never grows. */
typedef struct gantry_id_range {
  uint32_t container;
  uint32_t host;
  uint32_t count;
} gantry_id_range;

#ifdef __cplusplus
}
#endif
#endif
