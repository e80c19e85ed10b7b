// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <algorithm>

#include "cli/usage.h"
#include "cli/values.h"

namespace gantry::cli {
namespace {

std::string words_below(CommandTree tree, std::string_view parent) {
  std::vector<std::string> words;
  for (const Entry& entry : tree) {
    if (entry.parent == parent && !entry.hidden) {
      words.emplace_back(entry.name);
    }
  }
  return join(words, " ");
}

std::string flags_of(const std::vector<const Option*>& options) {
  std::vector<std::string> words{"--help"};
  for (const Option* option : options) {
    words.push_back("--" + std::string(option->name));
  }
  return join(words, " ");
}

// Which objects a command's arguments name: the last word in capitals of its usage.
std::string_view kind_of(const Command& command) {
  const auto has = [&](std::string_view word) {
    return command.usage.find(word) != std::string_view::npos;
  };
  return has("CONTAINER") ? "container"
         : has("IMAGE")   ? "image"
         : has("VOLUME")  ? "volume"
         : has("NETWORK") ? "network"
         : has("PLUGIN")  ? "plugin"
                          : "";
}

std::vector<const Option*> global_pointers() {
  std::vector<const Option*> options;
  for (const OptionTable table : {global_options(), root_options()}) {
    for (const Option& option : table) {
      if (!option.hidden) {
        options.push_back(&option);
      }
    }
  }
  return options;
}

std::string value_options(CommandTree tree) {
  std::string pattern;
  std::vector<std::string> seen;
  const auto add = [&](const Option& option) {
    const std::string word = "--" + std::string(option.name);
    if (option.kind != ValueKind::kFlag &&
        std::find(seen.begin(), seen.end(), word) == seen.end()) {
      seen.push_back(word);
    }
  };
  for (const Entry& entry : tree) {
    for (const Option* option : shown_options(*entry.command)) {
      add(*option);
    }
  }
  for (const Option* option : global_pointers()) {
    add(*option);
  }
  return join(seen, "|");
}

constexpr std::string_view kHead =
    R"bash(# bash completion for gantry. Made from the option tables by `gantry __generate completion`.

_gantry_names() {
  case "$1" in
    container) gantry ps -a --format '{{.Names}}' ;;
    image) gantry images --format '{{.Repository}}:{{.Tag}}' ;;
    volume) gantry volume ls -q ;;
    network) gantry network ls -q ;;
    plugin) gantry plugin ls -q ;;
  esac 2>/dev/null
}

_gantry() {
  local current=${COMP_WORDS[COMP_CWORD]} path="" word skip="" index
  local commands="" flags="" kind=""
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if [[ -n $skip ]]; then
      skip=""
      continue
    fi
    case "$word" in
)bash";

constexpr std::string_view kTail = R"bash(  esac
  COMPREPLY=()
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
  elif [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
  elif [[ -n $kind ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_gantry_names "$kind")" -- "$current")
  fi
  if declare -F __ltrimcolonwords >/dev/null; then
    __ltrimcolonwords "$current"
  fi
}

complete -o default -F _gantry gantry
)bash";

}  // namespace

std::string bash_completion(CommandTree tree) {
  std::string text(kHead);
  text += "      " + value_options(tree) + ") skip=1 ;;\n";
  text += "      -*) ;;\n      *) path=\"$path $word\" ;;\n    esac\n  done\n";
  text += "  case \"$path\" in\n";
  text += "    \"\") commands=\"" + words_below(tree, "") + "\"; flags=\"" +
          flags_of(global_pointers()) + "\" ;;\n";
  // Groups after their members: the longer paths must be tried first.
  for (const bool groups : {false, true}) {
    for (const Entry& entry : tree) {
      if (entry.hidden || (entry.command->run == nullptr) != groups) {
        continue;
      }
      const std::string path = " " +
                               (entry.parent.empty() ? "" : std::string(entry.parent) + " ") +
                               std::string(entry.name);
      text += "    \"" + path + "\"|\"" + path + " \"*) ";
      text += groups ? "commands=\"" + words_below(tree, entry.name) + "\"; "
                     : "kind=\"" + std::string(kind_of(*entry.command)) + "\"; ";
      text += "flags=\"" + flags_of(shown_options(*entry.command)) + "\" ;;\n";
    }
  }
  return text + std::string(kTail);
}

}  // namespace gantry::cli
