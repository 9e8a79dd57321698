#include "compress/keep_references.h"

#include <gtest/gtest.h>

#include <string>

#include "compress/lift_companions.h"
#include "compress/rank_units.h"
#include "support/prepare.h"
#include "support/random_prose.h"

namespace pith {
namespace {

using testing::prepare;

/// "word=antecedent|" for every reference found.
std::string references(std::string_view text) {
  const PreparedContext context = prepare(text);
  std::string shown;
  for (const Reference& reference : find_references(context)) {
    const auto& words = context.document.words;
    const ByteSpan span{words[reference.first_word].span.begin, words[reference.end_word - 1].span.end};
    shown += std::string(words[reference.word].span.of(text)) + '=' + std::string(span.of(text)) + '|';
  }
  return shown;
}

struct Case {
  std::string_view text, expected;
};

TEST(FindReferencesTest, PronounsStandForTheNearestNameThatAgrees) {
  const Case cases[] = {
      {"We met Ada Lovelace. She smiled.", "She=Ada Lovelace|"},
      {"Mrs. Smith called Mr. Jones. She was late.", "She=Mrs. Smith|"},
      {"Mrs. Smith called Mr. Jones. He was late.", "He=Mr. Jones|"},
      {"In 1848 Tesla moved to Paris. He worked.", "He=Tesla|"},
      {"It was opened by Acme Corp in June. Its owner left.", "Its=June|"},
      {"We asked John and Mary about Rome. They agreed.", "They=Mary|"},
      {"The President of Ghana spoke. He left.", "He=President of Ghana|"},
      {"We know Bob. One. Two. He left.", ""},  // three sentences back
      {"nobody is named here. he left.", ""},
      {"She saw Bob.", ""},  // cataphora is not looked for
      {"We saw J. K. Rowling. Her book sold.", "Her=J. K. Rowling|"},
  };
  for (const Case& c : cases) EXPECT_EQ(references(c.text), c.expected) << c.text;
}

TEST(FindReferencesTest, RelativesStandForTheWordBefore) {
  EXPECT_EQ(references("we met Niels Bohr, who smiled"), "who=Niels Bohr|");
  EXPECT_EQ(references("a treaty which ended it"), "which=treaty|");
  EXPECT_EQ(references("Which one? Who knows?"), "");
}

TEST(FindReferencesTest, DefiniteNounsStandForTheirFirstMention) {
  const Case cases[] = {
      {"They bought a big red lorry. It broke. Then the lorry burned.", "lorry=big red lorry|"},
      {"A Boeing aircraft landed. Later that aircraft left.", "aircraft=Boeing aircraft|"},
      {"We visited Acme Corp in the past. The company grew.", "company=Acme Corp|"},
      {"We heard Maria Callas. The singer bowed.", "singer=Maria Callas|"},
      {"the dog saw the dog", ""},  // nothing to add
      {"We like Paris and Rome. The former is old, the latter older.", "former=Paris|latter=Rome|"},
  };
  for (const Case& c : cases) EXPECT_EQ(references(c.text), c.expected) << c.text;
}

TEST(KeepReferencesTest, RaisesTheNameToItsPronoun) {
  PreparedContext context = prepare("We met Ada Lovelace. She smiled.", 0.1F, {{"She", 0.7F}, {"Ada", 0.8F}});
  rank_punctuation(context);
  keep_references(context);
  EXPECT_FLOAT_EQ(context.priorities[2], 0.8F);
  EXPECT_FLOAT_EQ(context.priorities[3], 0.7F);
  EXPECT_FLOAT_EQ(context.priorities[1], 0.1F);
}

TEST(KeepReferencesTest, FollowsChains) {
  PreparedContext context =
      prepare("We visited Acme Corp. The company grew, which pleased. A day passed.", 0.1F, {{"which", 0.9F}});
  keep_references(context);
  EXPECT_EQ(context.priorities[2], 0.1F);  // "grew" is what "which" stands behind
  PreparedContext chain = prepare("Acme Corp sold it. The company, which grew, left.", 0.1F, {{"which", 0.9F}});
  keep_references(chain);
  for (const std::size_t name : {0U, 1U}) EXPECT_FLOAT_EQ(chain.priorities[name], 0.9F);
}

TEST(KeepReferencesTest, NoKeptReferenceLacksItsAntecedent) {
  std::mt19937 random(23);
  constexpr std::string_view kWords[] = {"Ada",  "Lovelace", "She",  "she",   "it",     "the", "company", "Acme",
                                         "Corp", "runs",     "who",  "not",   "red",    "a",   "in",      "Paris",
                                         "and",  "Mr.",      "They", "their", "former", "of",  "car",     "this"};
  std::size_t n_references = 0;
  for (int round = 0; round < 400; ++round) {
    const std::string text = testing::random_prose(kWords, 60, random);
    std::vector<PreparedContext> contexts{prepare(text)};
    PreparedContext& context = contexts[0];
    testing::score_randomly(context, random);
    std::fill(context.forced.begin(), context.forced.end(), std::uint8_t{0});
    keep_references(context);
    lift_companions(context);
    const Ranking ranking = rank_units(contexts);
    std::vector<std::size_t> place(context.n_words());
    for (std::size_t i = 0; i < ranking.order.size(); ++i) place[ranking.order[i].word] = i;
    for (const Reference& reference : find_references(context)) {
      ASSERT_LT(reference.first_word, reference.end_word);
      ASSERT_LE(reference.end_word, reference.word);
      ++n_references;
      for (std::uint32_t w = reference.first_word; w < reference.end_word; ++w) {
        if (!context.document.words[w].is_punctuation) {
          ASSERT_LT(place[w], place[reference.word]) << text;
        }
      }
    }
  }
  EXPECT_GT(n_references, 1000U);
}

TEST(KeepReferencesTest, TakesLongTextsOfNamesAndPronouns) {
  for (const std::string_view piece :
       {"Ada and ", "she ", "The former ", "the car ", "Mr. ", "who ", "A.B. ", "\xFF "}) {
    std::string text = "Bob ";
    while (text.size() < (1U << 18)) text += piece;
    PreparedContext context = prepare(text);
    keep_references(context);
    EXPECT_EQ(context.priorities.size(), context.n_words());
  }
  EXPECT_EQ(references(""), "");
}

}  // namespace
}  // namespace pith
