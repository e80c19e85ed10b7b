// SPDX-License-Identifier: Apache-2.0
#include "plugins/net-cni/leftovers.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <sstream>

#include "plugins/net-cni/json_read.h"
#include "plugins/net-cni/links.h"
#include "sdk/support/files.h"
#include "sdk/support/subprocess.h"

namespace gantry::net_cni {

namespace {

std::string save_nat(const std::string& program) {
  Command command;
  command.argv = {program, "-t", "nat"};
  command.timeout = std::chrono::seconds(60);
  return run_command(command).out;
}

// As iptables-save quotes it. The plug-ins write network and container in this form.
std::string comment_of(const Record& record) {
  return "name: \\\"" + record.key.network + "\\\" id: \\\"" + record.key.container_id + "\\\"";
}

// The lines that delete the rules marked with comment, and the chains only they led to, as
// iptables-restore reads them; empty when there are none.
std::string deletion_of(const std::string& saved, const std::string& comment) {
  std::string rules;
  std::set<std::string> chains;
  std::istringstream lines(saved);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("-A POSTROUTING ") || line.find(comment) == std::string::npos) {
      continue;
    }
    const auto jump = line.rfind(" -j CNI-");
    if (jump == std::string::npos) {
      continue;
    }
    rules += "-D" + line.substr(2) + "\n";
    chains.insert(line.substr(jump + 4));
  }
  std::string cleared;
  for (const std::string& chain : chains) {
    cleared += "-F " + chain + "\n-X " + chain + "\n";
  }
  return rules.empty() ? "" : "*nat\n" + rules + cleared + "COMMIT\n";
}

void remove_masquerading(const Record& record, const std::string& program) {
  if (!find_program(program + "-save")) {
    return;
  }
  const std::string comment = comment_of(record);
  const std::string lines = deletion_of(save_nat(program + "-save"), comment);
  if (lines.empty()) {
    return;
  }
  Command command;
  command.argv = {program + "-restore", "-w", "30", "--noflush"};
  command.stdin_data = lines;
  command.timeout = std::chrono::seconds(60);
  if (const CommandResult result = run_command(command); result.exit_code != 0) {
    throw Error(Code::kIo, "remove masquerading rules of container " + record.key.container_id +
                               ": " + result.err);
  }
}

bool has_masquerading(const Record& record) {
  for (const Json& plugin : record.plugins) {
    if (flag_in(plugin, "ipMasq")) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Link> host_link(const Record& record) {
  if (record.result.is_null()) {
    return std::nullopt;
  }
  try {
    return host_link(parse_result(record.result, "result"));
  } catch (const Error&) {
    return std::nullopt;  // no result tells: DEL has to do without
  }
}

void remove_leftovers(const Record& record) {
  const auto link = host_link(record);
  if (link && link_mac(link->name) == link->mac) {
    delete_link(link->name);
  }
  if (has_masquerading(record)) {
    remove_masquerading(record, "iptables");
    remove_masquerading(record, "ip6tables");
  }
}

void require_port_rules(const Record& record) {
  const bool publishes =
      std::any_of(record.plugins.begin(), record.plugins.end(), [](const Json& plugin) {
        return plugin.contains("runtimeConfig") &&
               plugin["runtimeConfig"].contains("portMappings");
      });
  if (publishes &&
      save_nat("iptables-save").find("dnat " + comment_of(record)) == std::string::npos) {
    throw Error(Code::kNotFound, "the published ports of container " + record.key.container_id +
                                     " on network " + record.key.network +
                                     " have no packet filter rule");
  }
}

}  // namespace gantry::net_cni
