/* SPDX-License-Identifier: Apache-2.0
 *
 * gantry-hide MOUNT_POINT... -- PROGRAM [ARG...]
 *
 * Runs PROGRAM in a mount namespace of its own in which the mount points are not mounted. All
 * else stays shared with the host as it was: what either mounts in a shared volume later, the
 * other sees. It exists for runtimes that refuse a host over a mount they need not see: crun,
 * where cgroup v1 is used and the v2 hierarchy holds a controller.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char* what, const char* object) {
  (void)fprintf(stderr, "gantry-hide: %s %s: %s\n", what, object, strerror(errno));
  return 126;
}

/* Not mounted, or not there, is as good as hidden. */
static int is_done(int answer) { return answer == 0 || errno == EINVAL || errno == ENOENT; }

/* Neither the mount that the point lies on, nor what lies on it, tells others of the end. */
static int hide(const char* point) {
  char parent[PATH_MAX];
  struct statx info;
  if (point[0] != '/' || strlen(point) >= sizeof parent) {
    errno = EINVAL;
    return 0;
  }
  (void)strcpy(parent, point);
  do {
    char* slash = strrchr(parent, '/');
    slash[slash == parent ? 1 : 0] = '\0';
    if (statx(AT_FDCWD, parent, AT_SYMLINK_NOFOLLOW, 0, &info) != 0) {
      return errno == ENOENT;
    }
  } while ((info.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0 && parent[1] != '\0');
  return mount(NULL, parent, NULL, MS_PRIVATE, NULL) == 0 &&
         is_done(mount(NULL, point, NULL, MS_REC | MS_PRIVATE, NULL)) &&
         is_done(umount2(point, MNT_DETACH));
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
  for (int i = 1; i < split; ++i) {
    if (!hide(argv[i])) {
      return fail("hide", argv[i]);
    }
  }
  (void)execv(argv[split + 1], &argv[split + 1]);
  const int code = errno == ENOENT ? 127 : 126;
  (void)fail("run", argv[split + 1]);
  return code;
}
