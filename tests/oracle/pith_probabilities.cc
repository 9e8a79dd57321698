// A model on token ids, without a tokenizer: a line of ids on standard input gives a line of keep-probabilities on
// standard output, in one call for all lines; what it took goes to standard error as one line of JSON. For scripts that
// compare networks and measure memory.
//
//   pith_probabilities MODEL_DIR [--precision int8|bf16|f16|f32] [--threads N] [--cache-dir DIR|none] [--repeat N]
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "model/load_classifier.h"
#include "support/stub_tokenizer.h"

namespace pith {
namespace {

double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double wall_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// A line of /proc/self/status in MB (10^6 bytes): VmHWM, VmRSS, RssAnon.
double status_mb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kibibytes = 0;
    if (word == field + ":" && status >> kibibytes) return kibibytes * 1024 / 1e6;
  }
  return 0;
}

/// What happened between two points of the program.
struct Stage {
  double wall = wall_s();
  double cpu = cpu_s();
  void report(const char* name) const {
    std::fprintf(stderr, "\"%s\": {\"wall_s\": %.3f, \"cpu_s\": %.3f, \"peak_mb\": %.0f, \"resident_mb\": %.0f}", name,
                 wall_s() - wall, cpu_s() - cpu, status_mb("VmHWM"), status_mb("VmRSS"));
  }
};

TokenSequences read_sequences() {
  TokenSequences sequences;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream ids(line);
    for (TokenId id = 0; ids >> id;) sequences.ids.push_back(id);
    sequences.end_sequence();
  }
  return sequences;
}

int run(int argc, char** argv) {
  CLI::App app{"keep-probabilities of token ids"};
  ClassifierOptions options;
  int n_repeats = 1;
  app.add_option("MODEL_DIR", options.model_dir)->required();
  const std::map<std::string, Precision> precisions{
      {"int8", Precision::kInt8}, {"bf16", Precision::kBf16}, {"f16", Precision::kF16}, {"f32", Precision::kF32}};
  app.add_option("--precision", options.precision)->transform(CLI::Transformer(precisions));
  app.add_option("--threads", options.n_threads);
  app.add_option("--cache-dir", options.cache_dir);
  app.add_option("--repeat", n_repeats, "classify this many times")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);

  const TokenSequences sequences = read_sequences();
  options.tokenizer = std::make_shared<StubTokenizer>(1);
  ClassifierLoadInfo info;
  const Stage load;
  const auto classifier = load_classifier(options, &info);
  if (!classifier) {
    std::cerr << classifier.error().message << '\n';
    return 1;
  }
  std::fprintf(stderr, "{\"model\": \"%s\", \"from_cache\": %s, \"n_tokens\": %zu, ",
               (*classifier)->description().c_str(), info.from_cache ? "true" : "false", sequences.ids.size());
  load.report("load");
  for (int i = 0; i < n_repeats; ++i) {
    const Stage classify;
    const auto probabilities = (*classifier)->keep_probabilities(sequences);
    if (!probabilities) {
      std::cerr << probabilities.error().message << '\n';
      return 1;
    }
    std::fprintf(stderr, ", ");
    classify.report(("classify_" + std::to_string(i)).c_str());
    if (i > 0) continue;
    for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
      for (std::size_t t = sequences.begin[s]; t < sequences.begin[s + 1]; ++t) {
        std::printf("%.9g ", static_cast<double>((*probabilities)[t]));
      }
      std::printf("\n");
    }
  }
  std::fprintf(stderr, "}\n");
  return 0;
}

}  // namespace
}  // namespace pith

int main(int argc, char** argv) { return pith::run(argc, argv); }
