// `pith compress`: texts in, one shorter text out.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "base/error_table.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/show.h"
#include "cli/terminal.h"
#include "compress/response_json.h"
#include "compress/validate.h"

namespace pith::cli {
namespace {

struct CompressOptions {
  CompressRequest request;
  EngineOptions engine;
  std::string output_path;
  ColorMode color = ColorMode::kAuto;
  bool json = false;
  bool show = false;
  bool stats = false;
  bool no_progress = false;
};

Result<void> check_outputs(const CompressOptions& o) {
  if (o.show && o.json && o.output_path.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "--json and --show both write to standard output: give -o FILE for the JSON");
  }
  if (o.show && o.request.reference) {
    return fail(ErrorCode::kUnsupported,
                "--show needs the places of the kept words, which --reference does not have: leave one of them out");
  }
  return {};
}

// The texts, and the names to head them with.
Result<std::vector<std::string>> read_contexts(const std::vector<std::string>& paths, const Environment& environment) {
  std::vector<std::string> texts;
  std::size_t n_left = kMaxInputBytes;
  for (const std::string& path : paths) {
    Result<std::string> text = std::string();
    if (path == "-") {
      if (is_terminal(environment.stdin_fd)) {
        say(environment.stderr_fd, "pith: reading from the terminal; end with Ctrl-D on an empty line\n");
      }
      text = read_text(environment.stdin_fd, "standard input", kMaxInputBytes);
    } else {
      auto file = open_input(path);
      if (!file) return tl::unexpected(file.error());
      text = read_text(file->get(), path, kMaxInputBytes);
    }
    if (!text) return tl::unexpected(text.error());
    if (text->size() > n_left) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: with it the texts have more than the limit of {} bytes ({} MiB): "
                              "give fewer files at a time",
                              path, kMaxInputBytes, kMaxInputBytes >> 20));
    }
    n_left -= text->size();
    texts.push_back(std::move(*text));
  }
  return texts;
}

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

class CompressRun {
 public:
  CompressRun(CompressOptions options, const Environment& environment)
      : options_(std::move(options)), environment_(environment) {}

  Result<int> run(std::vector<std::string> paths) {
    if (auto ok = check_outputs(options_); !ok) return tl::unexpected(ok.error());
    if (paths.empty()) paths.emplace_back("-");
    auto texts = read_contexts(paths, environment_);
    if (!texts) return tl::unexpected(texts.error());
    options_.request.context = std::move(*texts);
    if (options_.show) options_.request.return_word_scores = true;
    // Before the model is loaded: a wrong flag should not cost a second.
    if (auto ok = validate(options_.request); !ok) return tl::unexpected(ok.error());
    // One request, so the precision it will run at is known: load that one only.
    if (!options_.engine.precision) options_.engine.precision = default_precision(options_.request.reference);
    const auto start = std::chrono::steady_clock::now();
    const auto engine = environment_.create_engine(options_.engine);
    if (!engine) return tl::unexpected(engine.error());
    const double load_ms = ms_since(start);
    auto result = compress(**engine);
    if (!result) return tl::unexpected(result.error());
    if (auto ok = write(*result, paths); !ok) return tl::unexpected(ok.error());
    if (!options_.json) {
      for (const std::string& warning : result->warnings) {
        say(environment_.stderr_fd, fmt::format("pith: warning: {}\n", warning));
      }
    }
    if (options_.stats) {
      std::size_t n_bytes = 0;
      for (const std::string& text : options_.request.context) n_bytes += text.size();
      say(environment_.stderr_fd, stats_text(*result, n_bytes, (*engine)->model_description(), load_ms));
    }
    return kExitOk;
  }

 private:
  Result<CompressResult> compress(const Engine& engine) {
    ProgressBar bar(environment_.stderr_fd, !options_.no_progress && is_terminal(environment_.stderr_fd));
    auto result = engine.compress(options_.request, [&bar](std::size_t n_done, std::size_t n_total) {
      bar.update(n_done, n_total, fmt::format("{} tokens", with_commas(static_cast<std::int64_t>(n_done))));
      return stop_signal() == 0;
    });
    if (!result && result.error().code == ErrorCode::kCancelled) return fail(ErrorCode::kCancelled, "interrupted");
    return result;
  }

  Result<void> write(const CompressResult& result, const std::vector<std::string>& paths) const {
    const std::string json =
        options_.json ? response_json(result, {IdKind::kNone, /*timings=*/true}) + '\n' : std::string();
    const std::string& text = options_.json ? json : result.compressed_prompt;
    if (!options_.output_path.empty()) {
      if (auto ok = options_.output_path == "-" ? write_all(environment_.stdout_fd, text, "standard output")
                                                : write_file(options_.output_path, text);
          !ok) {
        return ok;
      }
    } else if (!options_.show) {
      if (auto ok = write_text(text); !ok) return ok;
    }
    return options_.show ? show(result, paths) : Result<void>();
  }

  // To standard output, byte for byte; a terminal also gets the newline that keeps the prompt on its own line.
  Result<void> write_text(const std::string& text) const {
    const bool add_newline = is_terminal(environment_.stdout_fd) && !text.empty() && !text.ends_with('\n');
    return write_all(environment_.stdout_fd, add_newline ? text + '\n' : text, "standard output");
  }

  Result<void> show(const CompressResult& result, const std::vector<std::string>& paths) const {
    const bool color = use_color(options_.color, environment_.stdout_fd);
    std::string out;
    for (std::size_t i = 0; i < options_.request.context.size(); ++i) {
      const std::string& text = options_.request.context[i];
      if (paths.size() > 1) {
        const bool kept = std::ranges::find(result.kept_context_ids, i) != result.kept_context_ids.end();
        out += fmt::format("{}{}=== {}{} ==={}\n", i == 0 ? "" : "\n", color ? "\x1b[1m" : "", paths[i],
                           kept ? "" : " (dropped)", color ? "\x1b[0m" : "");
      }
      out += show_text(
          text, i < result.spans.size() ? std::span<const ByteSpan>(result.spans[i]) : std::span<const ByteSpan>(),
          i < result.word_scores.size() ? std::span<const WordScore>(result.word_scores[i])
                                        : std::span<const WordScore>(),
          color);
      if (!out.ends_with('\n')) out += '\n';
    }
    if (auto ok = write_all(environment_.stdout_fd, out, "standard output"); !ok) return ok;
    say(environment_.stderr_fd, show_legend(use_color(options_.color, environment_.stderr_fd)) + '\n');
    if (!options_.stats) say(environment_.stderr_fd, summary_line(result) + '\n');
    return {};
  }

  CompressOptions options_;
  const Environment& environment_;
};

}  // namespace

void add_compress_command(CommandSet* commands, const Environment& environment) {
  Command& command = commands->add(commands->root(), "compress", "Shorten a text, keeping the words that matter");
  const auto options = std::make_shared<CompressOptions>();
  CLI::App* app = command.app;
  add_budget_flags(app, &options->request);
  constexpr const char* kOutput = "Output";
  add_text(app, "-o,--output", &options->output_path, "FILE", "Write the result here instead of to standard output")
      ->group(kOutput);
  add_switch(app, "--json", &options->json, "Write the whole response as JSON: text, counts, kept spans, times")
      ->group(kOutput);
  add_switch(app, "--show", &options->show,
             "Show the original with what was dropped struck through (without colours: [-dropped-])")
      ->group(kOutput);
  add_switch(app, "--stats", &options->stats, "Tokens, bytes and times on standard error")->group(kOutput);
  add_color_flag(app, &options->color)->group(kOutput);
  add_switch(app, "--no-progress", &options->no_progress, "No progress bar")->group(kOutput);
  add_request_flags(app, &options->request);
  add_engine_flags(app, &options->engine);
  command.positional_usage = "[FILE...]";
  command.positionals = {{"FILE...",
                          "Texts to shorten, one context each; none or \"-\" reads standard input. Several are "
                          "shortened as one prompt, joined by a blank line"}};
  command.max_positionals = SIZE_MAX;
  command.positional_kind = PositionalKind::kFiles;
  command.examples =
      "pith compress meeting.txt --rate 0.33\n"
      "pith compress notes.md --target-token 500 -o short.md --stats\n"
      "pith compress report.txt --show | less -R\n"
      "git diff | pith compress -r 0.5 -f '\\n' -f '+' -f '-'";
  command.action = [options, &environment](const std::vector<std::string>& files) {
    return CompressRun(std::move(*options), environment).run(files);
  };
}

}  // namespace pith::cli
