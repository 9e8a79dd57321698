// The network against Hugging Face transformers: recorded outputs always, the library itself when PITH_ORACLE_PYTHON
// names a Python that has it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/convert.h"
#include "model/load_classifier.h"
#include "support/recorded_model.h"
#include "support/tiny_encoder.h"

namespace pith {
namespace {

const std::string kData = PITH_SOURCE_DIR "/tests/data/model";

/// Both sides compute in float32, in another order: measured up to 2e-6.
constexpr double kF32Tolerance = 1e-5;
/// int8 weights and activations beside exact ones, on random networks: measured up to 0.03.
constexpr double kInt8Tolerance = 0.06;
/// Share of decisions int8 must have in common with the float32 original at equal rate: measured 99.3 % and more.
constexpr double kMinAgreement = 0.98;

std::shared_ptr<const TokenClassifier> load(const std::string& dir, Precision precision,
                                            std::shared_ptr<const Tokenizer> tokenizer = {}) {
  auto classifier = load_classifier({.model_dir = dir,
                                     .precision = precision,
                                     .n_threads = 2,
                                     .cache_dir = "none",
                                     .tokenizer = std::move(tokenizer)});
  if (!classifier) throw std::runtime_error(classifier.error().message);
  return *classifier;
}

class TinyModelTest : public testing::TestWithParam<const char*> {};

TEST_P(TinyModelTest, GivesTheRecordedProbabilities) {
  const std::string dir = kData + "/" + GetParam();
  const auto all = read_recorded(dir + "/expected.json");
  ASSERT_GE(all.size(), 7U);
  for (const auto& [precision, tolerance] :
       {std::pair{Precision::kF32, kF32Tolerance}, std::pair{Precision::kInt8, kInt8Tolerance}}) {
    const auto classifier = load(dir, precision, std::make_shared<StubTokenizer>(61));
    double largest = 0;
    for (const Recorded& recorded : all) {
      const auto found = classifier->keep_probabilities(recorded.sequences);
      ASSERT_TRUE(found.has_value()) << found.error().message;
      largest = std::max(largest, largest_difference(*found, recorded));
    }
    printf("%s %s: largest difference %.2e\n", GetParam(), precision == Precision::kF32 ? "f32" : "int8", largest);
    EXPECT_LT(largest, tolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, TinyModelTest,
                         testing::Values("tiny_gelu", "tiny_gelu_new", "tiny_relu", "tiny_roberta",
                                         "tiny_roberta_padding", "tiny_xlm_roberta", "tiny_distilbert",
                                         "tiny_distilbert_relu", "tiny_modernbert", "tiny_modernbert_biases"),
                         [](const auto& param_info) { return std::string(param_info.param).substr(5); });

/// What the library itself says of the sequences in each folder, by way of the oracle script; empty where the library
/// is too old for a model.
std::vector<std::vector<std::vector<double>>> ask_transformers(const std::string& python,
                                                               const std::vector<std::string>& model_dirs) {
  std::string command = "'" + python + "' '" PITH_SOURCE_DIR "/tests/oracle/model_oracle.py' probabilities";
  for (const std::string& dir : model_dirs) command += " '" + dir + "'";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  std::vector<std::vector<std::vector<double>>> answers;
  for (const std::string& dir : model_dirs) {
    answers.emplace_back();
    if (!std::filesystem::exists(dir + "/keep")) continue;
    std::istringstream lines(read_text(dir + "/keep"));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream numbers(line);
      answers.back().emplace_back();
      for (double p = 0; numbers >> p;) answers.back().back().push_back(p);
    }
  }
  return answers;
}

TEST(TransformersOracleTest, RandomModelsGiveWhatTheLibraryComputes) {
  const char* python = std::getenv("PITH_ORACLE_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "PITH_ORACLE_PYTHON is not set: no transformers to compare with";
  const std::vector<TinyEncoderSpec> specs{
      {.seed = 21, .n_layers = 3},
      {.seed = 22, .hidden_size = 64, .n_heads = 8, .activation = "gelu_new", .dtype = Dtype::kF16},
      {.seed = 23, .activation = "relu", .dtype = Dtype::kBF16, .has_prefix = true},
      {.seed = 24,
       .n_layers = 1,
       .hidden_size = 30,
       .n_heads = 5,
       .intermediate_size = 7,
       .max_position_embeddings = 300},
      {.seed = 25, .architecture = Architecture::kXlmRoberta, .n_layers = 3, .type_vocab_size = 1},
      {.seed = 26, .architecture = Architecture::kRoberta, .pad_token_id = 40, .activation = "silu"},
      {.seed = 27, .architecture = Architecture::kDistilBert, .n_heads = 8, .dtype = Dtype::kF16},
      {.seed = 28,
       .architecture = Architecture::kModernBert,
       .n_layers = 5,
       .max_position_embeddings = 400,
       .more_fields = R"("local_attention": 30, "norm_bias": true, "reference_compile": false)"},
  };
  const TempDir dir;
  std::vector<std::string> folders;
  std::vector<TokenSequences> sequences;
  for (const TinyEncoderSpec& spec : specs) {
    folders.push_back(dir / std::to_string(spec.seed));
    write_tiny_encoder(folders.back(), spec);
    const auto classifier = load(folders.back(), Precision::kF32, std::make_shared<StubTokenizer>(101));
    const std::vector<std::size_t> lengths{1, 5, 16, 29, classifier->max_sequence_tokens()};
    sequences.push_back(random_sequences(lengths, spec.vocab_size, spec.seed));
    std::string ids;
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      for (const TokenId id : sequences.back().sequence(s)) ids += std::to_string(id) + " ";
      ids += "\n";
    }
    write_text(folders.back() + "/ids", ids);
  }
  const auto answers = ask_transformers(python, folders);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const std::string name = fmt::format("{}, seed {}", architecture_name(specs[i].architecture), specs[i].seed);
    if (answers[i].empty()) {
      printf("not compared, this transformers is too old: %s\n", name.c_str());
      EXPECT_EQ(specs[i].architecture, Architecture::kModernBert);
      continue;
    }
    const auto found =
        load(folders[i], Precision::kF32, std::make_shared<StubTokenizer>(101))->keep_probabilities(sequences[i]);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    std::vector<double> expected;
    for (const auto& sequence : answers[i]) expected.insert(expected.end(), sequence.begin(), sequence.end());
    EXPECT_LT(largest_difference(*found, expected), kF32Tolerance) << name;
  }
}

/// Mean probability per word ([CLS] and [SEP] apart; a piece that starts with ## continues a word).
template <class Numbers>
std::vector<double> word_scores(const Tokenizer& tokenizer, const Recorded& recorded, const Numbers& keep) {
  std::vector<double> scores;
  std::size_t n_pieces = 0;
  for (std::size_t i = 1; i + 1 < recorded.sequences.ids.size(); ++i) {
    const bool continues = tokenizer.piece(recorded.sequences.ids[i]).substr(0, 2) == "##";
    if (!continues || scores.empty()) {
      scores.push_back(0);
      n_pieces = 0;
    }
    ++n_pieces;
    scores.back() += (static_cast<double>(keep[i]) - scores.back()) / static_cast<double>(n_pieces);
  }
  return scores;
}

/// Which words are among the `rate` with the highest scores.
std::vector<bool> kept_at(const std::vector<double>& scores, double rate) {
  std::vector<std::size_t> order(scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<bool> kept(scores.size());
  const auto n_kept = static_cast<std::size_t>(std::lround(rate * static_cast<double>(scores.size())));
  for (std::size_t i = 0; i < n_kept; ++i) kept[order[i]] = true;
  return kept;
}

TEST(DefaultModelTest, DecidesLikeItsFloat32OriginalOnRealTexts) {
  const std::string dir = PITH_SOURCE_DIR "/models/default";
  const auto int8 = load(dir, Precision::kInt8);
  const auto f32 = load(dir, Precision::kF32);
  const auto texts = read_recorded(kData + "/real_texts.json", "texts");
  std::vector<double> original;
  std::vector<double> quantised;
  std::vector<double> dequantised;
  const auto append = [](std::vector<double>* to, const std::vector<double>& from) {
    to->insert(to->end(), from.begin(), from.end());
  };
  for (const Recorded& recorded : texts) {
    Encoding encoding;
    int8->tokenizer().encode(recorded.text, &encoding);
    const auto& ids = recorded.sequences.ids;
    EXPECT_EQ(encoding.ids, std::vector<TokenId>(ids.begin() + 1, ids.end() - 1)) << recorded.text.substr(0, 50);
    append(&original, word_scores(int8->tokenizer(), recorded, recorded.keep));
    append(&quantised, word_scores(int8->tokenizer(), recorded, int8->keep_probabilities(recorded.sequences).value()));
    append(&dequantised, word_scores(int8->tokenizer(), recorded, f32->keep_probabilities(recorded.sequences).value()));
  }
  ASSERT_GT(original.size(), 2000U);
  for (const double rate : {0.2, 0.33, 0.5, 0.7, 0.9}) {
    const auto expected = kept_at(original, rate);
    const auto agreement = [&](const std::vector<double>& scores) {
      const auto found = kept_at(scores, rate);
      std::size_t n_equal = 0;
      for (std::size_t i = 0; i < found.size(); ++i) n_equal += found[i] == expected[i] ? 1U : 0U;
      return static_cast<double>(n_equal) / static_cast<double>(found.size());
    };
    printf(
        "rate %.2f: of %zu words, int8 decides like the float32 original on %.2f %%, its weights in f32 on %.2f %%\n",
        rate, original.size(), 100 * agreement(quantised), 100 * agreement(dequantised));
    EXPECT_GE(agreement(quantised), kMinAgreement) << "rate " << rate;
    EXPECT_GE(agreement(dequantised), kMinAgreement) << "rate " << rate;
  }
}

TEST(DefaultModelTest, IsSmallEnoughToShip) {
  EXPECT_LE(std::filesystem::file_size(PITH_SOURCE_DIR "/models/default/model.safetensors"), 25'000'000U);
}

}  // namespace
}  // namespace pith
