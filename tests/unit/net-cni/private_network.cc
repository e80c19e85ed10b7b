// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/net-cni/private_network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::net_cni {

std::string lacking_for_real_cni() {
  if (::geteuid() != 0) {
    return "root";
  }
  for (const char* plugin : {"bridge", "host-local", "portmap", "firewall", "tuning"}) {
    if (!gantry::exists(std::filesystem::path("/usr/lib/cni") / plugin)) {
      return std::string("CNI plugin /usr/lib/cni/") + plugin;
    }
  }
  for (const char* program : {"iptables", "ip"}) {
    if (!find_program(program)) {
      return program;
    }
  }
  return {};
}

std::string output_of(const std::string& shell_command) {
  const CommandResult result =
      run_command({{"/bin/sh", "-c", shell_command}, {}, {}, {}, {}, {}});
  return result.out + result.err;
}

std::vector<std::string> link_names() {
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> links(
      ::if_nameindex(), ::if_freenameindex);
  if (links == nullptr) {
    throw errno_error(errno, "list network devices");
  }
  std::vector<std::string> names;
  for (const struct if_nameindex* link = links.get(); link->if_name != nullptr; ++link) {
    names.emplace_back(link->if_name);
  }
  return names;
}

void enter_private_network() {
  static bool entered = false;
  if (std::exchange(entered, true)) {
    return;
  }
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("sysfs", "/sys", "sysfs", 0, nullptr) != 0) {
    throw errno_error(errno, "enter a private network namespace");
  }
  (void)output_of(
      "ip link set lo up; ip link add uplink0 type bridge; "
      "ip addr add 203.0.113.5/24 dev uplink0; ip link set uplink0 up");
}

TestNamespace::TestNamespace(std::filesystem::path path) : path_(std::move(path)) {
  make_directories(path_.parent_path());
  write_file(path_, "");
  std::exception_ptr failure;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0 ||
        ::mount("/proc/thread-self/ns/net", path_.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      failure = std::make_exception_ptr(errno_error(errno, "pin a network namespace"));
      return;
    }
    (void)output_of("ip link set lo up");
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

TestNamespace::~TestNamespace() { vanish(); }

void TestNamespace::vanish() noexcept {
  if (!std::exchange(own_, false)) {
    return;
  }
  (void)::umount2(path_.c_str(), MNT_DETACH);
  (void)::unlink(path_.c_str());
}

void TestNamespace::run(const std::function<void()>& f) const {
  std::exception_ptr failure;
  std::thread([&] {
    try {
      const UniqueFd ns = open_file(path_, O_RDONLY);
      if (::setns(ns.get(), CLONE_NEWNET) != 0) {
        throw errno_error(errno, "enter " + path_.string());
      }
      f();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) {
    std::rethrow_exception(failure);
  }
}

namespace {

sockaddr_in address_of(const std::string& ip, unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  (void)::inet_pton(AF_INET, ip.c_str(), &address.sin_addr);
  return address;
}

const sockaddr* plain(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

struct EchoServer::State {
  UniqueFd socket;
  UniqueFd stop;
  int type = 0;
  std::thread thread;

  void serve() const {
    for (;;) {
      std::array<pollfd, 2> items{pollfd{socket.get(), POLLIN, 0},
                                  pollfd{stop.get(), POLLIN, 0}};
      if (::poll(items.data(), items.size(), -1) < 0 || items[1].revents != 0) {
        return;
      }
      if (type == SOCK_STREAM) {
        const UniqueFd client(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        (void)::send(client.get(), "hello", 5, MSG_NOSIGNAL);
      } else {
        std::array<char, 64> buffer{};
        sockaddr_in from{};
        socklen_t size = sizeof(from);
        (void)::recvfrom(socket.get(), buffer.data(), buffer.size(), 0,
                         reinterpret_cast<sockaddr*>(&from), &size);
        (void)::sendto(socket.get(), "hello", 5, 0, plain(from), sizeof(from));
      }
    }
  }
};

EchoServer::EchoServer(const TestNamespace& where, int socket_type, unsigned short port)
    : state_(new State) {
  state_->type = socket_type;
  state_->stop.reset(::eventfd(0, EFD_CLOEXEC));
  where.run([&] {
    state_->socket.reset(::socket(AF_INET, socket_type | SOCK_CLOEXEC, 0));
    const sockaddr_in address = address_of("0.0.0.0", port);
    if (::bind(state_->socket.get(), plain(address), sizeof(address)) != 0 ||
        (socket_type == SOCK_STREAM && ::listen(state_->socket.get(), 8) != 0)) {
      throw errno_error(errno, "serve on port " + std::to_string(port));
    }
  });
  state_->thread = std::thread([this] { state_->serve(); });
}

EchoServer::~EchoServer() {
  (void)::eventfd_write(state_->stop.get(), 1);
  state_->thread.join();
  delete state_;
}

namespace {

std::string ask_for(int patience_ms, int socket_type, const std::string& ip,
                    unsigned short port) {
  const UniqueFd socket(::socket(AF_INET, socket_type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in address = address_of(ip, port);
  (void)::connect(socket.get(), plain(address), sizeof(address));
  if (socket_type == SOCK_DGRAM) {
    (void)::send(socket.get(), "?", 1, 0);
  }
  pollfd item{socket.get(), POLLIN, 0};
  if (::poll(&item, 1, patience_ms) <= 0) {
    return {};
  }
  std::array<char, 64> buffer{};
  const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : "";
}

}  // namespace

std::string ask(int socket_type, const std::string& ip, unsigned short port) {
  return ask_for(60'000, socket_type, ip, port);
}

bool is_silent(int socket_type, const std::string& ip, unsigned short port) {
  return ask_for(2000, socket_type, ip, port).empty();
}

}  // namespace gantry::net_cni
