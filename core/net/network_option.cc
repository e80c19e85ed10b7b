// SPDX-License-Identifier: Apache-2.0
#include "core/net/network_option.h"

#include <algorithm>
#include <gantry/error.hpp>
#include <set>

#include "core/model/ids.h"
#include "core/net/text.h"

namespace gantry::net {

using model::NetworkAttachment;
using model::NetworkMode;

namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(Code::kInvalid, message); }

std::string parse_static_ip(const std::string& text) {
  if (!is_ip(text)) {
    invalid("invalid ip address \"" + text + "\"");
  }
  return text;
}

NetworkAttachment parse_attachment(const std::string& network, std::string_view options) {
  NetworkAttachment attachment;
  attachment.network = network;
  attachment.interface_name.clear();
  if (options.empty()) {
    return attachment;
  }
  for (const std::string& option : split(options, ',')) {
    const auto equals = option.find('=');
    const std::string name = option.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
    if (name == "ip" || name == "ip6") {
      attachment.static_ips.push_back(parse_static_ip(value));
    } else if (name == "mac") {
      attachment.static_mac = parse_mac(value);
    } else if (name == "alias") {
      if (value.empty()) {
        invalid("alias cannot be empty");
      }
      attachment.aliases.push_back(value);
    } else if (name == "interface_name") {
      if (value.empty()) {
        invalid("interface_name cannot be empty");
      }
      attachment.interface_name = value;
    } else {
      invalid("unknown bridge network option: " + name);
    }
  }
  return attachment;
}

NetworkChoice named_networks(const std::string& text) {
  NetworkChoice choice;
  const auto colon = text.find(':');
  if (colon != std::string::npos) {
    const std::string name = text.substr(0, colon);
    model::require_valid_name(name);
    choice.attachments.push_back(
        parse_attachment(name, std::string_view(text).substr(colon + 1)));
    return choice;
  }
  for (const std::string& name : split(text, ',')) {
    model::require_valid_name(name);
    choice.attachments.push_back(parse_attachment(name, ""));
  }
  return choice;
}

std::string_view word_of(NetworkMode mode) {
  switch (mode) {
    case NetworkMode::kNone:
      return "none";
    case NetworkMode::kHost:
      return "host";
    case NetworkMode::kContainer:
      return "container";
    case NetworkMode::kPath:
      return "ns";
    case NetworkMode::kBridge:
      break;
  }
  return "bridge";
}

void apply_static(NetworkChoice& choice, const StaticOptions& options) {
  const auto need_one = [&](const std::string& flag, const std::string& value) {
    if (value.empty()) {
      return false;
    }
    if (choice.mode != NetworkMode::kBridge) {
      invalid(flag + " can only be set when the network mode is bridge: invalid argument");
    }
    if (choice.attachments.size() != 1) {
      invalid(flag + " can only be set for a single network: invalid argument");
    }
    return true;
  };
  for (const auto& [flag, ip] :
       {std::pair("--ip", options.ip), std::pair("--ip6", options.ip6)}) {
    if (need_one(flag, ip)) {
      if (!is_ip(ip)) {
        invalid("\"" + ip + "\" is not an ip address");
      }
      choice.attachments.front().static_ips.push_back(ip);
    }
  }
  if (need_one("--mac-address", options.mac)) {
    choice.attachments.front().static_mac = parse_mac(options.mac);
  }
  if (options.aliases.empty()) {
    return;
  }
  if (choice.mode != NetworkMode::kBridge) {
    invalid(
        "--network-alias can only be set when the network mode is bridge: invalid argument");
  }
  for (const std::string& alias : options.aliases) {
    if (alias.empty()) {
      invalid("alias cannot be empty");
    }
    for (NetworkAttachment& attachment : choice.attachments) {
      attachment.aliases.push_back(alias);
    }
  }
}

void name_interfaces(std::vector<NetworkAttachment>& attachments) {
  std::set<std::string> used;
  for (const NetworkAttachment& attachment : attachments) {
    if (!attachment.interface_name.empty() && !used.insert(attachment.interface_name).second) {
      invalid("interface name " + attachment.interface_name + " is used by two networks");
    }
  }
  int next = 0;
  for (NetworkAttachment& attachment : attachments) {
    while (attachment.interface_name.empty()) {
      std::string name = "eth" + std::to_string(next++);
      if (used.insert(name).second) {
        attachment.interface_name = std::move(name);
      }
    }
  }
}

}  // namespace

std::string parse_mac(const std::string& text) {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  bool good = text.size() == 17;
  std::string mac;
  for (std::size_t i = 0; good && i < text.size(); ++i) {
    const char c = text[i];
    const bool between = i % 3 == 2;
    good = between ? (c == ':' || c == '-') : is_hex(c);
    const bool upper = c >= 'A' && c <= 'F';
    mac += between ? ':' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (!good) {
    invalid("address " + text + ": invalid MAC address");
  }
  return mac;
}

NetworkChoice parse_network_option(std::string_view given) {
  const std::string text(given);
  NetworkChoice choice;
  const auto value_after = [&](const char* word, const char* kind) {
    choice.mode_value = text.substr(std::string_view(word).size());
    if (choice.mode_value.empty()) {
      invalid(std::string("invalid config provided: namespace mode ") + kind +
              " requires a value");
    }
  };
  if (text == "none" || text == "host") {
    choice.mode = text == "none" ? NetworkMode::kNone : NetworkMode::kHost;
  } else if (text.starts_with("container:")) {
    choice.mode = NetworkMode::kContainer;
    value_after("container:", "container");
  } else if (text.starts_with("ns:")) {
    choice.mode = NetworkMode::kPath;
    value_after("ns:", "path");
  } else if (text.empty() || text == "default" || text == "private" || text == "bridge") {
    choice.attachments.push_back(parse_attachment("", ""));
  } else if (text.starts_with("bridge:")) {
    choice.attachments.push_back(parse_attachment("", std::string_view(text).substr(7)));
  } else if (text.starts_with("slirp4netns") || text.starts_with("pasta")) {
    throw Error(Code::kUnsupported, "network mode " + text +
                                        " is for users without root and not supported here; "
                                        "use bridge, host, none, container:NAME or ns:PATH");
  } else {
    return named_networks(text);
  }
  return choice;
}

NetworkChoice join_networks(const std::vector<std::string>& values,
                            const StaticOptions& options, const std::string& default_network) {
  NetworkChoice choice = parse_network_option(values.empty() ? "" : values.front());
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (choice.mode != NetworkMode::kBridge) {
      invalid("cannot set multiple networks without bridge network mode, selected mode " +
              std::string(word_of(choice.mode)) + ": invalid argument");
    }
    const NetworkChoice more = parse_network_option(values[i]);
    const bool named =
        more.mode == NetworkMode::kBridge &&
        std::none_of(more.attachments.begin(), more.attachments.end(),
                     [](const NetworkAttachment& a) { return a.network.empty(); });
    if (!named) {
      invalid("can only set extra network names, selected mode " +
              std::string(word_of(more.mode)) + " conflicts with bridge: invalid argument");
    }
    choice.attachments.insert(choice.attachments.end(), more.attachments.begin(),
                              more.attachments.end());
  }
  std::set<std::string> names;
  for (NetworkAttachment& attachment : choice.attachments) {
    if (attachment.network.empty()) {
      attachment.network = default_network;
    }
    if (!names.insert(attachment.network).second) {
      invalid("network " + attachment.network + " is given twice");
    }
  }
  apply_static(choice, options);
  name_interfaces(choice.attachments);
  return choice;
}

}  // namespace gantry::net
