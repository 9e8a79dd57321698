// GGUF files as convert_to_gguf() writes them, and damaged ones on their way through the loader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <llama.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint.h"
#include "model/llama/convert_gguf.h"
#include "model/llama/ggml_runtime.h"
#include "model/llama/gguf_encoder.h"
#include "model/llama/gguf_file.h"
#include "model/llama/llama_classifier.h"
#include "support/gguf_bytes.h"
#include "support/tiny_encoder.h"

namespace pith {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const TinyEncoderSpec kSpec{.n_layers = 1,
                            .hidden_size = 32,
                            .n_heads = 2,
                            .intermediate_size = 64,
                            .max_position_embeddings = 12,
                            .vocab_size = 9};

class LlamaConvertTest : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_encoder(folder(), kSpec);
    write_text(folder() + "/tokenizer.json", "{\"model\": {\"type\": \"none\"}}");
  }
  [[nodiscard]] std::string folder() const { return dir_ / "folder"; }
  [[nodiscard]] std::string converted(GgufStorage storage = GgufStorage::kF32) const {
    const auto report = convert_to_gguf(folder(), dir_ / "model.gguf", storage);
    if (!report) throw std::runtime_error(report.error().message);
    return read_text(dir_ / "model.gguf");
  }
  /// Loads a file with these bytes and, if that goes, runs it.
  [[nodiscard]] Result<std::vector<float>> run(const std::string& bytes) const {
    auto file = GgufFile::parse(bytes, "f");
    if (!file) return tl::unexpected(file.error());
    const auto classifier = load_llama_classifier(
        std::make_shared<const GgufFile>(std::move(*file)),
        {.device = Device::kCpu, .n_threads = 1, .tokenizer = std::make_shared<StubTokenizer>(1)});
    if (!classifier) return tl::unexpected(classifier.error());
    TokenSequences sequences;
    sequences.ids = {1, 0, 2};
    sequences.end_sequence();
    return (*classifier)->keep_probabilities(sequences);
  }

  TempDir dir_;
};

TEST_F(LlamaConvertTest, KeepsTheFoldersTextsAndTellsLlamaCppWhatItNeeds) {
  write_text(folder() + "/tokenizer_config.json", "{\"cls_token\": \"<s>\"}");
  const std::string bytes = converted(GgufStorage::kQ8);
  const auto file = GgufFile::parse(bytes, "f").value();
  EXPECT_EQ(file.text(kGgufConfigKey).value(), read_text(folder() + "/config.json"));
  EXPECT_EQ(file.text(kGgufTokenizerKey).value(), read_text(folder() + "/tokenizer.json"));
  EXPECT_EQ(file.text(kGgufTokenizerConfigKey).value(), read_text(folder() + "/tokenizer_config.json"));
  EXPECT_EQ(file.find(kGgufSpecialTokensKey), nullptr);
  EXPECT_EQ(file.text("general.architecture").value(), "bert");
  EXPECT_EQ(*file.find("bert.block_count"), GgufValue(std::uint64_t{1}));
  EXPECT_EQ(*file.find("bert.context_length"), GgufValue(std::uint64_t{12}));
  EXPECT_EQ(*file.find("bert.attention.causal"), GgufValue(false));
  EXPECT_EQ(file.tensors().size(), gguf_encoder_tensors(read_gguf_config(file).value()).size());
}

TEST_F(LlamaConvertTest, ReportsWhatItDid) {
  const auto report = convert_to_gguf(folder(), dir_ / "model.gguf", GgufStorage::kQ8).value();
  EXPECT_EQ(report.n_tensors, 5 + 16 + 2);
  EXPECT_EQ(report.n_int8_tensors, 1 + 6);
  EXPECT_EQ(report.n_bytes_after, static_cast<std::int64_t>(fs::file_size(dir_ / "model.gguf")));
  EXPECT_EQ(report.n_bytes_before, static_cast<std::int64_t>(fs::file_size(folder() + "/model.safetensors")));
  EXPECT_FALSE(fs::exists(dir_ / "model.gguf.partial"));
}

TEST_F(LlamaConvertTest, TheRoBertasPositionsStartAtTheFirstRealOne) {
  write_tiny_encoder(dir_ / "roberta", {.architecture = Architecture::kRoberta,
                                        .n_layers = 1,
                                        .max_position_embeddings = 12,
                                        .type_vocab_size = 1,
                                        .pad_token_id = 1});
  write_text(dir_ / "roberta/tokenizer.json", "{}");
  ASSERT_TRUE(convert_to_gguf(dir_ / "roberta", dir_ / "r.gguf", GgufStorage::kF32));
  const auto file = GgufFile::open(dir_ / "r.gguf").value();
  const auto checkpoint = Checkpoint::open(dir_ / "roberta").value();
  const TensorView* all = checkpoint.find("roberta.embeddings.position_embeddings.weight");
  const std::size_t row_bytes = all->bytes.size() / 12;
  EXPECT_EQ(file.find_tensor(kGgufPositions)->bytes, all->bytes.substr(2 * row_bytes));
  const auto padding = std::get<std::vector<float>>(*file.find(kGgufPaddingPositionKey));
  EXPECT_EQ(as_bytes_view(std::span<const float>(padding)), all->bytes.substr(row_bytes, row_bytes));
}

TEST_F(LlamaConvertTest, RefusesWhatItCannotWrite) {
  EXPECT_EQ(convert_to_gguf(dir_ / "nothing", dir_ / "x.gguf", GgufStorage::kF32).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(convert_to_gguf(folder(), dir_ / "no/such/x.gguf", GgufStorage::kF32).error().code, ErrorCode::kIo);
  fs::remove(folder() + "/tokenizer.json");
  const auto bare = convert_to_gguf(folder(), dir_ / "x.gguf", GgufStorage::kF32);
  EXPECT_EQ(bare.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(bare.error().message, HasSubstr("tokenizer.json"));
  EXPECT_FALSE(fs::exists(dir_ / "x.gguf"));
}

TEST_F(LlamaConvertTest, RefusesNumbersTheTypeCannotHold) {
  TinyEncoderSpec spec = kSpec;
  spec.dtype = Dtype::kF32;
  write_tiny_encoder(folder(), spec);
  std::string bytes = read_text(folder() + "/model.safetensors");
  const auto checkpoint = Checkpoint::open(folder()).value();
  const TensorView* words = checkpoint.find("bert.embeddings.word_embeddings.weight");
  const auto at = static_cast<std::size_t>(words->bytes.data() - checkpoint.files()[0].bytes().data());
  const float large = 1e6F;
  bytes.replace(at, sizeof(large), reinterpret_cast<const char*>(&large), sizeof(large));
  write_text(folder() + "/model.safetensors", bytes);
  EXPECT_TRUE(convert_to_gguf(folder(), dir_ / "x.gguf", GgufStorage::kF32));
  const auto half = convert_to_gguf(folder(), dir_ / "y.gguf", GgufStorage::kF16);
  EXPECT_EQ(half.error().code, ErrorCode::kBadModel);
  EXPECT_FALSE(fs::exists(dir_ / "y.gguf"));
  EXPECT_FALSE(fs::exists(dir_ / "y.gguf.partial"));
}

TEST_F(LlamaConvertTest, AFileOfAnotherKindIsSaidToBeOne) {
  GgufBytes other;
  other.head(0, 1).text_key("general.architecture", "llama");
  const auto result = run(other.bytes);
  EXPECT_EQ(result.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(result.error().message, HasSubstr("pith convert --gguf"));
  GgufBytes newer;
  newer.head(0, 1).u32_key(kGgufFormatKey, 2);
  EXPECT_THAT(run(newer.bytes).error().message, HasSubstr("pith.format is 2"));
  GgufBytes bare;
  bare.head(0, 1).u32_key(kGgufFormatKey, 1);
  EXPECT_THAT(run(bare.bytes).error().message, HasSubstr("key 'pith.config.json' is missing"));
}

TEST_F(LlamaConvertTest, EveryTruncationOfAModelIsAnError) {
  const std::string whole = converted();
  ASSERT_TRUE(run(whole));
  for (std::size_t n = 0; n < whole.size() - 32; n += n < 4000 ? 7 : 101) {
    EXPECT_FALSE(run(whole.substr(0, n))) << n << " bytes";
  }
}

/// Not how Pith runs these models, but a check that names, shapes and header are what others expect of a GGUF file.
TEST(LlamaConvertedFilesTest, LlamaCppLoadsThem) {
  ASSERT_TRUE(ggml_devices());  // loads the back ends and takes llama.cpp's messages off standard error
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  const std::string data = PITH_SOURCE_DIR "/tests/data/model";
  for (const auto& entry : fs::directory_iterator(data)) {
    if (!entry.is_directory()) continue;
    const TempDir dir;
    fs::copy(entry.path(), dir / "folder");
    write_text(dir / "folder/tokenizer.json", "{}");
    ASSERT_TRUE(convert_to_gguf(dir / "folder", dir / "model.gguf", GgufStorage::kF16)) << entry.path();
    const auto config = parse_encoder_config(read_text(dir / "folder/config.json"), "config").value();
    if (config.architecture == Architecture::kModernBert && config.modern.norm_bias)
      continue;  // it knows no such biases
    const std::unique_ptr<llama_model, FreeWith<llama_model_free>> model(
        llama_model_load_from_file((dir / "model.gguf").c_str(), llama_model_default_params()));
    ASSERT_NE(model, nullptr) << entry.path();
    EXPECT_EQ(llama_model_n_layer(model.get()), config.n_layers);
    EXPECT_EQ(llama_model_n_embd(model.get()), config.hidden_size);
    EXPECT_EQ(llama_model_n_ctx_train(model.get()), config.max_sequence_tokens);
    EXPECT_EQ(llama_model_n_cls_out(model.get()), 2U);
  }
}

/// Tensors that do not fit the configuration: each one missing, of another shape, of another type.
TEST_F(LlamaConvertTest, EveryTensorIsChecked) {
  const std::string whole = converted();
  const auto file = GgufFile::parse(whole, "f").value();
  for (const auto& [name, tensor] : file.tensors()) {
    std::string missing = whole;
    missing[missing.find(std::string("\0\0\0\0", 4) + name) + 4] = '#';
    const auto result = run(missing);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code, ErrorCode::kBadModel);
    EXPECT_THAT(result.error().message, HasSubstr("'" + name + "' is missing"));
  }
}

/// Random damage anywhere: an error or numbers, nothing else. What is not said here is said by the sanitizers.
TEST_F(LlamaConvertTest, AnyDamageIsAnErrorOrHarmless) {
  for (const GgufStorage storage : {GgufStorage::kF32, GgufStorage::kQ8}) {
    const std::string whole = converted(storage);
    std::mt19937 random(11);
    int n_errors = 0;
    for (int round = 0; round < 300; ++round) {
      std::string damaged = whole;
      const std::size_t n_hits = 1 + random() % 4;
      for (std::size_t i = 0; i < n_hits; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
      const auto result = run(damaged);
      n_errors += result.has_value() ? 0 : 1;
      if (!result) continue;
      for (const float p : *result) EXPECT_TRUE(p >= 0 && p <= 1) << p;
    }
    EXPECT_GT(n_errors, 20);
  }
}

}  // namespace
}  // namespace pith
