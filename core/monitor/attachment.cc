// SPDX-License-Identifier: Apache-2.0
#include "core/monitor/attachment.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/monitor/control_fifo.h"
#include "sdk/support/cleanup.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/trace.h"

namespace gantry::monitor {

using ports::AttachEnd;

namespace {

constexpr char kStdout = 2;
constexpr char kStderr = 3;
// conmon's messages: 8 KiB and the stream's byte, with room for a wider conmon.
constexpr std::size_t kMessageSize = 65536;
// conmon reads at most 32 KiB of one message and drops the rest.
constexpr std::size_t kInputSize = 16384;

// The folder's descriptor keeps the path below the 107 bytes that a socket's name may have.
UniqueFd connect_to(const std::string& socket_dir) {
  const UniqueFd dir = open_file(socket_dir, O_PATH | O_DIRECTORY);
  UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) {
    throw errno_error(errno, "make a socket");
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fd_path(dir.get()) + "/attach";
  path.copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  while (::connect(fd.get(), generic, sizeof(address)) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED) {
      throw Error(Code::kNotFound, "nothing to attach to at " + socket_dir +
                                       "/attach: the container's monitor is not there");
    }
    if (errno != EINTR) {
      throw errno_error(errno, "connect to " + socket_dir + "/attach");
    }
  }
  return fd;
}

}  // namespace

SocketAttachment::SocketAttachment(ports::AttachRequest request)
    : request_(std::move(request)),
      keys_(request_.terminal ? std::string_view(request_.detach_keys) : std::string_view()),
      socket_(connect_to(request_.socket_dir)),
      input_open_(request_.in >= 0) {
  follow_size();
}

AttachEnd SocketAttachment::run() {
  if (!socket_) {
    throw Error(Code::kInvalid, "the session at " + request_.socket_dir + " is over");
  }
  const trace::Span span(trace::Kind::kWait, "attached");
  // conmon waits for a client that has stopped reading, and the container for conmon.
  const Cleanup hang_up([&] { socket_.reset(); });
  const ClientSignals signals(request_.on_signal != nullptr);
  follow_size();  // the container was started meanwhile, and nobody heard of a new size
  RawTerminal raw(request_.terminal ? request_.in : -1);
  for (;;) {
    const bool wants_input = input_open_ && pending_.empty();
    std::array<pollfd, 3> items{
        pollfd{socket_.get(), static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT),
               0},
        pollfd{signals.fd(), POLLIN, 0}, pollfd{wants_input ? request_.in : -1, POLLIN, 0}};
    if (::poll(items.data(), items.size(), -1) < 0) {
      if (errno == EINTR) {
        continue;
      }
      throw errno_error(errno, "wait for the container's output");
    }
    End end;
    if (items[1].revents != 0) {
      take_signals(signals, raw);
    }
    if ((items[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      end = carry_output(signals, raw);
    }
    if (!end && items[2].revents != 0) {
      end = read_input();
    }
    if (!end) {
      send_input();
    } else {
      return *end;
    }
  }
}

SocketAttachment::End SocketAttachment::carry_output(const ClientSignals& signals,
                                                     RawTerminal& raw) {
  std::array<char, kMessageSize> message;
  const ssize_t got = ::recv(socket_.get(), message.data(), message.size(), 0);
  if (got == 0 || (got < 0 && (errno == ECONNRESET || errno == EPIPE))) {
    return AttachEnd::kEnded;
  }
  if (got < 0) {
    if (errno == EINTR || errno == EAGAIN) {
      return std::nullopt;
    }
    throw errno_error(errno, "read the container's output");
  }
  const std::string_view text(message.data() + 1, static_cast<std::size_t>(got - 1));
  if (message[0] == kStdout) {
    return write_output(request_.out, text, signals, raw);
  }
  if (message[0] == kStderr) {
    return write_output(request_.err, text, signals, raw);
  }
  return std::nullopt;
}

// Waits for room with an eye on the signals: a reader that has stopped must not keep Ctrl-C
// from the container. Pieces of PIPE_BUF never block once poll has promised room.
SocketAttachment::End SocketAttachment::write_output(int fd, std::string_view text,
                                                     const ClientSignals& signals,
                                                     RawTerminal& raw) {
  while (fd >= 0 && !text.empty()) {
    std::array<pollfd, 2> items{pollfd{fd, POLLOUT, 0}, pollfd{signals.fd(), POLLIN, 0}};
    if (::poll(items.data(), items.size(), -1) < 0 && errno != EINTR) {
      throw errno_error(errno, "wait to write output");
    }
    if (items[1].revents != 0) {
      take_signals(signals, raw);
    }
    if (items[0].revents == 0) {
      continue;
    }
    const ssize_t put = ::write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (put >= 0) {
      text.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EPIPE || errno == EIO || errno == EBADF) {
      return AttachEnd::kOutputClosed;
    } else if (errno != EINTR && errno != EAGAIN) {
      throw errno_error(errno, "write output");
    }
  }
  return std::nullopt;
}

SocketAttachment::End SocketAttachment::read_input() {
  std::array<char, kInputSize> buffer;
  const ssize_t got = ::read(request_.in, buffer.data(), buffer.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
    return std::nullopt;
  }
  if (got <= 0) {
    input_open_ = false;
    return std::nullopt;
  }
  if (keys_.feed({buffer.data(), static_cast<std::size_t>(got)}, pending_)) {
    return AttachEnd::kDetached;
  }
  return std::nullopt;
}

void SocketAttachment::send_input() {
  while (!pending_.empty()) {
    const std::size_t piece = std::min(pending_.size(), kInputSize);
    const ssize_t put =
        ::send(socket_.get(), pending_.data(), piece, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put >= 0) {
      pending_.erase(0, static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      // conmon takes no input: the container's stdin is not open, or it is ending.
      pending_.clear();
      input_open_ = false;
    }
  }
  // Only after the last byte: so the container sees them all, and then the end. A terminal
  // has no end to see.
  if (!input_open_ && !half_closed_ && request_.in >= 0 && !request_.terminal) {
    half_closed_ = true;
    (void)::shutdown(socket_.get(), SHUT_WR);
  }
}

void SocketAttachment::take_signals(const ClientSignals& signals, RawTerminal& raw) {
  while (const std::optional<int> signal = signals.next()) {
    if (*signal == SIGWINCH) {
      follow_size();
    } else if (request_.on_signal) {
      request_.on_signal(*signal);
    } else {
      raw.restore();
      signals.act(*signal);
      raw.enter();
    }
  }
}

void SocketAttachment::follow_size() {
  if (!request_.terminal) {
    return;
  }
  auto size = terminal_size(request_.in);
  if (!size) {
    size = terminal_size(request_.out);
  }
  if (size) {
    try {
      resize_terminal(request_.socket_dir, size->first, size->second);
    } catch (const Error&) {
      // The container is ending; the socket will say so.
    }
  }
}

}  // namespace gantry::monitor
