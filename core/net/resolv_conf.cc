// SPDX-License-Identifier: Apache-2.0
#include "core/net/resolv_conf.h"

#include <algorithm>
#include <gantry/error.hpp>

#include "core/net/text.h"
#include "sdk/support/files.h"

namespace gantry::net {

namespace {

struct Settings {
  std::vector<std::string> servers;
  std::vector<std::string> search;
  std::vector<std::string> options;
};

Settings parse(const std::string& text) {
  Settings settings;
  for (const std::string& line : split(text, '\n')) {
    std::vector<std::string> words = words_of(line);
    if (words.size() < 2) {
      continue;
    }
    const std::string key = words.front();
    words.erase(words.begin());
    if (key == "nameserver") {
      settings.servers.push_back(words.front());
    } else if (key == "search" || key == "domain") {
      settings.search = words;  // the last line counts
    } else if (key == "options") {
      settings.options.insert(settings.options.end(), words.begin(), words.end());
    }
  }
  return settings;
}

bool is_loopback(const std::string& ip) { return ip.starts_with("127.") || ip == "::1"; }

void append_missing(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const std::string& word : from) {
    if (std::find(to.begin(), to.end(), word) == to.end()) {
      to.push_back(word);
    }
  }
}

std::vector<std::string> host_servers(const Settings& host, const ResolvConfInput& input) {
  std::vector<std::string> servers;
  std::copy_if(host.servers.begin(), host.servers.end(), std::back_inserter(servers),
               [&](const std::string& server) {
                 // A zone names one of the host's interfaces.
                 const bool v6 = server.find(':') != std::string::npos;
                 return !input.own_network || (!is_loopback(server) && (!v6 || input.ipv6) &&
                                               server.find('%') == std::string::npos);
               });
  if (servers.empty() && input.own_network) {
    servers = {"8.8.8.8", "8.8.4.4"};
    if (input.ipv6) {
      servers.insert(servers.end(), {"2001:4860:4860::8888", "2001:4860:4860::8844"});
    }
  }
  return servers;
}

std::string line(const char* key, const std::vector<std::string>& words) {
  std::string text = key;
  for (const std::string& word : words) {
    text += " " + word;
  }
  return words.empty() ? "" : text + "\n";
}

}  // namespace

std::string make_resolv_conf(const ResolvConfInput& input) {
  const Settings host = parse(input.host);
  Settings chosen;
  if (!input.servers.empty()) {
    chosen.servers = input.servers;
  } else if (!input.network_servers.empty()) {
    append_missing(chosen.servers, input.network_servers);
  } else {
    chosen.servers = host_servers(host, input);
  }
  if (!input.search.empty()) {
    if (input.search != std::vector<std::string>{"."}) {
      chosen.search = input.search;
    }
  } else {
    append_missing(chosen.search, input.network_search);
    append_missing(chosen.search, host.search);
  }
  chosen.options = input.options.empty() ? host.options : input.options;

  std::string text = line("search", chosen.search);
  for (const std::string& server : chosen.servers) {
    text += "nameserver " + server + "\n";
  }
  return text + line("options", chosen.options);
}

std::string read_host_resolv_conf() {
  std::string text = read_file_if_exists("/etc/resolv.conf").value_or("");
  const Settings settings = parse(text);
  // systemd-resolved's stub listens on the host's loopback; the file it resolves with is
  // the one that is useful elsewhere.
  if (settings.servers == std::vector<std::string>{"127.0.0.53"}) {
    if (auto upstream = read_file_if_exists("/run/systemd/resolve/resolv.conf")) {
      return std::move(*upstream);
    }
  }
  return text;
}

void require_dns_server(const std::string& text) {
  if (!is_ip(text)) {
    throw Error(Code::kInvalid, text + " is not an ip address");
  }
}

}  // namespace gantry::net
