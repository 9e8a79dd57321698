// The decoder on OpenVINO: against llama.cpp, which computes the same files by other code, and against what PyTorch
// makes of SmolLM2.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/load_causal_lm.h"
#include "model/openvino/checked_decoder.h"
#include "model/openvino/decoder_memory.h"
#include "support/json_numbers.h"
#include "support/smollm2.h"
#include "support/temp_dir.h"
#include "support/tiny_decoder.h"

namespace pith {
namespace {

using Lm = std::shared_ptr<const CausalLm>;
using Ids = std::vector<TokenId>;
using Positions = CausalSession::Positions;

/// A model that is loaded anew, without a cache.
Result<Lm> load_tiny(const TempDir& dir, const TinyDecoderSpec& spec, ModelEngine engine = ModelEngine::kOpenVino,
                     Precision precision = Precision::kF32, int n_threads = 1) {
  write_text(dir / "tiny.gguf", tiny_decoder(spec));
  return load_causal_lm({.path = dir / "tiny.gguf",
                         .engine = engine,
                         .device = Device::kCpu,
                         .precision = precision,
                         .n_threads = n_threads,
                         .cache_dir = "none"});
}

Ids random_ids(std::size_t n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<TokenId> id(0, 255);
  Ids ids(n);
  for (TokenId& i : ids) i = id(random);
  return ids;
}

CausalBatch batch_of(const std::vector<Ids>& texts) {
  CausalBatch batch;
  for (const Ids& ids : texts) {
    batch.sequences.ids.insert(batch.sequences.ids.end(), ids.begin(), ids.end());
    batch.sequences.end_sequence();
  }
  return batch;
}

std::vector<float> score(const CausalLm& lm, const CausalBatch& batch) {
  auto nll = lm.score(batch);
  if (!nll) ADD_FAILURE() << nll.error().message;
  return nll ? *nll : std::vector<float>();
}

std::vector<float> append(CausalSession& session, std::span<const TokenId> ids) {
  std::vector<float> nll;
  const auto ok = session.append(ids, &nll);
  EXPECT_TRUE(ok.has_value()) << (ok ? "" : ok.error().message);
  EXPECT_EQ(nll.size(), ids.size());
  return nll;
}

void expect_near(std::span<const float> found, std::span<const float> expected, float bound) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(found[i])) << i;
    } else {
      EXPECT_NEAR(found[i], expected[i], bound) << i;
    }
  }
}

/// Of those that are numbers.
double mean_difference(std::span<const float> found, std::span<const float> expected) {
  double sum = 0;
  std::size_t n = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) continue;
    sum += std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    ++n;
  }
  return sum / static_cast<double>(n);
}

const std::vector<TinyDecoderSpec> kKinds{
    {.architecture = "llama"},
    {.architecture = "llama", .seed = 2, .n_heads = 3, .n_kv_heads = 3, .head_size = 32, .tied = false},
    {.architecture = "llama", .seed = 3, .rope_factors = true},
    {.architecture = "qwen2", .seed = 4, .n_heads = 4, .n_kv_heads = 1, .head_size = 24},
    {.architecture = "qwen3", .seed = 5, .n_heads = 5, .n_kv_heads = 5, .head_size = 32, .tied = false},
};

TEST(Decoder, AgreesWithLlamaCpp) {
  const TempDir dir;
  for (const TinyDecoderSpec& spec : kKinds) {
    SCOPED_TRACE(spec.architecture + " of seed " + std::to_string(spec.seed));
    const auto ours = load_tiny(dir, spec);
    ASSERT_TRUE(ours.has_value()) << ours.error().message;
    const auto theirs = load_tiny(dir, spec, ModelEngine::kLlama);
    ASSERT_TRUE(theirs.has_value()) << theirs.error().message;
    const CausalBatch batch = batch_of({random_ids(70, 1), {}, random_ids(1, 2), random_ids(300, 3)});
    const auto found = score(**ours, batch);
    const auto expected = score(**theirs, batch);
    expect_near(found, expected, 0.1F);  // llama.cpp remembers float16
    EXPECT_LT(mean_difference(found, expected), 0.02);
    const auto [least, most] = std::minmax_element(found.begin() + 1, found.begin() + 70);
    EXPECT_GT(*most - *least, 3) << "all tokens are about as likely: this compares nothing";
  }
}

TEST(Decoder, PiecesAreTheWhole) {
  const TempDir dir;
  const auto lm = load_tiny(dir, {.seed = 6});
  ASSERT_TRUE(lm.has_value()) << lm.error().message;
  const Ids ids = random_ids(700, 4);
  const auto whole = score(**lm, batch_of({ids}));
  const auto session = (*lm)->new_session().value();
  std::vector<float> pieces;
  const auto all = std::span<const TokenId>(ids);
  for (const auto& [begin, end] :
       std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}, {1, 18}, {18, 500}, {500, 700}}) {
    ASSERT_TRUE(session->append(all.subspan(begin, end - begin), &pieces).has_value());
  }
  expect_near(pieces, whole, 2e-4F);

  // What is not asked for is not computed, and goes on all the same.
  ASSERT_TRUE(session->truncate(500).has_value());
  EXPECT_TRUE(std::isnan(append(*session, all.subspan(500, 1))[0])) << "what came before the first id is forgotten";
  ASSERT_TRUE(session->append(all.subspan(501, 99), nullptr).has_value());
  expect_near(append(*session, all.subspan(600)), std::span(whole).subspan(600), 2e-4F);

  CausalBatch wanted = batch_of({ids});
  wanted.wanted_from = {650};
  const auto some = score(**lm, wanted);
  EXPECT_TRUE(std::isnan(some[649]));
  expect_near(std::span(some).subspan(650), std::span(whole).subspan(650), 2e-4F);
}

TEST(Decoder, ThreadsAndNeighboursDoNotShow) {
  const TempDir dir;
  for (const Precision precision : {Precision::kF32, Precision::kInt8}) {
    const auto one = load_tiny(dir, {.seed = 7}, ModelEngine::kOpenVino, precision, 1);
    const auto two = load_tiny(dir, {.seed = 7}, ModelEngine::kOpenVino, precision, 2);
    ASSERT_TRUE(one && two);
    const Ids ids = random_ids(333, 5);
    const auto alone = score(**one, batch_of({ids}));
    const auto among = score(**two, batch_of({random_ids(90, 6), ids, random_ids(400, 7)}));
    EXPECT_TRUE(std::equal(alone.begin() + 1, alone.end(), among.begin() + 91));
    const auto session = (*two)->new_session().value();
    const auto read = append(*session, ids);
    EXPECT_TRUE(std::equal(alone.begin() + 1, alone.end(), read.begin() + 1));
  }
}

TEST(Decoder, ClosingUpIsAsIfItHadNeverBeenThere) {
  // In a single layer keys and values depend on the token and its position alone.
  const TempDir dir;
  const auto lm = load_tiny(dir, {.seed = 8, .n_layers = 1});
  ASSERT_TRUE(lm.has_value()) << lm.error().message;
  const Ids a = random_ids(20, 8), b = random_ids(37, 9), c = random_ids(30, 10), d = random_ids(25, 11);
  const auto cut = (*lm)->new_session().value();
  for (const Ids& part : {a, b, c}) append(*cut, part);
  const auto kept = cut->fork().value();
  ASSERT_TRUE(cut->remove(20, 57, Positions::kCloseUp).has_value());
  EXPECT_EQ(cut->n_tokens(), 50U);
  const auto never = (*lm)->new_session().value();
  for (const Ids& part : {a, c}) append(*never, part);
  const auto expected = append(*never, d);
  const auto found = append(*cut, d);
  expect_near(std::span(found).subspan(1), std::span<const float>(expected).subspan(1), 1e-4F);

  // Tokens that keep their phase are another distance away.
  ASSERT_TRUE(kept->remove(20, 57, Positions::kKeep).has_value());
  EXPECT_EQ(kept->n_tokens(), 50U);
  const auto other = append(*kept, d);
  EXPECT_EQ(other[0], found[0]) << "the last token's output stays what it was";
  float most = 0;
  for (std::size_t i = 1; i < d.size(); ++i) most = std::max(most, std::abs(other[i] - expected[i]));
  EXPECT_GT(most, 0.01F);
}

TEST(Decoder, ForksGoOnByThemselves) {
  const TempDir dir;
  const auto lm = load_tiny(dir, {.seed = 9});
  ASSERT_TRUE(lm.has_value()) << lm.error().message;
  const Ids ids = random_ids(60, 12), more = random_ids(10, 13), other = random_ids(10, 14);
  const auto session = (*lm)->new_session().value();
  append(*session, ids);
  const auto fork = session->fork().value();
  append(*fork, other);
  const auto expected = append(*session, more);
  ASSERT_TRUE(fork->truncate(60).has_value());
  const auto again = append(*fork, more);
  EXPECT_TRUE(std::isnan(again[0]));
  EXPECT_TRUE(std::equal(expected.begin() + 1, expected.end(), again.begin() + 1));
}

TEST(Decoder, WhatDoesNotFitIsRefused) {
  const TempDir dir;
  const auto lm = load_tiny(dir, {.seed = 10, .context_tokens = 100});
  ASSERT_TRUE(lm.has_value()) << lm.error().message;
  EXPECT_EQ((*lm)->max_context_tokens(), 100U);
  const auto session = (*lm)->new_session().value();
  append(*session, random_ids(99, 15));
  EXPECT_EQ(session->append(random_ids(2, 16), nullptr).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(session->append(Ids{256}, nullptr).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(session->append(Ids{-1}, nullptr).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(session->truncate(100).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(session->remove(5, 100, Positions::kKeep).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(session->n_tokens(), 99U);
  append(*session, random_ids(1, 17));
  EXPECT_EQ((*lm)->score(batch_of({random_ids(3, 1), random_ids(101, 18)})).error().code, ErrorCode::kInvalidArgument);
  const auto stop = [](std::size_t, std::size_t) { return false; };
  EXPECT_EQ((*lm)->score(batch_of({random_ids(50, 19), random_ids(50, 20)}), stop).error().code, ErrorCode::kCancelled);
}

TEST(Decoder, BadFilesAreErrors) {
  const TempDir dir;
  using Spec = TinyDecoderSpec;
  const std::vector<std::pair<Spec, ErrorCode>> cases{
      {{.n_layers = 0}, ErrorCode::kBadModel},
      {{.n_heads = 0}, ErrorCode::kBadModel},
      {{.n_kv_heads = 0}, ErrorCode::kBadModel},
      {{.n_kv_heads = 4}, ErrorCode::kBadModel},
      {{.head_size = 15}, ErrorCode::kBadModel},
      {{.context_tokens = 0}, ErrorCode::kBadModel},
      {{.rope_base = -1}, ErrorCode::kBadModel},
      {{.rope_base = std::nanf("")}, ErrorCode::kBadModel},
      {{.left_out = "blk.1.ffn_up.weight"}, ErrorCode::kBadModel},
      {{.left_out = "output_norm.weight"}, ErrorCode::kBadModel},
      {{.left_out = "token_embd.weight"}, ErrorCode::kBadModel},
      {{.more_keys = {{"rope.dimension_count", 8}}}, ErrorCode::kUnsupported},
      {{.more_keys = {{"rope.scaling.type", 1}}}, ErrorCode::kUnsupported},
      {{.more_keys = {{"attention.sliding_window", 64}}}, ErrorCode::kUnsupported},
      {{.added = "blk.0.attn_post_norm.weight"}, ErrorCode::kUnsupported},
      {{.architecture = "gemma"}, ErrorCode::kUnsupported},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto lm = load_tiny(dir, cases[i].first);
    ASSERT_FALSE(lm.has_value()) << i;
    EXPECT_EQ(lm.error().code, cases[i].second) << i << ": " << lm.error().message;
  }
  EXPECT_EQ(load_tiny(dir, {}, ModelEngine::kOpenVino, Precision::kBf16).error().code, ErrorCode::kUnsupported);
}

TEST(Decoder, IsAbandonedWithAWarningWhereItCannot) {
  const TempDir dir;
  const auto load = [&](const TinyDecoderSpec& spec, std::vector<std::string>* warnings) {
    write_text(dir / "tiny.gguf", tiny_decoder(spec));
    return load_causal_lm(
        {.path = dir / "tiny.gguf", .device = Device::kCpu, .n_threads = 1, .cache_dir = dir / "cache"}, warnings);
  };
  std::vector<std::string> warnings;
  for (int i = 0; i < 2; ++i) {  // compiled and checked, then out of the cache
    const auto lm = load({}, &warnings);
    ASSERT_TRUE(lm.has_value()) << lm.error().message;
    EXPECT_NE((*lm)->description().find("OpenVINO"), std::string::npos) << (*lm)->description();
    EXPECT_TRUE(warnings.empty()) << warnings[0];
  }
  const auto other = load({.more_keys = {{"attention.sliding_window", 64}}}, &warnings);
  ASSERT_TRUE(other.has_value()) << other.error().message;
  EXPECT_NE((*other)->description().find("llama.cpp"), std::string::npos) << (*other)->description();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_NE(warnings[0].find("sliding_window"), std::string::npos) << warnings[0];
}

TEST(Decoder, TheCheckFindsAnotherModel) {
  const TempDir dir;
  const auto lm = load_tiny(dir, {.seed = 11});
  ASSERT_TRUE(lm.has_value()) << lm.error().message;
  write_text(dir / "other.gguf", tiny_decoder({.seed = 12}));
  CausalOptions options{.path = dir / "tiny.gguf", .n_threads = 1, .cache_dir = "none"};
  EXPECT_TRUE(check_decoder(**lm, options).has_value());
  options.path = dir / "other.gguf";
  EXPECT_EQ(check_decoder(**lm, options).error().code, ErrorCode::kBadModel);
}

TEST(DecoderMemory, MovesAndTurnsWhatItKeeps) {
  DecoderMemory memory({.n_layers = 1, .n_heads = 2, .head_size = 4});
  ASSERT_TRUE(memory.reserve(600).has_value());
  const std::vector<double> angles{0.3, 0.01};
  // Head h of token t: two pairs (cos, sin) of the token's angle plus the head's.
  std::vector<float> keys;
  for (std::size_t h = 0; h < 2; ++h) {
    for (std::size_t t = 0; t < 10; ++t) {
      const auto phase = [&](std::size_t i) { return static_cast<double>(t) * angles[i] + static_cast<double>(h); };
      for (const double x : {std::cos(phase(0)), std::cos(phase(1)), std::sin(phase(0)), std::sin(phase(1))}) {
        keys.push_back(static_cast<float>(x));
      }
    }
  }
  memory.write(0, keys, 10, 9);  // the tenth is padding
  memory.write(1, keys, 10, 9);
  memory.grow(9);
  memory.remove(2, 5);
  memory.turn_back(2, 3, angles);
  ASSERT_EQ(memory.n_tokens(), 6U);
  const auto copy = memory.copy();
  ASSERT_TRUE(copy.has_value());
  for (const DecoderMemory* kept : {&std::as_const(memory), &*copy}) {
    std::vector<float> read(2 * 7 * 4), read_values(read.size());
    kept->read(0, 7, read);
    kept->read(1, 7, read_values);
    for (std::size_t h = 0; h < 2; ++h) {
      for (std::size_t i = 0; i < 6 * 4; ++i) {
        EXPECT_NEAR(read[h * 28 + i], keys[h * 40 + i], 1e-6F) << i;
        EXPECT_EQ(read_values[h * 28 + i], keys[h * 40 + (i < 8 ? i : i + 12)]) << i;
      }
      EXPECT_EQ(read[h * 28 + 24], 0) << "padding";
    }
  }
}

/// Mean difference from the recorded likelihoods.
double difference_from_recorded(const CausalLm& lm) {
  const std::string path = PITH_SOURCE_DIR "/tests/data/causal/perplexity.json";
  const auto cases = parse_json(read_text(path), path).value();
  std::vector<float> found, expected;
  for (const json::value& recorded : cases.as_array()) {
    const Ids ids = numbers<TokenId>(recorded.at("input_ids"));
    Encoding encoding;
    lm.tokenizer().encode(std::string(recorded.at("text").as_string()), &encoding);
    EXPECT_EQ(encoding.ids, ids);
    const auto some = score(lm, batch_of({ids}));
    found.insert(found.end(), some.begin() + 1, some.end());
    for (const double nll : numbers<double>(recorded.at("nll"))) expected.push_back(static_cast<float>(nll));
  }
  EXPECT_EQ(found.size(), expected.size());
  return mean_difference(found, expected);
}

TEST(DecoderOfSmolLm2, IsWhatPyTorchComputes) {
  const auto path = smollm2_path();
  if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
  for (const auto& [precision, bound] : {std::pair{Precision::kF32, 3e-5}, std::pair{Precision::kInt8, 0.15}}) {
    const auto lm = load_causal_lm(
        {.path = *path, .engine = ModelEngine::kOpenVino, .precision = precision, .n_threads = 1, .cache_dir = "none"});
    ASSERT_TRUE(lm.has_value()) << lm.error().message;
    EXPECT_EQ((*lm)->max_context_tokens(), 8192U);
    EXPECT_LT(difference_from_recorded(**lm), bound) << (*lm)->description();
  }
}

}  // namespace
}  // namespace pith
