#include "tokenize/token_counter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "support/print_error.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

/// Points PITH_DATA at a folder while a test runs.
class TokenCounterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* old = std::getenv("PITH_DATA")) old_ = old;
    use(PITH_SOURCE_DIR "/models");
  }
  void TearDown() override { use(old_); }
  static void use(const std::string& dir) {
    if (dir.empty()) {
      ::unsetenv("PITH_DATA");
    } else {
      ::setenv("PITH_DATA", dir.c_str(), 1);
    }
  }

 private:
  std::string old_;
};

TEST_F(TokenCounterTest, LoadsEveryNameItLists) {
  EXPECT_THAT(token_counter_names(), ::testing::ElementsAre("o200k_base", "cl100k_base"));
  for (const std::string_view name : token_counter_names()) {
    const auto counter = load_token_counter(name);
    ASSERT_TRUE(counter.has_value()) << counter.error().message;
    EXPECT_EQ((*counter)->name(), name);
    EXPECT_EQ((*counter)->count(""), 0u);
    EXPECT_EQ((*counter)->count("Hello world"), 2u);
  }
}

TEST_F(TokenCounterTest, SharesOneCounterPerName) {
  EXPECT_EQ(load_token_counter("o200k_base").value(), load_token_counter("o200k_base").value());
  EXPECT_NE(load_token_counter("o200k_base").value(), load_token_counter("cl100k_base").value());
}

TEST_F(TokenCounterTest, SuggestsTheNearestName) {
  const auto counter = load_token_counter("o200k-base");
  ASSERT_FALSE(counter.has_value());
  EXPECT_EQ(counter.error().code, ErrorCode::kUnknownField);
  EXPECT_EQ(counter.error().message, "unknown tokenizer \"o200k-base\"; did you mean \"o200k_base\"?");
}

TEST_F(TokenCounterTest, NamesTheMissingFileAndFindsItLater) {
  const TempDir dir;
  use(dir.path());
  const auto missing = load_token_counter("o200k_base");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find(dir / "tokenizers/o200k_base.ranks"), std::string::npos);
  std::filesystem::create_directory(dir / "tokenizers");
  write_text(dir / "tokenizers/o200k_base.ranks", "damaged");
  EXPECT_EQ(load_token_counter("o200k_base").error().code, ErrorCode::kBadModel);
  std::filesystem::copy_file(PITH_SOURCE_DIR "/models/tokenizers/o200k_base.ranks", dir / "tokenizers/o200k_base.ranks",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(load_token_counter("o200k_base").has_value());
}

TEST_F(TokenCounterTest, CountsWithAnyTokenizerOfAFolder) {
  const auto folder = load_token_counter(PITH_SOURCE_DIR "/models/default");
  ASSERT_TRUE(folder.has_value()) << folder.error().message;
  EXPECT_EQ((*folder)->name(), PITH_SOURCE_DIR "/models/default");
  EXPECT_EQ((*folder)->count("Tokenization, it works!"), 6u);
  EXPECT_EQ((*folder)->count(""), 0u);
  const auto file = load_token_counter(PITH_SOURCE_DIR "/models/default/tokenizer.json");
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ((*file)->count("Tokenization, it works!"), 6u);
  EXPECT_EQ(load_token_counter(PITH_SOURCE_DIR "/models/default").value(), *folder) << "loaded once";
}

TEST_F(TokenCounterTest, NamesThePathItCannotRead) {
  const TempDir dir;
  const struct {
    std::string path;
    ErrorCode code;
  } kCases[] = {
      {dir.path(), ErrorCode::kNotFound},  // an empty folder
      {dir / "missing", ErrorCode::kNotFound},
      {dir / "other.json", ErrorCode::kUnsupported},
      {dir / "broken/tokenizer.json", ErrorCode::kBadInput},
      {"missing.json", ErrorCode::kNotFound},
  };
  write_text(dir / "other.json", "{}");
  std::filesystem::create_directory(dir / "broken");
  write_text(dir / "broken/tokenizer.json", "{");
  for (const auto& [path, code] : kCases) {
    const auto counter = load_token_counter(path);
    ASSERT_FALSE(counter.has_value()) << path;
    EXPECT_EQ(counter.error().code, code) << counter.error().message;
    EXPECT_NE(counter.error().message.find(path), std::string::npos) << counter.error().message;
  }
}

TEST_F(TokenCounterTest, TellsPathsFromNames) {
  EXPECT_TRUE(is_tokenizer_path("./llama"));
  EXPECT_TRUE(is_tokenizer_path("tokenizer.json"));
  EXPECT_TRUE(is_tokenizer_path("model.gguf"));
  EXPECT_FALSE(is_tokenizer_path("o200k_base"));
  EXPECT_FALSE(is_tokenizer_path("llama"));
  EXPECT_FALSE(is_tokenizer_path(""));
}

}  // namespace
}  // namespace pith
