// SPDX-License-Identifier: Apache-2.0
//
// Files that were being written when their command was killed, before they were renamed to
// what they were to be. Those in a container's folders go with the container.
#include <charconv>
#include <optional>

#include "core/lifecycle/check/findings.h"
#include "sdk/support/files.h"

namespace gantry::lifecycle {

namespace {

// "NAME.tmp.PID.N", as write_file calls them.
std::optional<int> writer_of(const std::string& name) {
  constexpr std::string_view kMark = ".tmp.";
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string::npos) {
    return std::nullopt;
  }
  const char* const end = name.data() + name.size();
  int pid = 0;
  const auto [rest, error] = std::from_chars(name.data() + mark + kMark.size(), end, pid);
  return error == std::errc() && rest != end && *rest == '.' && pid > 0 ? std::optional(pid)
                                                                        : std::nullopt;
}

}  // namespace

void check_temporaries(engine::Engine& engine, Findings& findings) {
  const layout::Layout& layout = engine.layout;
  for (const std::filesystem::path& folder :
       {layout.data, layout.seccomp_cache(), layout.mounts()}) {
    for (const std::string& name : names_in(folder)) {
      const std::optional<int> pid = writer_of(name);
      const std::filesystem::path path = folder / name;
      if (pid && !engine.processes.alive(*pid) && gantry::exists(path)) {
        findings.push_back({"run", path.string(), "a file that was never written to its end",
                            [path] { remove_file(path); }});
      }
    }
  }
}

}  // namespace gantry::lifecycle
