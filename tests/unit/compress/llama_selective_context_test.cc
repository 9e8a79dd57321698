// The recorded cases of selective-context 0.1.4, played back: its numbers, SmolLM2's tokenizer.
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/mapped_file.h"
#include "compress/reference_selective_context.h"
#include "model/llama/gguf_tokenizer.h"
#include "support/fake_counter.h"
#include "support/golden_llmlingua2.h"
#include "support/gz_file.h"
#include "support/smollm2.h"

namespace pith {
namespace {

/// Says what was recorded, in order.
class Playback final : public CausalLm {
 public:
  Playback(const Tokenizer& tokenizer, std::vector<float> information)
      : tokenizer_(tokenizer), information_(std::move(information)) {}

  Result<std::vector<float>> score(const CausalBatch& batch, const ProgressCallback& /*progress*/) const override {
    std::vector<float> all;
    std::size_t next = 0;
    for (std::size_t s = 0; s < batch.sequences.n_sequences(); ++s) {
      all.push_back(std::numeric_limits<float>::quiet_NaN());
      for (std::size_t i = 1; i < batch.sequences.sequence(s).size(); ++i) {
        all.push_back(next < information_.size() ? information_[next] : 0);
        ++next;
      }
    }
    EXPECT_EQ(next, information_.size()) << "other tokens than those recorded";
    return all;
  }
  Result<std::unique_ptr<CausalSession>> new_session() const override {
    return fail(ErrorCode::kUnsupported, "a playback has no sessions");
  }
  const Tokenizer& tokenizer() const override { return tokenizer_; }
  TokenId bos() const override { return kNoToken; }
  std::size_t max_context_tokens() const override { return 8192; }
  std::string description() const override { return "playback"; }

 private:
  const Tokenizer& tokenizer_;
  std::vector<float> information_;
};

TEST(ReferenceSelectiveContext, GivesThePackagesTextsFromItsNumbers) {
  const auto model_path = smollm2_path();
  const std::string folder = golden::shared_golden_dir();
  const auto lines = read_file(folder + "/selective_context/cases.jsonl");
  if (!model_path || !lines) GTEST_SKIP() << "needs SmolLM2 (its tokenizer) and the shared golden cases";
  const auto file = GgufFile::open(*model_path);
  ASSERT_TRUE(file);
  const auto tokenizer = load_gguf_tokenizer(*file);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  std::map<std::string, std::vector<float>> information;
  for (const json::object& row : golden::parse_lines(read_gz(folder + "/selective_context/units.jsonl.gz"))) {
    std::vector<float>& values = information[std::string(row.at("id").as_string())];
    for (const json::value& v : row.at("token").at("self_info").as_array()) values.push_back(v.to_number<float>());
  }
  std::size_t n_same = 0;
  const auto cases = golden::parse_lines(*lines);
  for (const json::object& row : cases) {
    const std::string id(row.at("id").as_string());
    CompressRequest request;
    request.context = {std::string(golden::resolve_files(row.at("input").at("text"), folder).as_string())};
    request.rate = 1 - row.at("params").at("reduce_ratio").to_number<double>();
    request.reduce_level = std::string(row.at("params").at("reduce_level").as_string());
    const Playback model(**tokenizer, information[id]);
    const auto result = compress_selective_context_reference(request, model, FakeCounter());
    const json::object& output = row.at("output").as_object();
    if (output.contains("error")) {
      EXPECT_FALSE(result) << id;
      if (!result) ++n_same;
      continue;
    }
    ASSERT_TRUE(result) << id << ": " << result.error().message;
    const std::string expected(output.at("context").as_string());
    EXPECT_EQ(result->compressed_prompt, expected) << id;
    if (result->compressed_prompt == expected) ++n_same;
  }
  RecordProperty("identical", static_cast<int>(n_same));
  EXPECT_EQ(n_same, 36U);
}

}  // namespace
}  // namespace pith
