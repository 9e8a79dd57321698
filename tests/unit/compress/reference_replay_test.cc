// The library's recorded probabilities played back through reference mode: everything but the network is compared, so a
// difference here is one of logic, never of arithmetic in an engine.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compress/reference_llmlingua2.h"
#include "compress/reference_vocabulary.h"
#include "compress/request_json.h"
#include "support/golden_llmlingua2.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

/// Probabilities by the pieces that are not hidden, as they were recorded.
class ReplayClassifier final : public TokenClassifier {
 public:
  explicit ReplayClassifier(std::unique_ptr<Tokenizer> tokenizer)
      : tokenizer_(std::move(tokenizer)), vocabulary_(*tokenizer_) {
    for (const json::object& row : golden::parse_lines(golden::read_zst(golden::data_dir() + "/sequences.jsonl.zst"))) {
      recorded_.emplace(row.at("tokens").as_string(), json::value_to<std::vector<float>>(row.at("token_keep_prob")));
    }
  }

  [[nodiscard]] Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                              const ProgressCallback&) const override {
    std::vector<float> out;
    std::size_t next_hidden = 0;
    for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
      std::string spelled;
      std::vector<bool> is_hidden;
      for (std::size_t i = sequences.begin[s]; i < sequences.begin[s + 1]; ++i) {
        is_hidden.push_back(next_hidden < sequences.hidden.size() && sequences.hidden[next_hidden] == i);
        if (is_hidden.back()) {
          ++next_hidden;
        } else {
          spelled.append(spelled.empty() ? "" : " ").append(vocabulary_.piece(sequences.ids[i]));
        }
      }
      const auto found = recorded_.find(spelled);
      if (found == recorded_.end()) return fail(ErrorCode::kNotFound, "not recorded: " + spelled);
      auto probability = found->second.begin();
      for (const bool hidden : is_hidden) out.push_back(hidden ? 0.5F : *probability++);
    }
    return out;
  }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return *tokenizer_; }
  [[nodiscard]] std::size_t n_embedding_rows() const override { return tokenizer_->vocab_size() + 100; }
  [[nodiscard]] std::size_t max_sequence_tokens() const override { return 512; }
  [[nodiscard]] std::string description() const override { return "recorded probabilities"; }

 private:
  std::unique_ptr<Tokenizer> tokenizer_;
  ReferenceVocabulary vocabulary_;
  std::map<std::string, std::vector<float>, std::less<>> recorded_;
};

// Probabilities were recorded with 7 digits; a decision that hangs on less is not compared.
constexpr double kRecordedDigits = 2e-7;

TEST(ReferenceReplayTest, EveryRecordedCaseIsIdentical) {
  auto tokenizer = load_tokenizer(PITH_SOURCE_DIR "/models/default");
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  ASSERT_EQ((*tokenizer)->vocab_size(), 30522U) << "models/default must have the vocabulary of all-MiniLM-L6-v2";
  const ReplayClassifier classifier(std::move(*tokenizer));
  const auto counter = load_token_counter("cl100k_base");
  ASSERT_TRUE(counter) << counter.error().message;

  std::size_t n_identical = 0;
  std::size_t n_too_close = 0;
  std::vector<std::string> not_recorded;
  for (const golden::Case& recorded : golden::load_cases()) {
    if (recorded.is_error()) continue;
    SCOPED_TRACE(recorded.id);
    const auto request = parse_request(recorded.request_json());
    ASSERT_TRUE(request) << request.error().message;
    const auto result = compress_llmlingua2_reference(request->request, classifier, **counter);
    if (!result && result.error().code == ErrorCode::kNotFound) {
      not_recorded.push_back(recorded.id);
      continue;
    }
    ASSERT_TRUE(result) << result.error().message;
    const std::string differing = golden::differences(recorded, *result);
    if (recorded.min_margin && *recorded.min_margin < kRecordedDigits && !differing.empty()) {
      ++n_too_close;
      continue;
    }
    EXPECT_EQ(differing, "");
    ++n_identical;
  }
  std::cout << n_identical << " cases compared, " << n_too_close << " hang on digits that were not recorded, "
            << not_recorded.size() << " have unrecorded chunks:";
  for (const std::string& id : not_recorded) std::cout << ' ' << id;
  std::cout << '\n';
  EXPECT_EQ(n_identical + n_too_close, 239U);  // without the errors and the three long ones
}

}  // namespace
}  // namespace pith
