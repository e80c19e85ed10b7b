// SPDX-License-Identifier: Apache-2.0
#include "core/image/skopeo.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "sdk/support/base64.h"
#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/json.h"
#include "sdk/support/pipe.h"
#include "sdk/support/subprocess.h"

namespace gantry::image {

namespace {

// A manifest is a few KiB: a registry that takes longer does not answer.
constexpr std::chrono::minutes kManifestPatience{2};
// A download takes as long as it takes, but the user may stop it.
constexpr int kLookMs = 250;

// Its last words: time="…" level=fatal msg="…", with Go's quoting.
std::string fatal_message(const std::string& output) {
  const std::size_t fatal = output.rfind("level=fatal msg=");
  if (fatal == std::string::npos) {
    const std::size_t end = output.find_last_not_of("\n ");
    return end == std::string::npos ? "no reason given" : output.substr(0, end + 1);
  }
  std::string_view text = std::string_view(output).substr(fatal + 16);
  text = text.substr(0, text.find('\n'));
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return std::string(text);
  }
  const Json quoted = Json::parse(text, nullptr, false);  // near enough to Go's quoting
  return quoted.is_string() ? quoted.get<std::string>() : std::string(text);
}

std::string address(const Reference& reference) {
  // A digest says it all; skopeo takes no tag beside it.
  Reference plain = reference;
  if (!plain.digest.empty()) {
    plain.tag.clear();
  }
  return "docker://" + plain.text();
}

[[noreturn]] void fail(const Reference& reference, const std::string& output) {
  throw Error(Code::kIo, "initializing source docker://" + reference.text() + ": " +
                             fatal_message(output));
}

// Complete lines out of what arrives in pieces.
class LineSplitter {
 public:
  void feed(std::string_view bytes, const std::function<void(const std::string&)>& line) {
    rest_.append(bytes);
    for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos;) {
      line(rest_.substr(0, end));
      rest_.erase(0, end + 1);
    }
  }

 private:
  std::string rest_;
};

// False at the end of the stream.
bool read_some(int fd, const std::function<void(std::string_view)>& take) {
  std::array<char, 4096> buffer{};
  const ssize_t n = ::read(fd, buffer.data(), buffer.size());
  if (n < 0) {
    if (errno == EINTR) {
      return true;
    }
    throw errno_error(errno, "read what skopeo prints");
  }
  if (n > 0) {
    take({buffer.data(), static_cast<std::size_t>(n)});
  }
  return n > 0;
}

}  // namespace

std::vector<std::string> Skopeo::start() const {
  std::vector<std::string> argv = {"skopeo"};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) {
      argv.insert(argv.end(), {option, value});
    }
  };
  add("--policy", options_.signature_policy);
  if (options_.platform) {
    add("--override-os", options_.platform->os);
    add("--override-arch", options_.platform->architecture);
    add("--override-variant", options_.platform->variant);
  }
  return argv;
}

std::vector<std::string> Skopeo::access(const std::string& prefix,
                                        const std::string& registry) const {
  std::vector<std::string> argv;
  std::string authfile = options_.authfile;
  if (!options_.credentials.empty()) {
    // An argument could be read by every process of the machine.
    authfile = secrets_ / "auth.json";
    write_file(authfile,
               to_text(Json{{"auths", {{registry, {{"auth", base64(options_.credentials)}}}}}}),
               0600);
  }
  if (!authfile.empty()) {
    argv.insert(argv.end(), {"--" + prefix + "authfile", authfile});
  }
  if (!options_.cert_dir.empty()) {
    argv.insert(argv.end(), {"--" + prefix + "cert-dir", options_.cert_dir});
  }
  if (options_.tls_verify) {
    argv.push_back("--" + prefix + "tls-verify=" + (*options_.tls_verify ? "true" : "false"));
  }
  return argv;
}

std::string Skopeo::manifest(const Reference& reference) const {
  Command command;
  command.argv = start();
  command.argv.insert(command.argv.end(), {"inspect", "--raw"});
  for (std::string& argument : access("", reference.domain)) {
    command.argv.push_back(std::move(argument));
  }
  command.argv.push_back(address(reference));
  command.timeout = kManifestPatience;
  command.cancelled = cancelled_;
  CommandResult result = run_command(command);
  if (result.exit_code != 0) {
    fail(reference, result.err);
  }
  return std::move(result.out);
}

void Skopeo::copy(const Reference& reference, const std::filesystem::path& folder,
                  const std::function<void(const std::string&)>& line) const {
  std::vector<std::string> argv = start();
  argv.emplace_back("copy");
  for (std::string& argument : access("src-", reference.domain)) {
    argv.push_back(std::move(argument));
  }
  argv.insert(argv.end(), {address(reference), "dir:" + folder.string()});
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  SpawnOptions spawn_options;
  spawn_options.fds = {{0, -1}, {1, out.write.get()}, {2, err.write.get()}};
  Child child = spawn(argv, spawn_options);
  out.write.reset();
  err.write.reset();
  LineSplitter lines;
  std::string words;
  std::array<pollfd, 2> streams{pollfd{out.read.get(), POLLIN, 0},
                                pollfd{err.read.get(), POLLIN, 0}};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    if (::poll(streams.data(), streams.size(), kLookMs) < 0 && errno != EINTR) {
      throw errno_error(errno, "wait for skopeo");
    }
    if (cancelled_ && cancelled_()) {
      throw Error(Code::kCancelled, "interrupted while pulling " + reference.text());
    }
    if (streams[0].revents != 0 &&
        !read_some(streams[0].fd, [&](std::string_view bytes) { lines.feed(bytes, line); })) {
      streams[0].fd = -1;
    }
    if (streams[1].revents != 0 &&
        !read_some(streams[1].fd, [&](std::string_view bytes) { words.append(bytes); })) {
      streams[1].fd = -1;
    }
    streams[0].revents = streams[1].revents = 0;
  }
  if (child.wait() != 0) {
    fail(reference, words);
  }
}

}  // namespace gantry::image
