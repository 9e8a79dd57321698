#include "compress/reference_itpc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "compress/reference_schedule.h"
#include "compress/reference_threshold.h"
#include "support/fake_causal_lm.h"
#include "support/print_error.h"

namespace pith {
namespace {

using Pieces = std::vector<std::vector<ReferencePiece>>;

std::vector<TokenId> first_ids(std::size_t n) {
  std::vector<TokenId> ids(n);
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

Result<std::vector<TokenId>> compress(const ReferenceItpcInput& input, const CausalLm& lm) {
  ReferenceProgress progress({});
  return compress_reference_ids(input, lm, &progress);
}

/// Which of n ids go when a model that is surprised by nothing has a budget of nothing: all that may.
std::vector<TokenId> droppable(std::size_t n) {
  const FakeCausalLm lm({.nll = [](std::span<const TokenId>, std::size_t) { return 0.0F; }});
  const std::vector<std::size_t> n_tokens{n + 2};
  const std::vector<double> dynamic{0.0};
  const auto kept = compress({.ids = first_ids(n),
                              .schedule = schedule_reference_windows(n_tokens, 0, 200, dynamic),
                              .window = 200,
                              .max_positions = 4096},
                             lm);
  EXPECT_TRUE(kept) << kept.error().message;
  std::vector<TokenId> dropped;
  for (const TokenId id : first_ids(n)) {
    if (!std::binary_search(kept->begin(), kept->end(), id)) dropped.push_back(id);
  }
  return dropped;
}

std::vector<TokenId> range(TokenId begin, TokenId end) {
  std::vector<TokenId> ids(static_cast<std::size_t>(end - begin));
  std::iota(ids.begin(), ids.end(), begin);
  return ids;
}

TEST(ReferenceItpcTest, MayDropOnlyWhatTheLibraryMay) {
  for (const std::size_t n : {1U, 2U, 40U, 66U, 99U, 199U}) EXPECT_EQ(droppable(n), range(0, 0)) << n;
  for (const TokenId n : {67, 68, 80, 98}) {
    EXPECT_EQ(droppable(static_cast<std::size_t>(n)), range(0, 3 * n - 198)) << n;
  }
  for (const TokenId n : {100, 101, 150, 196}) {
    EXPECT_EQ(droppable(static_cast<std::size_t>(n)), range(2 * n - 200, 2 * n - 198)) << n;
  }
  EXPECT_EQ(droppable(197).size(), 2U);
  EXPECT_EQ(droppable(198).size(), 1U);
  for (const std::size_t n : {200U, 201U, 300U, 398U}) EXPECT_EQ(droppable(n), range(0, 199)) << n;
  for (const std::size_t n : {399U, 500U, 598U}) EXPECT_EQ(droppable(n), range(0, 399)) << n;
  EXPECT_EQ(droppable(599), range(0, 599));
}

TEST(ReferenceItpcTest, LaysContextsOnWindows) {
  const std::vector<std::size_t> n_tokens{6, 4, 3};
  const std::vector<double> dynamic{0.1, 0.0, -0.1};
  const double a = 12.0 / 14 + 0.1, b = 12.0 / 14, c = 12.0 / 14 + -0.1;
  EXPECT_NEAR(a, 0.957142, 1e-6);
  const auto windows = [&](std::size_t size) { return schedule_reference_windows(n_tokens, 12, size, dynamic); };
  EXPECT_EQ(windows(5), (Pieces{{{4, a}}, {{2, a}, {3, b}}, {{1, b}, {3, c}}}));
  EXPECT_EQ(windows(10), (Pieces{{{6, a}, {3, b}}, {{1, b}, {3, c}}}));
  EXPECT_EQ(windows(20), (Pieces{{{6, a}, {4, b}, {3, c}}}));
}

TEST(ReferenceItpcTest, ClampsRatiosAndCutsLongContexts) {
  const std::vector<std::size_t> n_tokens{47};
  const std::vector<double> dynamic{0.0};
  EXPECT_EQ(schedule_reference_windows(n_tokens, -5, 10, dynamic),
            (Pieces{{{9, 0}}, {{10, 0}}, {{10, 0}}, {{10, 0}}, {{8, 0}}}));
  EXPECT_EQ(schedule_reference_windows(n_tokens, 500, 100, dynamic), (Pieces{{{47, 1}}}));
  EXPECT_EQ(schedule_reference_windows({}, 5, 10, dynamic), Pieces{});
}

TEST(ReferenceItpcTest, TakesThresholdsByRank) {
  const std::vector<float> values{1, 5, 3, 10000, 2, 4};
  const auto at = [&](double ratio) { return reference_threshold(values, ratio).value(); };
  EXPECT_EQ(at(1), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(at(0.999), 2);  // trunc(4.995) - 1 is rank 3 of five
  EXPECT_EQ(at(0.4), 4);
  EXPECT_EQ(at(0.39), 5);
  EXPECT_EQ(at(0), 5);
  EXPECT_EQ(reference_threshold({}, 1.0).value(), -std::numeric_limits<float>::infinity());
  ASSERT_FALSE(reference_threshold({}, 0.5));
  EXPECT_EQ(reference_threshold({}, 0.5).error().code, ErrorCode::kInvalidArgument);
}

TEST(ReferenceItpcTest, KeepsRunsOfTheSplitToken) {
  const FakeCausalLm lm({.nll = [](std::span<const TokenId>, std::size_t) { return 0.0F; }});
  std::vector<TokenId> ids = first_ids(30);
  ids[3] = ids[4] = 200;  // a run stays
  ids[8] = ids[12] = 200;
  const auto kept = compress({.ids = ids,
                              .schedule = {{{9, 0}}, {{10, 0}}, {{10, 0}}, {{3, 0}}},
                              .window = 10,
                              .keep_split = true,
                              .split_token = 200,
                              .max_positions = 4096},
                             lm);
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(std::vector<TokenId>(kept->begin(), kept->begin() + 2), (std::vector<TokenId>{200, 200}));
  EXPECT_EQ(std::count(kept->begin(), kept->end(), 200), 2);
}

TEST(ReferenceItpcTest, GivesASubsequenceOfTheContexts) {
  std::mt19937 random(3);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::size_t n_done = 0, n_evicting = 0;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const std::size_t n_prefix = below(2) * below(9);
    const std::size_t n = n_prefix + 1 + below(200), window = 2 + below(30), n_positions = 40 + below(200);
    const std::vector<std::size_t> n_tokens{n - n_prefix + 2};
    const std::vector<double> dynamic{0.0};
    const FakeCausalLm lm({.max_context_tokens = n_positions});
    const ReferenceItpcInput input{
        .ids = first_ids(n),
        .n_prefix = n_prefix,
        .schedule = schedule_reference_windows(n_tokens, static_cast<double>(n) * 0.7, window, dynamic),
        .window = window,
        .contrast = n_prefix > 0 && below(2) == 0,
        .max_positions = n_positions,
        .n_sinks = below(12)};
    const auto kept = compress(input, lm);
    if (!kept) {
      EXPECT_EQ(kept.error().code, ErrorCode::kInvalidArgument) << kept.error().message;
      continue;
    }
    ++n_done;
    n_evicting += n > n_positions ? 1U : 0U;
    EXPECT_TRUE(std::is_sorted(kept->begin(), kept->end()));
    EXPECT_EQ(std::adjacent_find(kept->begin(), kept->end()), kept->end());
    EXPECT_TRUE(kept->empty() || static_cast<std::size_t>(kept->back()) < n);
    EXPECT_EQ(compress(input, lm), kept);
  }
  EXPECT_GT(n_done, 200U);
  EXPECT_GT(n_evicting, 20U);
}

TEST(ReferenceItpcTest, RefusesWhatItCannotRead) {
  const FakeCausalLm lm;
  EXPECT_EQ(compress({.ids = {}, .max_positions = 100}, lm).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(
      compress({.ids = first_ids(50), .schedule = {{{9, 0.5}}}, .window = 10, .max_positions = 100}, lm).error().code,
      ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace pith
