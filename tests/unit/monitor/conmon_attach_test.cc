// SPDX-License-Identifier: Apache-2.0
//
// Attaching and executing, with the real conmon and each real runtime.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <csignal>
#include <thread>

#include "core/monitor/raw_terminal.h"
#include "sdk/support/files.h"
#include "tests/unit/monitor/real_bundle.h"

namespace gantry::monitor {
namespace {

using ports::AttachEnd;
using std::chrono::seconds;
using ::testing::HasSubstr;

class ConmonAttachTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { GANTRY_NEEDS_RUNTIME(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Runtimes, ConmonAttachTest, ::testing::Values("crun", "runc"),
                         [](const auto& param_info) { return std::string(param_info.param); });

UniqueFd file_with(const std::string& path, const std::string& text) {
  write_file(path, text);
  return open_file(path, O_RDONLY);
}

// A pseudo terminal: the test plays the person at `person`, the client sits at `seat`.
struct Terminal {
  Terminal() {
    int first = -1;
    int second = -1;
    winsize size{};
    size.ws_row = 31;
    size.ws_col = 97;
    if (::openpty(&first, &second, nullptr, nullptr, &size) != 0) {
      throw std::runtime_error("openpty");
    }
    person.reset(first);
    seat.reset(second);
  }
  void type(const std::string& keys) const { write_all(person.get(), keys, "terminal"); }
  // Reads until the screen has shown this.
  void expect(const std::string& text) {
    while (screen.find(text) == std::string::npos) {
      pollfd item{person.get(), POLLIN, 0};
      ASSERT_GT(::poll(&item, 1, 30000), 0) << "waiting for " << text << " after " << screen;
      std::array<char, 4096> buffer{};
      const ssize_t got = ::read(person.get(), buffer.data(), buffer.size());
      ASSERT_GT(got, 0) << "waiting for " << text << " after " << screen;
      screen.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  bool is_cooked() const {
    termios now{};
    return ::tcgetattr(seat.get(), &now) == 0 && (now.c_lflag & ICANON) != 0;
  }
  UniqueFd person;
  UniqueFd seat;
  std::string screen;
};

TEST_P(ConmonAttachTest, SplitsTheStreamsAndLosesNothing) {
  RealBundle bundle(GetParam());
  const auto launch = bundle.monitor().launch(
      bundle.request({.argv = {"/bin/sh", "-c", "seq 20000; echo err >&2"}}));
  const ports::Started started = launch->finish(seconds(30));
  const std::string out_path = bundle.folder() / "out";
  const std::string err_path = bundle.folder() / "err";
  const UniqueFd out = open_file(out_path, O_WRONLY | O_CREAT, 0600);
  const UniqueFd err = open_file(err_path, O_WRONLY | O_CREAT, 0600);
  const auto attachment = bundle.monitor().attach(
      {.socket_dir = bundle.bundle(), .out = out.get(), .err = err.get()});
  bundle.start();
  EXPECT_EQ(attachment->run(), AttachEnd::kEnded);
  EXPECT_EQ(bundle.wait(started.monitor_pid).record->exit_code, 0);
  std::string expected;
  for (int i = 1; i <= 20000; ++i) {
    expected += std::to_string(i) + "\n";
  }
  EXPECT_EQ(read_file(out_path), expected);
  EXPECT_EQ(read_file(err_path), "err\n");
}

TEST_P(ConmonAttachTest, PipesStdinToItsEnd) {
  RealBundle bundle(GetParam());
  ports::LaunchRequest request = bundle.request({.argv = {"/bin/md5sum"}});
  request.stdin_open = true;
  const ports::Started started = bundle.monitor().launch(request)->finish(seconds(30));
  const std::string text(3'000'000, 'x');
  const UniqueFd in = file_with(bundle.folder() / "in", text);
  const UniqueFd out = open_file(bundle.folder() / "out", O_WRONLY | O_CREAT, 0600);
  const auto attachment = bundle.monitor().attach(
      {.socket_dir = bundle.bundle(), .in = in.get(), .out = out.get()});
  bundle.start();
  EXPECT_EQ(attachment->run(), AttachEnd::kEnded);
  EXPECT_EQ(bundle.wait(started.monitor_pid).record->exit_code, 0);
  EXPECT_EQ(read_file(bundle.folder() / "out"), "8e32e22642bddc89698e25a4e9bf528b  -\n");
}

TEST_P(ConmonAttachTest, ServesATerminal) {
  RealBundle bundle(GetParam());
  const ports::Started started =
      bundle.monitor()
          .launch(bundle.request({.argv = {"/bin/sh"}, .terminal = true}))
          ->finish(seconds(30));
  Terminal terminal;
  const auto attachment = bundle.monitor().attach({.socket_dir = bundle.bundle(),
                                                   .in = terminal.seat.get(),
                                                   .out = terminal.seat.get(),
                                                   .terminal = true});
  bundle.start();
  AttachEnd end = AttachEnd::kDetached;
  pthread_t client = ::pthread_self();
  std::jthread thread([&] {
    client = ::pthread_self();
    end = attachment->run();
  });
  terminal.expect("# ");
  EXPECT_FALSE(terminal.is_cooked());
  // The order to resize may come after the words that are typed.
  terminal.type("until [ \"$(stty size)\" = '31 97' ]; do :; done; echo fi''rst\n");
  terminal.expect("first");

  winsize size{};
  size.ws_row = 44;
  size.ws_col = 132;
  ASSERT_EQ(::ioctl(terminal.seat.get(), TIOCSWINSZ, &size), 0);
  ::pthread_kill(client, SIGWINCH);
  terminal.type("while [ \"$(stty size)\" != '44 132' ]; do :; done; echo wi''der\n");
  terminal.expect("wider");
  terminal.type("exit 5\n");
  thread.join();
  EXPECT_EQ(end, AttachEnd::kEnded);
  EXPECT_TRUE(terminal.is_cooked());
  EXPECT_EQ(bundle.wait(started.monitor_pid).record->exit_code, 5);
}

TEST_P(ConmonAttachTest, DetachesAndAttachesAgain) {
  RealBundle bundle(GetParam());
  const ports::Started started =
      bundle.monitor()
          .launch(bundle.request({.argv = {"/bin/sh"}, .terminal = true}))
          ->finish(seconds(30));
  Terminal terminal;
  const ports::AttachRequest request{.socket_dir = bundle.bundle(),
                                     .in = terminal.seat.get(),
                                     .out = terminal.seat.get(),
                                     .terminal = true,
                                     .detach_keys = "ctrl-a,x"};
  auto attachment = bundle.monitor().attach(request);
  bundle.start();
  terminal.type("echo on''ly\n");
  terminal.type("\x01x");
  EXPECT_EQ(attachment->run(), AttachEnd::kDetached);
  EXPECT_TRUE(terminal.is_cooked());
  EXPECT_TRUE(bundle.monitor().is_alive(started.monitor_pid, bundle.id()));
  attachment = bundle.monitor().attach(request);
  std::jthread thread([&] { EXPECT_EQ(attachment->run(), AttachEnd::kEnded); });
  terminal.type("echo ag''ain; exit 0\n");
  terminal.expect("again");
  thread.join();
}

TEST_P(ConmonAttachTest, ForwardsSignals) {
  RealBundle bundle(GetParam());
  const ports::Started started =
      bundle.monitor()
          .launch(bundle.request(
              {.argv = {"/bin/sh", "-c",
                        "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"}}))
          ->finish(seconds(30));
  Terminal terminal;
  const auto attachment = bundle.monitor().attach(
      {.socket_dir = bundle.bundle(), .out = terminal.seat.get(), .on_signal = [&](int signal) {
         bundle.kill(signal);
       }});
  bundle.start();
  pthread_t client = ::pthread_self();
  std::jthread thread([&] {
    client = ::pthread_self();
    EXPECT_EQ(attachment->run(), AttachEnd::kEnded);
  });
  terminal.expect("ready");
  ::pthread_kill(client, SIGTERM);
  thread.join();
  EXPECT_EQ(bundle.wait(started.monitor_pid).record->exit_code, 9);
}

TEST_P(ConmonAttachTest, EndsWhenTheOutputIsClosed) {
  RealBundle bundle(GetParam());
  (void)bundle.monitor().launch(bundle.request({.argv = {"/bin/yes"}}))->finish(seconds(30));
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const auto attachment =
      bundle.monitor().attach({.socket_dir = bundle.bundle(), .out = writer.get()});
  bundle.start();
  reader.reset();
  EXPECT_EQ(attachment->run(), AttachEnd::kOutputClosed);
}

TEST_P(ConmonAttachTest, ReachesASocketBehindALongPath) {
  RealBundle bundle(GetParam());
  ports::LaunchRequest request = bundle.request({.argv = {"/bin/sleep", "1000"}});
  const std::string far = bundle.folder() / std::string(150, 'd');
  std::filesystem::create_symlink(bundle.bundle(), far);
  request.bundle = far;
  (void)bundle.run(request);
  EXPECT_NO_THROW((void)bundle.monitor().attach({.socket_dir = far}));
}

TEST_P(ConmonAttachTest, SaysWhenThereIsNobody) {
  RealBundle bundle(GetParam());
  try {
    (void)bundle.monitor().attach({.socket_dir = bundle.bundle()});
    FAIL() << "attached to nothing";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::kNotFound);
  }
  EXPECT_THROW(bundle.monitor().resize(bundle.bundle(), 10, 10), Error);
}

TEST_P(ConmonAttachTest, ExecutesAttached) {
  RealBundle bundle(GetParam());
  (void)bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  ports::ExecRequest request =
      bundle.exec_request({"/bin/sh", "-c", "cat; echo err >&2; exit 6"});
  request.attach = true;
  request.stdin_open = true;
  const auto exec = bundle.monitor().exec(request);
  const UniqueFd in = file_with(bundle.folder() / "in", "from stdin\n");
  const UniqueFd out = open_file(bundle.folder() / "out", O_WRONLY | O_CREAT, 0600);
  const UniqueFd err = open_file(bundle.folder() / "err", O_WRONLY | O_CREAT, 0600);
  const auto attachment = bundle.monitor().attach(
      {.socket_dir = request.session_dir, .in = in.get(), .out = out.get(), .err = err.get()});
  const ports::Started started = exec->start(seconds(30));
  EXPECT_GT(started.pid, 0);
  EXPECT_EQ(attachment->run(), AttachEnd::kEnded);
  EXPECT_EQ(exec->wait(), 6);
  EXPECT_EQ(read_file(bundle.folder() / "out"), "from stdin\n");
  EXPECT_EQ(read_file(bundle.folder() / "err"), "err\n");
}

TEST_P(ConmonAttachTest, ExecutesOnATerminal) {
  RealBundle bundle(GetParam());
  (void)bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  ports::ExecRequest request = bundle.exec_request(
      // The order to resize may come when the command already runs.
      {"/bin/sh", "-c", "until [ \"$(stty size)\" = '31 97' ]; do :; done; exit 2"}, true);
  request.attach = true;
  const auto exec = bundle.monitor().exec(request);
  Terminal terminal;
  const auto attachment = bundle.monitor().attach({.socket_dir = request.session_dir,
                                                   .in = terminal.seat.get(),
                                                   .out = terminal.seat.get(),
                                                   .terminal = true});
  (void)exec->start(seconds(30));
  EXPECT_EQ(attachment->run(), AttachEnd::kEnded);
  EXPECT_EQ(exec->wait(), 2);
}

TEST_P(ConmonAttachTest, ExecutesDetached) {
  RealBundle bundle(GetParam());
  (void)bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  const ports::ExecRequest request = bundle.exec_request({"/bin/sh", "-c", "exit 11"});
  const ports::Started started = bundle.monitor().exec(request)->start(seconds(30));
  const auto ended = bundle.monitor().wait_any(
      {{bundle.id(), request.session_dir + "/exit", "", started.monitor_pid}}, seconds(30));
  ASSERT_TRUE(ended && ended->record);
  EXPECT_EQ(ended->record->exit_code, 11);
}

TEST_P(ConmonAttachTest, TellsWhyAnExecFailed) {
  RealBundle bundle(GetParam());
  (void)bundle.run(bundle.request({.argv = {"/bin/sleep", "1000"}}));
  for (const bool attach : {false, true}) {
    ports::ExecRequest request = bundle.exec_request({"/bin/nothing"});
    request.attach = attach;
    try {
      (void)bundle.monitor().exec(request)->start(seconds(30));
      FAIL() << "executed what is not there";
    } catch (const ports::RuntimeFailed& e) {
      EXPECT_THAT(e.output(), HasSubstr("/bin/nothing"));
    }
  }
}

}  // namespace
}  // namespace gantry::monitor
