// A conversation that is sent again with each turn: its compressed prefix keeps its bytes, and only new text is scored.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compress/independent_parts.h"
#include "compress/llmlingua2.h"
#include "model/cached_classifier.h"
#include "model/sqlite_score_cache.h"
#include "pith/engine.h"
#include "support/counting_classifier.h"
#include "support/fake_counter.h"
#include "support/random_text.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

using testing::Random;
using testing::random_below;

constexpr std::size_t kTurns = 50;

/// Turns of 1 to 400 words, some said twice.
std::vector<std::string> make_chat(std::uint64_t seed, std::size_t n_turns, std::size_t max_words) {
  static const std::vector<std::string> words{"the",  "budget", "of",      "March",  "was",     "3.5%",
                                              "over", "and",    "nobody,", "really", "nobody.", "knows",
                                              "why?", "(see",   "above)",  "ok\n"};
  Random random(seed);
  std::vector<std::string> turns;
  for (std::size_t t = 0; t < n_turns; ++t) {
    if (t % 9 == 8) {
      turns.push_back(turns[t / 2]);
      continue;
    }
    std::string text = t % 2 == 0 ? "User: " : "Assistant: ";
    for (std::size_t w = 0; w <= random_below(random, max_words); ++w) {
      text += words[random_below(random, words.size())] + " ";
    }
    turns.push_back(text + "(turn " + std::to_string(t) + ")");
  }
  return turns;
}

/// What Engine does with a request, over a classifier that counts.
class ChatEngine {
 public:
  explicit ChatEngine(std::shared_ptr<ScoreCache> scores, bool with_parts = true)
      : cached_(inner_, std::move(scores), "model"), parts_(with_parts ? 1 << 20 : 0) {}

  CompressResult compress(std::vector<std::string> turns) {
    CompressRequest request;
    request.context = std::move(turns);
    request.rate = 0.5;
    request.independent_contexts = true;
    auto result = compress_independent_parts(request, counter_, "model", &parts_,
                                             [this](const CompressRequest& one, const CompressProgress& progress) {
                                               return compress_llmlingua2(one, cached_, counter_, windows_, progress);
                                             });
    EXPECT_TRUE(result) << result.error().message;
    return result ? *result : CompressResult{};
  }

  [[nodiscard]] const CountingClassifier& inner() const { return *inner_; }

 private:
  std::shared_ptr<CountingClassifier> inner_ = std::make_shared<CountingClassifier>();
  CachedClassifier cached_;
  PartCache parts_;
  FakeCounter counter_;
  WindowOptions windows_;
};

std::shared_ptr<MemoryScoreCache> memory() { return std::make_shared<MemoryScoreCache>(std::size_t{1} << 24); }

std::vector<std::string> first(const std::vector<std::string>& turns, std::size_t n) {
  return {turns.begin(), turns.begin() + static_cast<std::ptrdiff_t>(n)};
}

/// Tokens of the windows that a text alone needs.
std::size_t n_window_tokens(const std::string& text) {
  ChatEngine engine(memory());
  engine.compress({text});
  return engine.inner().n_tokens();
}

TEST(GrowingChatTest, ThePrefixKeepsItsBytesAndOnlyNewTextIsScored) {
  const auto turns = make_chat(1, kTurns, 400);
  for (const bool with_parts : {true, false}) {
    ChatEngine engine(memory(), with_parts);
    CompressResult before;
    for (std::size_t n = 1; n <= kTurns; ++n) {
      const std::size_t n_tokens = engine.inner().n_tokens();
      const CompressResult now = engine.compress(first(turns, n));
      ASSERT_EQ(now.compressed_prompt.substr(0, before.compressed_prompt.size()), before.compressed_prompt) << n;
      for (std::size_t c = 0; c + 1 < n; ++c) ASSERT_EQ(now.spans[c], before.spans[c]) << n;
      const bool is_repeated = n % 9 == 0;
      ASSERT_EQ(engine.inner().n_tokens() - n_tokens, is_repeated ? 0 : n_window_tokens(turns[n - 1])) << n;
      before = now;
    }
  }
}

TEST(GrowingChatTest, ItDoesNotMatterHowManyTurnsComeAtOnce) {
  const auto turns = make_chat(2, kTurns, 200);
  const std::string expected = ChatEngine(memory()).compress(turns).compressed_prompt;
  for (const std::size_t step : {1U, 7U, 20U}) {
    ChatEngine engine(memory());
    for (std::size_t n = step; n < kTurns; n += step) engine.compress(first(turns, n));
    EXPECT_EQ(engine.compress(turns).compressed_prompt, expected) << step;
  }
  ChatEngine without(std::make_shared<MemoryScoreCache>(0), false);
  EXPECT_EQ(without.compress(turns).compressed_prompt, expected);
}

TEST(GrowingChatTest, ARestartBeforeEveryTurnChangesNothingAndScoresOnlyNewText) {
  constexpr std::size_t kRestarts = 20;
  const auto turns = make_chat(3, kRestarts, 200);
  const TempDir dir;
  const std::string expected = ChatEngine(memory()).compress(turns).compressed_prompt;
  for (std::size_t n = 1; n <= kRestarts; ++n) {
    auto file = SqliteScoreCache::open({.path = dir / "scores.db"});
    ASSERT_TRUE(file) << file.error().message;
    ChatEngine engine(std::make_shared<LayeredScoreCache>(memory(), *file));
    const CompressResult now = engine.compress(first(turns, n));
    ASSERT_EQ(now.compressed_prompt, expected.substr(0, now.compressed_prompt.size()));
    ASSERT_EQ(engine.inner().n_tokens(), n % 9 == 0 ? 0 : n_window_tokens(turns[n - 1])) << n;
  }
}

TEST(GrowingChatTest, TwoEnginesThatShareAFileScoreEveryTurnOnce) {
  const auto turns = make_chat(4, kTurns, 200);
  const TempDir dir;
  auto a_file = SqliteScoreCache::open({.path = dir / "scores.db"});
  auto b_file = SqliteScoreCache::open({.path = dir / "scores.db"});
  ASSERT_TRUE(a_file && b_file);
  ChatEngine a(*a_file);
  ChatEngine b(*b_file);
  std::string last;
  for (std::size_t n = 1; n <= kTurns; ++n) {
    const std::string now = (n % 2 == 0 ? a : b).compress(first(turns, n)).compressed_prompt;
    ASSERT_EQ(now.substr(0, last.size()), last);
    last = now;
  }
  ChatEngine whole(memory());
  EXPECT_EQ(whole.compress(turns).compressed_prompt, last);
  EXPECT_EQ(a.inner().n_tokens() + b.inner().n_tokens(), whole.inner().n_tokens());
}

TEST(GrowingChatTest, WithASharedBudgetScoresAreStillReused) {
  const auto turns = make_chat(5, kTurns, 100);
  const auto inner = std::make_shared<CountingClassifier>();
  const CachedClassifier cached(inner, memory(), "model");
  const CountingClassifier plain;
  const FakeCounter counter;
  CompressRequest request;
  request.rate = 0.4;
  std::size_t n_expected = 0;
  for (std::size_t n = 1; n <= kTurns; ++n) {
    request.context = first(turns, n);
    const auto now = compress_llmlingua2(request, cached, counter, {});
    const auto without = compress_llmlingua2(request, plain, counter, {});
    ASSERT_TRUE(now && without);
    ASSERT_EQ(now->compressed_prompt, without->compressed_prompt);
    n_expected += n % 9 == 0 ? 0 : n_window_tokens(turns[n - 1]);
    ASSERT_EQ(inner->n_tokens(), n_expected) << n;
  }
}

TEST(GrowingChatTest, AppendingToOneLongTextScoresItsEndOnly) {
  const auto inner = std::make_shared<CountingClassifier>();
  const CachedClassifier cached(inner, memory(), "model");
  const FakeCounter counter;
  constexpr std::size_t kStride = 238;  // of windows of 256 tokens, specials included, that share 16
  CompressRequest request;
  request.rate = 0.5;
  request.context = {""};
  for (const std::string& turn : make_chat(7, kTurns, 200)) {
    const std::size_t n_sequences = inner->n_sequences();
    request.context[0] += turn + "\n";
    ASSERT_TRUE(compress_llmlingua2(request, cached, counter, {}));
    Encoding encoding;
    inner->tokenizer().encode(turn, &encoding);
    ASSERT_LE(inner->n_sequences() - n_sequences, encoding.n_tokens() / kStride + 3);
  }
}

TEST(GrowingChatTest, RealEnginesOfAnyThreadCountThatShareAFileAgree) {
  const auto turns = make_chat(6, 5, 60);
  const TempDir dir;
  const auto engine = [&](int n_threads, const std::string& path) {
    auto created = Engine::create({.n_threads = n_threads, .cache_dir = "none", .score_cache_path = path});
    EXPECT_TRUE(created) << created.error().message;
    return created ? *created : nullptr;
  };
  const auto a = engine(1, dir / "scores.db");
  const auto b = engine(2, dir / "scores.db");
  const auto plain = engine(2, "none");
  ASSERT_TRUE(a != nullptr && b != nullptr && plain != nullptr);
  CompressRequest request;
  request.rate = 0.5;
  request.independent_contexts = true;
  std::string last;
  for (std::size_t n = 1; n <= turns.size(); ++n) {
    request.context = first(turns, n);
    const auto now = (n % 2 == 0 ? a : b)->compress(request);
    ASSERT_TRUE(now) << now.error().message;
    EXPECT_EQ(now->compressed_prompt.substr(0, last.size()), last);
    EXPECT_TRUE(now->warnings.empty());
    last = now->compressed_prompt;
  }
  EXPECT_EQ(plain->compress(request)->compressed_prompt, last);
}

TEST(GrowingChatTest, AScoreCacheThatCannotBeOpenedIsReportedAtOnce) {
  const TempDir dir;
  write_text(dir / "notes.txt", std::string(5000, 'x'));
  const auto created = Engine::create({.cache_dir = "none", .score_cache_path = dir / "notes.txt"});
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::kBadInput);
  EXPECT_NE(created.error().message.find(dir / "notes.txt"), std::string::npos) << created.error().message;
}

}  // namespace
}  // namespace pith
