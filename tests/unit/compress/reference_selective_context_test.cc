#include "compress/reference_selective_context.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "compress/blank_english.h"
#include "support/fake_causal_lm.h"
#include "support/fake_counter.h"
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

}  // namespace
}  // namespace pith
