// The llama.cpp engine beside the recorded outputs of Hugging Face transformers and beside OpenVINO, on the tiny models
// of tests/data/model and on the default model.
#include "model/llama/llama_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/llama/convert_gguf.h"
#include "model/llama/gguf_file.h"
#include "model/load_classifier.h"
#include "model/registry.h"
#include "support/classifier_laws.h"
#include "support/recorded_model.h"
#include "support/tiny_encoder.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

const std::string kData = PITH_SOURCE_DIR "/tests/data/model";

/// float32 in another order than transformers: measured up to 2e-6.
constexpr double kF32Tolerance = 1e-5;
/// float16 weights, and activations rounded to float16 where they meet them: measured up to 1e-3.
constexpr double kF16Tolerance = 4e-3;
/// 8-bit weights and activations on random networks, which are less decided than trained ones: measured up to 0.023.
constexpr double kQ8Tolerance = 0.05;
/// Beside OpenVINO's float32 on the default model: measured up to 2e-5.
constexpr double kEnginesTolerance = 1e-4;
/// Share of decisions in common with OpenVINO's float32 at equal rate: measured 100 % for f32 and f16, 99.6 % for q8_0.
constexpr double kMinAgreement = 0.99;

std::shared_ptr<const TokenClassifier> load(const std::string& path, LlamaOptions options = {}) {
  options.device = Device::kCpu;
  auto classifier = load_llama_classifier(path, options);
  if (!classifier) throw std::runtime_error(classifier.error().message);
  return *classifier;
}

/// The model folder `from` as the GGUF file `to`. The tiny models have no tokenizer; any text stands for it, because
/// these tests give ids.
void convert(const std::string& from, const std::string& to, GgufStorage storage) {
  const TempDir copy;
  for (const auto& file : fs::directory_iterator(from)) fs::copy(file.path(), copy / file.path().filename().string());
  if (!fs::exists(copy / "tokenizer.json")) write_text(copy / "tokenizer.json", "{}");
  const auto report = convert_to_gguf(copy.path(), to, storage);
  if (!report) throw std::runtime_error(report.error().message);
}

LlamaOptions stub(std::size_t vocab_size = 1, int n_threads = 2) {
  return {.n_threads = n_threads, .tokenizer = std::make_shared<StubTokenizer>(vocab_size)};
}

std::vector<std::string> tiny_models() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kData)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

class LlamaTinyModelTest : public testing::TestWithParam<std::string> {
 protected:
  double largest(GgufStorage storage, std::size_t n_batch_tokens = 0) {
    const TempDir dir;
    convert(kData + "/" + GetParam(), dir / "model.gguf", storage);
    LlamaOptions options = stub();
    options.n_batch_tokens = n_batch_tokens;
    const auto classifier = load(dir / "model.gguf", options);
    double largest = 0;
    for (const Recorded& recorded : read_recorded(kData + "/" + GetParam() + "/expected.json")) {
      largest = std::max(largest, largest_difference(run(*classifier, recorded.sequences), recorded));
    }
    return largest;
  }
};

TEST_P(LlamaTinyModelTest, EqualsTransformersInF32) { EXPECT_LT(largest(GgufStorage::kF32), kF32Tolerance); }
TEST_P(LlamaTinyModelTest, EqualsTransformersInF32InPaddedBatches) {
  EXPECT_LT(largest(GgufStorage::kF32, 300), kF32Tolerance);
}
TEST_P(LlamaTinyModelTest, IsNearTransformersInF16) { EXPECT_LT(largest(GgufStorage::kF16), kF16Tolerance); }
INSTANTIATE_TEST_SUITE_P(Models, LlamaTinyModelTest, testing::ValuesIn(tiny_models()),
                         [](const auto& param_info) { return param_info.param; });

/// A folder and its GGUF file with matrices that q8_0 can hold.
class LlamaClassifierTest : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_encoder(dir_ / "folder", {.seed = 7, .hidden_size = 128, .n_heads = 4, .intermediate_size = 256});
    convert(dir_ / "folder", path(), GgufStorage::kQ8);
  }
  [[nodiscard]] std::string path() const { return dir_ / "model.gguf"; }

  TempDir dir_;
  const std::vector<std::size_t> lengths_{70, 3, 33, 70, 1, 64, 17, 16, 50, 0, 70, 5, 28};
  const TokenSequences sequences_ = random_sequences(lengths_, 101, 7);
};

TEST_F(LlamaClassifierTest, Q8IsNearFloat32) {
  convert(dir_ / "folder", dir_ / "f32.gguf", GgufStorage::kF32);
  const auto exact = run(*load(dir_ / "f32.gguf", stub()), sequences_);
  const auto found = run(*load(path(), stub()), sequences_);
  double largest = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    largest = std::max(largest, static_cast<double>(std::abs(found[i] - exact[i])));
  }
  EXPECT_LT(largest, kQ8Tolerance);
  EXPECT_GT(largest, 0) << "8 bits cannot be exact";
}

TEST_F(LlamaClassifierTest, SameBitsForAnyThreadCount) {
  const auto expected = run(*load(path(), stub(1, 1)), sequences_);
  for (const int n_threads : {2, 3, 4}) EXPECT_EQ(run(*load(path(), stub(1, n_threads)), sequences_), expected);
}

TEST_F(LlamaClassifierTest, SameBitsAloneAndAmongOthersAndInAnyOrder) {
  for (const std::size_t n_batch_tokens : {std::size_t{0}, std::size_t{256}}) {
    LlamaOptions options = stub();
    options.n_batch_tokens = n_batch_tokens;
    const auto classifier = load(path(), options);
    expect_results_of_each_sequence_alone(*classifier, sequences_);
  }
}

TEST_F(LlamaClassifierTest, SameBitsForConcurrentCallers) {
  expect_same_bits_for_concurrent_callers(*load(path(), stub()), sequences_);
}

TEST_F(LlamaClassifierTest, ReportsProgressAndCanBeCancelled) {
  const auto classifier = load(path(), stub());
  std::vector<std::size_t> seen;
  const auto all = classifier->keep_probabilities(sequences_, [&](std::size_t n_done, std::size_t n_total) {
    EXPECT_EQ(n_total, sequences_.ids.size());
    seen.push_back(n_done);
    return true;
  });
  ASSERT_TRUE(all);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.back(), sequences_.ids.size());

  int n_calls = 0;
  const auto cancelled =
      classifier->keep_probabilities(sequences_, [&](std::size_t, std::size_t) { return ++n_calls < 3; });
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(n_calls, 3);
  EXPECT_EQ(run(*classifier, sequences_), *all) << "a cancelled call leaves nothing behind";
}

TEST_F(LlamaClassifierTest, AnExceptionOfTheCallbackIsAnInternalError) {
  const auto classifier = load(path(), stub());
  const auto result = classifier->keep_probabilities(
      sequences_, [](std::size_t, std::size_t) -> bool { throw std::runtime_error("callback"); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInternal);
}

TEST_F(LlamaClassifierTest, RefusesWhatTheModelCannotRead) {
  const auto classifier = load(path(), stub());
  EXPECT_EQ(classifier->max_sequence_tokens(), 70U);
  EXPECT_EQ(classifier->n_embedding_rows(), 101U);
  const std::vector<std::size_t> too_long{71};
  const auto long_result = classifier->keep_probabilities(random_sequences(too_long, 101, 1));
  ASSERT_FALSE(long_result);
  EXPECT_EQ(long_result.error().message, "sequence 0 has 71 tokens, the model reads at most 70");
  for (const TokenId id : {TokenId{-1}, TokenId{101}}) {
    TokenSequences wrong;
    wrong.ids = {5, id};
    wrong.end_sequence();
    const auto result = classifier->keep_probabilities(wrong);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(classifier->keep_probabilities({}).value(), std::vector<float>());
}

TEST_F(LlamaClassifierTest, SaysWhatItIs) {
  EXPECT_THAT(load(path(), stub())->description(),
              testing::MatchesRegex(R"(BERT 2 layers x 128, q8_0, llama.cpp \(ggml [0-9.]+\) on CPU, 2 threads)"));
}

TEST_F(LlamaClassifierTest, NumbersThatAreNoneAreReported) {
  // The classifier's bias is float32: put a NaN there.
  std::string bytes = read_text(path());
  const auto file = GgufFile::open(path()).value();
  const auto at = static_cast<std::size_t>(file.find_tensor("cls.output.bias")->bytes.data() - file.bytes().data());
  bytes.replace(at, 4, "\xFF\xFF\xFF\x7F");
  write_text(dir_ / "nan.gguf", bytes);
  const auto result = load(dir_ / "nan.gguf", stub())->keep_probabilities(sequences_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kBadModel);
}

TEST_F(LlamaClassifierTest, EachKindOfModelHasItsEngine) {
  const auto load_with = [&](const std::string& model, ModelEngine engine, Device device = Device::kAuto) {
    return load_classifier({.model_dir = model,
                            .engine = engine,
                            .device = device,
                            .n_threads = 1,
                            .cache_dir = "none",
                            .tokenizer = std::make_shared<StubTokenizer>(1)});
  };
  EXPECT_THAT(load_with(path(), ModelEngine::kAuto).value()->description(), testing::HasSubstr("llama.cpp"));
  EXPECT_THAT(load_with(path(), ModelEngine::kLlama).value()->description(), testing::HasSubstr("llama.cpp"));
  EXPECT_THAT(load_with(dir_ / "folder", ModelEngine::kAuto).value()->description(), testing::HasSubstr("OpenVINO"));
  EXPECT_EQ(load_with(path(), ModelEngine::kOpenVino).error().code, ErrorCode::kUnsupported);
  const auto folder = load_with(dir_ / "folder", ModelEngine::kLlama);
  EXPECT_EQ(folder.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(folder.error().message, testing::HasSubstr("pith convert --gguf q8_0"));
}

TEST_F(LlamaClassifierTest, DescribesAFileWithoutLoadingIt) {
  const auto info = describe_model(path()).value();
  EXPECT_EQ(info.architecture, "bert");
  EXPECT_EQ(info.n_layers, 2);
  EXPECT_EQ(info.hidden_size, 128);
  EXPECT_EQ(info.max_sequence_tokens, 70);
  EXPECT_EQ(info.storage, "q8_0, f32");
  EXPECT_EQ(info.keep_label, "PRESERVE (1)");
  EXPECT_EQ(info.n_weight_bytes, static_cast<std::int64_t>(fs::file_size(path())));
  EXPECT_EQ(resolve_model(path()).value(), path());
}

/// The model that ships, on a real text, beside OpenVINO.
TEST(LlamaDefaultModelTest, DecidesAsOpenVinoDoes) {
  const std::string folder = PITH_SOURCE_DIR "/models/default";
  const auto other = load_classifier({.model_dir = folder, .precision = Precision::kF32, .cache_dir = "none"}).value();
  Encoding encoding;
  other->tokenizer().encode(read_text(PITH_SOURCE_DIR "/examples/meeting.txt"), &encoding);
  TokenSequences sequences;
  constexpr std::size_t kTokens = 1500;
  ASSERT_GT(encoding.ids.size(), kTokens);
  for (const TokenId id : std::span(encoding.ids).first(kTokens)) {
    sequences.ids.push_back(id);
    if (sequences.ids.size() % 250 == 0) sequences.end_sequence();
  }
  sequences.end_sequence();
  const auto expected = run(*other, sequences);
  const auto best_third = [](const std::vector<float>& p) {
    std::vector<float> sorted = p;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 2 / 3);
    std::ranges::nth_element(sorted, middle);
    std::vector<bool> kept;
    for (const float x : p) kept.push_back(x >= *middle);
    return kept;
  };
  const std::vector<bool> expected_kept = best_third(expected);
  for (const GgufStorage storage : {GgufStorage::kF32, GgufStorage::kF16, GgufStorage::kQ8}) {
    const TempDir dir;
    ASSERT_TRUE(convert_to_gguf(folder, dir / "model.gguf", storage));
    const auto classifier = load(dir / "model.gguf", {.n_threads = 2});  // with the file's own tokenizer
    Encoding again;
    classifier->tokenizer().encode(read_text(PITH_SOURCE_DIR "/examples/meeting.txt"), &again);
    ASSERT_EQ(again.ids, encoding.ids);
    const auto found = run(*classifier, sequences);
    const std::vector<bool> found_kept = best_third(found);
    double largest = 0;
    std::size_t n_equal = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      largest = std::max(largest, static_cast<double>(std::abs(found[i] - expected[i])));
      n_equal += found_kept[i] == expected_kept[i];
    }
    if (storage == GgufStorage::kF32) {
      EXPECT_LT(largest, kEnginesTolerance);
    }
    const double agreement = static_cast<double>(n_equal) / static_cast<double>(found.size());
    EXPECT_GE(agreement, kMinAgreement) << static_cast<int>(storage);
  }
}

}  // namespace
}  // namespace pith
