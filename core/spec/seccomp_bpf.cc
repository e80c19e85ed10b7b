// SPDX-License-Identifier: Apache-2.0
#include "core/spec/seccomp_bpf.h"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "sdk/support/errno_error.h"
#include "sdk/support/files.h"
#include "sdk/support/lazy_library.h"

namespace gantry::spec {

namespace {

// The part of libseccomp that is used, by name.
struct Seccomp {
  LazyLibrary library{"libseccomp.so.2"};
  decltype(&::seccomp_init) init = library.symbol<decltype(&::seccomp_init)>("seccomp_init");
  decltype(&::seccomp_release) release =
      library.symbol<decltype(&::seccomp_release)>("seccomp_release");
  decltype(&::seccomp_arch_add) arch_add =
      library.symbol<decltype(&::seccomp_arch_add)>("seccomp_arch_add");
  decltype(&::seccomp_arch_resolve_name) arch_resolve =
      library.symbol<decltype(&::seccomp_arch_resolve_name)>("seccomp_arch_resolve_name");
  decltype(&::seccomp_syscall_resolve_name) resolve =
      library.symbol<decltype(&::seccomp_syscall_resolve_name)>("seccomp_syscall_resolve_name");
  decltype(&::seccomp_rule_add_array) add =
      library.symbol<decltype(&::seccomp_rule_add_array)>("seccomp_rule_add_array");
  decltype(&::seccomp_attr_set) set =
      library.symbol<decltype(&::seccomp_attr_set)>("seccomp_attr_set");
  decltype(&::seccomp_export_bpf) export_bpf =
      library.symbol<decltype(&::seccomp_export_bpf)>("seccomp_export_bpf");
};

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

// "SCMP_ACT_ERRNO" with the number it answers.
std::uint32_t action_of(const std::string& name, int error) {
  if (name == "SCMP_ACT_ERRNO") {
    return SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error));
  }
  if (name == "SCMP_ACT_TRACE") {
    return SCMP_ACT_TRACE(static_cast<std::uint32_t>(error));
  }
  constexpr std::pair<const char*, std::uint32_t> kActions[] = {
      {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
      {"SCMP_ACT_KILL", SCMP_ACT_KILL},
      {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
      {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
      {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
      {"SCMP_ACT_LOG", SCMP_ACT_LOG}};
  for (const auto& [known, action] : kActions) {
    if (name == known) {
      return action;
    }
  }
  throw Error(Code::kInvalid, "seccomp profile: unknown action " + name);
}

scmp_compare operator_of(const std::string& name) {
  constexpr std::pair<const char*, scmp_compare> kOperators[] = {
      {"SCMP_CMP_NE", SCMP_CMP_NE},
      {"SCMP_CMP_LT", SCMP_CMP_LT},
      {"SCMP_CMP_LE", SCMP_CMP_LE},
      {"SCMP_CMP_EQ", SCMP_CMP_EQ},
      {"SCMP_CMP_GE", SCMP_CMP_GE},
      {"SCMP_CMP_GT", SCMP_CMP_GT},
      {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};
  for (const auto& [known, op] : kOperators) {
    if (name == known) {
      return op;
    }
  }
  throw Error(Code::kInvalid, "seccomp profile: unknown operator " + name);
}

std::vector<scmp_arg_cmp> arguments_of(const Json& rule) {
  std::vector<scmp_arg_cmp> arguments;
  for (const Json& arg : rule.value("args", Json::array())) {
    scmp_arg_cmp compare{};
    compare.arg = arg.at("index").get<unsigned>();
    compare.op = operator_of(arg.at("op").get<std::string>());
    compare.datum_a = arg.at("value").get<std::uint64_t>();
    compare.datum_b = arg.value("valueTwo", std::uint64_t{0});
    arguments.push_back(compare);
  }
  return arguments;
}

bool repeats_an_argument(const std::vector<scmp_arg_cmp>& arguments) {
  std::array<bool, 6> seen{};
  for (const scmp_arg_cmp& each : arguments) {
    if (each.arg >= seen.size() || seen[each.arg]) {
      return true;
    }
    seen[each.arg] = true;
  }
  return false;
}

class Compiler {
 public:
  explicit Compiler(const Json& seccomp)
      : default_(action_of(seccomp.at("defaultAction").get<std::string>(),
                           seccomp.value("defaultErrnoRet", EPERM))),
        filter_(library_.init(default_), library_.release) {
    if (!filter_) {
      throw Error(Code::kInternal, "libseccomp could not make a filter");
    }
    // A balanced tree instead of a list: each system call passes a few comparisons, not
    // hundreds. An older library that has no such attribute makes a list.
    (void)library_.set(filter_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (const Json& name : seccomp.value("architectures", Json::array())) {
      add_architecture(name.get<std::string>());
    }
    for (const Json& rule : seccomp.value("syscalls", Json::array())) {
      add_rule(rule);
    }
  }

  std::string program() {
    const UniqueFd fd(::memfd_create("seccomp", MFD_CLOEXEC));
    if (!fd) {
      throw errno_error(errno, "make a memory file");
    }
    if (const int result = library_.export_bpf(filter_.get(), fd.get()); result < 0) {
      throw errno_error(-result, "compile the seccomp profile");
    }
    (void)::lseek(fd.get(), 0, SEEK_SET);
    return read_all(fd.get(), "compiled seccomp profile");
  }

 private:
  void add_architecture(std::string name) {
    constexpr std::string_view kPrefix = "SCMP_ARCH_";
    if (name.starts_with(kPrefix)) {
      name.erase(0, kPrefix.size());
    }
    for (char& c : name) {
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    const std::uint32_t token = library_.arch_resolve(name.c_str());
    const int result = token == 0 ? -EINVAL : library_.arch_add(filter_.get(), token);
    if (result < 0 && result != -EEXIST) {
      throw errno_error(-result, "seccomp profile: architecture " + name);
    }
  }

  void add_rule(const Json& rule) {
    const std::uint32_t action =
        action_of(rule.at("action").get<std::string>(), rule.value("errnoRet", EPERM));
    if (action == default_) {
      return;
    }
    const std::vector<scmp_arg_cmp> arguments = arguments_of(rule);
    for (const Json& name : rule.at("names")) {
      const std::string text = name.get<std::string>();
      const int number = library_.resolve(text.c_str());
      // A name the library does not know keeps the default action.
      if (number == __NR_SCMP_ERROR) {
        continue;
      }
      // Conditions on one argument twice are alternatives, as runtimes read them.
      if (!repeats_an_argument(arguments)) {
        add(action, number, arguments.size(), arguments.data(), text);
        continue;
      }
      for (const scmp_arg_cmp& each : arguments) {
        add(action, number, 1, &each, text);
      }
    }
  }

  void add(std::uint32_t action, int number, std::size_t count, const scmp_arg_cmp* arguments,
           const std::string& name) {
    const int result =
        library_.add(filter_.get(), action, number, static_cast<unsigned>(count), arguments);
    if (result < 0 && result != -EEXIST) {
      throw Error(Code::kInvalid,
                  "seccomp profile: rule for " + name + ": " + std::strerror(-result));
    }
  }

  Seccomp library_;
  std::uint32_t default_;
  Filter filter_;
};

// FNV-1a: against accidents, not against anybody who may write here.
std::string hash_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  std::array<char, 24> text{};
  (void)std::snprintf(text.data(), text.size(), "%016llx",
                      static_cast<unsigned long long>(hash));
  return text.data();
}

// The key itself stands in the file, so two keys with one name cost time only.
std::string file_name_of(const std::string& key) { return hash_of(key) + ".bpf"; }

std::string header_of(const std::string& key) {
  return "gantry-seccomp 2 " + std::to_string(key.size()) + "\n" + key + "\n";
}

// At the end: of all before it.
std::string seal_of(std::string_view bytes) { return "\n" + hash_of(bytes) + "\n"; }

std::optional<std::string> read_cached(const std::filesystem::path& path,
                                       const std::string& key) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != ::geteuid() ||
      (st.st_mode & 022U) != 0) {
    return std::nullopt;
  }
  const std::string text = read_all(fd.get(), path.string());
  const std::string header = header_of(key);
  const std::size_t sealed = text.size() - std::min(text.size(), seal_of("").size());
  if (sealed <= header.size() || !text.starts_with(header) ||
      text.substr(sealed) != seal_of(std::string_view(text).substr(0, sealed))) {
    return std::nullopt;
  }
  return text.substr(header.size(), sealed - header.size());
}

}  // namespace

bool is_compilable(const Json& seccomp) {
  if (seccomp.contains("listenerPath") || !seccomp.value("flags", Json::array()).empty()) {
    return false;
  }
  for (const Json& rule : seccomp.value("syscalls", Json::array())) {
    if (rule.value("action", "") == "SCMP_ACT_NOTIFY") {
      return false;
    }
  }
  return true;
}

std::string compile_seccomp(const Json& seccomp) {
  try {
    return Compiler(seccomp).program();
  } catch (const Json::exception& e) {
    throw Error(Code::kInvalid, std::string("seccomp profile: ") + e.what());
  }
}

std::string seccomp_library_version() {
  const LazyLibrary library("libseccomp.so.2");
  const scmp_version* version =
      library.symbol<decltype(&::seccomp_version)>("seccomp_version")();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->micro);
}

std::string cached_text(const std::filesystem::path& folder, const std::string& key,
                        const std::function<std::string()>& make) {
  if (folder.empty()) {
    return make();
  }
  const std::filesystem::path path = folder / file_name_of(key);
  try {
    if (std::optional<std::string> text = read_cached(path, key)) {
      return *std::move(text);
    }
  } catch (const Error&) {
    // Unreadable is as good as missing.
  }
  std::string text = make();
  try {
    make_directories(folder, 0700);
    const std::string sealed = header_of(key) + text;
    write_file(path, sealed + seal_of(sealed), 0600);
  } catch (const Error&) {
    // A full or read-only disk must not stop a container that needs nothing of it.
  }
  return text;
}

}  // namespace gantry::spec
