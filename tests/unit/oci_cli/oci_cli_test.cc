// SPDX-License-Identifier: Apache-2.0
//
// OciCli against the real runtimes: a container made as a monitor would make it, then every
// direct call.
#include "sdk/oci_cli/oci_cli.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "plugins/oci-crun/profile.h"
#include "plugins/oci-runc/profile.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/subprocess.h"

namespace gantry::oci_cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> strings(const gantry_str* from, std::uint64_t count) {
  std::vector<std::string> result;
  for (std::uint64_t i = 0; i < count; ++i) {
    result.push_back(plugin::to_string(from[i]));
  }
  return result;
}

// A host that spawns and nothing else.
class TestHost {
 public:
  explicit TestHost(std::string run_dir) : run_dir_(std::move(run_dir)) {
    table_.struct_size = sizeof(table_);
    table_.ctx = this;
    table_.log = [](void*, std::int32_t, gantry_str) {};
    table_.cancelled = [](void*) { return 0; };
    table_.deadline_ns = [](void*) { return INT64_MAX; };
    table_.spawn = &TestHost::spawn;
    table_.data_dir = table_.run_dir = plugin::to_abi(run_dir_);
    table_.get_extension = [](void*, gantry_str) -> const void* { return nullptr; };
  }
  [[nodiscard]] plugin::Host host() const { return plugin::Host(&table_); }

 private:
  static std::int32_t spawn(void*, const gantry_command* from, const gantry_sink* out,
                            const gantry_sink* err, std::int32_t* exit_code,
                            const gantry_error* error) {
    Command command;
    command.argv = strings(from->argv, from->argc);
    command.stdin_data = plugin::to_string(from->stdin_data);
    command.hide = strings(from->hide, from->hide_count);
    command.timeout = std::chrono::minutes(1);
    try {
      const CommandResult result = run_command(command);
      out->write(out->ctx, plugin::to_abi(result.out));
      err->write(err->ctx, plugin::to_abi(result.err));
      *exit_code = result.exit_code;
      return GANTRY_OK;
    } catch (const Error& e) {
      error->set(error->ctx, plugin::to_abi(e.what()));
      return static_cast<std::int32_t>(e.code());
    }
  }

  std::string run_dir_;
  gantry_host table_{};
};

const Profile& profile_of(const std::string& name) {
  return name == "crun" ? oci_crun::kProfile : oci_runc::kProfile;
}

template <typename Function>
Code code_of_failure(Function function) {
  try {
    function();
  } catch (const Error& e) {
    return e.code();
  }
  ADD_FAILURE() << "did not fail";
  return Code::kInternal;
}

class RealOciCli : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::string missing = ::geteuid() == 0 ? "" : "root";
    for (const char* program : {GetParam(), "busybox"}) {
      const std::optional<std::string> path = find_program(program);
      missing = path && exists(*path) ? missing : program;
    }
    if (!missing.empty()) {
      const char* require = std::getenv("GANTRY_TEST_REQUIRE");
      if (require != nullptr && std::string(require) == "all") {
        FAIL() << "needs " << missing;
      }
      GTEST_SKIP() << "needs " << missing;
    }
    folder_ = make_temp_directory(fs::temp_directory_path() / "gantry-oci-XXXXXX");
    host_ = std::make_unique<TestHost>((folder_ / "run").string());
    make_directories(folder_ / "run");
    cli_ = std::make_unique<OciCli>(profile_of(GetParam()), host_->host(), "{}");
    // Containers are our orphans, as they are the monitor's.
    ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
  }

  void TearDown() override {
    if (cli_) {
      cli_->remove(kId, true);
    }
    if (!folder_.empty()) {
      remove_tree(folder_);
    }
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }

  CommandResult create(const std::vector<std::string>& args) {
    const fs::path rootfs = folder_ / "rootfs";
    make_directories(rootfs / "bin");
    make_directories(rootfs / "proc");
    make_directories(rootfs / "dev");
    fs::copy_file(*find_program("busybox"), rootfs / "bin/busybox",
                  fs::copy_options::overwrite_existing);
    write_file(rootfs / "data", "no program\n");
    const Json spec{
        {"ociVersion", "1.0.2"},
        {"root", {{"path", rootfs.string()}}},
        {"process", {{"args", args}, {"cwd", "/"}, {"user", {{"uid", 0}, {"gid", 0}}}}},
        {"mounts",
         Json::array({{{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}}})},
        {"linux",
         {{"cgroupsPath", "/gantry-test-" + folder_.filename().string()},
          {"namespaces", Json::array({{{"type", "pid"}}, {{"type", "mount"}}})}}}};
    write_file(folder_ / "config.json", to_text(spec));
    plugin::PlanRequest request;
    request.id = kId;
    request.bundle = folder_.string();
    const plugin::Plan plan = cli_->create_plan(request);
    Command command;
    command.argv = plan.args;
    for (const std::string& each :
         {std::string("create"), std::string("--bundle"), folder_.string(),
          std::string("--pid-file"), (folder_ / "pid").string(), std::string(kId)}) {
      command.argv.push_back(each);
    }
    command.hide = plan.hide;
    command.timeout = std::chrono::minutes(1);
    return run_command(command);
  }

  void reap() {
    const pid_t pid = std::stoi(read_file(folder_ / "pid"));
    ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  }

  static constexpr const char* kId = "t1";
  fs::path folder_;
  std::unique_ptr<TestHost> host_;
  std::unique_ptr<OciCli> cli_;
};

TEST_P(RealOciCli, LeadsAContainerThroughItsLife) {
  const CommandResult created = create({"/bin/busybox", "sleep", "100"});
  ASSERT_EQ(created.exit_code, 0) << created.err;
  EXPECT_EQ(Json::parse(cli_->state(kId))["status"], "created");
  cli_->start(kId);
  EXPECT_EQ(code_of_failure([&] { cli_->start(kId); }), Code::kInvalid);
  EXPECT_EQ(cli_->ps(kId).size(), 1U);
  cli_->pause(kId);
  EXPECT_EQ(Json::parse(cli_->state(kId))["status"], "paused");
  cli_->resume(kId);
  cli_->update(kId, R"({"pids":{"limit":51}})");
  EXPECT_EQ(code_of_failure([&] { cli_->remove(kId, false); }), Code::kInvalid);
  cli_->kill(kId, 9, false);
  reap();
  EXPECT_EQ(code_of_failure([&] { cli_->kill(kId, 9, false); }), Code::kNotFound);
  EXPECT_EQ(Json::parse(cli_->state(kId))["status"], "stopped");
  EXPECT_TRUE(cli_->ps(kId).empty());
  EXPECT_EQ(code_of_failure([&] { cli_->start(kId); }), Code::kInvalid);
  cli_->remove(kId, false);
  cli_->remove(kId, false);
  EXPECT_EQ(code_of_failure([&] { (void)cli_->state(kId); }), Code::kNotFound);
}

TEST_P(RealOciCli, DoesNotKnowAStranger) {
  EXPECT_EQ(code_of_failure([&] { (void)cli_->state("stranger"); }), Code::kNotFound);
  EXPECT_EQ(code_of_failure([&] { cli_->start("stranger"); }), Code::kNotFound);
  EXPECT_EQ(code_of_failure([&] { cli_->kill("stranger", 15, true); }), Code::kNotFound);
  EXPECT_EQ(code_of_failure([&] { (void)cli_->ps("stranger"); }), Code::kNotFound);
  EXPECT_NO_THROW(cli_->remove("stranger", false));
  EXPECT_EQ(code_of_failure([&] { cli_->start("--help"); }), Code::kInvalid);
}

TEST_P(RealOciCli, ClassifiesAFailedCreate) {
  const CommandResult missing = create({"/bin/nope"});
  ASSERT_NE(missing.exit_code, 0);
  EXPECT_EQ(cli_->classify_error(missing.exit_code, missing.err).code, Code::kNotFound);
  cli_->remove(kId, true);
  const CommandResult refused = create({"/data"});
  ASSERT_NE(refused.exit_code, 0);
  const plugin::Classified error = cli_->classify_error(refused.exit_code, refused.err);
  EXPECT_EQ(error.code, Code::kPermission);
  EXPECT_EQ(error.message.find("level"), std::string::npos) << error.message;
}

// What was asked for may be another program than the one the profile is named after.
TEST_P(RealOciCli, SilenceIsBlamedOnTheProgramThatWasAskedFor) {
  const std::string kept =
      std::string(GetParam()) + " failed with exit code 3 and said nothing";
  EXPECT_EQ(cli_->classify_error(3, "").message, kept);
  OciCli other(profile_of(GetParam()), host_->host(), R"({"path": "/bin/true"})");
  EXPECT_EQ(other.classify_error(1, "").message,
            "OCI runtime /bin/true failed with exit code 1 and said nothing");
}

TEST_P(RealOciCli, TellsItsVersion) {
  const Json info = Json::parse(cli_->info());
  EXPECT_EQ(info["name"], GetParam());
  EXPECT_NE(info["version"], "");
}

INSTANTIATE_TEST_SUITE_P(Runtimes, RealOciCli, testing::Values("crun", "runc"));

TEST(OciCli, ReadsItsConfiguration) {
  const TestHost host("/run/x");
  plugin::PlanRequest request;
  request.id = "a";
  const auto make = [&](const char* config) {
    return OciCli(oci_runc::kProfile, host.host(), config);
  };
  EXPECT_EQ(code_of_failure([&] { make(R"({"foo":"x"})"); }), Code::kInvalid);
  EXPECT_EQ(code_of_failure([&] { make(R"({"path":1})"); }), Code::kInvalid);
  // The core names plain cgroup folders, which would not do for systemd.
  EXPECT_EQ(code_of_failure([&] { make(R"({"cgroup_manager":"systemd"})"); }), Code::kInvalid);
  OciCli absent = make(R"({"path":"/no/such/runtime"})");
  EXPECT_EQ(code_of_failure([&] { (void)absent.create_plan(request); }), Code::kNotFound);
  OciCli chosen = make(R"({"path":"/bin/sh","root":"/r"})");
  EXPECT_EQ(chosen.exec_plan(request).args,
            (std::vector<std::string>{"/bin/sh", "--root", "/r", "--log-format=json"}));
  request.image_path = "/i";
  request.flags = GANTRY_PLAN_TCP_ESTABLISHED;
  const plugin::Plan restore = chosen.restore_plan(request);
  EXPECT_EQ(restore.opts,
            (std::vector<std::string>{"--image-path", "/i", "--tcp-established"}));
}

}  // namespace
}  // namespace gantry::oci_cli
