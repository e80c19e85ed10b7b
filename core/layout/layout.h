// SPDX-License-Identifier: Apache-2.0
//
// Every path that gantry uses, drawn once. A value; pure; any thread.
//
//   <data> (/var/lib/gantry)              survives a reboot
//   ├── gantry.mark                       says that this folder is gantry's to reset
//   ├── state/<backend>/                  the state plug-in's own
//   ├── plugins/<kind>-<name>/            every other plug-in's own
//   ├── containers/<id>/                  made by create, removed by rm
//   │   ├── ctr.log                       the container's output (core/monitor)
//   │   ├── health.json                   what the last health checks found
//   │   ├── mounts/<n>                    what the nth mount shows, where that is a mount
//   │   │                                 of the engine's own (with <n>.upper, <n>.work)
//   │   ├── artifacts/<name>              small files kept with it
//   │   ├── checkpoint/                   the last checkpoint: images, facts
//   │   ├── checkpoint.old/               the one before, until the new one is whole
//   │   └── criu/                         logs and figures of the last checkpoint or restore
//   ├── volumes/<name>/_data              volumes
//   ├── secrets/<id>                      what the file driver of secrets keeps
//   ├── tmp/                              staging of pulls and archives
//   ├── cache/seccomp/                    compiled filters
//   └── events.log
//   <run> (/run/gantry)                   may be gone after a reboot
//   ├── boot                              id of the boot that plugins/ is of
//   ├── plugins/<kind>-<name>/            emptied after a reboot
//   ├── containers/<id>/                  exists while the container is activated
//   │   ├── journal                       activate steps begun, one a line
//   │   ├── bundle/                       config.json and conmon's sockets
//   │   ├── files/                        hosts, hostname, resolv.conf, .containerenv
//   │   ├── shm/                          mount point of /dev/shm
//   │   ├── secrets/                      tmpfs of what is bound to /run/secrets
//   │   ├── poststop.json                 hooks to run once it is gone
//   │   ├── health.pid                    of the process that checks its health
//   │   ├── exec/<session>/               process.json and sockets of one exec
//   │   └── pid, conmon.pid, persist/
//   ├── exits/<id>                        conmon writes the exit code here
//   ├── mounts/<id>                       how often the user mounted the container's files
//   ├── netns/<id>                        pinned network namespaces
//   └── locks/<kind>/<name>               see core/locks
#pragma once

#include <filesystem>
#include <string>

namespace gantry::layout {

struct Layout {
  std::filesystem::path data = "/var/lib/gantry";
  std::filesystem::path run = "/run/gantry";

  [[nodiscard]] std::filesystem::path mark() const { return data / "gantry.mark"; }
  [[nodiscard]] std::filesystem::path state(const std::string& backend) const {
    return data / "state" / backend;
  }
  [[nodiscard]] std::filesystem::path container_data(const std::string& id) const {
    return data / "containers" / id;
  }
  [[nodiscard]] std::filesystem::path log(const std::string& id) const {
    return container_data(id) / "ctr.log";
  }
  [[nodiscard]] std::filesystem::path artifacts(const std::string& id) const {
    return container_data(id) / "artifacts";
  }
  [[nodiscard]] std::filesystem::path checkpoint(const std::string& id) const {
    return container_data(id) / "checkpoint";
  }
  [[nodiscard]] std::filesystem::path last_checkpoint(const std::string& id) const {
    return container_data(id) / "checkpoint.old";
  }
  [[nodiscard]] std::filesystem::path criu(const std::string& id) const {
    return container_data(id) / "criu";
  }
  [[nodiscard]] std::filesystem::path mount_points(const std::string& id) const {
    return container_data(id) / "mounts";
  }
  [[nodiscard]] std::filesystem::path volumes() const { return data / "volumes"; }
  [[nodiscard]] std::filesystem::path secrets() const { return data / "secrets"; }
  [[nodiscard]] std::filesystem::path tmp() const { return data / "tmp"; }
  [[nodiscard]] std::filesystem::path seccomp_cache() const { return data / "cache/seccomp"; }
  [[nodiscard]] std::filesystem::path events() const { return data / "events.log"; }

  [[nodiscard]] std::filesystem::path boot() const { return run / "boot"; }
  [[nodiscard]] std::filesystem::path run_owner() const { return run / "owner"; }
  [[nodiscard]] std::filesystem::path plugins_run() const { return run / "plugins"; }
  [[nodiscard]] std::filesystem::path containers_run() const { return run / "containers"; }
  [[nodiscard]] std::filesystem::path container_run(const std::string& id) const {
    return run / "containers" / id;
  }
  [[nodiscard]] std::filesystem::path journal(const std::string& id) const {
    return container_run(id) / "journal";
  }
  [[nodiscard]] std::filesystem::path bundle(const std::string& id) const {
    return container_run(id) / "bundle";
  }
  [[nodiscard]] std::filesystem::path files(const std::string& id) const {
    return container_run(id) / "files";
  }
  [[nodiscard]] std::filesystem::path shm(const std::string& id) const {
    return container_run(id) / "shm";
  }
  [[nodiscard]] std::filesystem::path exec(const std::string& id,
                                           const std::string& session) const {
    return container_run(id) / "exec" / session;
  }
  [[nodiscard]] std::filesystem::path secret_files(const std::string& id) const {
    return container_run(id) / "secrets";
  }
  [[nodiscard]] std::filesystem::path poststop(const std::string& id) const {
    return container_run(id) / "poststop.json";
  }
  [[nodiscard]] std::filesystem::path health(const std::string& id) const {
    return container_data(id) / "health.json";
  }
  [[nodiscard]] std::filesystem::path health_pid(const std::string& id) const {
    return container_run(id) / "health.pid";
  }
  [[nodiscard]] std::filesystem::path pid_file(const std::string& id) const {
    return container_run(id) / "pid";
  }
  [[nodiscard]] std::filesystem::path monitor_pid_file(const std::string& id) const {
    return container_run(id) / "conmon.pid";
  }
  [[nodiscard]] std::filesystem::path persist(const std::string& id) const {
    return container_run(id) / "persist";
  }
  [[nodiscard]] std::filesystem::path exits() const { return run / "exits"; }
  [[nodiscard]] std::filesystem::path exit_file(const std::string& id) const {
    return exits() / id;
  }
  [[nodiscard]] std::filesystem::path netns(const std::string& id) const {
    return run / "netns" / id;
  }
  [[nodiscard]] std::filesystem::path mounts() const { return run / "mounts"; }
  [[nodiscard]] std::filesystem::path mounts(const std::string& id) const {
    return mounts() / id;
  }
  [[nodiscard]] std::filesystem::path locks() const { return run / "locks"; }
};

}  // namespace gantry::layout
