#include "cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "base/error_table.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/files.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"

namespace pith::cli {
namespace {

constexpr const char* kExamples =
    "pith compress meeting.txt --rate 0.33           # a third of the tokens, to standard output\n"
    "pith compress meeting.txt --rate 0.33 --show    # see what was dropped\n"
    "pith count meeting.txt                          # how many tokens it has\n"
    "pith batch requests.jsonl -o results.jsonl      # many texts, resumable";

struct CommandLine {
  std::vector<std::string> flags;        // what CLI11 reads
  std::vector<std::string> positionals;  // what follows "--"
};

// `pith help [COMMAND...]` is `pith [COMMAND...] --help`. What follows "--" is kept from CLI11.
CommandLine split(int argc, const char* const* argv) {
  CommandLine line;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--") {
      line.positionals.assign(argv + i + 1, argv + argc);
      break;
    }
    line.flags.emplace_back(argv[i]);
  }
  if (!line.flags.empty() && line.flags.front() == "help") {
    line.flags.erase(line.flags.begin());
    line.flags.emplace_back("--help");
  }
  return line;
}

const CLI::App* deepest(const CLI::App* app) {
  const auto parsed = app->get_subcommands();
  return parsed.empty() ? app : deepest(parsed.back());
}

// What an error is about: "compress: ", or nothing for the program itself.
std::string prefix(const CLI::App* app) {
  std::string name = full_name(app);
  const auto space = name.find(' ');
  return space == std::string::npos ? std::string() : name.substr(space + 1) + ": ";
}

std::string see_help(const CLI::App* app) { return fmt::format("`{} --help` lists them", full_name(app)); }

tl::unexpected<Error> unknown_flag(const CLI::App* app, const std::string& flag) {
  const std::string name = flag.substr(0, flag.find('='));
  std::vector<std::string> known;
  for (const CLI::Option* option : app->get_options()) {
    for (const std::string& word : option->get_lnames()) known.push_back("--" + word);
    for (const std::string& letter : option->get_snames()) known.push_back('-' + letter);
  }
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string hint = did_you_mean(name, views);
  return fail(ErrorCode::kUnknownField,
              fmt::format("{}unknown flag \"{}\"{}", prefix(app), name, hint.empty() ? "; " + see_help(app) : hint));
}

tl::unexpected<Error> unknown_command(const CLI::App* app, const std::string& name) {
  std::vector<std::string_view> known;
  for (const CLI::App* sub : app->get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(sub->get_name());
  const std::string hint = did_you_mean(name, known);
  return fail(ErrorCode::kUnknownField,
              fmt::format("{}unknown command \"{}\"{}", prefix(app), name, hint.empty() ? "; " + see_help(app) : hint));
}

bool looks_like_flag(const std::string& text) { return text.size() > 1 && text.front() == '-'; }

class Program {
 public:
  explicit Program(const Environment& environment) : environment_(environment), commands_(&root_) {
    commands_.root_command().examples = kExamples;
    root_.add_flag("--version", version_, "Print the version");
    add_compress_command(&commands_, environment_);
    add_batch_command(&commands_, environment_);
    add_count_command(&commands_, environment_);
    add_minify_command(&commands_, environment_);
    add_models_command(&commands_, environment_);
    add_convert_command(&commands_, environment_);
    add_completion_command(&commands_, environment_);
  }

  Result<int> run(int argc, const char* const* argv) {
    CommandLine line = split(argc, argv);
    try {
      std::vector<std::string> reversed(line.flags.rbegin(), line.flags.rend());  // as CLI11 wants them
      root_.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
      return print(help_text(commands_, commands_.find(deepest(&root_)), help_columns()));
    } catch (const CLI::ParseError& error) {
      const CLI::App* app = deepest(&root_);
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}{}; see `{} --help`", prefix(app), error.what(), full_name(app)));
    }
    if (version_) return print(fmt::format("pith {}\n", PITH_VERSION));
    return dispatch(std::move(line.positionals));
  }

 private:
  Result<int> dispatch(std::vector<std::string> after_dashes) {
    const CLI::App* app = deepest(&root_);
    const Command& command = commands_.find(app);
    for (const CLI::App* above = app->get_parent(); above != nullptr; above = above->get_parent()) {
      if (const auto extra = above->remaining(); !extra.empty()) {
        if (looks_like_flag(extra.front())) {
          return fail(ErrorCode::kUnknownField,
                      fmt::format("unknown flag \"{}\" before the command: flags go after it, as in "
                                  "`{} {}`",
                                  extra.front(), full_name(app), extra.front()));
        }
        return unknown_command(above, extra.front());
      }
    }
    std::vector<std::string> positionals;
    for (const std::string& argument : app->remaining()) {
      if (looks_like_flag(argument)) return unknown_flag(app, argument);
      positionals.push_back(argument);
    }
    if (!command.action) {
      if (!positionals.empty()) return unknown_command(app, positionals.front());
      say(environment_.stderr_fd, help_text(commands_, command, help_columns()));
      return error_info(ErrorCode::kInvalidArgument).exit_code;
    }
    positionals.insert(positionals.end(), after_dashes.begin(), after_dashes.end());
    if (positionals.size() < command.min_positionals) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}{} is missing; usage: {} {}", prefix(app),
                              command.positionals[positionals.size()].first, full_name(app), command.positional_usage));
    }
    if (positionals.size() > command.max_positionals) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("{}unexpected argument \"{}\"; usage: {}{}{}", prefix(app), positionals[command.max_positionals],
                      full_name(app), command.positional_usage.empty() ? "" : " ", command.positional_usage));
    }
    return command.action(positionals);
  }

  Result<int> print(const std::string& text) const {
    if (auto ok = write_all(environment_.stdout_fd, text, "standard output"); !ok) return tl::unexpected(ok.error());
    return kExitOk;
  }

  std::size_t help_columns() const {
    constexpr std::size_t kWidest = 100;  // longer lines are hard to read
    return std::min(terminal_columns(environment_.stdout_fd), kWidest);
  }

  const Environment& environment_;
  CLI::App root_{"shorten prompts for large language models without losing what matters", "pith"};
  CommandSet commands_;
  bool version_ = false;
};

int report(const Error& error, const Environment& environment) {
  say(environment.stderr_fd, fmt::format("pith: error: {}\n", error.message));
  constexpr int kSignalBase = 128;
  if (error.code == ErrorCode::kCancelled && stop_signal() != 0) return kSignalBase + stop_signal();
  return error_info(error.code).exit_code;
}

}  // namespace

void add_completion_command(CommandSet* commands, const Environment& environment) {
  Command& command = commands->add(commands->root(), "completion", "Print a completion script for a shell");
  command.positional_usage = "bash|zsh|fish";
  command.positionals = {{"SHELL", "bash, zsh or fish"}};
  command.min_positionals = 1;
  command.max_positionals = 1;
  command.positional_kind = PositionalKind::kWords;
  command.positional_words = {"bash", "zsh", "fish"};
  command.examples =
      "source <(pith completion bash)                 # in ~/.bashrc\n"
      "source <(pith completion zsh)                  # in ~/.zshrc, after compinit\n"
      "pith completion fish > ~/.config/fish/completions/pith.fish";
  command.action = [commands, &environment](const std::vector<std::string>& shells) -> Result<int> {
    constexpr std::array<std::string_view, 3> kShells{"bash", "zsh", "fish"};  // in the order of Shell
    const auto found = std::ranges::find(kShells, shells.front());
    if (found == kShells.end()) {
      const std::string hint = did_you_mean(shells.front(), kShells);
      return fail(ErrorCode::kUnknownField, fmt::format("completion: unknown shell \"{}\"{}", shells.front(),
                                                        hint.empty() ? "; use bash, zsh or fish" : hint));
    }
    const std::string script = completion_script(*commands, static_cast<Shell>(found - kShells.begin()));
    if (auto ok = write_all(environment.stdout_fd, script, "standard output"); !ok) return tl::unexpected(ok.error());
    return kExitOk;
  };
}

int run(int argc, const char* const* argv, const Environment& environment) {
  try {
    Program program(environment);
    const auto code = program.run(argc, argv);
    return code ? *code : report(code.error(), environment);
  } catch (const ArgumentError& bad) {
    return report(bad.error, environment);
  } catch (const BrokenPipe&) {
    return kExitBrokenPipe;
  } catch (const std::bad_alloc&) {
    return report({ErrorCode::kInternal, "out of memory: give a smaller input, or fewer --jobs"}, environment);
  } catch (const std::exception& error) {
    return report({ErrorCode::kInternal, fmt::format("internal error: {}; please report it", error.what())},
                  environment);
  } catch (...) {
    return report({ErrorCode::kInternal, "internal error of an unknown kind; please report it"}, environment);
  }
}

}  // namespace pith::cli
