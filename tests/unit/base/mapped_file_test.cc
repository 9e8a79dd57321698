#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>

namespace pith {
namespace {

class MappedFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(::testing::TempDir()) / ("pith_mapped_file_" + std::to_string(::getpid()) + "_" +
                                                       ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& bytes) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }

  std::filesystem::path folder_;
};

TEST_F(MappedFileTest, CopiesRangesWithoutTheMapping) {
  const auto path = write("some.bin", std::string("0123456789"));
  auto opened = MappedFile::open(path);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  const MappedFile file = std::move(*opened);  // the descriptor moves along
  std::string out(4, '?');
  ASSERT_TRUE(file.read_at(3, out).has_value());
  EXPECT_EQ(out, "3456");
  ASSERT_TRUE(file.read_at(10, std::span<char>()).has_value());
  const auto beyond = file.read_at(8, out);
  ASSERT_FALSE(beyond.has_value());
  EXPECT_EQ(beyond.error(), (Error{ErrorCode::kIo, "cannot read " + path + ": it ends before byte 10"}));
}

TEST_F(MappedFileTest, GivesTheBytesOfAFile) {
  const std::string bytes = std::string("a\0b\r\n\xFF", 6) + std::string(100000, 'x');
  const auto file = MappedFile::open(write("some.bin", bytes));
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->bytes(), bytes);
  EXPECT_EQ(read_file((folder_ / "some.bin").string()).value(), bytes);
}

TEST_F(MappedFileTest, OpensAnEmptyFile) {
  const auto file = MappedFile::open(write("empty", ""));
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->bytes().empty());
}

TEST_F(MappedFileTest, KeepsViewsValidWhenMoved) {
  auto file = MappedFile::open(write("a", "first"));
  ASSERT_TRUE(file.has_value());
  const std::string_view view = file->bytes();
  MappedFile moved = std::move(*file);
  EXPECT_EQ(view.data(), moved.bytes().data());
  MappedFile assigned;
  assigned = std::move(moved);
  EXPECT_EQ(view, "first");
  EXPECT_EQ(assigned.bytes(), "first");
}

TEST_F(MappedFileTest, NamesTheFileThatIsNotThere) {
  for (const std::string& path : {(folder_ / "missing").string(), write("plain", "x") + "/below"}) {
    const auto file = MappedFile::open(path);
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, ErrorCode::kNotFound);
    EXPECT_NE(file.error().message.find(path), std::string::npos) << file.error().message;
  }
}

TEST_F(MappedFileTest, RefusesAFolder) {
  const auto file = MappedFile::open(folder_.string());
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code, ErrorCode::kIo);
  EXPECT_NE(file.error().message.find(folder_.string()), std::string::npos);
  EXPECT_EQ(read_file(folder_.string()).error(), file.error());
}

}  // namespace
}  // namespace pith
