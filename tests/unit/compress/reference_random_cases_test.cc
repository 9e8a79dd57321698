// Random calls of the library with a hash in place of the network (tools/make_reference_cases.py): every option, ties,
// special tokens in the text, and what it fails on. Nothing here is near a threshold by accident, so all must be equal.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "compress/reference_llmlingua2.h"
#include "compress/request_json.h"
#include "support/golden_llmlingua2.h"
#include "support/temp_dir.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

/// The twin of keep_probability in the script: of the i-th token that is not hidden, which stands at `position`.
float keep_probability(const std::vector<TokenId>& ids, std::size_t i, std::size_t position, std::uint32_t n_levels) {
  const auto id = [&](std::size_t j) { return static_cast<std::uint32_t>(ids[j]); };
  std::uint32_t x = id(i) * 2654435761U + (i > 0 ? id(i - 1) * 40503U : 0U) +
                    (i + 1 < ids.size() ? id(i + 1) * 69069U : 0U) + static_cast<std::uint32_t>(position) * 97U;
  x ^= x >> 15;
  x *= 2246822519U;
  x ^= x >> 13;
  return static_cast<float>(static_cast<double>(x % (n_levels + 1)) / n_levels);
}

class HashClassifier final : public TokenClassifier {
 public:
  explicit HashClassifier(std::unique_ptr<Tokenizer> tokenizer) : tokenizer_(std::move(tokenizer)) {}

  [[nodiscard]] Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                              const ProgressCallback&) const override {
    std::vector<float> out(sequences.ids.size(), 0.5F);
    auto hidden = sequences.hidden.begin();
    for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
      std::vector<TokenId> ids;
      std::vector<std::size_t> places;
      for (std::size_t i = sequences.begin[s]; i < sequences.begin[s + 1]; ++i) {
        if (hidden != sequences.hidden.end() && *hidden == i) {
          ++hidden;
          continue;
        }
        ids.push_back(sequences.ids[i]);
        places.push_back(i);
      }
      for (std::size_t i = 0; i < ids.size(); ++i) {
        out[places[i]] = keep_probability(ids, i, places[i] - sequences.begin[s], n_levels);
      }
    }
    return out;
  }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return *tokenizer_; }
  [[nodiscard]] std::size_t n_embedding_rows() const override { return tokenizer_->vocab_size() + 100; }
  [[nodiscard]] std::size_t max_sequence_tokens() const override { return 512; }
  [[nodiscard]] std::string description() const override { return "a hash"; }

  std::uint32_t n_levels = 16;

 private:
  std::unique_ptr<Tokenizer> tokenizer_;
};

struct Outcome {
  std::size_t n_identical = 0;
  std::size_t n_refused = 0;
};

/// Replays the recorded calls in `file`, each of which must give what the library gave.
Outcome replay(const std::string& file, std::unique_ptr<Tokenizer> tokenizer) {
  Outcome outcome;
  HashClassifier classifier(std::move(tokenizer));
  const auto counter = load_token_counter("cl100k_base");
  EXPECT_TRUE(counter) << counter.error().message;
  if (!counter) return outcome;
  for (const json::object& row : golden::parse_lines(golden::read_zst(file))) {
    if (row.contains("made_with")) continue;
    const golden::Case recorded{.id = std::string(row.at("id").as_string()),
                                .params = row.at("params").as_object(),
                                .context = row.at("context"),
                                .output = row.at("output").as_object(),
                                .min_margin = std::nullopt};
    SCOPED_TRACE(recorded.id);
    const auto request = parse_request(recorded.request_json());
    EXPECT_TRUE(request) << request.error().message;
    if (!request) continue;
    classifier.n_levels = row.at("levels").to_number<std::uint32_t>();
    const auto result = compress_llmlingua2_reference(request->request, classifier, **counter);
    if (recorded.is_error()) {
      EXPECT_FALSE(result) << "the library raised " << json::serialize(recorded.output);
      if (!result) {
        EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument) << result.error().message;
      }
      ++outcome.n_refused;
      continue;
    }
    EXPECT_TRUE(result) << result.error().message;
    if (!result) continue;
    const std::string differing = golden::differences(recorded, *result);
    EXPECT_EQ(differing, "") << "got  " << result->compressed_prompt << "\nwant "
                             << recorded.output.at("compressed_prompt").as_string();
    if (differing.empty()) ++outcome.n_identical;
  }
  return outcome;
}

/// The recorded file of that name, or a larger one made by the same script if `variable` names it.
std::string cases_file(const char* variable, const std::string& name) {
  const char* other = std::getenv(variable);
  return other != nullptr ? other : PITH_SOURCE_DIR "/tests/data/reference_llmlingua2/" + name;
}

TEST(ReferenceRandomCasesTest, EveryCallGivesWhatTheLibraryGives) {
  auto tokenizer = load_tokenizer(PITH_SOURCE_DIR "/models/default");
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  ASSERT_EQ((*tokenizer)->vocab_size(), 30522U) << "models/default must have the vocabulary of all-MiniLM-L6-v2";
  const Outcome outcome = replay(cases_file("PITH_REFERENCE_CASES", "cases.jsonl.zst"), std::move(*tokenizer));
  EXPECT_GE(outcome.n_identical, 300U);
  EXPECT_GE(outcome.n_refused, 80U);
}

TEST(ReferenceRandomCasesTest, EveryCallWithAnXlmRobertaModelToo) {
  const TempDir folder;
  std::ofstream(folder.path() + "/tokenizer.json", std::ios::binary)
      << golden::read_zst(PITH_SOURCE_DIR "/tests/data/tokenizers/unigram.json.zst");
  auto tokenizer = load_tokenizer(folder.path());
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const Outcome outcome =
      replay(cases_file("PITH_REFERENCE_XLMR_CASES", "xlm_roberta_cases.jsonl.zst"), std::move(*tokenizer));
  EXPECT_GE(outcome.n_identical, 300U);
  EXPECT_GE(outcome.n_refused, 60U);
}

}  // namespace
}  // namespace pith
