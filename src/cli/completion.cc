#include "cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/help.h"

namespace pith::cli {
namespace {

// What may follow a flag.
struct FlagInfo {
  std::vector<std::string> names;  // "-r", "--rate"
  std::string description;         // first sentence
  bool takes_value = false;
  std::vector<std::string> choices;  // of the value; empty = free
  bool is_file = false;
  bool is_folder = false;
};

struct CommandInfo {
  std::vector<std::string> path;  // {"models", "show"}; empty for the root
  const Command* command = nullptr;
  std::vector<const CLI::App*> subcommands;
  std::vector<FlagInfo> flags;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

// A description up to its first aside: shells show one short line.
std::string first_words(const std::string& description) {
  std::size_t end = description.find_first_of(";:(\n");
  end = std::min({end, description.find(". "), description.size()});
  while (end > 0 && description[end - 1] == ' ') --end;
  return description.substr(0, end);
}

FlagInfo flag_info(const CLI::Option* option) {
  FlagInfo info;
  for (const std::string& letter : option->get_snames()) info.names.push_back('-' + letter);
  for (const std::string& word : option->get_lnames()) info.names.push_back("--" + word);
  info.description = first_words(option->get_description());
  info.takes_value = option->get_items_expected_max() > 0;
  const std::string type = info.takes_value ? option->get_type_name() : "";
  info.is_file = type == "FILE";
  info.is_folder = type.find("DIR") != std::string::npos;
  if (type.find('|') != std::string::npos && !info.is_folder) info.choices = split(type, '|');
  return info;
}

void collect(const CommandSet& commands, const CLI::App* app, std::vector<std::string> path,
             std::vector<CommandInfo>* out) {
  CommandInfo info{path, &commands.find(app), {}, {}};
  for (const CLI::Option* option : app->get_options()) info.flags.push_back(flag_info(option));
  for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; }))
    info.subcommands.push_back(sub);
  out->push_back(info);
  for (const CLI::App* sub : info.subcommands) {
    path.push_back(sub->get_name());
    collect(commands, sub, path, out);
    path.pop_back();
  }
}

std::string shell_quoted(const std::string& text) {  // for single quotes of a POSIX shell
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<std::string> words_of(const CommandInfo& info) {
  std::vector<std::string> words = info.command->positional_words;
  for (const CLI::App* sub : info.subcommands) words.push_back(sub->get_name());
  return words;
}

bool offers_files(const CommandInfo& info) {
  return info.command->positional_kind == PositionalKind::kFiles ||
         info.command->positional_kind == PositionalKind::kFolders;
}

/// The command whose output a shell offers, or "". Names of models change while the script stays.
std::string name_source(const CommandInfo& info) {
  switch (info.command->positional_kind) {
    case PositionalKind::kModels:
      return "pith models list --names 2>/dev/null";
    case PositionalKind::kPulledModels:
      return "pith models list --names --pulled 2>/dev/null";
    default:
      return {};
  }
}

// ---- bash ----

std::string bash_script(const std::vector<CommandInfo>& commands) {
  std::string nested;  // patterns of two-word commands, so that "models show" is told from "models"
  std::string values;
  std::string words;
  for (const CommandInfo& info : commands) {
    const std::string path = fmt::format("{}", fmt::join(info.path, " "));
    for (const CLI::App* sub : info.subcommands) {
      nested += fmt::format("      {}) command={};;\n", shell_quoted(path + '/' + sub->get_name()),
                            shell_quoted(path.empty() ? sub->get_name() : path + ' ' + sub->get_name()));
    }
    std::vector<std::string> names = words_of(info);
    for (const FlagInfo& flag : info.flags) {
      names.insert(names.end(), flag.names.begin(), flag.names.end());
      if (!flag.takes_value) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : flag.names) patterns.push_back(shell_quoted(path + '/' + name));
      const std::string action = !flag.choices.empty()
                                     ? fmt::format("COMPREPLY=($(compgen -W {} -- \"$current\"))",
                                                   shell_quoted(fmt::format("{}", fmt::join(flag.choices, " "))))
                                 : flag.is_folder ? std::string("COMPREPLY=($(compgen -d -- \"$current\"))")
                                 : flag.is_file   ? std::string("COMPREPLY=($(compgen -f -- \"$current\"))")
                                                  : std::string("COMPREPLY=()");
      values += fmt::format("    {}) {}; return;;\n", fmt::join(patterns, "|"), action);
    }
    const std::string source = name_source(info);
    words += fmt::format("    {}) words={}{}; files={};;\n", shell_quoted(path),
                         shell_quoted(fmt::format("{}", fmt::join(names, " "))),
                         source.empty() ? "" : fmt::format("\" $({})\"", source), offers_files(info) ? 1 : 0);
  }
  return fmt::format(R"(# bash completion for pith, written by `pith completion bash`. Use it with:
#   source <(pith completion bash)
_pith() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}" command='' words='' files=0 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command/${{COMP_WORDS[i]}}" in
{}    esac
  done
  case "$command/$previous" in
{}  esac
  case "$command" in
{}  esac
  COMPREPLY=()
  if [[ $current == -* || $files == 0 || $command == '' ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); fi
  if [[ $current != -* && $files == 1 ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}}
complete -o filenames -o bashdefault -F _pith pith
)",
                     nested, values, words);
}

// ---- zsh ----

std::string zsh_escaped(const std::string& text) {  // inside a spec: colons and brackets have a meaning
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_function(const CommandInfo& info) {
  std::string name = "_pith";
  for (const std::string& word : info.path) name += '_' + word;
  std::string out = name + "() {\n";
  std::string arguments;
  for (const FlagInfo& flag : info.flags) {
    const std::string action = !flag.choices.empty() ? fmt::format("({})", fmt::join(flag.choices, " "))
                               : flag.is_folder      ? std::string("_files -/")
                               : flag.is_file        ? std::string("_files")
                                                     : std::string(" ");
    for (const std::string& spelling : flag.names) {
      std::string spec = "*" + spelling + '[' + zsh_escaped(flag.description) + ']';
      if (flag.takes_value) spec += ":value:" + action;
      arguments += " \\\n    " + shell_quoted(spec);
    }
  }
  if (!info.subcommands.empty()) {
    std::string commands;
    std::string dispatch;
    for (const CLI::App* sub : info.subcommands) {
      commands += ' ' + shell_quoted(zsh_escaped(sub->get_name()) + ':' + sub->get_description());
      dispatch += fmt::format("      {}) {}_{};;\n", sub->get_name(), name, sub->get_name());
    }
    out += fmt::format(
        "  local -a commands=({} )\n  local state\n  _arguments -C{} \\\n    '1:command:->command' "
        "'*::argument:->argument'\n"
        "  case $state in\n    command) _describe command commands;;\n    argument) case $words[1] in\n{}"
        "    esac;;\n  esac\n",
        commands, arguments, dispatch);
  } else {
    const auto& words = info.command->positional_words;
    if (!words.empty()) {
      arguments += " \\\n    " + shell_quoted(fmt::format("*:argument:({})", fmt::join(words, " ")));
    } else if (const std::string source = name_source(info); !source.empty()) {
      arguments += fmt::format(" \\\n    \"*:model:($({}))\"", source);
    } else if (offers_files(info)) {
      arguments += " \\\n    '*:file:_files'";
    }
    out += "  _arguments -s" + arguments + '\n';
  }
  return out + "}\n";
}

std::string zsh_script(const std::vector<CommandInfo>& commands) {
  std::string out =
      "#compdef pith\n# zsh completion for pith, written by `pith completion zsh`. Use it with:\n"
      "#   source <(pith completion zsh)\n";
  for (const CommandInfo& info : commands) out += zsh_function(info);
  return out + "if [ \"$funcstack[1]\" = _pith ]; then _pith \"$@\"; else compdef _pith pith; fi\n";
}

// ---- fish ----

std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_script(const std::vector<CommandInfo>& commands) {
  std::string out =
      "# fish completion for pith, written by `pith completion fish`. Use it with:\n"
      "#   pith completion fish | source\n";
  for (const CommandInfo& info : commands) {
    std::vector<std::string> subcommand_names;
    for (const CLI::App* sub : info.subcommands) subcommand_names.push_back(sub->get_name());
    std::string condition;
    for (const std::string& word : info.path) {
      condition += (condition.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") + word;
    }
    if (!subcommand_names.empty()) {
      condition += (condition.empty() ? "" : "; and ") +
                   fmt::format("not __fish_seen_subcommand_from {}", fmt::join(subcommand_names, " "));
    }
    const std::string prefix = "complete -c pith -n " + fish_quoted(condition) + ' ';
    for (const CLI::App* sub : info.subcommands) {
      out += prefix + fmt::format("-f -a {} -d {}\n", sub->get_name(), fish_quoted(sub->get_description()));
    }
    if (!info.command->positional_words.empty()) {
      out += prefix + "-f -a " + fish_quoted(fmt::format("{}", fmt::join(info.command->positional_words, " "))) + '\n';
    } else if (const std::string source = name_source(info); !source.empty()) {
      out += prefix + "-f -a " + fish_quoted('(' + source + ')') + '\n';
    } else if (!offers_files(info)) {
      out += prefix + "-f\n";
    }
    for (const FlagInfo& flag : info.flags) {
      out += prefix;
      for (const std::string& name : flag.names) {
        out += name.starts_with("--") ? "-l " + name.substr(2) + ' ' : "-s " + name.substr(1) + ' ';
      }
      if (!flag.choices.empty()) {
        out += "-x -a " + fish_quoted(fmt::format("{}", fmt::join(flag.choices, " "))) + ' ';
      } else if (flag.is_file || flag.is_folder) {
        out += "-r -F ";
      } else if (flag.takes_value) {
        out += "-x ";
      }
      out += "-d " + fish_quoted(flag.description) + '\n';
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const CommandSet& commands, Shell shell) {
  std::vector<CommandInfo> all;
  collect(commands, commands.root(), {}, &all);
  switch (shell) {
    case Shell::kBash:
      return bash_script(all);
    case Shell::kZsh:
      return zsh_script(all);
    case Shell::kFish:
      return fish_script(all);
  }
  return {};
}

}  // namespace pith::cli
