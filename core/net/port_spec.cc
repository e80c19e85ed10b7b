// SPDX-License-Identifier: Apache-2.0
#include "core/net/port_spec.h"

#include <algorithm>
#include <charconv>
#include <gantry/error.hpp>
#include <map>
#include <optional>
#include <tuple>

#include "core/net/text.h"

namespace gantry::net {

using model::PortMapping;

namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(Code::kInvalid, message); }

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t count = 1;
};

std::uint16_t parse_number(const std::string& text, const std::string& doing) {
  long number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    invalid(doing + ": invalid port number: \"" + text + "\" is not a number");
  }
  if (number < 1 || number > 65535) {
    invalid(doing + ": port numbers must be between 1 and 65535 (inclusive), got " + text);
  }
  return static_cast<std::uint16_t>(number);
}

PortRange parse_range(const std::string& text, const std::string& doing) {
  const std::vector<std::string> ends = split(text, '-');
  if (ends.size() > 2) {
    invalid(doing + ": invalid port format - port ranges are formatted as startPort-stopPort");
  }
  const std::uint16_t first = parse_number(ends.front(), doing);
  if (ends.size() == 1) {
    return {first, 1};
  }
  const std::uint16_t last = parse_number(ends.back(), doing);
  if (last <= first) {
    invalid(doing + ": the end port of a range must be higher than the start port - " +
            ends.back() + " is not higher than " + ends.front());
  }
  return {first, static_cast<std::uint16_t>(last - first + 1)};
}

std::vector<std::string> parse_protocols(const std::string& text) {
  std::vector<std::string> protocols;
  for (std::string protocol : split(text, ',')) {
    const std::string given = protocol;
    std::transform(protocol.begin(), protocol.end(), protocol.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") {
      invalid("unrecognized protocol \"" + given + "\" in port mapping");
    }
    if (std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) {
      protocols.push_back(protocol);
    }
  }
  return protocols;
}

// The three places of a specification, before their text is understood.
struct Places {
  std::optional<std::string> host_ip;
  std::optional<std::string> host_port;
  std::string container_port;
};

Places split_bracketed(const std::string& text) {
  const auto close = text.find(']');
  if (text.find(']', close + 1) != std::string::npos) {
    invalid("invalid port format - at most one IPv6 address can be specified in a --publish");
  }
  if (!text.starts_with('[')) {
    invalid("invalid port format - IPv6 addresses must be enclosed by []");
  }
  if (text.substr(close + 1, 1) != ":") {
    invalid("invalid port format - IPv6 address must be followed by a colon (':')");
  }
  const std::vector<std::string> parts = split(text.substr(close + 2), ':');
  if (parts.size() == 1) {
    invalid("invalid port format - must provide host and destination port if specifying an IP");
  }
  if (parts.size() != 2) {
    invalid("invalid port format - when v6 address specified, must be [ipv6]:hostPort:ctrPort");
  }
  return {text.substr(1, close - 1), parts[0], parts[1]};
}

Places split_places(const std::string& text) {
  if (text.find(']') != std::string::npos) {
    return split_bracketed(text);
  }
  const std::vector<std::string> parts = split(text, ':');
  switch (parts.size()) {
    case 1:
      return {std::nullopt, std::nullopt, parts[0]};
    case 2:
      return {std::nullopt, parts[0], parts[1]};
    case 3:
      return {parts[0], parts[1], parts[2]};
    default:
      invalid("invalid port format - format is [[hostIP:]hostPort:]containerPort");
  }
}

// Single ports, in the order that lists print them.
std::vector<PortMapping> expanded(const std::vector<PortMapping>& ports) {
  std::vector<PortMapping> single;
  for (const PortMapping& port : ports) {
    for (std::uint16_t i = 0; i < port.range; ++i) {
      PortMapping one = port;
      one.host_port = static_cast<std::uint16_t>(port.host_port == 0 ? 0 : port.host_port + i);
      one.container_port = static_cast<std::uint16_t>(port.container_port + i);
      one.range = 1;
      single.push_back(one);
    }
  }
  return single;
}

auto host_order(const PortMapping& port) {
  return std::tie(port.host_ip, port.host_port, port.container_port, port.protocol);
}

std::string span_text(int first, int count) {
  return std::to_string(first) + (count > 1 ? "-" + std::to_string(first + count - 1) : "");
}

std::string shown_ip(const std::string& ip) {
  if (ip.empty()) {
    return "0.0.0.0";
  }
  return ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
}

}  // namespace

std::vector<PortMapping> parse_port(std::string_view text) {
  const std::vector<std::string> halves = split(text, '/');
  if (halves.size() > 2) {
    invalid("invalid port format - protocol can only be specified once");
  }
  const Places places = split_places(halves.front());
  if (places.container_port.empty()) {
    invalid("must provide a non-empty container port to publish");
  }
  const PortRange container = parse_range(places.container_port, "parsing container port");
  PortMapping mapping;
  mapping.container_port = container.first;
  mapping.range = container.count;
  if (places.host_ip) {
    if (places.host_ip->empty()) {
      invalid("must provide a non-empty container host IP to publish");
    }
    if (!is_ip(*places.host_ip)) {
      invalid("cannot parse \"" + *places.host_ip + "\" as an IP address");
    }
    mapping.host_ip = *places.host_ip == "0.0.0.0" ? "" : *places.host_ip;
  }
  if (places.host_port && !places.host_port->empty()) {
    const PortRange host = parse_range(*places.host_port, "parsing host port");
    if (host.count != container.count) {
      invalid("host and container port ranges have different lengths: " +
              std::to_string(host.count) + " vs " + std::to_string(container.count));
    }
    mapping.host_port = host.first;
  }
  std::vector<PortMapping> mappings;
  for (const std::string& protocol : parse_protocols(halves.size() == 2 ? halves[1] : "tcp")) {
    mappings.push_back(mapping);
    mappings.back().protocol = protocol;
  }
  return mappings;
}

std::vector<PortMapping> parse_exposed(std::string_view text) {
  const std::vector<std::string> halves = split(text, '/');
  if (halves.size() > 2 || halves.front().empty()) {
    invalid("invalid range format for --expose: " + std::string(text));
  }
  const PortRange range =
      parse_range(halves.front(), "invalid range format for --expose: " + std::string(text));
  std::vector<PortMapping> mappings;
  for (const std::string& protocol : parse_protocols(halves.size() == 2 ? halves[1] : "tcp")) {
    mappings.push_back({"", protocol, 0, range.first, range.count});
  }
  return mappings;
}

std::vector<PortMapping> merge_ports(const std::vector<PortMapping>& ports) {
  std::vector<PortMapping> merged;
  for (const PortMapping& port : ports) {
    if (std::find(merged.begin(), merged.end(), port) == merged.end()) {
      merged.push_back(port);
    }
  }
  std::vector<PortMapping> single = expanded(merged);
  std::sort(single.begin(), single.end(), [](const PortMapping& a, const PortMapping& b) {
    return std::tie(a.host_ip, a.protocol, a.host_port) <
           std::tie(b.host_ip, b.protocol, b.host_port);
  });
  const auto clash = std::adjacent_find(
      single.begin(), single.end(), [](const PortMapping& a, const PortMapping& b) {
        return a.host_port != 0 && a.host_ip == b.host_ip && a.protocol == b.protocol &&
               a.host_port == b.host_port;
      });
  if (clash != single.end()) {
    invalid("conflicting port mappings for host port " + std::to_string(clash->host_port) +
            " (protocol " + clash->protocol + ")");
  }
  return merged;
}

std::string ports_to_text(const std::vector<PortMapping>& ports) {
  std::vector<PortMapping> single = expanded(ports);
  std::sort(single.begin(), single.end(), [](const PortMapping& a, const PortMapping& b) {
    return host_order(a) < host_order(b);
  });
  std::vector<PortMapping> joined;
  // A port joins an earlier run when it carries on in both numbers: runs by what would.
  std::map<std::tuple<std::string, std::string, int, int>, std::size_t> runs;
  for (const PortMapping& port : single) {
    auto run = runs.extract({port.host_ip, port.protocol, port.host_port, port.container_port});
    const std::size_t index = run ? run.mapped() : joined.size();
    if (run) {
      ++joined[index].range;
    } else {
      joined.push_back(port);
    }
    runs.try_emplace({port.host_ip, port.protocol, port.host_port + 1, port.container_port + 1},
                     index);
  }
  std::string text;
  for (const PortMapping& run : joined) {
    text += (text.empty() ? "" : ", ") + shown_ip(run.host_ip) + ":" +
            span_text(run.host_port, run.range) + "->" +
            span_text(run.container_port, run.range) + "/" + run.protocol;
  }
  return text;
}

std::vector<std::string> port_lines(const std::vector<PortMapping>& ports) {
  std::vector<std::string> lines;
  for (const PortMapping& port : expanded(ports)) {
    lines.push_back(std::to_string(port.container_port) + "/" + port.protocol + " -> " +
                    shown_ip(port.host_ip) + ":" + std::to_string(port.host_port));
  }
  return lines;
}

std::vector<std::string> exposed_to_text(const std::vector<PortMapping>& ports) {
  std::vector<std::string> texts;
  for (const PortMapping& port : expanded(ports)) {
    texts.push_back(std::to_string(port.container_port) + "/" + port.protocol);
  }
  return texts;
}

}  // namespace gantry::net
