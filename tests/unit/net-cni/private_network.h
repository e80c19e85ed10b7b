// SPDX-License-Identifier: Apache-2.0
//
// Moves the test process into a network and mount namespace of its own, which plays the
// host: bridges, rules and pinned namespaces vanish with the process, however it ends.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace gantry::net_cni {

// Empty when real CNI plug-ins can run here; else what is missing.
[[nodiscard]] std::string lacking_for_real_cni();
// Once per process. Gives the host lo and the address 203.0.113.5/24.
void enter_private_network();

// A pinned namespace, its lo up.
class TestNamespace {
 public:
  explicit TestNamespace(std::filesystem::path path);
  // One that exists already and outlives the object.
  struct Borrowed {};
  TestNamespace(std::filesystem::path path, Borrowed) : path_(std::move(path)), own_(false) {}
  ~TestNamespace();
  TestNamespace(const TestNamespace&) = delete;
  TestNamespace& operator=(const TestNamespace&) = delete;
  [[nodiscard]] std::string path() const { return path_; }
  // Unpins it: with no process inside, it ends.
  void vanish() noexcept;
  // Runs f in a thread inside the namespace.
  void run(const std::function<void()>& f) const;

 private:
  std::filesystem::path path_;
  bool own_ = true;
};

// "hello" is what a server answers to any client. It lives as long as the object.
class EchoServer {
 public:
  EchoServer(const TestNamespace& where, int socket_type, unsigned short port);
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

 private:
  struct State;
  State* state_;
};

// What the server answers, as long as that takes; empty when it refuses.
[[nodiscard]] std::string ask(int socket_type, const std::string& ip, unsigned short port);
// Whether nothing comes within two seconds.
[[nodiscard]] bool is_silent(int socket_type, const std::string& ip, unsigned short port);

// Standard output and error, one after the other.
[[nodiscard]] std::string output_of(const std::string& shell_command);

// The network devices of the calling thread's namespace. Not ip(8): it looks into every file of
// /run/netns, and complains of one that another program is just making.
[[nodiscard]] std::vector<std::string> link_names();

}  // namespace gantry::net_cni
