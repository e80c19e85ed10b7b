/* SPDX-License-Identifier: Apache-2.0
 *
 * gantry-hide MOUNT_POINT... -- PROGRAM [ARG...]
 *
 * Runs PROGRAM in a private mount namespace in which the mount points are not mounted. What
 * the host mounts or unmounts later is still followed there; nothing done there shows on the
 * host. It exists for runtimes that refuse a host over a mount they need not see: crun, where
 * cgroup v1 is used and the v2 hierarchy holds a controller.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static int fail(const char* what, const char* object) {
  (void)fprintf(stderr, "gantry-hide: %s %s: %s\n", what, object, strerror(errno));
  return 126;
}

int main(int argc, char** argv) {
  int split = 1;
  while (split < argc && strcmp(argv[split], "--") != 0) {
    ++split;
  }
  if (split + 1 >= argc) {
    (void)fputs("usage: gantry-hide MOUNT_POINT... -- PROGRAM [ARG...]\n", stderr);
    return 125;
  }
  if (unshare(CLONE_NEWNS) != 0) {
    return fail("make a mount namespace for", argv[split + 1]);
  }
  if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) {
    return fail("keep mounts private to", argv[split + 1]);
  }
  for (int i = 1; i < split; ++i) {
    /* Not mounted, or not there, is as good as hidden. */
    if (umount2(argv[i], MNT_DETACH) != 0 && errno != EINVAL && errno != ENOENT) {
      return fail("hide", argv[i]);
    }
  }
  (void)execv(argv[split + 1], &argv[split + 1]);
  const int code = errno == ENOENT ? 127 : 126;
  (void)fail("run", argv[split + 1]);
  return code;
}
