// SPDX-License-Identifier: Apache-2.0
//
// The client of the attach socket against a server that the test plays.
#include "core/monitor/attachment.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <atomic>
#include <csignal>
#include <thread>

#include "sdk/support/files.h"

namespace gantry::monitor {
namespace {

using ports::AttachEnd;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("pipe");
    }
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  UniqueFd reader;
  UniqueFd writer;
};

class AttachmentTest : public ::testing::Test {
 protected:
  AttachmentTest() {
    listener_.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (folder_.string() + "/attach").copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        ::listen(listener_.get(), 1) != 0) {
      throw std::runtime_error("listen");
    }
  }
  ~AttachmentTest() override { remove_tree(folder_); }

  ports::AttachRequest request() const { return {.socket_dir = folder_}; }
  // Connects, and answers with the client; the server's end is server_.
  SocketAttachment connect(const ports::AttachRequest& with) {
    SocketAttachment attachment(with);
    server_.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return attachment;
  }
  void say(char stream, const std::string& text) const {
    const std::string message = stream + text;
    ASSERT_EQ(::send(server_.get(), message.data(), message.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(message.size()));
  }
  // What the client sends until it has no more.
  std::string hear() const {
    std::string text;
    std::array<char, 32768> buffer{};
    ssize_t got = 0;
    while ((got = ::recv(server_.get(), buffer.data(), buffer.size(), 0)) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
  }

  std::filesystem::path folder_ = make_temp_directory("/tmp/gantry-attach-test-XXXXXX");
  UniqueFd listener_;
  UniqueFd server_;
};

TEST_F(AttachmentTest, SplitsTheStreams) {
  Pipe out;
  Pipe err;
  ports::AttachRequest with = request();
  with.out = out.writer.get();
  with.err = err.writer.get();
  SocketAttachment attachment = connect(with);
  say(2, "one ");
  say(3, "two");
  say(2, "three");
  say(9, "of no stream");
  server_.reset();
  EXPECT_EQ(attachment.run(), AttachEnd::kEnded);
  out.writer.reset();
  err.writer.reset();
  EXPECT_EQ(read_all(out.reader.get(), "out"), "one three");
  EXPECT_EQ(read_all(err.reader.get(), "err"), "two");
  EXPECT_THROW((void)attachment.run(), Error);
}

TEST_F(AttachmentTest, SendsAllInputAndThenItsEnd) {
  const std::string text(1'000'000, 'x');
  write_file(folder_ / "in", text);
  const UniqueFd in = open_file(folder_ / "in", O_RDONLY);
  ports::AttachRequest with = request();
  with.in = in.get();
  SocketAttachment attachment = connect(with);
  std::jthread client([&] { EXPECT_EQ(attachment.run(), AttachEnd::kEnded); });
  EXPECT_EQ(hear(), text);
  server_.reset();
}

TEST_F(AttachmentTest, TakesDetachKeysOnATerminalOnly) {
  Pipe in;
  ports::AttachRequest with = request();
  with.in = in.reader.get();
  write_all(in.writer.get(), "a\x10\x11", "in");
  in.writer.reset();
  {
    SocketAttachment attachment = connect(with);
    std::jthread client([&] { EXPECT_EQ(attachment.run(), AttachEnd::kEnded); });
    EXPECT_EQ(hear(), "a\x10\x11");
    server_.reset();
  }
  Pipe keys;
  with.in = keys.reader.get();
  with.terminal = true;
  write_all(keys.writer.get(), "b\x10\x11", "in");
  SocketAttachment attachment = connect(with);
  EXPECT_EQ(attachment.run(), AttachEnd::kDetached);
  EXPECT_EQ(hear(), "");
}

TEST_F(AttachmentTest, GoesOnWithoutInputThatNobodyTakes) {
  Pipe in;
  Pipe out;
  ports::AttachRequest with = request();
  with.in = in.reader.get();
  with.out = out.writer.get();
  SocketAttachment attachment = connect(with);
  ASSERT_EQ(::shutdown(server_.get(), SHUT_RD), 0);
  std::jthread client([&] { EXPECT_EQ(attachment.run(), AttachEnd::kEnded); });
  write_all(in.writer.get(), "unheard", "in");
  say(2, "still here");
  std::array<char, 10> buffer{};
  ASSERT_EQ(::read(out.reader.get(), buffer.data(), buffer.size()), 10);
  server_.reset();
}

TEST_F(AttachmentTest, ForwardsSignalsWhileTheOutputIsStuck) {
  Pipe out;
  ASSERT_GT(::fcntl(out.writer.get(), F_SETPIPE_SZ, 4096), 0);
  std::atomic<int> got = 0;
  ports::AttachRequest with = request();
  with.out = out.writer.get();
  with.on_signal = [&](int signal) {
    got = signal;
    // As a container would end for it.
    out.reader.reset();
  };
  SocketAttachment attachment = connect(with);
  say(2, std::string(8192, 'x'));
  say(2, std::string(8192, 'x'));
  std::atomic<pthread_t> client_id = ::pthread_self();
  std::atomic<bool> known = false;
  AttachEnd end = AttachEnd::kEnded;
  std::jthread client([&] {
    client_id = ::pthread_self();
    known = true;
    end = attachment.run();
  });
  // The pipe is full: the client can only be waiting for room.
  pollfd item{out.writer.get(), POLLOUT, 0};
  while (!known || ::poll(&item, 1, 0) > 0) {
    std::this_thread::yield();
  }
  ASSERT_EQ(::pthread_kill(client_id, SIGUSR1), 0);
  client.join();
  EXPECT_EQ(got, SIGUSR1);
  EXPECT_EQ(end, AttachEnd::kOutputClosed);
}

bool is_cooked(int fd) {
  termios now{};
  return ::tcgetattr(fd, &now) == 0 && (now.c_lflag & ICANON) != 0;
}

TEST_F(AttachmentTest, RestoresTheTerminalBeforeASignalEndsIt) {
  int person = -1;
  int seat = -1;
  ASSERT_EQ(::openpty(&person, &seat, nullptr, nullptr, nullptr), 0);
  const UniqueFd person_fd(person);
  const UniqueFd seat_fd(seat);
  ports::AttachRequest with = request();
  with.in = seat;
  with.out = seat;
  with.terminal = true;
  SocketAttachment attachment = connect(with);
  const auto attach_until_killed = [&] {
    // A handler that only notes the wish to stop does not keep the client alive.
    (void)::signal(SIGTERM, [](int) {});
    const pthread_t client = ::pthread_self();
    std::jthread killer([&] {
      while (is_cooked(seat)) {
        std::this_thread::yield();
      }
      (void)::pthread_kill(client, SIGTERM);
    });
    (void)attachment.run();
    ::_exit(1);
  };
  EXPECT_EXIT(attach_until_killed(), testing::KilledBySignal(SIGTERM), "");
  EXPECT_TRUE(is_cooked(seat));
}

TEST_F(AttachmentTest, TellsASizeThatChangedBeforeItBegan) {
  const std::string fifo = folder_.string() + "/ctl";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const UniqueFd orders(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
  int person = -1;
  int seat = -1;
  winsize size{.ws_row = 30, .ws_col = 90, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(::openpty(&person, &seat, nullptr, nullptr, &size), 0);
  const UniqueFd person_fd(person);
  const UniqueFd seat_fd(seat);
  ports::AttachRequest with = request();
  with.in = seat;
  with.terminal = true;
  SocketAttachment attachment = connect(with);
  size = {.ws_row = 40, .ws_col = 100, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(::ioctl(person, TIOCSWINSZ, &size), 0);
  server_.reset();
  EXPECT_EQ(attachment.run(), AttachEnd::kEnded);
  std::array<char, 64> told{};
  ASSERT_GT(::read(orders.get(), told.data(), told.size() - 1), 0);
  EXPECT_STREQ(told.data(), "1 30 90\n1 40 100\n");
}

}  // namespace
}  // namespace gantry::monitor
