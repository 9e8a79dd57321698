#include "cli/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/suggest.h"

namespace pith::cli {
namespace {

// "-r,--rate" -> "--rate"
std::string long_name(const std::string& names) {
  const auto comma = names.rfind(',');
  return comma == std::string::npos ? names : names.substr(comma + 1);
}

CLI::Option* add_value(CLI::App* app, const std::string& names, CLI::callback_t on_values, const std::string& type,
                       const std::string& description) {
  return app->add_option(names, std::move(on_values), description)
      ->type_size(1)
      ->expected(1)
      ->allow_extra_args(false)
      ->type_name(type);
}

template <class T>
T parse_whole(std::string_view flag, std::string_view text, std::string_view expected) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) bad_argument(flag, fmt::format("\"{}\" is out of range", text));
  if (error != std::errc() || end != text.data() + text.size()) {
    bad_argument(flag, fmt::format("\"{}\" is not {}", text, expected));
  }
  return value;
}

}  // namespace

void bad_argument(std::string_view flag, std::string_view what) {
  throw ArgumentError{Error{ErrorCode::kInvalidArgument, fmt::format("{}: {}", flag, what)}};
}

CommandSet::CommandSet(CLI::App* root) : root_(root) {
  root_->allow_extras();
  root_->require_subcommand(0, 1);
  root_->set_help_flag("-h,--help", "Show this help");
  commands_.emplace_back().app = root_;
}

Command& CommandSet::add(CLI::App* parent, const std::string& name, const std::string& description) {
  Command& command = commands_.emplace_back();
  command.app = parent->add_subcommand(name, description);
  command.app->allow_extras();
  command.app->require_subcommand(0, 1);
  command.app->set_help_flag("-h,--help", "Show this help");
  return command;
}

const Command& CommandSet::find(const CLI::App* app) const {
  const auto found = std::ranges::find(commands_, app, &Command::app);
  PITH_CHECK(found != commands_.end(), "");
  return *found;
}

CLI::Option* add_text(CLI::App* app, const std::string& names, std::string* out, const std::string& type,
                      const std::string& description) {
  return add_value(
             app, names,
             [out](const CLI::results_t& values) {
               *out = values.back();
               return true;
             },
             type, description)
      ->take_last();
}

CLI::Option* add_number(CLI::App* app, const std::string& names, std::function<void(double)> set,
                        const std::string& type, const std::string& description) {
  return add_value(
             app, names,
             [set = std::move(set), flag = long_name(names)](const CLI::results_t& values) {
               set(to_number(flag, values.back()));
               return true;
             },
             type, description)
      ->take_last();
}

CLI::Option* add_integer(CLI::App* app, const std::string& names, std::function<void(std::int64_t)> set,
                         const std::string& type, const std::string& description) {
  return add_value(
             app, names,
             [set = std::move(set), flag = long_name(names)](const CLI::results_t& values) {
               set(to_integer(flag, values.back()));
               return true;
             },
             type, description)
      ->take_last();
}

CLI::Option* add_list(CLI::App* app, const std::string& names, std::function<void(const std::string&)> append,
                      const std::string& type, const std::string& description) {
  return add_value(
             app, names,
             [append = std::move(append)](const CLI::results_t& values) {
               std::ranges::for_each(values, append);
               return true;
             },
             type, description)
      ->take_all();
}

CLI::Option* add_choice(CLI::App* app, const std::string& names, const std::vector<std::string>& choices,
                        std::function<void(std::size_t)> set, const std::string& description) {
  auto on_values = [choices, set = std::move(set), flag = long_name(names)](const CLI::results_t& values) {
    const auto found = std::ranges::find(choices, values.back());
    if (found == choices.end()) {
      const std::vector<std::string_view> known(choices.begin(), choices.end());
      const std::string hint = did_you_mean(values.back(), known);
      bad_argument(flag, fmt::format("unknown value \"{}\"{}", values.back(),
                                     hint.empty() ? fmt::format("; use {}", fmt::join(choices, ", ")) : hint));
    }
    set(static_cast<std::size_t>(found - choices.begin()));
    return true;
  };
  return add_value(app, names, std::move(on_values), fmt::format("{}", fmt::join(choices, "|")), description)
      ->take_last();
}

CLI::Option* add_switch(CLI::App* app, const std::string& names, bool* out, const std::string& description) {
  return app->add_flag(names, *out, description);
}

double to_number(std::string_view flag, std::string_view text) {
  if (text.ends_with('%')) bad_argument(flag, fmt::format("\"{}\" is not a number; write 33% as 0.33", text));
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_whole<double>(flag, text, "a number");
}

std::int64_t to_integer(std::string_view flag, std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_whole<std::int64_t>(flag, text, "a whole number");
}

}  // namespace pith::cli
