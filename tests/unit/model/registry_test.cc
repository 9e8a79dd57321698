#include "model/registry.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <string>

#include "support/print_error.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

/// Points data_dir() at a folder for one test.
class RegistryTest : public testing::Test {
 protected:
  void use_data(const std::string& dir) { ::setenv("PITH_DATA", dir.c_str(), 1); }
  void TearDown() override { ::unsetenv("PITH_DATA"); }
};

TEST_F(RegistryTest, TheShippedOneListsTheDefaultAndThePublishedModels) {
  use_data(PITH_SOURCE_DIR);
  const auto models = known_models();
  ASSERT_TRUE(models.has_value()) << models.error().message;
  ASSERT_FALSE(models->empty());
  EXPECT_EQ(models->front().name, "default");
  for (const KnownModel& model : *models) {
    EXPECT_FALSE(model.summary.empty()) << model.name;
    EXPECT_FALSE(model.licence.empty()) << model.name;
    EXPECT_EQ(model.is_supported, model.architecture == "bert") << model.name;
  }
  for (const char* name : {"microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank",
                           "microsoft/llmlingua-2-xlm-roberta-large-meetingbank"}) {
    EXPECT_TRUE(std::any_of(models->begin(), models->end(), [&](const auto& m) { return m.name == name; })) << name;
  }
}

TEST_F(RegistryTest, ResolvesTheDefaultAndFolders) {
  use_data(PITH_SOURCE_DIR);
  EXPECT_EQ(resolve_model("default").value(), PITH_SOURCE_DIR "/models/default");
  const TempDir dir;
  EXPECT_EQ(resolve_model(dir.path()).value(), dir.path());
}

TEST_F(RegistryTest, SaysWhatToDoAboutOtherNames) {
  use_data(PITH_SOURCE_DIR);
  EXPECT_EQ(
      resolve_model("microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank").error(),
      (Error{ErrorCode::kUnsupported,
             "model 'microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank' is not fetched by Pith; download "
             "its folder (config.json, model.safetensors, the tokenizer's files) and pass the folder's path"}));
  EXPECT_EQ(
      resolve_model("SecurityLingua/securitylingua-xlm-s2s").error(),
      (Error{ErrorCode::kUnsupported,
             "model 'SecurityLingua/securitylingua-xlm-s2s' is not fetched by Pith; download its folder (config.json, "
             "model.safetensors, the tokenizer's files) and pass the folder's path (and its architecture, "
             "xlm-roberta, is not supported yet)"}));
  const Error unknown = resolve_model("defualt").error();
  EXPECT_EQ(unknown.code, ErrorCode::kNotFound);
  EXPECT_EQ(
      unknown.message.rfind(
          "no model 'defualt': neither a folder nor a known name; did you mean \"default\"?; known: default, ", 0),
      0U)
      << unknown.message;
}

TEST_F(RegistryTest, FoldersResolveWithoutARegistry) {
  const TempDir dir;
  use_data(dir / "none");
  EXPECT_EQ(resolve_model(dir.path()).value(), dir.path());
  EXPECT_EQ(resolve_model("default").error().code, ErrorCode::kNotFound);
}

TEST_F(RegistryTest, PointsAtADamagedRegistry) {
  const TempDir dir;
  use_data(dir.path());
  std::filesystem::create_directory(dir / "models");
  const std::string path = dir / "models/registry.json";
  const auto message_for = [&](const char* text) {
    write_text(path, text);
    return known_models().error().message;
  };
  EXPECT_EQ(message_for("{"), path + ":1:2: not valid JSON: incomplete JSON");
  EXPECT_EQ(message_for("[]"), path + ": no list 'models'");
  EXPECT_EQ(message_for(R"({"models": [3]})"), path + ": a model's entry is not an object");
  EXPECT_EQ(message_for(R"({"models": [{"name": 3}]})"), path + ": a model's 'name' is missing or not a string");
}

}  // namespace
}  // namespace pith
