// SPDX-License-Identifier: Apache-2.0
#include "cli/process_table.h"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "cli/human.h"
#include "cli/values.h"
#include "core/userns/namespace_mapping.h"
#include "sdk/support/files.h"

namespace gantry::cli {
namespace {

struct Process {
  int pid = 0;                    // on the host
  std::vector<std::string> stat;  // from the state on: stat[0] is field 3 of proc(5)
  std::map<std::string, std::string> status;  // /proc/PID/status
  std::string comm;
  std::string args;
  double uptime = 0;
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first);
}

std::optional<Process> read_process(int pid) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/";
  const auto stat = read_file_if_exists(folder + "stat");
  const auto status = read_file_if_exists(folder + "status");
  const auto args = read_file_if_exists(folder + "cmdline");
  if (!stat || !status || !args || stat->rfind(')') == std::string::npos) {
    return std::nullopt;
  }
  Process process;
  process.pid = pid;
  const auto open = stat->find('(');
  const auto close = stat->rfind(')');
  process.comm = stat->substr(open + 1, close - open - 1);
  process.stat = split(std::string_view(*stat).substr(close + 2), ' ');
  for (const std::string& line : split(*status, '\n')) {
    if (const auto pair = cut(line, ':')) {
      process.status[pair->first] = trimmed(pair->second);
    }
  }
  process.args = *args;
  std::replace(process.args.begin(), process.args.end(), '\0', ' ');
  process.args.erase(process.args.find_last_not_of(' ') + 1);
  if (process.args.empty()) {
    process.args = "[" + process.comm + "]";
  }
  return process.stat.size() > 20 ? std::optional(process) : std::nullopt;
}

// Field number of proc(5), as a number.
std::int64_t stat_field(const Process& process, std::size_t number) {
  return parse_int(process.stat[number - 3]).value_or(0);
}

std::string status_word(const Process& process, const char* key, std::size_t index) {
  const auto found = process.status.find(key);
  if (found == process.status.end()) {
    return "?";
  }
  const std::vector<std::string> words = split(found->second, '\t');
  return index < words.size() ? words[index] : words.back();
}

std::string last_word(const Process& process, const char* key) {
  return status_word(process, key, ~std::size_t{0});
}

double seconds_of(std::int64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double age(const Process& process) {
  return std::max(process.uptime - seconds_of(stat_field(process, 22)), 0.0);
}

double cpu_time(const Process& process) {
  return seconds_of(stat_field(process, 14) + stat_field(process, 15));
}

// "1m2.5s", as Go prints a duration.
std::string go_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  char text[64];
  if (whole >= 3600) {
    (void)std::snprintf(
        text, sizeof text, "%lldh%lldm%llds", static_cast<long long>(whole / 3600),
        static_cast<long long>(whole / 60 % 60), static_cast<long long>(whole % 60));
  } else if (whole >= 60) {
    (void)std::snprintf(text, sizeof text, "%lldm%llds", static_cast<long long>(whole / 60),
                        static_cast<long long>(whole % 60));
  } else {
    (void)std::snprintf(text, sizeof text, "%llds", static_cast<long long>(whole));
  }
  return text;
}

// An id as the process's own user namespace counts; file: "uid_map" or "gid_map".
std::string id_inside(const Process& process, const std::string& id, const std::string& file) {
  const auto text = read_file_if_exists("/proc/" + std::to_string(process.pid) + "/" + file);
  const model::IdRanges ranges = userns::parse_id_map(text.value_or(""));
  const auto number = parse_uint(id);
  const auto inside =
      number ? model::to_container(ranges, static_cast<std::uint32_t>(*number)) : std::nullopt;
  return inside ? std::to_string(*inside) : id;
}

std::string user_of(const Process& process, std::size_t index) {
  const std::string id = id_inside(process, status_word(process, "Uid", index), "uid_map");
  return id == "0" ? "root" : id;  // other names are the container's own
}

std::string host_user(const Process& process) {
  const auto id = parse_uint(status_word(process, "Uid", 1));
  const passwd* entry = id ? ::getpwuid(static_cast<uid_t>(*id)) : nullptr;
  return entry != nullptr ? entry->pw_name : status_word(process, "Uid", 1);
}

std::string parent_of(const Process& process) {
  // The parent's number as its own namespace sees it; 0 for one outside of the container.
  const auto parent = read_process(static_cast<int>(stat_field(process, 4)));
  const auto levels = [](const Process& one) {
    const auto found = one.status.find("NSpid");
    return found == one.status.end() ? 1U : split(found->second, '\t').size();
  };
  return parent && levels(*parent) >= levels(process) ? last_word(*parent, "NSpid") : "0";
}

std::string terminal_of(const Process& process) {
  const auto device = static_cast<dev_t>(stat_field(process, 7));
  return device == 0 ? "?" : "pts/" + std::to_string(minor(device));
}

std::string share(double part, double whole) {
  char text[32];
  (void)std::snprintf(text, sizeof text, "%.3f", whole > 0 ? part * 100 / whole : 0);
  return text;
}

std::string seccomp_of(const Process& process) {
  const std::string mode = status_word(process, "Seccomp", 0);
  return mode == "0" ? "disabled" : mode == "1" ? "strict" : mode == "2" ? "filter" : mode;
}

struct Descriptor {
  std::string_view word;
  std::string_view code;  // ps's
  std::string_view header;
  std::string (*cell)(const Process&);
};

constexpr Descriptor kDescriptors[] = {
    {"args", "%a", "COMMAND", [](const Process& p) { return p.args; }},
    {"comm", "%c", "COMMAND", [](const Process& p) { return p.comm; }},
    {"etime", "%t", "ELAPSED", [](const Process& p) { return go_duration(age(p)); }},
    {"group", "%G", "GROUP",
     [](const Process& p) { return id_inside(p, status_word(p, "Gid", 1), "gid_map"); }},
    {"hpid", "", "HPID", [](const Process& p) { return std::to_string(p.pid); }},
    {"huser", "", "HUSER", host_user},
    {"nice", "%n", "NI", [](const Process& p) { return std::to_string(stat_field(p, 19)); }},
    {"pcpu", "%C", "%CPU", [](const Process& p) { return share(cpu_time(p), age(p)); }},
    {"pgid", "%r", "PGID", [](const Process& p) { return last_word(p, "NSpgid"); }},
    {"pid", "%p", "PID", [](const Process& p) { return last_word(p, "NSpid"); }},
    {"ppid", "%P", "PPID", parent_of},
    {"rss", "", "RSS",
     [](const Process& p) {
       return std::to_string(stat_field(p, 24) * ::sysconf(_SC_PAGESIZE) / 1024);
     }},
    {"ruser", "%u", "RUSER", [](const Process& p) { return user_of(p, 0); }},
    {"seccomp", "", "SECCOMP", seccomp_of},
    {"state", "", "STATE", [](const Process& p) { return p.stat[0]; }},
    {"time", "%x", "TIME", [](const Process& p) { return go_duration(cpu_time(p)); }},
    {"tty", "%y", "TTY", terminal_of},
    {"user", "%U", "USER", [](const Process& p) { return user_of(p, 1); }},
    {"vsz", "%z", "VSZ",
     [](const Process& p) { return std::to_string(stat_field(p, 23) / 1024); }},
};

const Descriptor* find_descriptor(const std::string& word) {
  for (const Descriptor& descriptor : kDescriptors) {
    if (descriptor.word == word || (!descriptor.code.empty() && descriptor.code == word)) {
      return &descriptor;
    }
  }
  return nullptr;
}

double uptime() {
  const std::string text = read_file("/proc/uptime");
  return parse_float(text.substr(0, text.find(' '))).value_or(0);
}

}  // namespace

const std::vector<std::string>& default_descriptors() {
  static const std::vector<std::string> words{"user",  "pid", "ppid", "pcpu",
                                              "etime", "tty", "time", "args"};
  return words;
}

void require_descriptor(const std::string& word) {
  if (find_descriptor(word) == nullptr) {
    std::vector<std::string> known;
    for (const Descriptor& descriptor : kDescriptors) {
      known.emplace_back(descriptor.word);
    }
    throw Error(Code::kInvalid,
                "unknown descriptor \"" + word + "\": it is one of " + join(known, ", "));
  }
}

std::string process_table(const std::vector<int>& pids,
                          const std::vector<std::string>& descriptors) {
  std::vector<const Descriptor*> columns;
  std::vector<std::string> cells;
  for (const std::string& word : descriptors) {
    require_descriptor(word);
    columns.push_back(find_descriptor(word));
    cells.emplace_back(columns.back()->header);
  }
  std::string text = join(cells, "\t") + "\n";
  const double now = uptime();
  for (const int pid : pids) {
    std::optional<Process> process = read_process(pid);
    if (!process) {
      continue;
    }
    process->uptime = now;
    cells.clear();
    for (const Descriptor* column : columns) {
      cells.push_back(column->cell(*process));
    }
    text += join(cells, "\t") + "\n";
  }
  return text;
}

}  // namespace gantry::cli
