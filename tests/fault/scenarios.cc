// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/scenario.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "core/image/import.h"
#include "core/image/remove.h"
#include "core/lifecycle/image_choice.h"
#include "core/lifecycle/user_mounts.h"
#include "core/lifecycle/verbs/check.h"
#include "core/lifecycle/verbs/checkpoint.h"
#include "core/lifecycle/verbs/cleanup.h"
#include "core/lifecycle/verbs/commit.h"
#include "core/lifecycle/verbs/copy.h"
#include "core/lifecycle/verbs/create.h"
#include "core/lifecycle/verbs/exec.h"
#include "core/lifecycle/verbs/healthcheck.h"
#include "core/lifecycle/verbs/kill.h"
#include "core/lifecycle/verbs/list.h"
#include "core/lifecycle/verbs/mount.h"
#include "core/lifecycle/verbs/pause.h"
#include "core/lifecycle/verbs/remove.h"
#include "core/lifecycle/verbs/rename.h"
#include "core/lifecycle/verbs/restart.h"
#include "core/lifecycle/verbs/restore.h"
#include "core/lifecycle/verbs/run.h"
#include "core/lifecycle/verbs/start.h"
#include "core/lifecycle/verbs/stop.h"
#include "core/lifecycle/verbs/update.h"
#include "core/secrets/secrets.h"
#include "core/volume/volumes.h"
#include "sdk/support/files.h"

namespace gantry::fault {

namespace {

using fakes::FakeEngine;
using lifecycle::CreateRequest;
using model::Status;

// --- What a row is made of.

std::optional<Status> status_of(FakeEngine& e, const std::string& name) {
  const auto id = e.get().store.read(
      [&](const store::Reader& reader) { return reader.container_by_name(name); });
  return id ? std::optional(lifecycle::inspect(e.get(), *id).state.status) : std::nullopt;
}

using Step = std::function<void(FakeEngine&)>;
using Look = std::function<bool(FakeEngine&)>;

Look is(Status status, const std::string& name = "box") {
  return [=](FakeEngine& e) { return status_of(e, name) == status; };
}
Look gone(const std::string& name) {
  return [=](FakeEngine& e) { return !status_of(e, name); };
}

CreateRequest request_of(const std::string& name, const std::vector<std::string>& needs = {}) {
  CreateRequest request = FakeEngine::request(name);
  request.requires_containers = needs;
  return request;
}

CreateRequest with_volumes(const std::string& name) {
  CreateRequest request = FakeEngine::request(name);
  for (const std::string& source : {std::string("store"), std::string()}) {
    model::Mount mount;
    mount.kind = model::MountKind::kVolume;
    mount.source = source;
    mount.destination = "/data" + source;
    request.config.mounts.push_back(mount);
  }
  return request;
}

// The root of whom is who runs the test: files can be given to oneself without rights.
void grant_ids(FakeEngine& e) {
  const auto grant = [&](const char* name, unsigned first) {
    write_file(e.folder() / name, "containers:" + std::to_string(first) + ":100000\n");
    return e.folder() / name;
  };
  e.settings().subuid_file = grant("subuid", ::geteuid());
  e.settings().subgid_file = grant("subgid", ::getegid());
}
CreateRequest with_ids() {
  CreateRequest request = FakeEngine::request("box");
  request.config.user.mode = "auto";
  return request;
}

void create(FakeEngine& e, const CreateRequest& request) {
  (void)lifecycle::create(e.get(), request);
}

void nothing(FakeEngine&) {}
void created(FakeEngine& e) { create(e, request_of("box")); }
void running(FakeEngine& e) {
  created(e);
  lifecycle::start(e.get(), "box");
}
void paused(FakeEngine& e) {
  running(e);
  lifecycle::pause(e.get(), "box");
}
void exited(FakeEngine& e) {
  running(e);
  lifecycle::stop(e.get(), "box");
}
void ended(FakeEngine& e) {
  running(e);
  e.world.exit(lifecycle::inspect(e.get(), "box").config.id, 3);
}
void two(FakeEngine& e) {
  create(e, request_of("base"));
  create(e, request_of("box", {"base"}));
}
void two_running(FakeEngine& e) {
  two(e);
  lifecycle::start(e.get(), "box");
}

void checkpointed(FakeEngine& e) {
  running(e);
  (void)lifecycle::checkpoint(e.get(), "box", {});
}
void export_checkpoint(FakeEngine& e, const std::string& file) {
  (void)lifecycle::checkpoint(e.get(), "box", {.export_file = file});
}
std::string archive_of(FakeEngine& e) { return e.folder() / "box.tar"; }

volume::Volumes volumes(FakeEngine& e) { return {e.get().store, e.get().layout.volumes()}; }
bool has_volume(FakeEngine& e, const std::string& name) {
  const std::vector<model::Volume> all = volumes(e).list();
  return std::any_of(all.begin(), all.end(),
                     [&](const model::Volume& volume) { return volume.name == name; });
}
void make_volume(FakeEngine& e) {
  volume::NewVolume request;
  request.name = "store";
  (void)volumes(e).create(request);
}

secrets::Secrets secrets_of(FakeEngine& e) { return {e.get().store, e.get().layout.secrets()}; }
void make_secret(FakeEngine& e) {
  (void)secrets_of(e).create({.name = "word", .data = "hidden"});
}

bool has_image(FakeEngine& e, const std::string& name) {
  return e.get().store.read([&](const store::Reader& reader) {
    return reader.image_by_name("localhost/" + name + ":latest").has_value();
  });
}
void import(FakeEngine& e) {
  const UniqueFd tar(::memfd_create("root", MFD_CLOEXEC));
  write_all(tar.get(), std::string(10240, '\0'), "an empty tar");
  (void)::lseek(tar.get(), 0, SEEK_SET);
  image::ImportOptions options;
  options.reference = "made";
  (void)image::import_root(lifecycle::image_context(e.get()), tar.get(), "a test", options);
}
void tag(FakeEngine& e) { (void)image::tag(e.get().store, "made", "also", {}); }

void exec(FakeEngine& e, bool detach) {
  lifecycle::ExecRequest request;
  request.argv = {"true"};
  request.detach = detach;
  std::string session;
  (void)lifecycle::exec(e.get(), "box", request, {}, &session);
  if (detach) {
    lifecycle::forget_exec(e.get(), lifecycle::inspect(e.get(), "box").config.id, session);
  }
}

void with_health(FakeEngine& e) {
  CreateRequest request = request_of("box");
  request.health.test = {{"CMD", "look"}};
  request.health.retries = 1;
  request.health.timeout_ns = 3'600'000'000'000;  // the pids of fakes are no processes
  create(e, request);
  lifecycle::start(e.get(), "box");
}

// In the foreground it ends at once, by itself.
void run_foreground(FakeEngine& e) {
  CreateRequest request = with_volumes("box");
  request.config.auto_remove = true;
  lifecycle::RunOptions options;
  options.created = [&](const std::string& id) {
    e.world.set_behaviour(id, {.exits_at_start = 0});
  };
  (void)lifecycle::run(e.get(), request, options);
}

// What any of the others may leave, all at once and of nobody.
void leftovers(FakeEngine& e) {
  running(e);
  const layout::Layout& layout = e.get().layout;
  const std::string stray(64, 'b');
  make_directories(layout.bundle(stray));
  make_directories(layout.container_data(stray));
  write_file(layout.exit_file(stray), "0");
  lifecycle::save_user_mounts(e.get(), stray, {.count = 1});
  e.storage("").create(
      {.id = stray, .parent = "base", .writable = true, .mapping = {}, .options_json = {}});
  e.storage("").commit(stray);
  e.network_of_fakes().attach(stray);
  make_volume(e);
  volumes(e).claim("store", stray, false);
  make_directories(layout.secrets());
  write_file(layout.secrets() / "nobodys", "data");
}

// --- The rows.

const std::vector<Scenario>& container_scenarios() {
  static const std::vector<Scenario> rows{
      {"create", nothing, created, is(Status::kConfigured), true},
      {"create with volumes", nothing, [](FakeEngine& e) { create(e, with_volumes("box")); },
       is(Status::kConfigured)},
      {"create with ids", grant_ids, [](FakeEngine& e) { create(e, with_ids()); },
       is(Status::kConfigured), true},
      {"start with ids",
       [](FakeEngine& e) {
         grant_ids(e);
         create(e, with_ids());
       },
       [](FakeEngine& e) { lifecycle::start(e.get(), "box"); }, is(Status::kRunning)},
      {"create dependent", [](FakeEngine& e) { create(e, request_of("base")); },
       [](FakeEngine& e) { create(e, request_of("box", {"base"})); }, is(Status::kConfigured),
       true},
      {"run detached", nothing,
       [](FakeEngine& e) {
         CreateRequest request = request_of("box");
         request.replace = true;
         (void)lifecycle::run(e.get(), request, {.detach = true});
       },
       is(Status::kRunning)},
      {"run detached rm", nothing,
       [](FakeEngine& e) {
         CreateRequest request = with_volumes("box");
         request.config.auto_remove = true;
         request.replace = true;
         (void)lifecycle::run(e.get(), request, {.detach = true});
       },
       is(Status::kRunning)},
      {"run rm", nothing, run_foreground},
      {"run dependent", [](FakeEngine& e) { create(e, request_of("base")); },
       [](FakeEngine& e) {
         CreateRequest request = request_of("box", {"base"});
         request.replace = true;
         (void)lifecycle::run(e.get(), request, {.detach = true});
       },
       is(Status::kRunning)},
      {"init", created, [](FakeEngine& e) { lifecycle::init(e.get(), "box"); },
       is(Status::kCreated)},
      {"start", created, [](FakeEngine& e) { lifecycle::start(e.get(), "box"); },
       is(Status::kRunning)},
      {"start created",
       [](FakeEngine& e) {
         created(e);
         lifecycle::init(e.get(), "box");
       },
       [](FakeEngine& e) { lifecycle::start(e.get(), "box"); }, is(Status::kRunning)},
      {"start again", exited, [](FakeEngine& e) { lifecycle::start(e.get(), "box"); },
       is(Status::kRunning)},
      {"start with dependencies", two, [](FakeEngine& e) { lifecycle::start(e.get(), "box"); },
       [](FakeEngine& e) {
         return is(Status::kRunning)(e) && is(Status::kRunning, "base")(e);
       }},
      {"start with volumes", [](FakeEngine& e) { create(e, with_volumes("box")); },
       [](FakeEngine& e) { lifecycle::start(e.get(), "box"); }, is(Status::kRunning)},
      {"restart", running, [](FakeEngine& e) { lifecycle::restart(e.get(), "box", {}); },
       is(Status::kRunning)},
      {"restart exited", exited, [](FakeEngine& e) { lifecycle::restart(e.get(), "box", {}); },
       is(Status::kRunning)},
      {"stop", running, [](FakeEngine& e) { lifecycle::stop(e.get(), "box"); },
       is(Status::kExited)},
      {"kill", running, [](FakeEngine& e) { lifecycle::kill(e.get(), "box", SIGKILL); },
       is(Status::kExited)},
      {"signal",
       [](FakeEngine& e) {
         running(e);
         e.world.set_behaviour(lifecycle::inspect(e.get(), "box").config.id,
                               {.ignored_signals = {SIGUSR1}});
       },
       [](FakeEngine& e) { lifecycle::kill(e.get(), "box", SIGUSR1); }},
      {"pause", running, [](FakeEngine& e) { lifecycle::pause(e.get(), "box"); },
       is(Status::kPaused)},
      {"unpause", paused, [](FakeEngine& e) { lifecycle::unpause(e.get(), "box"); },
       is(Status::kRunning)},
      {"cleanup", ended, [](FakeEngine& e) { lifecycle::cleanup(e.get(), "box", {}); },
       is(Status::kExited)},
      {"restart by policy",
       [](FakeEngine& e) {
         CreateRequest request = request_of("box");
         request.config.restart.name = "always";
         create(e, request);
         lifecycle::start(e.get(), "box");
         e.world.exit(lifecycle::inspect(e.get(), "box").config.id, 3);
       },
       [](FakeEngine& e) {
         lifecycle::cleanup(e.get(), lifecycle::inspect(e.get(), "box").config.id,
                            {.from_monitor = true});
       }},
      {"rm", created, [](FakeEngine& e) { (void)lifecycle::remove(e.get(), "box"); },
       gone("box")},
      {"rm force", running,
       [](FakeEngine& e) { (void)lifecycle::remove(e.get(), "box", {.force = true}); },
       gone("box")},
      {"rm force paused", paused,
       [](FakeEngine& e) { (void)lifecycle::remove(e.get(), "box", {.force = true}); },
       gone("box")},
      {"rm volumes",
       [](FakeEngine& e) {
         create(e, with_volumes("box"));
         lifecycle::start(e.get(), "box");
       },
       [](FakeEngine& e) {
         (void)lifecycle::remove(e.get(), "box", {.force = true, .volumes = true});
       },
       gone("box")},
      {"rm depend", two_running,
       [](FakeEngine& e) {
         (void)lifecycle::remove(e.get(), "base", {.force = true, .depend = true});
       },
       gone("base")},
      {"prune",
       [](FakeEngine& e) {
         exited(e);
         create(e, with_volumes("more"));
       },
       [](FakeEngine& e) {
         for (const store::ContainerRow& row : lifecycle::list(e.get())) {
           (void)lifecycle::remove(e.get(), row.brief.id);
         }
       }},
      {"rename", created, [](FakeEngine& e) { lifecycle::rename(e.get(), "box", "crate"); },
       [](FakeEngine& e) { return status_of(e, "crate").has_value(); }, true},
      {"update", running,
       [](FakeEngine& e) {
         model::Resources changes;
         changes.pids_limit = 100;
         (void)lifecycle::update(e.get(), "box", changes);
       }},
      {"checkpoint", running,
       [](FakeEngine& e) { (void)lifecycle::checkpoint(e.get(), "box", {}); },
       is(Status::kExited)},
      {"checkpoint leave running", running,
       [](FakeEngine& e) {
         (void)lifecycle::checkpoint(e.get(), "box", {.leave_running = true});
       }},
      {"checkpoint export", running, [](FakeEngine& e) { export_checkpoint(e, "/dev/null"); },
       is(Status::kExited)},
      {"checkpoint export rm",
       [](FakeEngine& e) {
         CreateRequest request = request_of("box");
         request.config.auto_remove = true;
         create(e, request);
         lifecycle::start(e.get(), "box");
       },
       [](FakeEngine& e) { export_checkpoint(e, archive_of(e)); },
       [](FakeEngine& e) { return is(Status::kExited)(e) || gantry::exists(archive_of(e)); }},
      {"restore", checkpointed,
       [](FakeEngine& e) { (void)lifecycle::restore(e.get(), "box", {}); },
       is(Status::kRunning)},
      {"restore import",
       [](FakeEngine& e) {
         create(e, with_volumes("box"));
         lifecycle::start(e.get(), "box");
         export_checkpoint(e, archive_of(e));
         (void)lifecycle::remove(e.get(), "box", {.volumes = true});
         volumes(e).remove("store");
       },
       [](FakeEngine& e) {
         (void)lifecycle::restore_archive(e.get(), archive_of(e), {.name = "box"});
       },
       is(Status::kRunning), true},
      {"exec", running, [](FakeEngine& e) { exec(e, false); }},
      {"exec detached", running, [](FakeEngine& e) { exec(e, true); }},
      {"mount", created, [](FakeEngine& e) { (void)lifecycle::mount(e.get(), "box"); }},
      {"unmount",
       [](FakeEngine& e) {
         created(e);
         (void)lifecycle::mount(e.get(), "box");
       },
       [](FakeEngine& e) { (void)lifecycle::unmount(e.get(), "box", false); }},
      {"cp", created,
       [](FakeEngine& e) {
         lifecycle::copy(e.get(), {.path = "/etc/hostname"}, {.container = "box", .path = "/"});
       }},
      {"commit", running,
       [](FakeEngine& e) {
         (void)lifecycle::commit(e.get(), "box", {.reference = "made", .pause = true});
       },
       [](FakeEngine& e) { return has_image(e, "made"); }},
      {"health check", with_health,
       [](FakeEngine& e) { (void)lifecycle::check_health(e.get(), "box"); }},
      {"check repair", leftovers, [](FakeEngine& e) { (void)lifecycle::check(e.get(), true); },
       [](FakeEngine& e) { return lifecycle::check(e.get(), false).empty(); }},
  };
  return rows;
}

const std::vector<Scenario>& other_scenarios() {
  static const std::vector<Scenario> rows{
      {"volume create", nothing, make_volume,
       [](FakeEngine& e) { return has_volume(e, "store"); }, true},
      {"volume rm", make_volume, [](FakeEngine& e) { volumes(e).remove("store"); },
       [](FakeEngine& e) { return !has_volume(e, "store"); }},
      {"secret create", nothing, make_secret,
       [](FakeEngine& e) { return !secrets_of(e).list().empty(); }, true},
      {"secret rm", make_secret, [](FakeEngine& e) { (void)secrets_of(e).remove("word"); },
       [](FakeEngine& e) { return secrets_of(e).list().empty(); }},
      {"network create", nothing,
       [](FakeEngine& e) {
         (void)e.network("").create({{"name", "lan"}});
       },
       [](FakeEngine& e) { return !e.network("").list().empty(); }},
      {"network rm",
       [](FakeEngine& e) {
         (void)e.network("").create({{"name", "lan"}});
       },
       [](FakeEngine& e) { e.network("").remove("lan"); },
       [](FakeEngine& e) { return e.network("").list().empty(); }},
      {"image import", nothing, import, [](FakeEngine& e) { return has_image(e, "made"); },
       true},
      {"image tag", import, tag, [](FakeEngine& e) { return has_image(e, "also"); }, true},
      {"image untag",
       [](FakeEngine& e) {
         import(e);
         tag(e);
       },
       [](FakeEngine& e) { (void)image::untag(e.get().store, "made", {"also"}, {}); },
       [](FakeEngine& e) { return !has_image(e, "also"); }, true},
      {"image rm", import,
       [](FakeEngine& e) {
         (void)image::remove_image(lifecycle::image_context(e.get()), "made", false, {});
       },
       [](FakeEngine& e) { return !has_image(e, "made"); }},
      {"image prune", import,
       [](FakeEngine& e) {
         (void)image::prune_images(
             lifecycle::image_context(e.get()), true,
             [](const model::Image& image) { return image.layers.front() != "base"; });
       },
       [](FakeEngine& e) { return !has_image(e, "made"); }},
  };
  return rows;
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> rows = container_scenarios();
    rows.insert(rows.end(), other_scenarios().begin(), other_scenarios().end());
    return rows;
  }();
  return all;
}

}  // namespace gantry::fault
