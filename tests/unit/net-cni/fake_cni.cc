// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/net-cni/fake_cni.h"

#include <algorithm>

#include "sdk/support/files.h"

namespace gantry::net_cni {

namespace fs = std::filesystem;

namespace {

// A call is a folder with its number: env, stdin.
constexpr const char* kScript = R"SH(#!/bin/sh
type=$(basename "$0")
here=$(dirname "$0")
n=$(ls "$here/../calls" | wc -l)
call="$here/../calls/$(printf %04d "$n")"
mkdir "$call"
printf '%s' "$type" > "$call/type"
for name in COMMAND NETNS IFNAME ARGS PATH; do
  eval "printf '%s' \"\$CNI_$name\"" > "$call/$name"
done
cat > "$call/stdin"
if [ "$CNI_COMMAND" = VERSION ]; then
  echo '{"cniVersion":"1.0.0","supportedVersions":["0.3.1","0.4.0","1.0.0"]}'
  exit 0
fi
if [ -e "$here/../fail-$type-$CNI_COMMAND" ]; then
  cat "$here/../fail-$type-$CNI_COMMAND"
  rm "$here/../fail-$type-$CNI_COMMAND"
  exit 1
fi
if [ -e "$here/../answer-$type-$CNI_COMMAND" ]; then
  cat "$here/../answer-$type-$CNI_COMMAND"
  rm "$here/../answer-$type-$CNI_COMMAND"
  exit 0
fi
if [ "$CNI_COMMAND" = ADD ]; then
  cat <<END
{"cniVersion":"1.0.0",
 "interfaces":[{"name":"$CNI_IFNAME","mac":"02:00:00:00:00:01","sandbox":"$CNI_NETNS"}],
 "ips":[{"address":"10.1.2.3/24","gateway":"10.1.2.1","interface":0}],
 "dns":{"nameservers":["10.1.2.1"],"search":["$type.example"]}}
END
fi
)SH";

}  // namespace

FakeCni::FakeCni(const TestHost& host)
    : host_(host), bin_(host.root() / "bin"), log_(host.root() / "calls") {
  make_directories(bin_);
  make_directories(log_);
}

void FakeCni::install(const std::string& type) const { write_file(bin_ / type, kScript, 0755); }

void FakeCni::fail_next(const std::string& type, const std::string& command,
                        const std::string& answer) const {
  write_file(host_.root() / ("fail-" + type + "-" + command), answer);
}

void FakeCni::answer_next(const std::string& type, const std::string& command,
                          const std::string& answer) const {
  write_file(host_.root() / ("answer-" + type + "-" + command), answer);
}

std::vector<FakeCall> FakeCni::calls() const {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(log_)) {
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<FakeCall> calls;
  for (const fs::path& folder : folders) {
    const std::string input = read_file(folder / "stdin");
    calls.push_back({read_file(folder / "type"), read_file(folder / "COMMAND"),
                     read_file(folder / "NETNS"), read_file(folder / "IFNAME"),
                     read_file(folder / "ARGS"), read_file(folder / "PATH"),
                     parse_json(input, "input of a fake plug-in")});
  }
  return calls;
}

std::vector<std::string> FakeCni::order() const {
  std::vector<std::string> order;
  for (const FakeCall& call : calls()) {
    order.push_back(call.command + " " + call.type);
  }
  return order;
}

void FakeCni::forget_calls() const {
  remove_tree(log_);
  make_directories(log_);
}

std::string FakeCni::config() const {
  return gantry::to_text(
      Json{{"config_dirs", host_.config_dir().string()}, {"plugin_dirs", bin_.string()}});
}

}  // namespace gantry::net_cni
