#include "model/model_identity.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "support/temp_dir.h"

namespace pith {
namespace {

const std::string kDefault = PITH_SOURCE_DIR "/models/default";

TEST(ModelIdentityTest, IsOfTheContentAndNotOfThePlace) {
  const TempDir dir;
  std::filesystem::copy(kDefault, dir / "copy");
  const auto original = model_identity(kDefault, dir / "cache");
  const auto copy = model_identity(dir / "copy", dir / "cache");
  ASSERT_TRUE(original && copy);
  EXPECT_EQ(*original, *copy);
  EXPECT_EQ(model_identity(kDefault, dir / "cache"), original);  // remembered
  EXPECT_EQ(model_identity(kDefault, "none"), original);
}

TEST(ModelIdentityTest, ChangesWithOneBitOfTheWeightsEvenIfSizeAndTimeStay) {
  const TempDir dir;
  std::filesystem::copy(kDefault, dir / "copy");
  const std::string weights = dir / "copy/model.safetensors";
  const auto before = model_identity(dir / "copy", dir / "cache");
  const auto time = std::filesystem::last_write_time(weights);
  std::string bytes = read_text(weights);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  std::filesystem::permissions(weights, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
  write_text(weights, bytes);
  std::filesystem::last_write_time(weights, time);
  const auto after = model_identity(dir / "copy", dir / "cache");
  ASSERT_TRUE(before && after);
  EXPECT_NE(*before, *after);
}

TEST(ModelIdentityTest, ChangesWithTheConfiguration) {
  const TempDir dir;
  std::filesystem::copy(kDefault, dir / "copy");
  const auto before = model_identity(dir / "copy", "none");
  std::filesystem::permissions(dir / "copy/config.json", std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  write_text(dir / "copy/config.json", read_text(dir / "copy/config.json") + "\n");
  EXPECT_NE(model_identity(dir / "copy", "none"), before);
}

TEST(ModelIdentityTest, AFileIsItsBytes) {
  const TempDir dir;
  write_text(dir / "a.gguf", "weights");
  write_text(dir / "b.gguf", "weights");
  write_text(dir / "c.gguf", "weighty");
  EXPECT_EQ(model_identity(dir / "a.gguf", dir / "cache"), model_identity(dir / "b.gguf", dir / "cache"));
  EXPECT_NE(model_identity(dir / "a.gguf", dir / "cache"), model_identity(dir / "c.gguf", dir / "cache"));
  EXPECT_EQ(model_identity(dir / "d.gguf", "none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace pith
