// SPDX-License-Identifier: Apache-2.0
#include "core/image/pull.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdlib>
#include <string_view>

#include "core/image/lookup.h"
#include "core/image/remove.h"
#include "core/image/staging.h"
#include "sdk/support/subprocess.h"
#include "tests/unit/image/image_fixture.h"

namespace gantry::image {
namespace {

// "secret" for the user "user".
constexpr const char* kPassword =
    "user:$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n";

int free_port() {
  const UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(probe.get(), generic, size) != 0 ||
      ::getsockname(probe.get(), generic, &size) != 0) {
    throw Error(Code::kIo, "no free port");
  }
  return ntohs(address.sin_port);
}

// A registry on the loopback device, with an image pushed to it.
class PullTest : public ImageTest {
 protected:
  void SetUp() override {
    const char* required = std::getenv("GANTRY_TEST_REQUIRE");
    for (const char* program : {"docker-registry", "skopeo"}) {
      if (!find_program(program)) {
        if (required != nullptr && std::string_view(required) == "all") {
          FAIL() << program << " is not installed";
        }
        GTEST_SKIP() << program << " is not installed";
      }
    }
    policy_ = write("policy.json", R"({"default":[{"type":"insecureAcceptAnything"}]})");
    options_.signature_policy = policy_;
    options_.tls_verify = false;
    options_.registries.search = {};
  }

  void start_registry(bool with_password = false) {
    host_ = "127.0.0.1:" + std::to_string(free_port());
    std::string config = "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: " +
                         (folder_ / "registry").string() + "\nhttp:\n  addr: " + host_ + "\n";
    if (with_password) {
      config += "auth:\n  htpasswd:\n    realm: test\n    path: " +
                write("htpasswd", kPassword).string() + "\n";
    }
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    log_.reset(ends[0]);
    const UniqueFd in(ends[1]);
    SpawnOptions spawn_options;
    spawn_options.fds = {{0, -1}, {1, in.get()}, {2, in.get()}};
    registry_ = spawn({"docker-registry", "serve", write("config.yml", config)}, spawn_options);
    // It says so when it listens.
    std::string said;
    while (said.find("listening on") == std::string::npos) {
      pollfd item{log_.get(), POLLIN, 0};
      ASSERT_EQ(::poll(&item, 1, 60'000), 1) << said;
      std::array<char, 4096> buffer{};
      const ssize_t n = ::read(log_.get(), buffer.data(), buffer.size());
      ASSERT_GT(n, 0) << said;
      said.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }

  std::string push(const TestImage& made, const std::string& name) {
    const auto layout = write_all_files("push-" + made.id(), oci_files(made, "x"));
    Command command;
    command.argv = {"skopeo",
                    "--policy",
                    policy_,
                    "copy",
                    "-q",
                    "--dest-tls-verify=false",
                    "--dest-creds=user:secret",
                    "oci:" + layout.string() + ":x",
                    "docker://" + host_ + "/" + name};
    const CommandResult result = run_command(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return host_ + "/" + name;
  }
  [[nodiscard]] bool fetched() const {
    for (const std::string& line : lines_) {
      if (line.starts_with("Copying blob sha256:")) {
        return true;
      }
    }
    return false;
  }

  std::string host_;
  std::filesystem::path policy_;
  PullOptions options_;
  UniqueFd log_;
  Child registry_;
};

TEST_F(PullTest, PullsOnceAndFetchesNothingTheSecondTime) {
  ASSERT_NO_FATAL_FAILURE(start_registry());
  const TestImage made = make_image({{{"a", "one"}}, {{"b", "two"}}});
  const std::string name = push(made, "team/app:1");
  const model::Image image = pull(context(), name, options_);
  EXPECT_EQ(image.id, made.id());
  EXPECT_EQ(image.names, std::vector<std::string>{name});
  ASSERT_EQ(image.repo_digests.size(), 1U);
  EXPECT_EQ(image.repo_digests[0], host_ + "/team/app@" + image.digest);
  EXPECT_TRUE(fetched());
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tmp"));
  lines_.clear();
  EXPECT_EQ(pull(context(), name, options_).id, made.id());
  EXPECT_FALSE(fetched());
  EXPECT_EQ(resolve(store_, image.repo_digests[0], {}).image.id, made.id());
  EXPECT_EQ(pull(context(), image.repo_digests[0], options_).id, made.id());
}

TEST_F(PullTest, FollowsThePolicy) {
  ASSERT_NO_FATAL_FAILURE(start_registry());
  const TestImage first = make_image({{{"a", "one"}}});
  const TestImage second = make_image({{{"a", "two"}}});
  const std::string name = push(first, "app:1");
  const auto with = [&](PullPolicy policy) {
    options_.policy = policy;
    return choose(context(), name, options_).id;
  };
  EXPECT_ERROR(with(PullPolicy::kNever), Code::kNotFound, "image not known");
  EXPECT_EQ(with(PullPolicy::kMissing), first.id());
  (void)push(second, "app:1");
  EXPECT_EQ(with(PullPolicy::kMissing), first.id());
  EXPECT_EQ(with(PullPolicy::kNever), first.id());
  EXPECT_EQ(with(PullPolicy::kNewer), second.id());
  (void)push(first, "app:1");
  EXPECT_EQ(with(PullPolicy::kAlways), first.id());
  registry_ = Child();  // gone
  EXPECT_EQ(with(PullPolicy::kNewer), first.id());
  EXPECT_ERROR(with(PullPolicy::kAlways), Code::kIo, "refused");
}

TEST_F(PullTest, GivesCredentialsWithoutShowingThem) {
  ASSERT_NO_FATAL_FAILURE(start_registry(true));
  const TestImage made = make_image({{{"a", "one"}}});
  const std::string name = push(made, "app:1");
  EXPECT_ERROR(pull(context(), name, options_), Code::kIo, "authentication required");
  options_.credentials = "user:secret";
  EXPECT_EQ(pull(context(), name, options_).id, made.id());
}

TEST_F(PullTest, SaysWhatTheRegistrySays) {
  ASSERT_NO_FATAL_FAILURE(start_registry());
  EXPECT_ERROR(pull(context(), host_ + "/absent:1", options_), Code::kIo, "manifest unknown");
  expect_nothing_left();
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "tmp"));
}

TEST_F(ImageTest, SweepsTheStagingOfTheDeadOnly) {
  const auto tmp = folder_ / "tmp";
  const Staging alive(tmp);
  make_directories(tmp / "pull-dead/image");
  (void)write("tmp/other/file", "x");
  drop_stale_staging(tmp);
  EXPECT_TRUE(gantry::exists(alive.path()));
  EXPECT_FALSE(gantry::exists(tmp / "pull-dead"));
  EXPECT_TRUE(gantry::exists(tmp / "other/file"));
}

}  // namespace
}  // namespace gantry::image
