#include "compress/reference_selective_context.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/mapped_file.h"
#include "compress/blank_english.h"
#include "model/llama/gguf_tokenizer.h"
#include "support/fake_causal_lm.h"
#include "support/fake_counter.h"
#include "support/golden_llmlingua2.h"
#include "support/gz_file.h"
#include "support/smollm2.h"
#include "text/utf8.h"

namespace pith {
namespace {

using Strings = std::vector<std::string>;

std::u32string wide(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    out += c.value;
    at += c.n_bytes;
  }
  return out;
}

Strings tokens(std::string_view ascii) {
  Strings out;
  std::size_t begin = 0;
  for (const std::size_t n : blank_english_tokens(wide(ascii))) {
    out.emplace_back(ascii.substr(begin, n));
    begin += n;
  }
  EXPECT_EQ(begin, ascii.size());
  return out;
}

TEST(BlankEnglish, CutsAsTheRulesSay) {
  const std::vector<std::pair<std::string, Strings>> cases{
      {"", {}},
      {"Hello", {"Hello"}},
      {"I'm sure, we don't.", {"I", "'m", " sure", ",", " we", " do", "n't", "."}},
      {"(see Mr. Wu)", {"(", "see", " Mr.", " Wu", ")"}},
      {"at 5pm for 10km", {"at", " 5", "pm", " for", " 10", "km"}},
      {"well-known and/or 3-4", {"well", "-", "known", " and/or", " 3", "-", "4"}},
      {"https://a.org/b?c=1, x", {"https://a.org/b?c=1", ",", " x"}},
      {"10.0.0.1:80 or 8.8.8.8", {"10.0.0.1:80", " or", " 8.8.8.8"}},
      {"Wait... end.Start", {"Wait", "...", " end", ".", "Start"}},
      {"$5 US$5 5$ +1 -2", {"$", "5", " US$", "5", " 5", "$", " +1", " -2"}},
      {"USA. Ab. A.", {"USA", ".", " Ab", ".", " A."}},
      {"its Well cannot", {"its", " Well", " can", "not"}},
      {"''((", {"'", "'", "(", "("}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(tokens(text), expected) << text;
}

TEST(BlankEnglish, TokensAddUpToTheText) {
  std::mt19937 random(8);
  const std::u32string_view alphabet = U"aA5.,'’-()\"…�é中%$+s/:@ks";
  for (int round = 0; round < 5000; ++round) {
    std::u32string text;
    for (int n = static_cast<int>(random() % 24); n > 0; --n) {
      const bool may_space = !text.empty() && text.back() != U' ' && n > 1;
      text += may_space && random() % 5 == 0 ? U' ' : alphabet[static_cast<std::size_t>(random()) % alphabet.size()];
    }
    std::size_t sum = 0;
    for (const std::size_t n : blank_english_tokens(text)) {
      EXPECT_GT(n, 0U);
      sum += n;
    }
    EXPECT_EQ(sum, text.size());
  }
  for (const char32_t c : {U'.', U'(', U'-', U'a', U'\'', U','}) {
    EXPECT_FALSE(blank_english_tokens(std::u32string(300'000, c)).empty());
  }
}

TEST(ReferenceSelectiveContext, SentencesEndAsItsExpressionSays) {
  const std::vector<std::pair<std::string, Strings>> cases{
      {"", {}},
      {" \n\t", {}},
      {"One. Two?\n\nThree! Four.", {"One.", "Two?", "Three! Four."}},
      {"Dr. Wu paid U.S. money. Ok", {"Dr. Wu paid U.S. money.", "Ok"}},
      {"C. E. Webber. x", {"C.", "E.", "Webber.", "x"}},
      {". ? a", {".", "?", "a"}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(selective_context_sentences(text), expected) << text;
}

TEST(ReferenceSelectiveContext, QuantilesPassOverWhatIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(nan_quantile({3, nan, 1, 2}, 0.5), 2);
  EXPECT_EQ(nan_quantile({1, 2}, 0.25), 1.25);
  EXPECT_EQ(nan_quantile({1, 2}, 1), 2);
  EXPECT_EQ(nan_quantile({1, 2}, 0), 1);
  EXPECT_TRUE(std::isnan(nan_quantile({nan}, 0.5)));
  EXPECT_TRUE(std::isnan(nan_quantile({}, 0.5)));
}

TEST(ReferenceSelectiveContext, AnyTextIsShortenedOrRefused) {
  const FakeCausalLm model;
  const FakeCounter counter;
  for (const std::string level : {"token", "phrase", "sent", "sentence"}) {
    CompressRequest request;
    request.reduce_level = level;
    request.context = {"", "One. Two words? \xFF\xFE.", "a  b\r\n\r\nc", "\xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80."};
    const auto result = compress_selective_context_reference(request, model, counter);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->compressed_prompt_list.size(), 4U);
    EXPECT_EQ(result->compressed_prompt_list[0], "");
    request.rate = 1;
    request.context = {"One.  Two\nthree."};
    EXPECT_EQ(compress_selective_context_reference(request, model, counter)->compressed_prompt,
              level == "token" ? "One.Two three." : "One. Two three.");
  }
  CompressRequest request;
  request.context = {"a"};
  request.reduce_level = "word";
  EXPECT_EQ(compress_selective_context_reference(request, model, counter).error().code, ErrorCode::kInvalidArgument);
  request.reduce_level = "token";
  const auto cancel = [](std::size_t, std::size_t) { return false; };
  EXPECT_EQ(compress_selective_context_reference(request, model, counter, cancel).error().code, ErrorCode::kCancelled);
}

/// Says what was recorded, in order.
class Playback final : public CausalLm {
 public:
  Playback(const Tokenizer& tokenizer, std::vector<float> information)
      : tokenizer_(tokenizer), information_(std::move(information)) {}

  Result<std::vector<float>> score(const CausalBatch& batch, const ProgressCallback& /*progress*/) const override {
    std::vector<float> all;
    std::size_t next = 0;
    for (std::size_t s = 0; s < batch.sequences.n_sequences(); ++s) {
      all.push_back(std::numeric_limits<float>::quiet_NaN());
      for (std::size_t i = 1; i < batch.sequences.sequence(s).size(); ++i) {
        all.push_back(next < information_.size() ? information_[next] : 0);
        ++next;
      }
    }
    EXPECT_EQ(next, information_.size()) << "other tokens than those recorded";
    return all;
  }
  Result<std::unique_ptr<CausalSession>> new_session() const override {
    return fail(ErrorCode::kUnsupported, "a playback has no sessions");
  }
  const Tokenizer& tokenizer() const override { return tokenizer_; }
  TokenId bos() const override { return kNoToken; }
  std::size_t max_context_tokens() const override { return 8192; }
  std::string description() const override { return "playback"; }

 private:
  const Tokenizer& tokenizer_;
  std::vector<float> information_;
};

TEST(ReferenceSelectiveContext, GivesThePackagesTextsFromItsNumbers) {
  const auto model_path = smollm2_path();
  const std::string folder = golden::shared_golden_dir();
  const auto lines = read_file(folder + "/selective_context/cases.jsonl");
  if (!model_path || !lines) GTEST_SKIP() << "needs SmolLM2 (its tokenizer) and the shared golden cases";
  const auto file = GgufFile::open(*model_path);
  ASSERT_TRUE(file);
  const auto tokenizer = load_gguf_tokenizer(*file);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  std::map<std::string, std::vector<float>> information;
  for (const json::object& row : golden::parse_lines(read_gz(folder + "/selective_context/units.jsonl.gz"))) {
    std::vector<float>& values = information[std::string(row.at("id").as_string())];
    for (const json::value& v : row.at("token").at("self_info").as_array()) values.push_back(v.to_number<float>());
  }
  std::size_t n_same = 0;
  const auto cases = golden::parse_lines(*lines);
  for (const json::object& row : cases) {
    const std::string id(row.at("id").as_string());
    CompressRequest request;
    request.context = {std::string(golden::resolve_files(row.at("input").at("text"), folder).as_string())};
    request.rate = 1 - row.at("params").at("reduce_ratio").to_number<double>();
    request.reduce_level = std::string(row.at("params").at("reduce_level").as_string());
    const Playback model(**tokenizer, information[id]);
    const auto result = compress_selective_context_reference(request, model, FakeCounter());
    const json::object& output = row.at("output").as_object();
    if (output.contains("error")) {
      EXPECT_FALSE(result) << id;
      if (!result) ++n_same;
      continue;
    }
    ASSERT_TRUE(result) << id << ": " << result.error().message;
    const std::string expected(output.at("context").as_string());
    EXPECT_EQ(result->compressed_prompt, expected) << id;
    if (result->compressed_prompt == expected) ++n_same;
  }
  RecordProperty("identical", static_cast<int>(n_same));
  EXPECT_EQ(n_same, 36U);
}

}  // namespace
}  // namespace pith
