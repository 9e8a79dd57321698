// `pith minify`: deletes what carries nothing. Needs no model.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/error_table.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/flags.h"
#include "cli/terminal.h"
#include "model/model_token_counter.h"
#include "pith/compress.h"
#include "text/json_writer.h"
#include "text/minify.h"

namespace pith::cli {
namespace {

struct MinifyOptions {
  std::string tokenizer = "o200k_base";
  bool json = false;
  bool stats = false;
};

struct Minified {
  std::string text;
  std::vector<ByteSpan> spans;
  MinifySavings savings;
  std::size_t origin_tokens = 0, n_tokens = 0;
  std::size_t origin_bytes = 0;
};

constexpr std::pair<std::string_view, std::uint32_t MinifySavings::*> kCategories[] = {
    {"json_space", &MinifySavings::json_bytes},         {"escapes", &MinifySavings::escape_bytes},
    {"overwritten", &MinifySavings::overwritten_bytes}, {"trailing_blanks", &MinifySavings::trailing_bytes},
    {"blank_lines", &MinifySavings::blank_line_bytes},  {"byte_order_marks", &MinifySavings::mark_bytes}};

Result<std::string> read_input(const std::string& path, const Environment& environment) {
  if (path != "-") {
    auto file = open_input(path);
    if (!file) return tl::unexpected(file.error());
    return read_text(file->get(), path, kMaxInputBytes);
  }
  if (is_terminal(environment.stdin_fd)) {
    say(environment.stderr_fd, "pith: reading from the terminal; end with Ctrl-D on an empty line\n");
  }
  return read_text(environment.stdin_fd, "standard input", kMaxInputBytes);
}

std::string as_json(const Minified& result, std::string_view tokenizer) {
  JsonWriter w;
  w.begin_object();
  w.key("text").string(result.text);
  w.key("origin_tokens").integer(result.origin_tokens);
  w.key("tokens").integer(result.n_tokens);
  w.key("tokenizer").string(tokenizer);
  w.key("spans").begin_array();
  for (const ByteSpan& span : result.spans) {
    w.begin_array();
    w.integer(span.begin).integer(span.end);
    w.end_array();
  }
  w.end_array();
  w.key("saved_bytes").begin_object();
  for (const auto& [name, bytes] : kCategories) w.key(name).integer(result.savings.*bytes);
  w.end_object().end_object();
  return std::move(w).text() + '\n';
}

std::string as_stats(const Minified& result) {
  std::string out = fmt::format("pith: {} -> {} tokens, {} -> {} bytes", result.origin_tokens, result.n_tokens,
                                result.origin_bytes, result.text.size());
  std::string_view between = " (";
  for (const auto& [name, bytes] : kCategories) {
    if (result.savings.*bytes == 0) continue;
    out += fmt::format("{}{} {}", between, name, result.savings.*bytes);
    between = ", ";
  }
  return out + (between == ", " ? ")\n" : "\n");
}

Result<int> run_minify(const MinifyOptions& options, const std::vector<std::string>& paths,
                       const Environment& environment) {
  const auto text = read_input(paths.empty() ? "-" : paths.front(), environment);
  if (!text) return tl::unexpected(text.error());
  Minified result;
  result.spans = minify_spans(*text, &result.savings);
  result.text = text_of_spans(*text, result.spans);
  result.origin_bytes = text->size();
  std::string out = result.text;
  if (options.json || options.stats) {
    const auto counter = load_model_token_counter(options.tokenizer);
    if (!counter) return tl::unexpected(counter.error());
    result.origin_tokens = (*counter)->count(*text);
    result.n_tokens = (*counter)->count(result.text);
    if (options.json) out = as_json(result, (*counter)->name());
  }
  if (options.stats) say(environment.stderr_fd, as_stats(result));
  const auto written = write_all(environment.stdout_fd, out, "standard output");
  if (!written) return tl::unexpected(written.error());
  return kExitOk;
}

}  // namespace

void add_minify_command(CommandSet* commands, const Environment& environment) {
  Command& command =
      commands->add(commands->root(), "minify", "Delete spare white space, terminal colours, overwritten lines");
  const auto options = std::make_shared<MinifyOptions>();
  add_switch(command.app, "--stats", &options->stats, "Report tokens and bytes saved on standard error");
  add_switch(command.app, "--json", &options->json, "Write JSON: the text, its spans of the input, and what was saved");
  add_tokenizer_flag(command.app, &options->tokenizer,
                     "Whose tokens --stats and --json count, by name or as the path of a folder with its "
                     "tokenizer.json or of its GGUF file (default: o200k_base)");
  command.positional_usage = "[FILE]";
  command.positionals = {{"FILE", "A text; none or \"-\" reads standard input"}};
  command.max_positionals = 1;
  command.positional_kind = PositionalKind::kFiles;
  command.examples =
      "pith minify data.json > small.json\n"
      "make 2>&1 | pith minify --stats";
  command.action = [options, &environment](const std::vector<std::string>& files) {
    return run_minify(*options, files, environment);
  };
}

}  // namespace pith::cli
