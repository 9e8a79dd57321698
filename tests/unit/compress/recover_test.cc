#include "compress/recover.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "compress/suffix_automaton.h"
#include "pith/compress.h"
#include "support/fake_causal_lm.h"
#include "support/print_error.h"

namespace pith {
namespace {

/// A context with what is kept of it between brackets: "[The] old [pole]".
struct Marked {
  explicit Marked(std::string_view marked) {
    for (const char c : marked) {
      const auto at = static_cast<std::uint32_t>(text.size());
      if (c == '[') {
        spans.push_back({at, at});
      } else if (c == ']') {
        spans.back().end = at;
      } else {
        text += c;
      }
    }
  }
  std::string text;
  std::vector<ByteSpan> spans;
};

Recovery recovered(const std::vector<Marked>& contexts, std::string_view response, const RecoverOptions& options = {}) {
  std::vector<std::string_view> texts;
  std::vector<std::vector<ByteSpan>> spans;
  for (const Marked& context : contexts) {
    texts.emplace_back(context.text);
    spans.push_back(context.spans);
  }
  return recover(texts, spans, response, options).value();
}

TEST(RecoverTest, PutsBackWhatStoodBetween) {
  const Marked cathedral("The [cathedral], which [burned] down [twice], was [finished] in [1312].");
  const struct {
    std::string_view response, want;
  } cases[] = {
      {"Records: cathedral burned twice. I am sure.", "Records: cathedral, which burned down twice. I am sure."},
      {"cathedral burned twice finished 1312", "cathedral, which burned down twice, was finished in 1312"},
      {"\"finished, 1312\"", "\"finished in 1312\""},
      {"burned", "burned"},                      // one word
      {"twice burned", "twice burned"},          // another order
      {"Cathedral burned", "Cathedral burned"},  // case counts
      {"cathedral twice", "cathedral twice"},    // not in a row
      {"burned twice, burned twice", "burned down twice, burned down twice"},
      {"cathedra burned twice", "cathedra burned down twice"},  // whole words only
      {"", ""},
      {" \n", " \n"},
  };
  for (const auto& c : cases) EXPECT_EQ(recovered({cathedral}, c.response).text, c.want);
}

TEST(RecoverTest, SaysWhatItDid) {
  const Recovery recovery = recovered({Marked("nothing"), Marked("so [red] and [green] it [was]")}, "a red green b");
  EXPECT_EQ(recovery.text, "a red and green b");
  EXPECT_EQ(recovery.stretches, (std::vector<RecoveredStretch>{{{2, 11}, 1, {3, 16}}}));
}

TEST(RecoverTest, NeverBridgesContextsOrWideGaps) {
  EXPECT_EQ(recovered({Marked("[red] x"), Marked("y [green]")}, "red green").text, "red green");
  const Marked wide("[red] " + std::string(70, '-') + " [green] or [blue]");
  EXPECT_EQ(recovered({wide}, "red green blue").text, "red green or blue");
  EXPECT_EQ(recovered({wide}, "red green blue", {.max_gap_bytes = 100}).text, wide.text);
  EXPECT_EQ(recovered({wide}, "red green blue", {.max_gap_bytes = 3}).text, "red green blue");
}

TEST(RecoverTest, FunctionWordsAloneQuoteNothing) {
  const Marked text("[of] all [the] seven [seas]");
  EXPECT_EQ(recovered({text}, "of the land").text, "of the land");
  EXPECT_EQ(recovered({text}, "of the seas").text, "of all the seven seas");
}

TEST(RecoverTest, ScriptsWithoutSpacesAreComparedByCharacter) {
  EXPECT_EQ(recovered({Marked("[南]の[極]点")}, "「南極」です").text, "「南の極」です");
}

TEST(RecoverTest, WordsGoOnOverSpansThatTouch) {
  EXPECT_EQ(recovered({Marked("[un][done] more [work]")}, "undone work").text, "undone more work");
  EXPECT_EQ(recovered({Marked("[un]der[done] more [work]")}, "undone work").text, "undone work");
}

TEST(RecoverTest, RefusesSpansThatDoNotFit) {
  const std::vector<std::string_view> texts{"0123456789"};
  const std::vector<std::vector<ByteSpan>> bad[] = {{},         {{}, {}},           {{{0, 11}}},
                                                    {{{5, 4}}}, {{{0, 4}, {3, 6}}}, {{{6, 8}, {1, 2}}}};
  for (const auto& spans : bad) {
    const auto recovery = recover(texts, spans, "x");
    ASSERT_FALSE(recovery);
    EXPECT_EQ(recovery.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(recover(texts, std::vector<std::vector<ByteSpan>>{{}}, "x", {.min_words = 0}));
  const std::string huge(kMaxInputBytes + 1, 'x');
  EXPECT_EQ(recover(texts, std::vector<std::vector<ByteSpan>>{{}}, huge).error().code, ErrorCode::kTooLarge);
}

/// Random texts of few words, with spans at word borders or (hostile) anywhere.
TEST(RecoverTest, CopiesNothingButTheResponseAndTheOriginal) {
  std::mt19937 random(3);
  const std::string_view words[] = {"red", "green", "blue", "the", "of", "é", "\xFF\x80", "南", "."};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> texts(1 + random() % 3);
    std::vector<std::vector<ByteSpan>> spans(texts.size());
    for (std::size_t c = 0; c < texts.size(); ++c) {
      for (std::size_t n = random() % 20; n > 0; --n) {
        texts[c] += words[random() % std::size(words)];
        texts[c] += ' ';
      }
      for (std::uint32_t at = 0; at < texts[c].size();) {
        const auto end = std::min<std::uint32_t>(static_cast<std::uint32_t>(texts[c].size()),
                                                 at + 1 + static_cast<std::uint32_t>(random() % 9));
        if (random() % 3 != 0) spans[c].push_back({at, end});
        at = end;
      }
    }
    std::string response;
    for (std::size_t n = random() % 12; n > 0; --n) (response += words[random() % std::size(words)]) += ' ';
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    const Recovery recovery = recover(views, spans, response).value();
    std::string want;
    std::size_t at = 0;
    for (const RecoveredStretch& s : recovery.stretches) {
      ASSERT_LE(at, s.response.begin);
      want += response.substr(at, s.response.begin - at);
      want += views[s.context].substr(s.original.begin, s.original.end - s.original.begin);
      at = s.response.end;
      // Both ends are kept, and are what the response says.
      const auto is_kept = [&](std::uint32_t byte) {
        return std::any_of(spans[s.context].begin(), spans[s.context].end(),
                           [&](const ByteSpan& span) { return span.begin <= byte && byte < span.end; });
      };
      EXPECT_TRUE(is_kept(s.original.begin) && is_kept(s.original.end - 1));
      EXPECT_EQ(response[s.response.begin], texts[s.context][s.original.begin]);
      EXPECT_EQ(response[s.response.end - 1], texts[s.context][s.original.end - 1]);
    }
    EXPECT_EQ(recovery.text, want + response.substr(at));
  }
}

TEST(RecoverTest, RecoversAWholeTextFromItself) {
  std::string text;
  std::vector<ByteSpan> spans;
  std::string shortened;
  for (int i = 0; i < 20'000; ++i) {
    const std::string word = "word" + std::to_string(i * 7 % 1000 + i / 1000);
    if (i % 2 == 0) {
      spans.push_back({static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(text.size() + word.size())});
      shortened += word + " ";
    }
    text += word + " ";
  }
  const Recovery recovery =
      recover(std::vector<std::string_view>{text}, std::vector<std::vector<ByteSpan>>{spans}, shortened).value();
  EXPECT_EQ(recovery.stretches.size(), 1U);
  EXPECT_EQ(recovery.text, text.substr(0, spans.back().end) + " ");
}

TEST(SuffixAutomatonTest, ReadsWhatStandsInARowAndKnowsWhereFirst) {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    SuffixAutomaton automaton;
    std::vector<std::vector<std::uint32_t>> rows(1 + random() % 4);
    std::vector<std::size_t> begins;
    std::size_t n_numbers = 0;
    for (auto& row : rows) {
      automaton.start_row();
      begins.push_back(n_numbers);
      row.resize(random() % 12);
      for (std::uint32_t& number : row) automaton.append(number = static_cast<std::uint32_t>(random() % 3));
      n_numbers += row.size();
    }
    for (int query = 0; query < 60; ++query) {
      std::vector<std::uint32_t> sought(1 + random() % 5);
      for (std::uint32_t& number : sought) number = static_cast<std::uint32_t>(random() % 3);
      std::optional<std::size_t> want;
      for (std::size_t r = 0; r < rows.size() && !want; ++r) {
        const auto found = std::search(rows[r].begin(), rows[r].end(), sought.begin(), sought.end());
        if (found != rows[r].end()) {
          want = begins[r] + static_cast<std::size_t>(found - rows[r].begin()) + sought.size() - 1;
        }
      }
      std::optional<SuffixAutomaton::State> state = SuffixAutomaton::kStart;
      for (std::size_t i = 0; i < sought.size() && state; ++i) state = automaton.next(*state, sought[i]);
      ASSERT_EQ(state.has_value(), want.has_value());
      if (state) {
        ASSERT_EQ(automaton.first_end(*state), *want);
      }
    }
  }
}

std::string by_tokens(std::string_view original, std::string_view compressed, std::string_view response) {
  return recover_by_tokens(FakeCausalTokenizer(), original, compressed, response).value();
}

TEST(RecoverByTokensTest, TakesTheStretchWithMostOfTheTokens) {
  // Tokens of the fake: up to two letters, with the space before them one; digits and signs singly.
  EXPECT_EQ(by_tokens("1 a 2 b 3", "1 3", "so 1 3."), "so 1 3.");  // "3." is not in it: 1 alone
  EXPECT_EQ(by_tokens("1,a,2,b,3", "1,3", "1,3"), "1,a,2,b,3");
  EXPECT_EQ(by_tokens("1----2 1-2", "12", "12"), "1-2");           // the shorter
  EXPECT_EQ(by_tokens("1-2 1+2", "12", "12"), "1-2");              // the earlier
  EXPECT_EQ(by_tokens("1---------2", "12", "12"), "1---------2");  // ten behind
  EXPECT_EQ(by_tokens("1----------2", "12", "12"), "1");           // eleven: the rest is lost
  EXPECT_EQ(by_tokens("", "12", "12 x"), "12 x");
  EXPECT_EQ(by_tokens("1-2", "3", "12"), "12");  // not in the shortened text
}

TEST(RecoverByTokensTest, RefusesEmptyWordsAsTheLibraryDoes) {
  for (const auto& [compressed, response] : {std::pair("x", ""), std::pair("", ""), std::pair("x", "a  b")}) {
    const auto recovery = recover_by_tokens(FakeCausalTokenizer(), "x", compressed, response);
    ASSERT_FALSE(recovery) << response;
    EXPECT_EQ(recovery.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(by_tokens("a  b", "a  b", "a  b"), "a  b");  // inside a run it does no harm
}

TEST(RecoverByTokensTest, SurvivesHostileTexts) {
  const std::string many(100'000, '1');
  EXPECT_EQ(by_tokens(many, many, many), many);
  std::string words;
  for (int i = 0; i < 20'000; ++i) words += "1 ";
  EXPECT_EQ(by_tokens(words, words, words), words);
  const std::string broken =
      "\xFF"
      "1\x80";
  EXPECT_EQ(by_tokens(broken, broken, broken),
            "\uFFFD"
            "1\uFFFD");
}

TEST(RecoverByTokensTest, EndsWithAnErrorWhereTheWorkHasNoEnd) {
  const std::string original(200'000, '1');
  const std::string response = std::string(100'000, '1') + "2";  // every start matches all but the last token
  const auto recovery = recover_by_tokens(FakeCausalTokenizer(), original, response, response);
  ASSERT_FALSE(recovery);
  EXPECT_EQ(recovery.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace pith
