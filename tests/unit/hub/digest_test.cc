#include "model/hub/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "support/print_error.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

std::string hex(Digest::Kind kind, const std::string& text) {
  Digest digest(kind);
  digest.add(text);
  return std::move(digest).hex();
}

TEST(DigestTest, EqualsTheExamplesOfTheStandard) {  // FIPS 180-2, appendices A and B
  EXPECT_EQ(hex(Digest::Kind::kSha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(Digest::Kind::kSha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(Digest::Kind::kSha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(Digest::Kind::kSha256, std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(DigestTest, PiecesGiveWhatTheWholeGives) {
  const std::string text(1000, 'x');
  for (std::size_t at = 0; at <= text.size(); at += 37) {
    Digest digest(Digest::Kind::kSha256);
    digest.add(text.substr(0, at));
    digest.add(text.substr(at));
    EXPECT_EQ(std::move(digest).hex(), hex(Digest::Kind::kSha256, text));
  }
}

TEST(DigestTest, FilesHaveTheIdThatGitGivesThem) {
  const TempDir dir;
  write_text(dir / "hello", "hello\n");
  const auto digests = digest_file(dir / "hello", true);
  ASSERT_TRUE(digests.has_value()) << digests.error().message;
  EXPECT_EQ(digests->n_bytes, 6U);
  EXPECT_EQ(digests->git_blob, "ce013625030ba8dba906f756967f9e9ca394464a");  // `git hash-object`
  EXPECT_EQ(digests->sha256, hex(Digest::Kind::kSha256, "hello\n"));
  write_text(dir / "empty", "");
  EXPECT_EQ(digest_file(dir / "empty", true)->git_blob, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(digest_file(dir / "empty", false)->git_blob, "");
}

TEST(DigestTest, LargeFilesCanBeCancelled) {
  const TempDir dir;
  write_text(dir / "large", std::string(3 << 20, 'x'));
  std::uint64_t last = 0;
  const auto digests = digest_file(dir / "large", false, [&](std::uint64_t n_done) {
    last = n_done;
    return n_done < (2 << 20);
  });
  EXPECT_EQ(digests.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(last, 2U << 20);
  EXPECT_EQ(digest_file(dir / "missing", false).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(digest_file(dir.path(), false).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace pith
