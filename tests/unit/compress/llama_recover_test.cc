// The published library's recover(), replayed with the tokenizer it was recorded with.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <variant>

#include "base/json.h"
#include "compress/recover.h"
#include "model/llama/gguf_file.h"
#include "model/llama/gguf_tokenizer.h"
#include "support/golden_llmlingua2.h"
#include "support/print_error.h"
#include "support/smollm2.h"

namespace pith {
namespace {

std::string text_of(const json::value& text) {
  if (const auto* file = text.if_object()) {
    return golden::read_bytes(golden::shared_golden_dir() + "/" + std::string(file->at("file").as_string()));
  }
  return std::string(text.as_string());
}

/// `input` holds the three texts, `output` what came out; the number of cases that changed the response.
int replay(const Tokenizer& tokenizer, const std::string& id, const json::object& input, const json::object& output) {
  const std::string response = text_of(input.at("response"));
  const auto recovered = recover_by_tokens(tokenizer, text_of(input.at("original_prompt")),
                                           text_of(input.at("compressed_prompt")), response);
  if (output.contains("error")) {
    EXPECT_FALSE(recovered) << id;
    if (!recovered) {
      EXPECT_EQ(recovered.error().code, ErrorCode::kInvalidArgument) << id;
    }
    return 0;
  }
  EXPECT_TRUE(recovered) << id;
  if (!recovered) return 0;
  EXPECT_EQ(*recovered, std::string(output.at("recovered").as_string())) << id;
  return *recovered == response ? 0 : 1;
}

class RecordedRecovery : public testing::Test {
 protected:
  void SetUp() override {
    const auto path = smollm2_path();
    if (!path) GTEST_SKIP() << "SmolLM2 has not been fetched (tools/deps.sh test)";
    auto file = GgufFile::open(*path);
    ASSERT_TRUE(file) << file.error().message;
    auto tokenizer = load_gguf_tokenizer(*file);
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    tokenizer_ = std::move(*tokenizer);
  }
  std::unique_ptr<Tokenizer> tokenizer_;
};

TEST_F(RecordedRecovery, SmallCasesComeOutTheSame) {
  const auto cases = golden::parse_lines(golden::read_bytes(PITH_SOURCE_DIR "/tests/data/recover/cases.jsonl"));
  EXPECT_EQ(cases.size(), 10U);
  int n_changed = 0;
  for (const json::object& c : cases) n_changed += replay(*tokenizer_, std::string(c.at("id").as_string()), c, c);
  EXPECT_GT(n_changed, 0);
}

TEST_F(RecordedRecovery, AllCasesComeOutTheSame) {
  const std::string path = golden::shared_golden_dir() + "/recover/cases.jsonl";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "set PITH_SHARED to the folder with golden/recover";
  const auto cases = golden::parse_lines(golden::read_bytes(path));
  EXPECT_EQ(cases.size(), 30U);
  int n_changed = 0;
  for (const json::object& c : cases) {
    n_changed +=
        replay(*tokenizer_, std::string(c.at("id").as_string()), c.at("input").as_object(), c.at("output").as_object());
  }
  EXPECT_GT(n_changed, 3);
}

}  // namespace
}  // namespace pith
