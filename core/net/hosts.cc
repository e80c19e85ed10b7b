// SPDX-License-Identifier: Apache-2.0
#include "core/net/hosts.h"

#include <algorithm>
#include <gantry/error.hpp>
#include <set>
#include <utility>

#include "core/net/text.h"

namespace gantry::net {

namespace {

constexpr const char* kHostName = "host.containers.internal";

struct ExtraHost {
  std::string name;
  std::string ip;  // or "host-gateway"
};

ExtraHost parse_extra(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    throw Error(Code::kInvalid, "bad format for add-host: \"" + text + "\"");
  }
  ExtraHost host{text.substr(0, colon), text.substr(colon + 1)};
  if (host.ip.size() > 2 && host.ip.front() == '[' && host.ip.back() == ']') {
    host.ip = host.ip.substr(1, host.ip.size() - 2);
  }
  if (host.ip != "host-gateway" && !is_ip(host.ip)) {
    throw Error(Code::kInvalid, "invalid IP address in add-host: \"" + host.ip + "\"");
  }
  if (host.name.find_first_of(" \t\r\n#") != std::string::npos) {
    throw Error(Code::kInvalid, "bad format for add-host: \"" + text + "\"");
  }
  return host;
}

class HostsText {
 public:
  void add(const std::string& ip, const std::vector<std::string>& names) {
    std::vector<std::string> fresh;
    for (const std::string& name : names) {
      if (!name.empty() && !taken_.contains(name)) {
        fresh.push_back(name);
      }
    }
    append(ip, fresh);
  }
  // Names of earlier lines of the same source may repeat: localhost has one for each family.
  void add_source(const std::vector<std::pair<std::string, std::vector<std::string>>>& lines) {
    const std::set<std::string> before = taken_;
    for (const auto& [ip, names] : lines) {
      std::vector<std::string> fresh;
      std::copy_if(names.begin(), names.end(), std::back_inserter(fresh),
                   [&](const std::string& name) { return !before.contains(name); });
      append(ip, fresh);
    }
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void append(const std::string& ip, const std::vector<std::string>& names) {
    if (names.empty()) {
      return;
    }
    text_ += ip;
    char separator = '\t';
    for (const std::string& name : names) {
      text_ += separator + name;
      separator = ' ';
      taken_.insert(name);
    }
    text_ += '\n';
  }

  std::set<std::string> taken_;
  std::string text_;
};

std::vector<std::pair<std::string, std::vector<std::string>>> lines_of(
    const std::string& base) {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;
  for (const std::string& line : split(base, '\n')) {
    std::vector<std::string> words = words_of(line.substr(0, line.find('#')));
    if (words.size() > 1) {
      const std::string ip = words.front();
      words.erase(words.begin());
      lines.emplace_back(ip, std::move(words));
    }
  }
  return lines;
}

}  // namespace

void require_extra_host(const std::string& text) { (void)parse_extra(text); }

std::string make_hosts(const HostsInput& input) {
  HostsText hosts;
  std::vector<std::pair<std::string, std::vector<std::string>>> extra;
  for (const std::string& text : input.extra) {
    ExtraHost host = parse_extra(text);
    if (host.ip == "host-gateway") {
      if (input.host_ip.empty()) {
        throw Error(Code::kInvalid, "unable to replace \"host-gateway\" of host entry \"" +
                                        text +
                                        "\": host containers internal IP address is empty");
      }
      host.ip = input.host_ip;
    }
    extra.emplace_back(host.ip, std::vector<std::string>{host.name});
  }
  hosts.add_source(extra);
  hosts.add_source(lines_of(input.base));
  if (!input.host_ip.empty()) {
    hosts.add(input.host_ip, {kHostName});
  }
  std::vector<std::pair<std::string, std::vector<std::string>>> own;
  for (const std::string& ip : input.own_ips) {
    own.emplace_back(ip, input.own_names);
  }
  hosts.add_source(own);
  return hosts.take();
}

}  // namespace gantry::net
