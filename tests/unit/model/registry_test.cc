#include "model/registry.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <string>

#include "support/print_error.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

/// Points data_dir() at a folder for one test, and cache_dir() at one without pulled models.
class RegistryTest : public testing::Test {
 protected:
  void use_data(const std::string& dir) { ::setenv("PITH_DATA", dir.c_str(), 1); }
  void SetUp() override { ::setenv("PITH_CACHE", cache_.path().c_str(), 1); }
  void TearDown() override {
    ::unsetenv("PITH_DATA");
    ::unsetenv("PITH_CACHE");
  }
  TempDir cache_;
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
    EXPECT_TRUE(model.is_supported) << model.name;
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
  for (const std::string name : {"microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank",
                                 "SecurityLingua/securitylingua-xlm-s2s", "hf:some/model", "hf:some/model/x.gguf@v1"}) {
    EXPECT_EQ(resolve_model(name).error(),
              (Error{ErrorCode::kNotFound,
                     "model '" + name + "' is not on this machine yet: run `pith models pull " + name + "`"}));
  }
  EXPECT_EQ(resolve_model("hf:../model").error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(resolve_model("some/model").error().message.find("`pith models pull hf:some/model` pulls it"),
            std::string::npos);
  const Error unknown = resolve_model("defualt").error();
  EXPECT_EQ(unknown.code, ErrorCode::kNotFound);
  EXPECT_EQ(
      unknown.message.rfind(
          "no model 'defualt': neither a folder nor a known name; did you mean \"default\"?; known: default, ", 0),
      0U)
      << unknown.message;
}

TEST_F(RegistryTest, PulledModelsResolveByEveryNameOfTheirs) {
  use_data(PITH_SOURCE_DIR);
  const std::string known = "microsoft/llmlingua-2-xlm-roberta-large-meetingbank";
  for (const std::string& id : {known, std::string("some/model")}) {
    const std::string dir = cache_ / ("models/" + id);
    std::filesystem::create_directories(dir);
    write_text(dir + "/pith.json", R"({"revision": "main", "commit": "", "files": []})");
    EXPECT_EQ(resolve_model(id).value(), dir);
    EXPECT_EQ(resolve_model("hf:" + id).value(), dir);
    EXPECT_EQ(resolve_model("hf:" + id + "@main").value(), dir);
  }
}

TEST_F(RegistryTest, EveryModelHasAKind) {
  use_data(PITH_SOURCE_DIR);
  const auto models = known_models();
  ASSERT_TRUE(models.has_value()) << models.error().message;
  for (const KnownModel& model : *models) {
    const std::string_view expected = model.name == "minilm"         ? "embedder"
                                      : model.name == "smollm2-135m" ? "causal"
                                                                     : "classifier";
    EXPECT_EQ(model_kind_name(model.kind), expected) << model.name;
  }
}

TEST_F(RegistryTest, ACausalModelResolvesToItsFile) {
  use_data(PITH_SOURCE_DIR);
  const HubName hub = hub_name_of("smollm2-135m").value();
  EXPECT_TRUE(hub.file.ends_with("Q4_1.gguf")) << hub.file;
  EXPECT_EQ(resolve_model("smollm2-135m").error(),
            (Error{ErrorCode::kNotFound,
                   "model 'smollm2-135m' is not on this machine yet: run `pith models pull smollm2-135m`"}));
  const std::string dir = cache_ / ("models/" + hub.id());
  std::filesystem::create_directories(dir);
  const std::string digits(64, 'a');
  const auto manifest = [&](const std::string& file) {
    return R"({"revision": "main", "commit": "", "files": [{"name": ")" + file + R"(", "bytes": 1, "sha256": ")" +
           digits + R"(", "commit": ")" + digits.substr(0, 40) + R"("}]})";
  };
  write_text(dir + "/pith.json", manifest(hub.file));
  EXPECT_EQ(resolve_model("smollm2-135m").value(), dir + '/' + hub.file);
  EXPECT_EQ(resolve_model("hf:" + hub.id() + ":q4_1").value(), dir + '/' + hub.file);
  write_text(dir + "/pith.json", manifest("other.gguf"));
  EXPECT_EQ(resolve_model("smollm2-135m").error().code, ErrorCode::kNotFound);
}

TEST_F(RegistryTest, NamesOfTheHub) {
  use_data(PITH_SOURCE_DIR);
  EXPECT_EQ(hub_name_of("SecurityLingua/securitylingua-xlm-s2s").value(),
            (HubName{"SecurityLingua", "securitylingua-xlm-s2s"}));
  EXPECT_EQ(hub_name_of("hf:some/model@v1").value(), (HubName{"some", "model", "", "v1"}));
  EXPECT_EQ(hub_name_of("default").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(hub_name_of("some/model").error().code, ErrorCode::kNotFound);
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
  EXPECT_EQ(message_for(R"({"models": [{"name": "", "kind": "poet", "summary": "", "architecture": "", "size": "",
                                        "licence": "", "folder": "", "hub": "x/y", "supported": true}]})"),
            path + ": a model's 'kind' is not classifier, embedder or causal");
  EXPECT_EQ(message_for(R"({"models": [{"name": "", "kind": "causal", "summary": "", "architecture": "", "size": "",
                                        "licence": "", "folder": "", "hub": "x/y", "supported": true}]})"),
            path + ": a model's 'folder' is empty and 'hub' ('x/y') is not hf:ORG/NAME");
}

}  // namespace
}  // namespace pith
