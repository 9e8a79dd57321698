#include "model/hub/store.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "model/hub/swap_folder.h"
#include "support/print_error.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

class StoreTest : public testing::Test {
 protected:
  void SetUp() override { ::setenv("PITH_CACHE", cache_.path().c_str(), 1); }
  void TearDown() override { ::unsetenv("PITH_CACHE"); }

  /// A pulled model of empty files.
  void put(const HubName& name, const std::vector<std::string>& files) {
    PulledModel model{.id = name.id(),
                      .dir = pulled_dir(name),
                      .endpoint = "https://hub",
                      .revision = "main",
                      .commit = kCommit,
                      .pulled_at = "2026-01-01T00:00:00Z",
                      .files = {}};
    fs::create_directories(model.dir);
    for (const std::string& file : files) {
      write_text(model.dir + '/' + file, "x");
      model.files.push_back({.name = file, .n_bytes = 1, .sha256 = std::string(64, 'a'), .commit = kCommit});
    }
    ASSERT_TRUE(write_manifest(model, model.dir).has_value());
  }

  TempDir cache_;
  const HubName name_{"org", "name"};
};

TEST_F(StoreTest, WhatIsWrittenIsRead) {
  put(name_, {"config.json", "model.safetensors"});
  put({"a", "b"}, {"x.gguf"});
  const auto model = find_pulled(name_);
  ASSERT_TRUE(model.has_value() && model->has_value());
  EXPECT_EQ((*model)->id, "org/name");
  EXPECT_EQ((*model)->endpoint, "https://hub");
  EXPECT_EQ((*model)->revision, "main");
  EXPECT_EQ((*model)->commit, kCommit);
  EXPECT_EQ((*model)->pulled_at, "2026-01-01T00:00:00Z");
  EXPECT_EQ((*model)->n_bytes(), 2U);
  ASSERT_NE((*model)->find("model.safetensors"), nullptr);
  EXPECT_EQ((*model)->find("model.safetensors")->sha256, std::string(64, 'a'));
  EXPECT_EQ((*model)->find("other"), nullptr);
  const auto all = pulled_models();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, "a/b");
  EXPECT_EQ(all[1].id, "org/name");
  EXPECT_FALSE(find_pulled({"no", "model"}).value().has_value());
}

TEST_F(StoreTest, DamagedManifestsAreErrorsThatSayWhatToRun) {
  put(name_, {"config.json"});
  for (const char* text : {"{", "[]", R"({"files": 3})", R"({"files": [3]})",
                           R"({"files": [{"name": "../x", "bytes": 1, "sha256": "", "commit": ""}]})"}) {
    write_text(pulled_dir(name_) + "/pith.json", text);
    const auto model = find_pulled(name_);
    ASSERT_FALSE(model.has_value()) << text;
    EXPECT_EQ(model.error().code, ErrorCode::kBadModel);
    EXPECT_NE(model.error().message.find("run `pith models pull hf:org/name --force`"), std::string::npos);
    ASSERT_EQ(pulled_models().size(), 1U);
    EXPECT_TRUE(pulled_models()[0].files.empty());
  }
}

TEST_F(StoreTest, ResolvesFoldersFilesAndRevisions) {
  put(name_, {"config.json", "x.gguf"});
  put({"org", "one"}, {"only.gguf"});
  const std::string dir = pulled_dir(name_);
  const auto resolved = [&](HubName name) { return resolve_pulled(name, "shown").value_or("not there"); };
  EXPECT_EQ(resolved(name_), dir);
  EXPECT_EQ(resolved({"org", "name", "x.gguf"}), dir + "/x.gguf");
  EXPECT_EQ(resolved({"org", "one"}), pulled_dir({"org", "one"}) + "/only.gguf");
  EXPECT_EQ(resolved({"org", "name", "", "main"}), dir);
  EXPECT_EQ(resolved({"org", "name", "", kCommit}), dir);
  EXPECT_EQ(resolved({"org", "name", "", kCommit.substr(0, 7)}), dir);
  EXPECT_EQ(resolved({"org", "name", "", kCommit.substr(0, 6)}), "not there");
  EXPECT_EQ(resolved({"org", "name", "", "v2"}), "not there");
  EXPECT_EQ(resolved({"org", "name", "y.gguf"}), "not there");
  put({"org", "many"},
      {"m-Q4_0.gguf", "m-Q8_0-00001-of-00002.gguf", "m-Q8_0-00002-of-00002.gguf", "a-F16.gguf", "b-F16.gguf"});
  const std::string many = pulled_dir({"org", "many"});
  EXPECT_EQ(resolved({"org", "many", "", "", "Q4_0"}), many + "/m-Q4_0.gguf");
  EXPECT_EQ(resolved({"org", "many", "", "", "q8_0"}), many + "/m-Q8_0-00001-of-00002.gguf");
  EXPECT_EQ(resolved({"org", "many", "", "", "F16"}), "not there");
  EXPECT_EQ(resolved({"org", "many", "", "", "Q2_K"}), "not there");
  EXPECT_EQ(resolve_pulled({"no", "model"}, "shown").error(),
            (Error{ErrorCode::kNotFound, "model 'shown' is not on this machine yet: run `pith models pull shown`"}));
}

TEST_F(StoreTest, RemovingLeavesNothingAndNotTheNeighbours) {
  put(name_, {"config.json"});
  put({"org", "other"}, {"config.json"});
  fs::create_directories(incoming_dir(name_) + "/commit");
  write_text(incoming_dir(name_) + "/commit/x.part", "123");
  EXPECT_EQ(n_incoming_bytes(name_), 3U);
  EXPECT_GT(remove_pulled(name_).value(), 4U);
  EXPECT_FALSE(fs::exists(pulled_dir(name_)));
  EXPECT_FALSE(fs::exists(incoming_dir(name_)));
  EXPECT_TRUE(fs::exists(pulled_dir({"org", "other"}) + "/config.json"));
  EXPECT_EQ(remove_pulled(name_).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(remove_pulled({"org", "other"}).has_value());
  EXPECT_FALSE(fs::exists(models_dir() + "/org"));
}

TEST_F(StoreTest, OneHolderOfALockAtATime) {
  const auto never_wait = [] { return false; };
  {
    const auto lock = ModelLock::take(name_, never_wait);
    ASSERT_TRUE(lock.has_value()) << lock.error().message;
    EXPECT_EQ(ModelLock::take(name_, never_wait).error().code, ErrorCode::kCancelled);
    EXPECT_TRUE(ModelLock::take({"org", "other"}, never_wait).has_value());
    put(name_, {"config.json"});
    EXPECT_EQ(remove_pulled(name_).error().message, "model 'org/name' is being pulled right now: stop that first");
  }
  EXPECT_TRUE(ModelLock::take(name_, never_wait).has_value());
}

TEST_F(StoreTest, AFolderChangesPlacesWithTheOlderOne) {
  const std::string from = cache_ / "new";
  const std::string to = cache_ / "sub/model";
  const auto make = [&](const std::string& dir, const char* text) {
    fs::create_directories(dir);
    write_text(dir + "/pith.json", text);
  };
  make(from, "1");
  ASSERT_TRUE(put_folder_in_place(from, to).has_value());
  EXPECT_FALSE(fs::exists(from));
  make(from, "22");
  ASSERT_TRUE(put_folder_in_place(from, to).has_value());
  EXPECT_EQ(fs::file_size(to + "/pith.json"), 2U);
  EXPECT_EQ(fs::file_size(from + "/pith.json"), 1U);
  fs::remove(to + "/pith.json");
  write_text(to + "/mine", "x");
  EXPECT_EQ(put_folder_in_place(from, to).error().message,
            to + ": is in the way, and was not made by `pith models pull`: move or delete it");
  fs::remove(to + "/mine");
  EXPECT_TRUE(put_folder_in_place(from, to).has_value());  // an empty folder is no loss
}

}  // namespace
}  // namespace pith
