#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error_table.h"

namespace pith::cli {
namespace {

constexpr std::size_t kLeft = 2;         // columns before a name
constexpr std::size_t kTextColumn = 28;  // where descriptions start

void append_row(const std::string& name, const std::string& description, std::size_t columns, std::string* out) {
  *out += std::string(kLeft, ' ') + name;
  const std::size_t at = kLeft + name.size();
  if (at + 2 > kTextColumn) {
    *out += '\n' + std::string(kTextColumn, ' ');
  } else {
    *out += std::string(kTextColumn - at, ' ');
  }
  *out += wrap(description, columns, kTextColumn) + '\n';
}

std::string option_name(const CLI::Option* option) {
  std::string name;
  for (const std::string& letter : option->get_snames()) name += '-' + letter + ", ";
  if (name.empty()) name = "    ";
  for (const std::string& word : option->get_lnames()) name += "--" + word;
  if (option->get_items_expected_max() > 0) name += ' ' + option->get_type_name();
  return name;
}

std::string group_title(const CLI::Option* option) {
  const std::string& group = option->get_group();
  return group == "Options" || group == "OPTIONS" ? "Flags" : group;  // CLI11 2.5 spells its default in capitals
}

std::string exit_codes(std::size_t columns) {
  std::string out = "\nExit codes:\n";
  append_row("0", "done", columns, &out);
  std::vector<int> codes;
  for (const ErrorInfo& row : error_table()) codes.push_back(row.exit_code);
  codes.push_back(kExitFailedLines);
  std::ranges::sort(codes);
  const auto duplicates = std::ranges::unique(codes);
  codes.erase(duplicates.begin(), duplicates.end());
  for (const int code : codes) {
    std::string text = code == kExitFailedLines ? "a batch with failed lines came to its end" : "";
    for (const ErrorInfo& row : error_table()) {
      if (row.exit_code == code) text += (text.empty() ? "" : "; ") + std::string(row.meaning);
    }
    append_row(std::to_string(code), text, columns, &out);
  }
  return out;
}

}  // namespace

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string out;
  std::size_t at = indent;
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n' + std::string(indent, ' ');
      at = indent;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t n = std::min(text.find_first_of(" \n"), text.size());
    const bool starts_line = at == indent;
    if (!starts_line && at + 1 + n > columns) {
      out += '\n' + std::string(indent, ' ');
      at = indent;
    } else if (!starts_line) {
      out += ' ';
      ++at;
    }
    out += text.substr(0, n);
    at += n;
    text.remove_prefix(n);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return out;
}

std::string full_name(const CLI::App* app) {
  return app->get_parent() == nullptr ? app->get_name() : full_name(app->get_parent()) + ' ' + app->get_name();
}

std::string help_text(const CommandSet& commands, const Command& command, std::size_t columns) {
  const CLI::App* app = command.app;
  const std::string name = full_name(app);
  const auto subcommands = app->get_subcommands([](const CLI::App*) { return true; });
  std::string out = fmt::format("{}: {}\n\nUsage: {}{}{}{}\n", name, wrap(app->get_description(), columns, 0), name,
                                subcommands.empty() ? "" : " COMMAND", " [FLAGS]",
                                command.positional_usage.empty() ? "" : ' ' + command.positional_usage);
  if (!subcommands.empty()) {
    out += "\nCommands:\n";
    for (const CLI::App* sub : subcommands) append_row(sub->get_name(), sub->get_description(), columns, &out);
  }
  if (!command.positionals.empty()) out += '\n';
  for (const auto& [argument, description] : command.positionals) append_row(argument, description, columns, &out);

  std::vector<std::string> groups;  // in the order of their first flag, the unnamed one last
  for (const CLI::Option* option : app->get_options()) {
    if (std::ranges::find(groups, group_title(option)) == groups.end()) groups.push_back(group_title(option));
  }
  std::ranges::stable_partition(groups, [](const std::string& group) { return group != "Flags"; });
  for (const std::string& group : groups) {
    out += '\n' + group + ":\n";
    for (const CLI::Option* option : app->get_options()) {
      if (group_title(option) == group) append_row(option_name(option), option->get_description(), columns, &out);
    }
  }
  if (app == commands.root()) out += exit_codes(columns);
  if (!command.examples.empty()) {
    out += "\nExamples:\n";
    for (std::size_t i = 0; i < command.examples.size();) {
      const std::size_t end = std::min(command.examples.find('\n', i), command.examples.size());
      out += std::string(kLeft, ' ') + command.examples.substr(i, end - i) + '\n';
      i = end + 1;
    }
  }
  if (!subcommands.empty()) out += fmt::format("\n`{} COMMAND --help` tells more about a command.\n", name);
  return out;
}

}  // namespace pith::cli
