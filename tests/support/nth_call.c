/* SPDX-License-Identifier: Apache-2.0
 *
 * Breaks gantry off at its Nth call that changes something: a file, a mount, a process. It is
 * preloaded (LD_PRELOAD), so that the product holds no test code and the real plug-ins run; in
 * any other program, a monitor or a runtime, it does nothing.
 *
 *   GANTRY_NTH_FILE  256 bytes that the processes of one command share: the command itself
 *                    and the exit commands of its monitors. At 0 a count of calls, eight
 *                    bytes; from 16 on the name of the call that was broken off.
 *   GANTRY_NTH_AT    the number of the call, from 1; 0 only counts
 *   GANTRY_NTH_HOW   "kill" ends the process before the call has any effect, "int" and "term"
 *                    send it that signal, a number is the errno that the call fails with
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t* counter;
static uint64_t wanted;
static const char* how;

static long raw(long number, long a, long b, long c, long d) {
  static long (*real)(long, ...);
  if (real == NULL) {
    *(void**)&real = dlsym(RTLD_NEXT, "syscall");
  }
  return real(number, a, b, c, d);
}

__attribute__((constructor)) static void begin(void) {
  const char* file = getenv("GANTRY_NTH_FILE");
  const char* at = getenv("GANTRY_NTH_AT");
  char program[4096] = "";
  if (file == NULL || at == NULL ||
      readlink("/proc/self/exe", program, sizeof program - 1) < 0) {
    return;
  }
  const char* name = strrchr(program, '/');
  if (name == NULL || strcmp(name, "/gantry") != 0) {
    return;
  }
  const long fd = raw(SYS_openat, AT_FDCWD, (long)file, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) {
    return;
  }
  void* memory = mmap(NULL, 256, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
  (void)close((int)fd);
  if (memory == MAP_FAILED) {
    return;
  }
  wanted = strtoull(at, NULL, 10);
  how = getenv("GANTRY_NTH_HOW");
  counter = memory;
}

/* 0: go on; else the errno to fail with. */
static int count(const char* call) {
  if (counter == NULL || __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST) != wanted) {
    return 0;
  }
  (void)strncpy((char*)counter + 16, call, 200);
  if (how == NULL || strcmp(how, "kill") == 0) {
    (void)raw(SYS_kill, getpid(), SIGKILL, 0, 0);
    for (;;) {
      (void)pause();
    }
  }
  if (strcmp(how, "int") == 0 || strcmp(how, "term") == 0) {
    (void)raw(SYS_kill, getpid(), how[0] == 'i' ? SIGINT : SIGTERM, 0, 0);
    return 0;
  }
  return atoi(how);
}

/* WRAP(result, name, (parameters), (arguments)) */
#define WRAP(type, name, parameters, arguments)                 \
  __attribute__((visibility("default"))) type name parameters { \
    static type(*real) parameters;                              \
    if (real == NULL) {                                         \
      *(void**)&real = dlsym(RTLD_NEXT, #name);                 \
    }                                                           \
    const int error = count(#name);                             \
    if (error != 0) {                                           \
      errno = error;                                            \
      return -1;                                                \
    }                                                           \
    return real arguments;                                      \
  }

/* Only what may create or change a file. */
#define WRAP_OPEN(name, parameters, flags, arguments)                        \
  __attribute__((visibility("default"))) int name parameters {               \
    static int (*real)(const char*, ...);                                    \
    if (real == NULL) {                                                      \
      *(void**)&real = dlsym(RTLD_NEXT, #name);                              \
    }                                                                        \
    mode_t mode = 0;                                                         \
    if ((flags & (O_CREAT | __O_TMPFILE)) != 0) {                            \
      va_list rest;                                                          \
      va_start(rest, flags);                                                 \
      mode = va_arg(rest, mode_t);                                           \
      va_end(rest);                                                          \
    }                                                                        \
    const int error = (flags & (O_CREAT | O_TRUNC)) != 0 ? count(#name) : 0; \
    if (error != 0) {                                                        \
      errno = error;                                                         \
      return -1;                                                             \
    }                                                                        \
    return real arguments;                                                   \
  }
WRAP_OPEN(open, (const char* path, int flags, ...), flags, (path, flags, mode))
WRAP_OPEN(open64, (const char* path, int flags, ...), flags, (path, flags, mode))
#undef WRAP_OPEN

static int open_at(const char* name, int folder, const char* path, int flags, mode_t mode) {
  int (*real)(int, const char*, int, ...);
  *(void**)&real = dlsym(RTLD_NEXT, name);
  const int error = (flags & (O_CREAT | O_TRUNC)) != 0 ? count(name) : 0;
  if (error != 0) {
    errno = error;
    return -1;
  }
  return real(folder, path, flags, mode);
}
#define WRAP_OPENAT(name)                                                                  \
  __attribute__((visibility("default"))) int name(int folder, const char* path, int flags, \
                                                  ...) {                                   \
    mode_t mode = 0;                                                                       \
    if ((flags & (O_CREAT | __O_TMPFILE)) != 0) {                                          \
      va_list rest;                                                                        \
      va_start(rest, flags);                                                               \
      mode = va_arg(rest, mode_t);                                                         \
      va_end(rest);                                                                        \
    }                                                                                      \
    return open_at(#name, folder, path, flags, mode);                                      \
  }
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)

WRAP(ssize_t, write, (int fd, const void* data, size_t size), (fd, data, size))
WRAP(ssize_t, pwrite, (int fd, const void* data, size_t size, off_t at), (fd, data, size, at))
WRAP(ssize_t, pwrite64, (int fd, const void* data, size_t size, off64_t at),
     (fd, data, size, at))
WRAP(int, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, ftruncate64, (int fd, off64_t size), (fd, size))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, syncfs, (int fd), (fd))
WRAP(int, flock, (int fd, int operation), (fd, operation))
WRAP(int, rename, (const char* from, const char* to), (from, to))
WRAP(int, renameat, (int a, const char* from, int b, const char* to), (a, from, b, to))
WRAP(int, renameat2, (int a, const char* from, int b, const char* to, unsigned flags),
     (a, from, b, to, flags))
WRAP(int, unlink, (const char* path), (path))
WRAP(int, unlinkat, (int folder, const char* path, int flags), (folder, path, flags))
WRAP(int, remove, (const char* path), (path))
WRAP(int, rmdir, (const char* path), (path))
WRAP(int, mkdir, (const char* path, mode_t mode), (path, mode))
WRAP(int, mkdirat, (int folder, const char* path, mode_t mode), (folder, path, mode))
WRAP(int, symlink, (const char* to, const char* path), (to, path))
WRAP(int, symlinkat, (const char* to, int folder, const char* path), (to, folder, path))
WRAP(int, linkat, (int a, const char* from, int b, const char* to, int flags),
     (a, from, b, to, flags))
WRAP(int, mknodat, (int folder, const char* path, mode_t mode, dev_t device),
     (folder, path, mode, device))
WRAP(int, mkfifo, (const char* path, mode_t mode), (path, mode))
WRAP(int, chmod, (const char* path, mode_t mode), (path, mode))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, fchmodat, (int folder, const char* path, mode_t mode, int flags),
     (folder, path, mode, flags))
WRAP(int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
WRAP(int, fchownat, (int folder, const char* path, uid_t user, gid_t group, int flags),
     (folder, path, user, group, flags))
WRAP(int, mount,
     (const char* from, const char* to, const char* type, unsigned long flags,
      const void* data),
     (from, to, type, flags, data))
WRAP(int, umount2, (const char* path, int flags), (path, flags))
WRAP(int, unshare, (int flags), (flags))
/* The last call before a program is started. */
WRAP(int, pipe2, (int ends[2], int flags), (ends, flags))
WRAP(int, kill, (pid_t pid, int signal), (pid, signal))
WRAP(ssize_t, send, (int fd, const void* data, size_t size, int flags), (fd, data, size, flags))

__attribute__((visibility("default"))) long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (real == NULL) {
    *(void**)&real = dlsym(RTLD_NEXT, "syscall");
  }
  va_list rest;
  va_start(rest, number);
  long a[6];
  for (int i = 0; i < 6; ++i) {
    a[i] = va_arg(rest, long);
  }
  va_end(rest);
  const int error = number == SYS_pidfd_send_signal || number == SYS_move_mount ||
                            number == SYS_fsmount || number == SYS_mount_setattr
                        ? count("syscall")
                        : 0;
  if (error != 0) {
    errno = error;
    return -1;
  }
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
