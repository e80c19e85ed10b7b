// SPDX-License-Identifier: Apache-2.0
//
// Kind "oci": what <gantry/abi/runtime.h> promises, with a real container made from the
// plug-in's own plans where root and a static busybox are at hand.
#include <gantry/abi/runtime.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "sdk/conformance/suite.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/subprocess.h"

namespace gantry::conformance {

namespace fs = std::filesystem;
using boundary::to_abi;

namespace {

constexpr int kPatienceMs = 60'000;

struct Plan {
  std::vector<std::string> args;
  std::vector<std::string> opts;
  std::vector<std::string> env;
  std::vector<std::string> hide;
};

class Runtime {
 public:
  explicit Runtime(const Bench& bench)
      : subject_(bench.instance()),
        ops_(boundary::sized_copy(static_cast<const gantry_oci_ops*>(subject_->plugin().ops))) {
    // Without its program the plug-in can show nothing more than that it says so.
    const std::string id = unknown_id();
    gantry_oci_plan_request request{};
    request.struct_size = sizeof(request);
    request.id = to_abi(id);
    const gantry_plan_sink sink{nullptr, [](void*, std::int32_t, gantry_str) {}};
    const Answer answer = call(ops_.exec_plan, self(), &request, &sink);
    if (answer.code == GANTRY_ERR_NOT_FOUND) {
      throw Skip("the runtime's program is not on this host: " + answer.message);
    }
  }

  [[nodiscard]] static std::string unknown_id() {
    return "gantry-conformance-" + std::to_string(::getpid());
  }

  using PlanOp = decltype(gantry_oci_ops::create_plan);
  Plan plan(PlanOp op, const std::string& id, const std::string& bundle) {
    gantry_oci_plan_request request{};
    request.struct_size = sizeof(request);
    request.id = to_abi(id);
    request.bundle = to_abi(bundle);
    Plan plan;
    const gantry_plan_sink sink{
        &plan, [](void* ctx, std::int32_t part, gantry_str value) {
          auto& to = *static_cast<Plan*>(ctx);
          std::vector<std::string>* const parts[] = {&to.args, &to.opts, &to.env, &to.hide};
          parts[part & 3]->push_back(boundary::to_string(value));
        }};
    must("a plan", op, self(), &request, &sink);
    return plan;
  }

  Json json(decltype(gantry_oci_ops::state) op, const std::string& id) {
    Text text;
    must("state of " + id, op, self(), to_abi(id), text.sink());
    return parse_json(text.str(), "the state of " + id);
  }
  Json state(const std::string& id) { return json(ops_.state, id); }

  [[nodiscard]] void* self() const noexcept { return subject_->self(); }
  [[nodiscard]] const gantry_oci_ops& ops() const noexcept { return ops_; }

 private:
  std::unique_ptr<Subject> subject_;
  gantry_oci_ops ops_;
};

// A bundle whose process is busybox; Skip when there is none that runs alone.
fs::path make_bundle(const Bench& bench, const std::vector<std::string>& args,
                     const std::string& id) {
  need_root("a container is made");
  const auto busybox = find_program("busybox");
  if (!busybox) {
    throw Skip("needs a static busybox");
  }
  const CommandResult linkage = run_command({{"ldd", *busybox}, {}, {}, {}, {}, {}});
  if (linkage.exit_code == 0) {
    throw Skip("needs a busybox without shared libraries");
  }
  const fs::path bundle = bench.folder() / "bundle";
  for (const char* folder : {"rootfs/bin", "rootfs/proc", "rootfs/dev"}) {
    make_directories(bundle / folder);
  }
  fs::copy_file(*busybox, bundle / "rootfs/bin/busybox");
  Json namespaces = Json::array();
  for (const char* type : {"pid", "mount", "ipc", "uts", "network"}) {
    namespaces.push_back({{"type", type}});
  }
  const Json config = {{"ociVersion", "1.0.2"},
                       {"process",
                        {{"terminal", false},
                         {"user", {{"uid", 0}, {"gid", 0}}},
                         {"args", args},
                         {"env", {"PATH=/bin"}},
                         {"cwd", "/"}}},
                       {"root", {{"path", "rootfs"}, {"readonly", true}}},
                       {"hostname", "conformance"},
                       {"mounts",
                        {{{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}},
                         {{"destination", "/dev"},
                          {"type", "tmpfs"},
                          {"source", "tmpfs"},
                          {"options", {"nosuid", "mode=755", "size=64k"}}}}},
                       {"linux", {{"namespaces", namespaces}, {"cgroupsPath", "/" + id}}}};
  write_file(bundle / "config.json", to_text(config));
  return bundle;
}

struct Ran {
  int exit_code = 0;
  std::string output;
};

// Runs a plan's command as the monitor would, its output in a file: a container that keeps
// a pipe open must not hold us up.
Ran run_plan(const Bench& bench, const Plan& plan, const char* verb, const std::string& id) {
  std::vector<std::string> argv = plan.args;
  argv.emplace_back(verb);
  // conmon adds these two by itself.
  argv.insert(argv.end(), {"--bundle", (bench.folder() / "bundle").string(), "--pid-file",
                           (bench.folder() / "pid").string()});
  argv.insert(argv.end(), plan.opts.begin(), plan.opts.end());
  argv.push_back(id);
  const fs::path log = bench.folder() / (std::string(verb) + ".log");
  const UniqueFd out = open_file(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  SpawnOptions options;
  options.fds = {{0, -1}, {1, out.get()}, {2, out.get()}};
  options.hide = plan.hide;
  options.env = environment_with(plan.env);
  Child child = spawn(argv, options);
  const auto ended = child.wait_for(std::chrono::milliseconds(kPatienceMs));
  require(ended.has_value(), std::string(verb) + " did not end");
  return {*ended, read_file(log)};
}

void wait_for_end(int pid) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    return;  // gone already
  }
  pollfd event{pidfd.get(), POLLIN, 0};
  require(::poll(&event, 1, kPatienceMs) == 1, "the container's process did not end");
}

// A created container, deleted with its owner.
class Container {
 public:
  Container(Bench& bench, Runtime& runtime, const std::vector<std::string>& args)
      : runtime_(runtime), id_(Runtime::unknown_id() + "-c") {
    const fs::path bundle = make_bundle(bench, args, id_);
    const Plan plan = runtime_.plan(runtime_.ops().create_plan, id_, bundle.string());
    created_ = run_plan(bench, plan, "create", id_);
  }
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;
  ~Container() {
    (void)runtime_.ops().delete_(runtime_.self(), to_abi(id_), GANTRY_DELETE_FORCE, nullptr);
  }
  void require_created() const {
    require(created_.exit_code == 0, "the create plan ended with " +
                                         std::to_string(created_.exit_code) + ": " +
                                         created_.output);
  }
  void start() const { must("start", runtime_.ops().start, runtime_.self(), to_abi(id_)); }
  [[nodiscard]] std::string status() const {
    return runtime_.state(id_).at("status").get<std::string>();
  }
  [[nodiscard]] int pid() const { return runtime_.state(id_).at("pid").get<int>(); }
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const Ran& created() const noexcept { return created_; }

 private:
  Runtime& runtime_;
  std::string id_;
  Ran created_;
};

void tells_about_itself(Bench& bench) {
  Runtime runtime(bench);
  Text text;
  must("info", runtime.ops().info, runtime.self(), text.sink());
  const Json info = parse_json(text.str(), "info");
  for (const char* field : {"name", "version", "path"}) {
    require(info.contains(field) && info[field].is_string() &&
                !info[field].get<std::string>().empty(),
            std::string("info tells no ") + field + ": " + text.str());
  }
  require(::access(info["path"].get<std::string>().c_str(), X_OK) == 0,
          "the path that info tells cannot be executed");
}

void plans_without_effect(Bench& bench) {
  Runtime runtime(bench);
  const std::string id = Runtime::unknown_id();
  const Plan create = runtime.plan(runtime.ops().create_plan, id, "/no/such/bundle");
  const Plan exec = runtime.plan(runtime.ops().exec_plan, id, "");
  for (const Plan& plan : {create, exec}) {
    require(!plan.args.empty(), "a plan names no program");
    require(find_program(plan.args.front()).has_value(),
            "a plan's program cannot be found: " + plan.args.front());
  }
  const Plan again = runtime.plan(runtime.ops().create_plan, id, "/no/such/bundle");
  require(create.args == again.args && create.opts == again.opts,
          "the same request gave two different plans");
  must_fail("state after planning", GANTRY_ERR_NOT_FOUND, runtime.ops().state, runtime.self(),
            to_abi(id), Text().sink());
}

void knows_nothing_of_an_unknown_id(Bench& bench) {
  Runtime runtime(bench);
  const std::string id = Runtime::unknown_id();
  const gantry_oci_ops& ops = runtime.ops();
  must_fail("state", GANTRY_ERR_NOT_FOUND, ops.state, runtime.self(), to_abi(id),
            Text().sink());
  must_fail("start", GANTRY_ERR_NOT_FOUND, ops.start, runtime.self(), to_abi(id));
  must_fail("kill", GANTRY_ERR_NOT_FOUND, ops.kill, runtime.self(), to_abi(id), SIGTERM, 0U);
  must_fail("kill of all", GANTRY_ERR_NOT_FOUND, ops.kill, runtime.self(), to_abi(id), SIGKILL,
            GANTRY_KILL_ALL);
  must("delete", ops.delete_, runtime.self(), to_abi(id), 0U);
  must("forced delete", ops.delete_, runtime.self(), to_abi(id), GANTRY_DELETE_FORCE);
}

void lives_through_a_container(Bench& bench) {
  Runtime runtime(bench);
  const Container container(bench, runtime, {"/bin/busybox", "sleep", "600"});
  container.require_created();
  require_equal("the status after create", container.status(), "created");
  container.start();
  require_equal("the status after start", container.status(), "running");
  must_fail("a second start", GANTRY_ERR_INVALID, runtime.ops().start, runtime.self(),
            to_abi(container.id()));
  const int pid = container.pid();
  require(pid > 1 && ::kill(pid, 0) == 0, "the state's pid is no process of this host");
  must("kill", runtime.ops().kill, runtime.self(), to_abi(container.id()), SIGKILL, 0U);
  wait_for_end(pid);
  require_equal("the status after kill", container.status(), "stopped");
  must_fail("kill of an ended process", GANTRY_ERR_NOT_FOUND, runtime.ops().kill,
            runtime.self(), to_abi(container.id()), SIGTERM, 0U);
  must("delete", runtime.ops().delete_, runtime.self(), to_abi(container.id()), 0U);
  must_fail("state after delete", GANTRY_ERR_NOT_FOUND, runtime.ops().state, runtime.self(),
            to_abi(container.id()), Text().sink());
  must("a second delete", runtime.ops().delete_, runtime.self(), to_abi(container.id()), 0U);
}

void deletes_by_force(Bench& bench) {
  Runtime runtime(bench);
  const Container container(bench, runtime, {"/bin/busybox", "sleep", "600"});
  container.require_created();
  container.start();
  const int pid = container.pid();
  must("forced delete", runtime.ops().delete_, runtime.self(), to_abi(container.id()),
       GANTRY_DELETE_FORCE);
  wait_for_end(pid);
  must_fail("state after delete", GANTRY_ERR_NOT_FOUND, runtime.ops().state, runtime.self(),
            to_abi(container.id()), Text().sink());
}

void does_what_it_says_it_can(Bench& bench) {
  Runtime runtime(bench);
  const Container container(bench, runtime, {"/bin/busybox", "sleep", "600"});
  container.require_created();
  container.start();
  if (bench.can(GANTRY_OCI_CAP_PS)) {
    std::vector<std::int32_t> pids;
    const gantry_pid_sink sink{&pids, [](void* ctx, std::int32_t pid) {
                                 static_cast<std::vector<std::int32_t>*>(ctx)->push_back(pid);
                               }};
    must("ps", runtime.ops().ps, runtime.self(), to_abi(container.id()), &sink);
    require(std::find(pids.begin(), pids.end(), container.pid()) != pids.end(),
            "ps does not list the container's process");
  }
  if (bench.can(GANTRY_OCI_CAP_UPDATE)) {
    must("update", runtime.ops().update, runtime.self(), to_abi(container.id()),
         to_abi(R"({"pids":{"limit":50}})"));
  }
  if (bench.can(GANTRY_OCI_CAP_PAUSE)) {
    must("pause", runtime.ops().pause, runtime.self(), to_abi(container.id()));
    require_equal("the status after pause", container.status(), "paused");
    must("resume", runtime.ops().resume, runtime.self(), to_abi(container.id()));
    require_equal("the status after resume", container.status(), "running");
  }
}

void classifies_a_missing_program(Bench& bench) {
  Runtime runtime(bench);
  const Container container(bench, runtime, {"/no/such/program"});
  if (container.created().exit_code == 0) {
    throw Skip("this runtime creates a container whose program is missing");
  }
  Text message;
  const std::int32_t code =
      runtime.ops().classify_error(runtime.self(), container.created().exit_code,
                                   to_abi(container.created().output), message.sink());
  require(code == GANTRY_ERR_NOT_FOUND, std::string("a missing program is classified as ") +
                                            code_name(code) + ": " + message.str());
  require(!message.str().empty() && message.str().find('\n') == std::string::npos,
          "the runtime's words are not one clean line: " + message.str());
}

void classifies_anything(Bench& bench) {
  Runtime runtime(bench);
  for (const std::string& output :
       {std::string(), std::string("{"), std::string("\xff\x00\n\n", 4),
        std::string(100'000, 'x'), std::string("some unknown words")}) {
    Text message;
    const std::int32_t code =
        runtime.ops().classify_error(runtime.self(), 1, to_abi(output), message.sink());
    require(code > GANTRY_OK && code <= GANTRY_ERR_INTERNAL,
            "a failure was classified as " + std::to_string(code));
    require(!message.str().empty(), "a failure was classified without words");
  }
}

}  // namespace

const Suite& oci_suite() {
  static const Suite suite{
      {"info tells name, version and path", tells_about_itself},
      {"a plan names a program and changes nothing", plans_without_effect},
      {"an unknown id is NOT_FOUND, its delete is done", knows_nothing_of_an_unknown_id},
      {"a container is created, started, killed and deleted", lives_through_a_container},
      {"a forced delete ends a running container", deletes_by_force},
      {"the capabilities told are there", does_what_it_says_it_can},
      {"a missing program is classified as NOT_FOUND", classifies_a_missing_program},
      {"any output is classified in words", classifies_anything}};
  return suite;
}

}  // namespace gantry::conformance
