#include "compress/rank_units.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "compress/render.h"
#include "support/prepare.h"
#include "support/structure_laws.h"
#include "text/structure/tree_builder.h"

namespace pith {
namespace {

using testing::prepare;
using testing::StructureLaws;

std::string words_in_order(const Ranking& ranking, std::span<const PreparedContext> contexts) {
  std::string order;
  std::size_t step = 0;
  for (std::size_t i = 0; i < ranking.order.size(); ++i) {
    const WordRef ref = ranking.order[i];
    order += contexts[ref.context].document.words[ref.word].span.of(contexts[ref.context].text);
    if (i + 1 == ranking.steps[step].order_end) {
      ++step;
      order += '|';
    } else {
      order += ' ';
    }
  }
  return order;
}

TEST(RankUnitsTest, RanksForcedThenByPriorityThenByPosition) {
  std::vector<PreparedContext> contexts;
  contexts.push_back(prepare("low high mid", 0.1F, {{"high", 0.9F}, {"mid", 0.5F}}));
  contexts.push_back(prepare("mid2 forced", 0.5F, {{"forced", 0.0F}}));
  contexts[1].forced[1] = 1;
  const Ranking ranking = rank_units(contexts);
  EXPECT_EQ(words_in_order(ranking, contexts), "forced|high|mid|mid2|low|");
  EXPECT_EQ(ranking.n_forced, 1U);
}

constexpr std::string_view kObject = R"({"id": 7, "note": "call me back"})";

Structure object_structure() {
  TreeBuilder tree(static_cast<std::uint32_t>(kObject.size()));
  tree.open(Kind::kJsonObject, Policy::kGroup, 0);
  tree.leaf(Kind::kJsonMember, Policy::kWhole, {1, 8}, {.importance = 0.5F});
  tree.leaf(Kind::kPunctuation, Policy::kSeparator, {8, 9});
  tree.open(Kind::kJsonMember, Policy::kGroup, 10);
  tree.leaf(Kind::kJsonString, Policy::kWords, {19, 31});
  tree.close(32);
  tree.close(33);
  return tree.finish("json");
}

TEST(RankUnitsTest, TakesFramesAndSeparatorsWithWhatNeedsThem) {
  std::vector<PreparedContext> contexts;
  contexts.push_back(prepare(kObject, 0.2F, {{"back", 0.9F}, {"call", 0.3F}}, object_structure()));
  const Ranking ranking = rank_units(contexts);
  EXPECT_EQ(words_in_order(ranking, contexts), "\"note\": \" \" { } back|\"id\": 7 ,|call|me|");
  const std::vector<std::string> expected = {"", R"({"note": "back"})", R"({"id": 7, "note": "back"})",
                                             R"({"id": 7, "note": "call back"})", std::string(kObject)};
  for (std::size_t n = 0; n <= ranking.steps.size(); ++n) {
    std::string out;
    render(contexts[0], keep_flags(contexts, ranking, n)[0], {}, &out);
    EXPECT_EQ(out, expected[n]);
  }
}

TEST(RankUnitsTest, AForcedWordForcesItsPiece) {
  std::vector<PreparedContext> contexts;
  contexts.push_back(prepare(kObject, 0.5F, {}, object_structure()));
  contexts[0].forced[2] = 1;  // 7
  const Ranking ranking = rank_units(contexts);
  EXPECT_EQ(ranking.n_forced, 1U);
  EXPECT_TRUE(words_in_order(ranking, contexts).starts_with("\"id\": 7 { }|"));
}

/// A random tree over random words, and the laws of structure.h checked on what each prefix keeps.
class RandomTree {
 public:
  explicit RandomTree(std::uint32_t seed) : random_(seed) {
    const std::size_t n_words = 1 + random_() % 60;
    for (std::size_t w = 0; w < n_words; ++w)
      text_ += std::string(1 + random_() % 3, static_cast<char>('a' + w % 26)) + ' ';
    tree_.emplace(static_cast<std::uint32_t>(text_.size()));
    tree_->node(0).policy = random_() % 2 == 0 ? Policy::kWords : Policy::kGroup;
    grow(0, static_cast<std::uint32_t>(text_.size()), 0);
    structure_ = tree_->finish("random");
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const Structure& structure() const { return structure_; }
  [[nodiscard]] float score() { return static_cast<float>(random_() % 100) / 100.0F; }
  [[nodiscard]] bool chance(std::uint32_t in) { return random_() % in == 0; }

 private:
  void grow(std::uint32_t begin, std::uint32_t end, int depth) {
    std::uint32_t at = begin;
    while (at < end) {
      at += static_cast<std::uint32_t>(random_() % 8);
      const auto until = std::min<std::uint32_t>(end, at + 1 + static_cast<std::uint32_t>(random_() % 30));
      if (at >= until) break;
      NodeOptions options;
      if (chance(3)) options.importance = score();
      options.is_required = chance(5);
      options.is_forced = chance(40);
      const auto policy = static_cast<Policy>(random_() % 5);
      if (policy == Policy::kWords || policy == Policy::kGroup) {
        tree_->open(Kind::kText, policy, at, options);
        if (depth < 4) grow(at, until, depth + 1);
        tree_->close(until);
      } else {
        tree_->leaf(Kind::kText, policy, {at, until}, options);
      }
      at = until;
    }
  }

  std::mt19937 random_;
  std::string text_;
  std::optional<TreeBuilder> tree_;
  Structure structure_;
};

TEST(RankUnitsTest, EveryPrefixKeepsTheLawsOfItsStructure) {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    RandomTree random(seed);
    ASSERT_EQ(broken_structure_law(random.structure(), random.text()), "") << seed;
    std::vector<PreparedContext> contexts;
    contexts.push_back(prepare(random.text(), 0.5F, {}, random.structure()));
    PreparedContext& context = contexts[0];
    if (context.is_plain()) continue;
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      context.priorities[w] = random.score();
      context.forced[w] = random.chance(30) ? 1 : 0;
    }
    const Ranking ranking = rank_units(contexts);
    std::vector<std::uint8_t> before(context.n_words(), 0);
    for (std::size_t n = 0; n <= ranking.steps.size(); ++n) {
      const KeepFlags flags = keep_flags(contexts, ranking, n);
      ASSERT_EQ(StructureLaws(context, flags[0]).broken(), "") << "seed " << seed << ", step " << n << "\n"
                                                               << structure_text(context.structure, context.text);
      for (std::size_t w = 0; w < before.size(); ++w) ASSERT_LE(before[w], flags[0][w]);
      before = flags[0];
      if (n > ranking.n_forced && n > 1 && n - 2 >= ranking.n_forced) {
        ASSERT_LE(ranking.steps[n - 1].priority, ranking.steps[n - 2].priority);
      }
    }
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      const Policy policy = context.node_of(w).policy;
      if (before[w] == 0) {
        EXPECT_TRUE(policy == Policy::kRemoved || policy == Policy::kSeparator) << "seed " << seed;
      }
      if (context.forced[w] != 0 && policy != Policy::kRemoved && policy != Policy::kSeparator) {
        EXPECT_EQ(keep_flags(contexts, ranking, ranking.n_forced)[0][w], 1) << "seed " << seed << " word " << w;
      }
    }
  }
}

}  // namespace
}  // namespace pith
