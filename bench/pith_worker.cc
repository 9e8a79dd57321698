// Pith as a worker process for the benchmark scripts: an Engine behind one JSON object a line, so that a script can
// take turns between Pith and a peer within one run (bench/llmlingua_worker.py speaks the same protocol).
//
//   pith_worker --model FOLDER [--precision int8|bf16|f16|f32] [--threads N] [--cache-dir DIR] [--window N] [--overlap
//   N]
//
// The first line written says what was loaded. Then, per line read:
//   {"file": "a.txt", "rate": 0.5, "reference": false, "text": true}  compresses; other request fields pass through
//   {"classify": {"sequences": 16, "tokens": 512}}                    the network alone on random ids, no tokenizing
// Errors are {"error": "..."} in place of the answer.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>

#include "base/json.h"
#include "compress/request_json.h"
#include "model/load_classifier.h"
#include "model/registry.h"
#include "pith/engine.h"
#include "text/json_writer.h"

namespace pith {
namespace {

double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

double wall_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

struct Clock {
  double wall = wall_ms();
  double cpu = cpu_ms();
  void write(JsonWriter& out) const {
    const double wall_now = wall_ms();
    out.key("wall_ms").fixed(wall_now - wall, 3).key("cpu_ms").fixed(cpu_ms() - cpu, 3);
  }
};

/// Highest resident memory since the start or the last reset (Linux; 0 elsewhere).
std::size_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string field; status >> field;) {
    if (field == "VmHWM:") {
      std::size_t kibibytes = 0;
      status >> kibibytes;
      return kibibytes * 1024;
    }
  }
  return 0;
}

void reset_peak_rss() { std::ofstream("/proc/self/clear_refs") << "5"; }

class Worker {
 public:
  explicit Worker(EngineOptions options) : options_(std::move(options)) {}

  Result<std::string> load() {
    const Clock clock;
    auto engine = Engine::create(options_);
    if (!engine) return tl::unexpected(engine.error());
    engine_ = std::move(*engine);
    JsonWriter out;
    out.begin_object();
    out.key("load_ms").fixed(wall_ms() - clock.wall, 3);
    out.key("model").string(engine_->model_description());
    out.key("threads").integer(options_.n_threads == 0 ? usable_cores() : options_.n_threads);
    out.key("rss_bytes").integer(peak_rss_bytes());
    out.end_object();
    return std::move(out).text();
  }

  Result<std::string> answer(const std::string& line) {
    auto command = parse_json(line, "command");
    if (!command) return tl::unexpected(command.error());
    if (!command->is_object()) return fail(ErrorCode::kBadInput, "a command is a JSON object");
    json::object& object = command->as_object();
    if (object.contains("classify")) return classify(object.at("classify").as_object());
    return compress(object);
  }

 private:
  Result<std::string> compress(json::object& command) {
    std::ifstream file(json::value_to<std::string>(command.at("file")), std::ios::binary);
    if (!file) return fail(ErrorCode::kNotFound, "cannot read the file");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const bool wants_text = !command.contains("text") || command.at("text").as_bool();
    command.erase("file");
    command.erase("text");
    command["context"] = json::array{"-"};
    auto parsed = parse_request(json::serialize(command));
    if (!parsed) return tl::unexpected(parsed.error());
    parsed->request.context = {text};

    reset_peak_rss();
    const Clock clock;
    auto result = engine_->compress(parsed->request);
    JsonWriter out;
    out.begin_object();
    clock.write(out);
    if (!result) return tl::unexpected(result.error());
    const Timings& ms = result->timings_ms;
    out.key("timings_ms").begin_object();
    out.key("segment").fixed(ms.segment, 3).key("tokenize").fixed(ms.tokenize, 3).key("score").fixed(ms.score, 3);
    out.key("select").fixed(ms.select, 3).key("render").fixed(ms.render, 3).key("total").fixed(ms.total, 3);
    out.end_object();
    out.key("origin_tokens").integer(result->origin_tokens).key("compressed_tokens").integer(result->compressed_tokens);
    out.key("tokenizer").string(result->tokenizer);
    out.key("peak_rss_bytes").integer(peak_rss_bytes());
    if (wants_text) out.key("text").string(result->compressed_prompt);
    out.end_object();
    return std::move(out).text();
  }

  /// Times keep_probabilities alone: what an embedding benchmark of another engine measures.
  Result<std::string> classify(const json::object& command) {
    const auto n_sequences = json::value_to<std::size_t>(command.at("sequences"));
    const auto n_tokens = json::value_to<std::size_t>(command.at("tokens"));
    if (classifier_ == nullptr) {
      const auto folder = resolve_model(options_.model);
      if (!folder) return tl::unexpected(folder.error());
      auto loaded = load_classifier({.model_dir = *folder,
                                     .precision = options_.precision.value_or(Precision::kInt8),
                                     .n_threads = options_.n_threads,
                                     .cache_dir = options_.cache_dir,
                                     .tokenizer = nullptr});
      if (!loaded) return tl::unexpected(loaded.error());
      classifier_ = std::move(*loaded);
    }
    std::mt19937 random(1);  // NOLINT: the same ids in every run
    std::uniform_int_distribution<TokenId> ids(1000, static_cast<TokenId>(classifier_->tokenizer().vocab_size()) - 1);
    TokenSequences sequences;
    for (std::size_t i = 0; i < n_sequences; ++i) {
      for (std::size_t t = 0; t < n_tokens; ++t) sequences.ids.push_back(ids(random));
      sequences.end_sequence();
    }
    reset_peak_rss();
    const Clock clock;
    const auto probabilities = classifier_->keep_probabilities(sequences);
    JsonWriter out;
    out.begin_object();
    clock.write(out);
    if (!probabilities) return tl::unexpected(probabilities.error());
    out.key("tokens").integer(sequences.ids.size()).key("peak_rss_bytes").integer(peak_rss_bytes());
    out.end_object();
    return std::move(out).text();
  }

  EngineOptions options_;
  std::shared_ptr<const Engine> engine_;
  std::shared_ptr<const TokenClassifier> classifier_;
};

std::string error_line(const Error& error) {
  JsonWriter out;
  out.begin_object();
  out.key("error").string(error.message);
  out.end_object();
  return std::move(out).text();
}

int run(int argc, char** argv) {
  CLI::App app{"Pith as a worker process for the benchmark scripts"};
  EngineOptions options;
  options.score_cache_bytes = 0;  // a repeated text is to cost what it costs the first time
  std::string precision;
  app.add_option("--model", options.model)->required();
  app.add_option("--precision", precision);
  app.add_option("--threads", options.n_threads);
  app.add_option("--cache-dir", options.cache_dir);
  app.add_option("--window", options.window_tokens);
  app.add_option("--overlap", options.window_overlap_tokens);
  CLI11_PARSE(app, argc, argv);
  if (!precision.empty()) {
    const auto parsed = parse_precision(precision);
    if (!parsed) {
      std::cerr << parsed.error().message << '\n';
      return 1;
    }
    options.precision = *parsed;
  }
  Worker worker(options);
  const auto hello = worker.load();
  if (!hello) {
    std::cerr << hello.error().message << '\n';
    return 1;
  }
  std::cout << *hello << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      const auto answer = worker.answer(line);
      std::cout << (answer ? *answer : error_line(answer.error())) << std::endl;
    } catch (const std::exception& error) {  // a command without "file", say
      std::cout << error_line({ErrorCode::kInvalidArgument, error.what()}) << std::endl;
    }
  }
  return 0;
}

}  // namespace
}  // namespace pith

int main(int argc, char** argv) { return pith::run(argc, argv); }
