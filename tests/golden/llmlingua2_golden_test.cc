// Every recorded case of llmlingua 0.2.2 through the public path: JSON request, Engine, f32 network, result. Prints a
// table of what is identical, what differs and what is too close to call.
//
// Needs the model that tools/make_golden_model.py builds: $PITH_GOLDEN_MODEL, else <cache>/golden-llmlingua2. Without
// it the tests are skipped, and say so.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/error_table.h"
#include "base/paths.h"
#include "compress/reference_chunks.h"
#include "compress/reference_force.h"
#include "compress/reference_vocabulary.h"
#include "compress/reference_words.h"
#include "compress/request_json.h"
#include "model/load_classifier.h"
#include "pith/engine.h"
#include "support/golden_llmlingua2.h"

namespace pith {
namespace {

// Two float32 networks of the same weights differ by about this much; a word nearer to its threshold may flip.
constexpr double kNearTie = 1e-5;
// Recorded probabilities have 7 digits, and the network's sums are reordered by every engine.
constexpr double kScoreTolerance = 1e-4;
constexpr std::size_t kWordsOfAFlip = 4;
constexpr double kSmallestIdenticalShare = 0.99;

std::string model_dir() {
  const char* given = std::getenv("PITH_GOLDEN_MODEL");
  return given != nullptr ? given : cache_dir() + "/golden-llmlingua2";
}

#define PITH_SKIP_WITHOUT_MODEL()                                   \
  if (!std::filesystem::exists(model_dir() + "/model.safetensors")) \
  GTEST_SKIP() << "no golden model in " << model_dir() << "; build it with tools/make_golden_model.py"

std::string margin_text(const golden::Case& c) { return c.min_margin ? fmt::format("{:.1e}", *c.min_margin) : "none"; }

/// How many words are in one text and not in the other (both sides counted).
std::size_t n_changed_words(std::string_view a, std::string_view b) {
  std::map<std::string, long> surplus;
  const auto count = [&](std::string_view text, long sign) {
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) surplus[word] += sign;
  };
  count(a, 1);
  count(b, -1);
  std::size_t n = 0;
  for (const auto& [word, difference] : surplus) n += static_cast<std::size_t>(std::abs(difference));
  return n;
}

struct Tally {
  std::size_t n_compared = 0;
  std::size_t n_identical = 0;
  std::vector<std::string> differing;  // "name (margin; fields)"
  void add(const golden::Case& c, const std::string& fields) {
    ++n_compared;
    if (fields.empty()) {
      ++n_identical;
    } else {
      differing.push_back(fmt::format("{} (margin {}): {}", c.id, margin_text(c), fields));
    }
  }
  void print(const char* what) const {
    fmt::print("  {:<46} {:>4} of {:>4} identical\n", what, n_identical, n_compared);
    for (const std::string& line : differing) fmt::print("      differs: {}\n", line);
  }
};

TEST(Llmlingua2GoldenTest, GivesTheTextsAndCountsOfTheLibrary) {
  PITH_SKIP_WITHOUT_MODEL();
  EngineOptions options;
  options.model = model_dir();
  options.precision = Precision::kF32;
  const auto engine = Engine::create(options);
  ASSERT_TRUE(engine) << engine.error().message;

  Tally clear;      // a margin above kNearTie
  Tally undecided;  // no threshold is involved at all
  Tally near_tie;   // a word may flip by rounding
  std::vector<std::string> errors;
  const std::vector<golden::Case> cases = golden::load_cases();
  for (const golden::Case& c : cases) {
    const auto request = parse_request(c.request_json());
    const auto result =
        request ? (*engine)->compress(request->request) : Result<CompressResult>(tl::unexpected(request.error()));
    if (c.is_error()) {
      const json::object& raised = c.output.at("error").as_object();
      errors.push_back(fmt::format("{}: library {}; here {}", c.id, std::string_view(raised.at("type").as_string()),
                                   result ? "\"" + result->compressed_prompt + "\"" : result.error().message));
      if (!result) {
        EXPECT_NE(result.error().code, ErrorCode::kInternal) << c.id << ": " << result.error().message;
        EXPECT_NE(result.error().message, "") << c.id;
      }
      continue;
    }
    const std::string fields = result ? golden::differences(c, *result) : "error: " + result.error().message;
    Tally& tally = !c.min_margin ? undecided : *c.min_margin > kNearTie ? clear : near_tie;
    if (&tally == &near_tie && result && !fields.empty()) {
      // Rounding may flip the word at the threshold, and with it how the words around it are joined; no more.
      const std::size_t n_changed =
          n_changed_words(std::string_view(c.output.at("compressed_prompt").as_string()), result->compressed_prompt);
      EXPECT_LE(n_changed, kWordsOfAFlip) << c.id;
      tally.add(c, fmt::format("{} ({} words)", fields, n_changed));
    } else {
      tally.add(c, fields);
    }
  }

  fmt::print("llmlingua 0.2.2, {} cases, {} of them errors in the library\n", cases.size(), errors.size());
  clear.print(fmt::format("nearest score farther than {:.0e} from threshold", kNearTie).c_str());
  undecided.print("no threshold");
  near_tie.print("nearer: a flip is noise, scores compared below");
  for (const std::string& line : errors) fmt::print("  error case {}\n", line);
  std::cout.flush();

  EXPECT_EQ(clear.n_compared + undecided.n_compared + near_tie.n_compared + errors.size(), cases.size());
  EXPECT_GE(static_cast<double>(clear.n_identical), kSmallestIdenticalShare * static_cast<double>(clear.n_compared));
  EXPECT_EQ(undecided.n_identical, undecided.n_compared);
}

/// What the library reports per chunk.
struct ChunkRecord {
  std::vector<float> keep_probability;
  std::vector<std::string> words;
  std::vector<float> word_probability;
  std::vector<float> raw_word_probability;
};

/// Remembers what the network said of a sequence: many cases share their chunks.
class RememberingClassifier final : public TokenClassifier {
 public:
  explicit RememberingClassifier(const TokenClassifier& inner) : inner_(inner) {}

  Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                const ProgressCallback& progress) const override {
    if (!sequences.hidden.empty()) return inner_.keep_probabilities(sequences, progress);
    std::vector<float> out;
    for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
      const auto ids = sequences.sequence(s);
      const auto [entry, is_new] = known_.try_emplace(std::vector<TokenId>(ids.begin(), ids.end()));
      if (is_new) {
        TokenSequences one;
        one.ids = entry->first;
        one.end_sequence();
        auto computed = inner_.keep_probabilities(one);
        if (!computed) return computed;
        entry->second = std::move(*computed);
      }
      out.insert(out.end(), entry->second.begin(), entry->second.end());
    }
    return out;
  }
  const Tokenizer& tokenizer() const override { return inner_.tokenizer(); }
  std::size_t n_embedding_rows() const override { return inner_.n_embedding_rows(); }
  std::size_t max_sequence_tokens() const override { return inner_.max_sequence_tokens(); }
  std::string description() const override { return inner_.description(); }

 private:
  const TokenClassifier& inner_;
  mutable std::map<std::vector<TokenId>, std::vector<float>> known_;
};

std::string spelling(const std::vector<TokenId>& ids, const ReferenceVocabulary& vocabulary) {
  std::string text;
  for (const TokenId id : ids) text.append(text.empty() ? "" : " ").append(vocabulary.piece(id));
  return text;
}

/// Our chunks of a case by their pieces.
std::map<std::string, ChunkRecord> chunk_records(const CompressRequest& request, const TokenClassifier& classifier) {
  const ReferenceVocabulary vocabulary(classifier.tokenizer());
  const ReferenceWordRules& rules = *reference_word_rules(classifier.tokenizer().family());
  const ReferenceForceTokens force = ReferenceForceTokens::create(request.force_tokens, vocabulary).value();
  const auto ends = reference_chunk_ends(request.chunk_end_tokens, force);
  ReferenceChunkSet chunks;
  for (const std::string& context : request.context) {
    const std::string mapped = force.map(context).value();
    for (std::string& chunk : reference_chunks(mapped, ends, vocabulary, rules)) chunks.add(std::move(chunk));
  }
  Timings timings;
  const auto scores = score_reference_chunks(chunks, vocabulary, classifier, {}, &timings).value();
  ReferenceWordMerger merger(vocabulary, rules, force, request.force_reserve_digit, request.token_to_word);
  std::map<std::string, ChunkRecord> records;
  for (const ReferenceChunkScores& chunk : scores) {
    ChunkRecord record;
    record.keep_probability = chunk.keep_probability;
    const auto words = merger.merge(chunk.ids, chunk.keep_probability).value();
    for (const ReferenceWord& word : words) {
      record.words.push_back(word.text);
      record.word_probability.push_back(word.probability);
      record.raw_word_probability.push_back(word.raw_probability);
    }
    records.emplace(spelling(chunk.ids, vocabulary), std::move(record));
  }
  return records;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return largest;
}

TEST(Llmlingua2GoldenTest, GivesTheTokensScoresAndWordsOfTheLibrary) {
  PITH_SKIP_WITHOUT_MODEL();
  ClassifierOptions options;
  options.model_dir = model_dir();
  options.precision = Precision::kF32;
  const auto loaded = load_classifier(options);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const RememberingClassifier classifier(**loaded);
  std::map<std::string, golden::Case> cases;
  for (golden::Case& c : golden::load_cases()) cases.emplace(c.id, std::move(c));
  const auto sequences = golden::parse_lines(golden::read_zst(golden::data_dir() + "/sequences.jsonl.zst"));

  double largest_token = 0;
  double largest_word = 0;
  std::size_t n_chunks = 0;
  std::size_t n_cases = 0;
  for (const json::object& row : golden::parse_lines(golden::read_zst(golden::data_dir() + "/words.jsonl.zst"))) {
    const golden::Case& c = cases.at(std::string(row.at("id").as_string()));
    SCOPED_TRACE(c.id);
    const auto request = parse_request(c.request_json());
    if (!request) continue;  // an error case whose input cannot be spelled here
    const auto ours = chunk_records(request->request, classifier);
    const auto numbers = json::value_to<std::vector<std::size_t>>(row.at("sequences"));
    const auto words = json::value_to<std::vector<std::vector<std::string>>>(row.at("words"));
    const auto word_probabilities = json::value_to<std::vector<std::vector<float>>>(row.at("word_prob"));
    ++n_cases;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const json::object& recorded = sequences.at(numbers[i]);
      const auto found = ours.find(std::string(recorded.at("tokens").as_string()));
      ASSERT_NE(found, ours.end()) << "chunk " << i << " has other pieces than recorded";
      const ChunkRecord& chunk = found->second;
      const double token_difference = largest_difference(
          chunk.keep_probability, json::value_to<std::vector<float>>(recorded.at("token_keep_prob")));
      EXPECT_LE(token_difference, kScoreTolerance) << "chunk " << i;
      EXPECT_EQ(chunk.words, words.at(i)) << "chunk " << i;
      // The scoring pass of the context filter reports unforced values.
      const double word_difference = std::min(largest_difference(chunk.word_probability, word_probabilities.at(i)),
                                              largest_difference(chunk.raw_word_probability, word_probabilities.at(i)));
      EXPECT_LE(word_difference, kScoreTolerance) << "chunk " << i;
      largest_token = std::max(largest_token, token_difference);
      largest_word = std::max(largest_word, word_difference);
      ++n_chunks;
    }
  }
  fmt::print(
      "{} chunks of {} cases: tokens and words identical, largest difference of a token's probability {:.1e}, of a "
      "word's {:.1e}\n",
      n_chunks, n_cases, largest_token, largest_word);
  std::cout.flush();
  EXPECT_GE(n_cases, 150U);
}

}  // namespace
}  // namespace pith
