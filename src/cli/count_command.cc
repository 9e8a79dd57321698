// `pith count`: how many tokens texts have. Needs no model.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/error_table.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/flags.h"
#include "cli/terminal.h"
#include "model/model_token_counter.h"
#include "pith/compress.h"
#include "text/json_writer.h"

namespace pith::cli {
namespace {

struct CountOptions {
  std::string tokenizer = "o200k_base";
  bool json = false;
};

struct Count {
  std::string name;
  std::size_t n_tokens = 0;
  std::size_t n_bytes = 0;
};

Result<Count> count_one(const std::string& path, const TokenCounter& counter, const Environment& environment) {
  FileDescriptor owned;
  int fd = environment.stdin_fd;
  const std::string name = path == "-" ? "standard input" : path;
  if (path != "-") {
    auto file = open_input(path);
    if (!file) return tl::unexpected(file.error());
    owned = std::move(*file);
    fd = owned.get();
  } else if (is_terminal(fd)) {
    say(environment.stderr_fd, "pith: reading from the terminal; end with Ctrl-D on an empty line\n");
  }
  const auto text = read_text(fd, name, kMaxInputBytes);
  if (!text) return tl::unexpected(text.error());
  return Count{path, counter.count(*text), text->size()};
}

// One input: the number alone. Several: like wc, a column of numbers, then the total.
std::string as_text(const std::vector<Count>& counts, std::size_t n_total) {
  if (counts.size() == 1) return fmt::format("{}\n", n_total);
  const std::size_t width = std::to_string(n_total).size();
  std::string out;
  for (const Count& count : counts) out += fmt::format("{:>{}} {}\n", count.n_tokens, width, count.name);
  return out + fmt::format("{:>{}} total\n", n_total, width);
}

std::string as_json(const std::vector<Count>& counts, std::size_t n_total, std::string_view tokenizer) {
  JsonWriter w;
  w.begin_object();
  w.key("tokenizer").string(tokenizer);
  w.key("tokens").integer(n_total);
  w.key("files").begin_array();
  for (const Count& count : counts) {
    w.begin_object();
    w.key("name").string(count.name);
    w.key("tokens").integer(count.n_tokens);
    w.key("bytes").integer(count.n_bytes);
    w.end_object();
  }
  w.end_array().end_object();
  return std::move(w).text() + '\n';
}

Result<int> run_count(const CountOptions& options, std::vector<std::string> paths, const Environment& environment) {
  if (paths.empty()) paths.emplace_back("-");
  const auto counter = load_model_token_counter(options.tokenizer);
  if (!counter) return tl::unexpected(counter.error());
  std::vector<Count> counts;
  std::size_t n_total = 0;
  for (const std::string& path : paths) {
    auto count = count_one(path, **counter, environment);
    if (!count) return tl::unexpected(count.error());
    n_total += count->n_tokens;
    counts.push_back(std::move(*count));
  }
  const std::string out = options.json ? as_json(counts, n_total, (*counter)->name()) : as_text(counts, n_total);
  if (auto ok = write_all(environment.stdout_fd, out, "standard output"); !ok) return tl::unexpected(ok.error());
  return kExitOk;
}

}  // namespace

void add_count_command(CommandSet* commands, const Environment& environment) {
  Command& command = commands->add(commands->root(), "count", "Count the tokens of texts");
  const auto options = std::make_shared<CountOptions>();
  add_tokenizer_flag(
      command.app, &options->tokenizer,
      "Whose tokens to count, by name or as the path of a folder with its tokenizer.json or of its GGUF file (default: "
      "o200k_base)");
  add_switch(command.app, "--json", &options->json, "Write the counts as JSON, with bytes");
  command.positional_usage = "[FILE...]";
  command.positionals = {{"FILE...", "Texts; none or \"-\" reads standard input"}};
  command.max_positionals = SIZE_MAX;
  command.positional_kind = PositionalKind::kFiles;
  command.examples =
      "pith count prompt.txt\n"
      "pith count *.md --tokenizer cl100k_base";
  command.action = [options, &environment](const std::vector<std::string>& files) {
    return run_count(*options, files, environment);
  };
}

}  // namespace pith::cli
