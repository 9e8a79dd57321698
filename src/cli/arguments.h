// A thin layer over CLI11: commands with positional arguments, and value flags whose errors read the same with every
// CLI11 version. Positional arguments are what CLI11 leaves over, so that "[x]", "{}" and negative numbers arrive as
// typed.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pith/result.h"

namespace pith::cli {

/// Thrown by flag callbacks through CLI11, which knows no Result; caught by run().
struct ArgumentError {
  Error error;
};

[[noreturn]] void bad_argument(std::string_view flag, std::string_view what);

/// What a shell may complete in place of a positional argument.
enum class PositionalKind { kNone, kFiles, kFolders, kWords, kModels, kPulledModels };

struct Command {
  CLI::App* app = nullptr;
  std::string positional_usage;                                  ///< "[FILE...]"
  std::vector<std::pair<std::string, std::string>> positionals;  ///< name and description, for help
  std::size_t min_positionals = 0;
  std::size_t max_positionals = 0;
  PositionalKind positional_kind = PositionalKind::kNone;
  std::vector<std::string> positional_words;  ///< for kWords
  std::string examples;                       ///< lines of help, indented by the formatter
  /// Runs the command; the value is the exit code.
  std::function<Result<int>(const std::vector<std::string>& positionals)> action;
};

/// The commands of the program, in the order of the help text. References stay valid.
class CommandSet {
 public:
  explicit CommandSet(CLI::App* root);
  Command& add(CLI::App* parent, const std::string& name, const std::string& description);
  [[nodiscard]] const Command& find(const CLI::App* app) const;  ///< REQUIRES: made by add(), or the root
  [[nodiscard]] CLI::App* root() const { return root_; }
  [[nodiscard]] Command& root_command() { return commands_.front(); }

 private:
  CLI::App* root_;
  std::deque<Command> commands_;
};

// Value flags. `names` as CLI11 spells them: "-r,--rate". A flag given twice: the last one counts, except add_list.

CLI::Option* add_text(CLI::App* app, const std::string& names, std::string* out, const std::string& type,
                      const std::string& description);
CLI::Option* add_number(CLI::App* app, const std::string& names, std::function<void(double)> set,
                        const std::string& type, const std::string& description);
CLI::Option* add_integer(CLI::App* app, const std::string& names, std::function<void(std::int64_t)> set,
                         const std::string& type, const std::string& description);
/// Each occurrence is handed over in order.
CLI::Option* add_list(CLI::App* app, const std::string& names, std::function<void(const std::string&)> append,
                      const std::string& type, const std::string& description);
/// `choices` shows up as the type ("auto|always|never"), which is also what shell completion offers.
CLI::Option* add_choice(CLI::App* app, const std::string& names, const std::vector<std::string>& choices,
                        std::function<void(std::size_t)> set, const std::string& description);
CLI::Option* add_switch(CLI::App* app, const std::string& names, bool* out, const std::string& description);

/// A flag's value as a number. Throws ArgumentError.
[[nodiscard]] double to_number(std::string_view flag, std::string_view text);
[[nodiscard]] std::int64_t to_integer(std::string_view flag, std::string_view text);

}  // namespace pith::cli
