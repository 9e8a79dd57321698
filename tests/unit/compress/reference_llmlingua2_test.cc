#include "compress/reference_llmlingua2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/fake_classifier.h"
#include "support/fake_counter.h"

namespace pith {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Fixed pseudo-random probabilities; remembers what it was asked.
class SpyClassifier final : public TokenClassifier {
 public:
  explicit SpyClassifier(std::size_t n_added_rows = 100) : n_added_rows_(n_added_rows) {}

  [[nodiscard]] Result<std::vector<float>> keep_probabilities(const TokenSequences& sequences,
                                                              const ProgressCallback& progress) const override {
    calls.push_back(sequences);
    std::vector<float> out;
    for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
      const auto sequence = sequences.sequence(s);
      for (std::size_t i = 0; i < sequence.size(); ++i) out.push_back(fake_keep_probability(sequence, i));
    }
    if (progress && !progress(out.size(), out.size())) return fail(ErrorCode::kCancelled, "cancelled");
    return out;
  }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return tokenizer_; }
  [[nodiscard]] std::size_t n_embedding_rows() const override { return tokenizer_.vocab_size() + n_added_rows_; }
  [[nodiscard]] std::size_t max_sequence_tokens() const override { return 512; }
  [[nodiscard]] std::string description() const override { return "spy"; }

  mutable std::vector<TokenSequences> calls;

 private:
  std::size_t n_added_rows_;
  FakeTokenizer tokenizer_;
};

class ReferenceLlmlingua2Test : public testing::Test {
 protected:
  Result<CompressResult> compress(const CompressRequest& request) const {
    return compress_llmlingua2_reference(request, classifier_, counter_);
  }
  std::string error(const CompressRequest& request) const {
    const auto result = compress(request);
    if (result) return "no error";
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
    return result.error().message;
  }
  static CompressRequest request(std::vector<std::string> context, double rate = 0.5) {
    CompressRequest made;
    made.context = std::move(context);
    made.rate = rate;
    made.reference = true;
    return made;
  }

  SpyClassifier classifier_;
  FakeCounter counter_;
};

TEST_F(ReferenceLlmlingua2Test, RateOneRebuildsTheTextWithoutTheModel) {
  CompressRequest whole = request({"Ab  cd,\nef."}, 1.0);
  whole.force_tokens = {"\n"};
  whole.return_word_label = true;
  const auto result = compress(whole);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->compressed_prompt, "ab cd, \n ef.");
  EXPECT_EQ(result->fn_labeled_original_prompt, "ab 1\t\t|\t\tcd 1\t\t|\t\tef 1");
  EXPECT_TRUE(classifier_.calls.empty());
  EXPECT_EQ(result->tokenizer, "fake");
  EXPECT_THAT(result->kept_context_ids, ElementsAre(0U));
}

TEST_F(ReferenceLlmlingua2Test, WithoutTheTokenFilterTheModelIsNotRun) {
  CompressRequest whole = request({"Ab"}, 0.3);
  whole.use_token_level_filter = false;
  EXPECT_EQ(compress(whole)->compressed_prompt, "ab");
  EXPECT_TRUE(classifier_.calls.empty());
}

TEST_F(ReferenceLlmlingua2Test, EveryDistinctChunkIsReadOnce) {
  CompressRequest filtered = request({"ab cd ef gh", "ij kl", "ab cd ef gh"});
  filtered.use_context_level_filter = true;
  const auto result = compress(filtered);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(classifier_.calls.size(), 1U);  // scoring and compressing share it
  EXPECT_EQ(classifier_.calls[0].n_sequences(), 2U);
}

TEST_F(ReferenceLlmlingua2Test, APadTypedByTheUserIsHiddenFromTheModel) {
  const auto result = compress(request({"ab [PAD] cd ef [PAD]"}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(classifier_.calls.at(0).hidden, ElementsAre(2U, 5U));
  EXPECT_EQ(classifier_.calls.at(0).ids.size(), 7U);
}

TEST_F(ReferenceLlmlingua2Test, ALongChunkLosesItsEndToken) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "ab ";
  ASSERT_TRUE(compress(request({text})));
  const TokenSequences& sequences = classifier_.calls.at(0);
  ASSERT_EQ(sequences.n_sequences(), 2U);
  const TokenId sep = classifier_.tokenizer().special_tokens().sep;
  EXPECT_EQ(sequences.sequence(0).size(), 512U);
  EXPECT_NE(sequences.sequence(0).back(), sep);
  EXPECT_EQ(sequences.sequence(1).size(), 89U + 2);
  EXPECT_EQ(sequences.sequence(1).back(), sep);
}

TEST_F(ReferenceLlmlingua2Test, ChunksEndAtTheLastEndTokenThatFits) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += i == 20 || i == 400 || i == 590 ? ". " : "ab ";
  ASSERT_TRUE(compress(request({text})));
  EXPECT_EQ(classifier_.calls.at(0).sequence(0).size(), 401U + 2);
  EXPECT_EQ(classifier_.calls.at(0).sequence(1).size(), 199U + 2);
}

TEST_F(ReferenceLlmlingua2Test, TargetTokensReplaceTheRate) {
  CompressRequest target = request({"ab cd ef gh ij kl mn op"}, 0.9);
  target.target_token = 4;
  EXPECT_EQ(compress(target)->compressed_prompt, compress(request(target.context, 0.5))->compressed_prompt);
  target.target_token = 0;  // ignored without the context filter
  EXPECT_EQ(compress(target)->compressed_prompt, compress(request(target.context, 0.9))->compressed_prompt);
  target.target_token = 1000;
  EXPECT_EQ(compress(target)->compressed_prompt, "ab cd ef gh ij kl mn op");
}

TEST_F(ReferenceLlmlingua2Test, EmptyContextsGiveEmptyTexts) {
  const auto result = compress(request({""}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->compressed_prompt, "");
  EXPECT_THAT(result->compressed_prompt_list, ElementsAre(""));
  EXPECT_EQ(result->origin_tokens, 0);

  CompressRequest unfiltered = request({"", ""});
  unfiltered.use_context_level_filter = false;
  EXPECT_EQ(compress(unfiltered)->compressed_prompt, "\n\n");
}

// What raises a Python exception in the library is refused with a reason.
TEST_F(ReferenceLlmlingua2Test, RefusesWhatTheLibraryFailsOn) {
  EXPECT_THAT(error(request({"ab cd"}, 0.0)), HasSubstr("the rate is out of range"));
  EXPECT_THAT(error(request({"ab cd"}, -0.5)), HasSubstr("the rate is out of range"));
  EXPECT_THAT(error(request({"ab cd"}, std::nan(""))), HasSubstr("must be numbers"));
  EXPECT_THAT(error(request({"[UNK] [UNK]"})), HasSubstr("without a word the model knows"));
  EXPECT_THAT(error(request({})), HasSubstr("at least one context"));
  EXPECT_THAT(error(request({"", ""})), HasSubstr("context 0 has no word"));

  CompressRequest target = request({""});
  target.target_token = 10;
  EXPECT_THAT(error(target), HasSubstr("no tokens"));
  CompressRequest nothing = request({"ab", "cd"});
  nothing.target_token = 0;  // with the context filter: rate 0
  EXPECT_THAT(error(nothing), HasSubstr("the rate is out of range"));
  CompressRequest many = request({"ab"});
  many.force_tokens.assign(101, "x");
  EXPECT_THAT(error(many), HasSubstr("at most 100"));
  CompressRequest contexts = request({"ab", "cd"}, 1.0);
  contexts.context_level_rate = 2;
  EXPECT_THAT(error(contexts), HasSubstr("context_level_rate"));
  EXPECT_EQ(classifier_.calls.size(), 3U);  // the cases that need probabilities to fail
}

TEST_F(ReferenceLlmlingua2Test, NeedsEmbeddingsOnlyForTheAddedTokensInTheText) {
  const SpyClassifier no_rows(0);
  CompressRequest forced = request({"ab\ncd ef"});
  EXPECT_TRUE(compress_llmlingua2_reference(forced, no_rows, counter_));
  forced.force_tokens = {"\n"};
  const auto refused = compress_llmlingua2_reference(forced, no_rows, counter_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(refused.error().message, HasSubstr("[NEW0]"));
  forced.context = {"ab cd ef"};
  EXPECT_TRUE(compress_llmlingua2_reference(forced, no_rows, counter_));
}

TEST_F(ReferenceLlmlingua2Test, SaysThatItHasNoWordScores) {
  CompressRequest scored = request({"ab cd ef"});
  EXPECT_TRUE(compress(scored)->warnings.empty());
  scored.return_word_scores = true;
  const auto result = compress(scored);
  ASSERT_EQ(result->warnings.size(), 1U);
  EXPECT_THAT(result->warnings[0], HasSubstr("return_word_scores"));
  EXPECT_TRUE(result->word_scores.empty());
}

TEST_F(ReferenceLlmlingua2Test, CanBeCancelled) {
  const auto result = compress_llmlingua2_reference(request({"ab cd"}), classifier_, counter_,
                                                    [](std::size_t, std::size_t) { return false; });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

TEST_F(ReferenceLlmlingua2Test, LabelsOfDroppedContextsAreZero) {
  CompressRequest labelled = request({"ab cd ef", "gh ij", "kl mn"});
  labelled.return_word_label = true;
  labelled.word_sep = "|";
  labelled.label_sep = "=";
  labelled.context_level_rate = 0.4;  // of three contexts, one stays
  const auto result = compress(labelled);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(result->kept_context_ids.size(), 1U);
  const std::string zeros[] = {"ab=0|cd=0|ef=0", "gh=0|ij=0", "kl=0|mn=0"};
  for (std::size_t context = 0; context < 3; ++context) {
    if (context != result->kept_context_ids[0]) {
      EXPECT_THAT(*result->fn_labeled_original_prompt, HasSubstr(zeros[context]));
    }
  }
}

}  // namespace
}  // namespace pith
