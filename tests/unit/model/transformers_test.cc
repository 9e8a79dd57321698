// The network against Hugging Face transformers: recorded outputs always, the library itself when PITH_ORACLE_PYTHON
// names a Python that has it.
#include <gtest/gtest.h>
#include <stdio.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/convert.h"
#include "model/load_classifier.h"
#include "support/tiny_bert.h"

namespace pith {
namespace {

const std::string kData = PITH_SOURCE_DIR "/tests/data/model";

/// Both sides compute in float32; measured 8e-7. What is promised is 1e-4.
constexpr double kF32Tolerance = 1e-4;
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

struct Recorded {
  std::string text;
  TokenSequences sequences;  // one
  std::vector<double> keep;
};

std::vector<Recorded> read_recorded(const std::string& path, std::string_view list) {
  const auto document = parse_json(read_text(path), path).value();
  std::vector<Recorded> all;
  for (const json::value& row : document.at(list).as_array()) {
    Recorded recorded;
    if (const json::value* text = row.as_object().if_contains("text")) recorded.text = std::string(text->as_string());
    for (const json::value& id : row.at("ids").as_array()) recorded.sequences.ids.push_back(id.to_number<TokenId>());
    recorded.sequences.end_sequence();
    for (const json::value& p : row.at("keep").as_array()) recorded.keep.push_back(p.to_number<double>());
    all.push_back(std::move(recorded));
  }
  return all;
}

double largest_difference(const std::vector<float>& found, const std::vector<double>& expected) {
  EXPECT_EQ(found.size(), expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(found[i]) - expected[i]));
  }
  return largest;
}

TEST(TransformersTest, TinyModelsGiveTheRecordedProbabilities) {
  for (const char* name : {"tiny_gelu", "tiny_gelu_new", "tiny_relu"}) {
    const std::string dir = kData + "/" + name;
    const auto classifier = load(dir, Precision::kF32, std::make_shared<StubTokenizer>(61));
    const auto all = read_recorded(dir + "/expected.json", "sequences");
    ASSERT_EQ(all.size(), 6U);
    for (const Recorded& recorded : all) {
      const auto found = classifier->keep_probabilities(recorded.sequences);
      ASSERT_TRUE(found.has_value()) << found.error().message;
      EXPECT_LT(largest_difference(*found, recorded.keep), kF32Tolerance) << name;
    }
  }
}

/// What the library itself says, by way of the oracle script.
std::vector<std::vector<double>> ask_transformers(const std::string& python, const std::string& model_dir,
                                                  const TokenSequences& sequences) {
  const TempDir dir;
  std::string ids;
  for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
    for (const TokenId id : sequences.sequence(s)) ids += std::to_string(id) + " ";
    ids += "\n";
  }
  write_text(dir / "ids", ids);
  const std::string command = "'" + python + "' '" PITH_SOURCE_DIR "/tests/oracle/model_oracle.py' probabilities '" +
                              model_dir + "' < " + dir / "ids" + " > " + dir / "out";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  std::vector<std::vector<double>> all;
  std::istringstream lines(read_text(dir / "out"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    all.emplace_back();
    for (double p = 0; numbers >> p;) all.back().push_back(p);
  }
  return all;
}

TEST(TransformersOracleTest, RandomModelsGiveWhatTheLibraryComputes) {
  const char* python = std::getenv("PITH_ORACLE_PYTHON");
  if (python == nullptr) GTEST_SKIP() << "PITH_ORACLE_PYTHON is not set: no transformers to compare with";
  const std::vector<TinyBertSpec> specs{
      {.seed = 21, .n_layers = 3},
      {.seed = 22, .hidden_size = 64, .n_heads = 8, .hidden_act = "gelu_new", .dtype = Dtype::kF16},
      {.seed = 23, .hidden_act = "relu", .dtype = Dtype::kBF16, .has_prefix = true},
      {.seed = 24,
       .n_layers = 1,
       .hidden_size = 30,
       .n_heads = 5,
       .intermediate_size = 7,
       .max_position_embeddings = 300},
  };
  for (const TinyBertSpec& spec : specs) {
    const TempDir dir;
    write_tiny_bert(dir.path(), spec);
    const std::vector<std::size_t> lengths{1, 5, 16, 33, static_cast<std::size_t>(spec.max_position_embeddings)};
    const auto sequences = random_sequences(lengths, spec.vocab_size, spec.seed);
    const auto expected = ask_transformers(python, dir.path(), sequences);
    const auto found =
        load(dir.path(), Precision::kF32, std::make_shared<StubTokenizer>(101))->keep_probabilities(sequences);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    ASSERT_EQ(expected.size(), lengths.size());
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      const auto first = found->begin() + static_cast<std::ptrdiff_t>(sequences.begin[s]);
      const std::vector<float> part(first, first + static_cast<std::ptrdiff_t>(lengths[s]));
      EXPECT_LT(largest_difference(part, expected[s]), kF32Tolerance) << "seed " << spec.seed << ", sequence " << s;
    }
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
