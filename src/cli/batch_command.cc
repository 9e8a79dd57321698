// `pith batch`: one request per line in, one response per line out, in order; see batch_journal.h for how it resumes.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/error_table.h"
#include "cli/batch_journal.h"
#include "cli/batch_line.h"
#include "cli/batch_window.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/flags.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "compress/request_json.h"
#include "model/precision.h"

namespace pith::cli {
namespace {

struct BatchOptions {
  CompressRequest defaults;
  EngineOptions engine;
  std::string output_path;
  std::size_t n_jobs = 2;
  bool restart = false;
  bool timings = false;
  bool no_progress = false;
};

// Where results go: a resumable file, or a stream that is not.
class BatchOutput {
 public:
  explicit BatchOutput(BatchJournal journal) : journal_(std::move(journal)) {}
  BatchOutput(FileDescriptor owned, int fd, std::string name)
      : owned_(std::move(owned)), fd_(fd), name_(std::move(name)) {}

  [[nodiscard]] BatchPosition start() const { return journal_ ? journal_->start() : BatchPosition{}; }
  [[nodiscard]] std::string resume_hint() const {
    return journal_ ? "; run the same command again to go on" : std::string();
  }
  [[nodiscard]] std::string part_path() const { return journal_ ? journal_->part_path() : name_; }
  Result<void> append(std::string_view results, const BatchPosition& position) {
    return journal_ ? journal_->append(results, position) : write_all(fd_, results, name_);
  }
  void abandon() {
    if (journal_) journal_->abandon();
  }
  Result<void> finish() { return journal_ ? journal_->finish() : Result<void>(); }

 private:
  std::optional<BatchJournal> journal_;
  FileDescriptor owned_;
  int fd_ = -1;
  std::string name_;
};

// Everything but the input that decides what is written.
std::uint64_t settings_hash(const BatchOptions& options) {
  ParsedRequest defaults;
  defaults.request = options.defaults;
  const EngineOptions& e = options.engine;
  return hash_of(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", PITH_VERSION, request_json(defaults), e.model,
                             e.precision ? precision_name(*e.precision) : "", e.window_tokens, e.window_overlap_tokens,
                             static_cast<int>(e.engine), static_cast<int>(e.device), options.timings));
}

Result<BatchOutput> open_output(const BatchOptions& options, const struct stat& input, const Environment& environment) {
  const std::string& path = options.output_path;
  if (path == "-") return BatchOutput(FileDescriptor(), environment.stdout_fd, "standard output");
  struct stat existing {};
  if (::stat(path.c_str(), &existing) == 0) {
    if (existing.st_dev == input.st_dev && existing.st_ino == input.st_ino) {
      return fail(ErrorCode::kInvalidArgument, path + ": is the input file: give another -o");
    }
    if (S_ISDIR(existing.st_mode)) return fail(ErrorCode::kIo, path + ": is a folder: give a file in it");
    if (!S_ISREG(existing.st_mode)) {
      auto device = open_for_writing(path);
      if (!device) return tl::unexpected(device.error());
      const int fd = device->get();
      return BatchOutput(std::move(*device), fd, path);
    }
  }
  auto journal = BatchJournal::open(path, settings_hash(options), options.restart);
  if (!journal) return tl::unexpected(journal.error());
  return BatchOutput(std::move(*journal));
}

void add_to_hash(const Line& line, LineHash* hash) {
  hash->add(line.too_long ? fmt::format("too long: {} bytes", line.n_bytes) : line.text);
}

class BatchRun {
 public:
  BatchRun(BatchOptions options, const Environment& environment)
      : options_(std::move(options)), environment_(environment), engines_(environment.create_engine, options_.engine) {}

  Result<int> run(const std::string& input_path) {
    settings_ = {input_path == "-" ? "standard input" : input_path, options_.defaults, options_.timings};
    FileDescriptor owned;
    int fd = environment_.stdin_fd;
    if (input_path != "-") {
      auto file = open_input(input_path);
      if (!file) return tl::unexpected(file.error());
      owned = std::move(*file);
      fd = owned.get();
    }
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) n_input_bytes_ = static_cast<std::size_t>(info.st_size);
    auto output = open_output(options_, info, environment_);
    if (!output) return tl::unexpected(output.error());
    LineReader reader(fd, settings_.input_name, kMaxLineBytes);
    if (auto ok = skip_done_lines(*output, &reader); !ok) return tl::unexpected(ok.error());
    if (auto ok = work(&reader, &*output); !ok) {
      if (position_.n_lines == 0) output->abandon();
      return tl::unexpected(ok.error());
    }
    return conclude(&*output);
  }

 private:
  // Reads what an earlier run did, and checks that it is the same input.
  Result<void> skip_done_lines(const BatchOutput& output, LineReader* reader) {
    const BatchPosition start = output.start();
    while (position_.n_lines < start.n_lines) {
      auto line = reader->next();
      if (!line) return tl::unexpected(line.error());
      if (!*line) break;
      add_to_hash(**line, &hash_);
      position_.n_lines = (*line)->number;
      n_done_bytes_ += (*line)->n_bytes;
    }
    if (stop_signal() != 0) return {};
    if (start.n_lines > 0 && (position_.n_lines != start.n_lines || hash_.value() != start.input_hash)) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("{}: cannot be continued: the first {} lines of {} are not those of the earlier run: give "
                      "--restart to begin again, or another -o",
                      output.part_path(), with_commas(static_cast<std::int64_t>(start.n_lines)), settings_.input_name));
    }
    position_ = start;
    if (start.n_lines > 0) {
      say(environment_.stderr_fd, fmt::format("pith: continuing {} after line {}\n", output.part_path(),
                                              with_commas(static_cast<std::int64_t>(start.n_lines))));
    }
    return {};
  }

  void read_lines(LineReader* reader, BatchWindow* window) {
    while (true) {
      auto line = reader->next();
      if (!line) {
        set_fatal(line.error());
        window->end_of_input();  // what was read is still done and written
        return;
      }
      if (!*line || !window->push(std::move(**line))) break;
    }
    window->end_of_input();
  }

  void do_lines(BatchWindow* window) {
    while (auto slot = window->take()) {
      auto outcome = process_line(slot->line, settings_, &engines_);
      if (!outcome) {
        set_fatal(outcome.error());
        outcome = LineOutcome{.output = {}, .error = {}, .failed = false, .cancelled = true};
        window->stop();
      }
      window->finish(slot, std::move(*outcome));
    }
  }

  Result<void> work(LineReader* reader, BatchOutput* output) {
    const std::size_t max_lines = 8 * options_.n_jobs;
    BatchWindow window(max_lines, kMaxLineBytes);
    std::vector<std::jthread> threads;
    // However this function is left, nobody may wait for it: the threads are joined after the window was stopped.
    struct Stop {
      BatchWindow* window;
      ~Stop() { window->stop(); }
    } const stop{&window};
    threads.emplace_back([&] { guarded(&window, [&] { read_lines(reader, &window); }); });
    for (std::size_t i = 0; i < options_.n_jobs; ++i) {
      threads.emplace_back([&] { guarded(&window, [&] { do_lines(&window); }); });
    }
    const auto written = write_results(&window, output);
    window.stop();
    threads.clear();  // joins
    if (!written) return written;
    const std::lock_guard lock(mutex_);
    if (fatal_) return tl::unexpected(*fatal_);
    return {};
  }

  Result<void> write_results(BatchWindow* window, BatchOutput* output) {
    constexpr int kWait_ms = 100;
    ProgressBar bar(environment_.stderr_fd, !options_.no_progress && is_terminal(environment_.stderr_fd));
    const std::size_t n_lines_before = position_.n_lines;
    const std::size_t n_bytes_before = n_done_bytes_;
    while (!window->finished()) {
      std::string results;
      const auto done = window->take_done(kWait_ms);
      for (const auto& slot : done) {
        if (slot->outcome.cancelled) return append(results, output);
        take(*slot, &results);
      }
      if (!done.empty()) {
        if (auto ok = append(results, output); !ok) return ok;
      }
      if ((stop_signal() != 0 || aborted_) && done.empty()) return {};
      const auto n_lines = static_cast<std::int64_t>(position_.n_lines);
      const double per_second = static_cast<double>(position_.n_lines - n_lines_before) / bar.elapsed_s();
      // An earlier run's share is left out, for the ETA's sake.
      bar.update(n_done_bytes_ - n_bytes_before, n_input_bytes_ - std::min(n_input_bytes_, n_bytes_before),
                 fmt::format("{} lines, {:.1f}/s{}", with_commas(n_lines), per_second,
                             position_.n_failed == 0 ? "" : fmt::format(", {} failed", position_.n_failed)));
    }
    return {};
  }

  void take(const BatchSlot& slot, std::string* results) {
    add_to_hash(slot.line, &hash_);
    position_.n_lines = slot.line.number;
    n_done_bytes_ += slot.line.n_bytes;
    if (slot.outcome.failed) {
      ++position_.n_failed;
      if (first_failure_.empty()) {
        first_failure_ = fmt::format("line {}: {}", slot.line.number, slot.outcome.error.message);
      }
    }
    if (!slot.outcome.output.empty()) *results += slot.outcome.output + '\n';
  }

  Result<void> append(const std::string& results, BatchOutput* output) {
    position_.n_output_bytes += results.size();
    position_.input_hash = hash_.value();
    return output->append(results, position_);
  }

  Result<int> conclude(BatchOutput* output) {
    if (stop_signal() != 0) {
      return fail(ErrorCode::kCancelled,
                  fmt::format("interrupted after {} lines{}", with_commas(static_cast<std::int64_t>(position_.n_lines)),
                              output->resume_hint()));
    }
    if (auto ok = output->finish(); !ok) return tl::unexpected(ok.error());
    if (position_.n_failed == 0) return kExitOk;
    say(environment_.stderr_fd, fmt::format("pith: error: {} of {} lines failed{}\n",
                                            with_commas(static_cast<std::int64_t>(position_.n_failed)),
                                            with_commas(static_cast<std::int64_t>(position_.n_lines)),
                                            first_failure_.empty() ? "" : "; the first: " + first_failure_));
    return kExitFailedLines;
  }

  template <class Body>
  void guarded(BatchWindow* window, Body body) {
    try {
      body();
    } catch (const std::exception& error) {
      set_fatal({ErrorCode::kInternal, fmt::format("internal error: {}", error.what())});
      aborted_ = true;
      window->stop();
      window->end_of_input();
    }
  }

  void set_fatal(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!fatal_) fatal_ = error;
  }

  const BatchOptions options_;
  const Environment& environment_;
  EngineCache engines_;
  BatchSettings settings_;
  std::size_t n_input_bytes_ = 0;  // 0: unknown
  std::size_t n_done_bytes_ = 0;   // of the input
  LineHash hash_;
  BatchPosition position_;
  std::string first_failure_;
  std::atomic<bool> aborted_{false};  // a thread died of an exception: not every line will be done
  std::mutex mutex_;
  std::optional<Error> fatal_;  // guarded by mutex_
};

}  // namespace

void add_batch_command(CommandSet* commands, const Environment& environment) {
  Command& command = commands->add(commands->root(), "batch", "Shorten many texts: one JSON request per line");
  const auto options = std::make_shared<BatchOptions>();
  CLI::App* app = command.app;
  constexpr const char* kOutput = "Output";
  add_text(app, "-o,--output", &options->output_path, "FILE",
           "Where results go, in the order of the input; \"-\" is standard output. A file is written as FILE.part and "
           "renamed when it is complete; after a kill, the same command goes on where it stopped")
      ->group(kOutput);
  add_switch(app, "--restart", &options->restart, "Begin again instead of going on with FILE.part")->group(kOutput);
  add_switch(app, "--timings", &options->timings,
             "Add timings_ms to each result (then two runs no longer give the same bytes)")
      ->group(kOutput);
  add_switch(app, "--no-progress", &options->no_progress, "No progress bar")->group(kOutput);
  add_budget_flags(app, &options->defaults);
  add_request_flags(app, &options->defaults);
  add_engine_flags(app, &options->engine);
  add_integer(
      app, "-j,--jobs",
      [options](std::int64_t v) {
        constexpr std::int64_t kMostJobs = 256;
        if (v < 1 || v > kMostJobs) bad_argument("--jobs", fmt::format("{} is outside 1 to {}", v, kMostJobs));
        options->n_jobs = static_cast<std::size_t>(v);
      },
      "N", "Requests worked on at the same time (default: 2)")
      ->group("Engine");
  command.positional_usage = "IN.jsonl";
  command.positionals = {{"IN.jsonl",
                          "One request per line, e.g. {\"id\": 1, \"context\": \"...\", \"rate\": 0.33}; \"-\" reads "
                          "standard input. The flags below hold for lines that do not give the field. A line may "
                          "name its own \"model\" and \"precision\". Empty lines are passed over; a line that "
                          "fails becomes {\"id\", \"line\", \"error\"} in its place, and the exit code is 7"}};
  command.min_positionals = 1;
  command.max_positionals = 1;
  command.positional_kind = PositionalKind::kFiles;
  command.examples =
      "pith batch requests.jsonl -o results.jsonl --rate 0.33\n"
      "jq -c '{id, context: .text}' docs.jsonl | pith batch - -o - | jq -r .compressed_prompt";
  command.action = [options, &environment](const std::vector<std::string>& inputs) -> Result<int> {
    if (options->output_path.empty()) {
      return fail(ErrorCode::kInvalidArgument, "batch: no output given: add -o OUT.jsonl, or -o - for standard output");
    }
    return BatchRun(std::move(*options), environment).run(inputs.front());
  };
}

}  // namespace pith::cli
