#include "model/blob_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/temp_dir.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

BlobKey key_of(std::string_view text) { return BlobKeyBuilder().add(text).key(); }

bool store(const BlobCache& cache, const BlobKey& key, std::string_view payload) {
  return cache.store(key, [&](std::ostream& out) { out << payload; });
}

TEST(BlobCacheTest, FindsWhatWasStored) {
  const TempDir dir;
  const BlobCache cache(dir / "not/there/yet");
  EXPECT_FALSE(cache.find(key_of("a")).has_value());
  ASSERT_TRUE(store(cache, key_of("a"), "payload of a"));
  ASSERT_TRUE(store(cache, key_of("empty"), ""));
  EXPECT_EQ(cache.find(key_of("a"))->payload, "payload of a");
  EXPECT_EQ(cache.find(key_of("empty"))->payload, "");
  EXPECT_FALSE(cache.find(key_of("b")).has_value());
  ASSERT_TRUE(store(cache, key_of("a"), "another"));
  EXPECT_EQ(cache.find(key_of("a"))->payload, "another");
}

TEST(BlobCacheTest, AlignsThePayloadTo64Bytes) {
  const TempDir dir;
  const BlobCache cache(dir.path());
  ASSERT_TRUE(store(cache, key_of("a"), "x"));
  const auto blob = cache.find(key_of("a"));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(blob->payload.data()) % 64, 0U);
}

TEST(BlobCacheTest, IgnoresEveryTruncationAndEveryFlippedByte) {
  const TempDir dir;
  const BlobCache cache(dir.path());
  const BlobKey key = key_of("a");
  ASSERT_TRUE(store(cache, key, "some payload"));
  const std::string whole = read_text(cache.path_of(key));
  ASSERT_EQ(whole.size(), 64U + 12U);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    write_text(cache.path_of(key), whole.substr(0, n));
    EXPECT_FALSE(cache.find(key).has_value()) << "truncated to " << n;
    std::string flipped = whole;
    flipped[n] = static_cast<char>(flipped[n] ^ 0x10);
    write_text(cache.path_of(key), flipped);
    EXPECT_FALSE(cache.find(key).has_value()) << "byte " << n << " flipped";
  }
  write_text(cache.path_of(key), whole + "x");
  EXPECT_FALSE(cache.find(key).has_value());
  write_text(cache.path_of(key), whole);
  EXPECT_TRUE(cache.find(key).has_value());
}

TEST(BlobCacheTest, IgnoresABlobUnderAnothersName) {
  const TempDir dir;
  const BlobCache cache(dir.path());
  ASSERT_TRUE(store(cache, key_of("a"), "payload"));
  fs::copy_file(cache.path_of(key_of("a")), cache.path_of(key_of("b")));
  EXPECT_FALSE(cache.find(key_of("b")).has_value());
}

TEST(BlobCacheTest, StoresNothingWhereItCannotWrite) {
  const TempDir dir;
  write_text(dir / "file", "not a folder");
  const BlobCache cache(dir / "file");
  EXPECT_FALSE(store(cache, key_of("a"), "payload"));
  EXPECT_FALSE(cache.find(key_of("a")).has_value());
  EXPECT_EQ(read_text(dir / "file"), "not a folder");
}

TEST(BlobCacheTest, LeavesNothingBehindWhenWritingFails) {
  const TempDir dir;
  const BlobCache cache(dir.path());
  EXPECT_FALSE(cache.store(key_of("a"), [](std::ostream& out) {
    out << "half";
    out.setstate(std::ios::failbit);
  }));
  EXPECT_THROW(cache.store(key_of("a"), [](std::ostream&) { throw std::runtime_error("export failed"); }),
               std::runtime_error);
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST(BlobCacheTest, KeepsTheMostRecentlyUsedBlobs) {
  const TempDir dir;
  const BlobCache cache(dir.path());
  const auto age = [&](int i, int hours) {
    fs::last_write_time(cache.path_of(key_of(std::to_string(i))),
                        fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  constexpr int kFull = static_cast<int>(BlobCache::kMaxBlobs);
  for (int i = 0; i < kFull; ++i) {
    ASSERT_TRUE(store(cache, key_of(std::to_string(i)), "x"));
    age(i, 100 - i);
  }
  write_text(dir / "other.txt", "not ours");
  EXPECT_TRUE(cache.find(key_of("0")).has_value());  // used just now: 1 is the oldest from here on
  ASSERT_TRUE(store(cache, key_of("new"), "x"));
  EXPECT_TRUE(cache.find(key_of("0")).has_value());
  EXPECT_FALSE(cache.find(key_of("1")).has_value());
  EXPECT_TRUE(cache.find(key_of("2")).has_value());
  EXPECT_TRUE(cache.find(key_of("new")).has_value());
  EXPECT_TRUE(fs::exists(dir / "other.txt"));
}

TEST(BlobCacheTest, IsWholeForReadersWhileWritersReplaceIt) {
  const TempDir dir;
  const BlobCache cache(dir.path());
  const std::vector<std::string> payloads{std::string(100'000, 'a'), std::string(50'000, 'b')};
  ASSERT_TRUE(store(cache, key_of("k"), payloads[0]));
  std::vector<std::thread> writers;
  for (const std::string& payload : payloads) {
    writers.emplace_back([&cache, &payload] {
      for (int i = 0; i < 50; ++i) EXPECT_TRUE(store(cache, key_of("k"), payload));
    });
  }
  for (int i = 0; i < 50; ++i) {
    const auto blob = cache.find(key_of("k"));
    ASSERT_TRUE(blob.has_value());
    EXPECT_TRUE(blob->payload == payloads[0] || blob->payload == payloads[1]);
  }
  for (std::thread& writer : writers) writer.join();
}

TEST(BlobKeyTest, DependsOnEveryPartAndItsBorders) {
  EXPECT_EQ(BlobKeyBuilder().add("ab").add("c").key(), BlobKeyBuilder().add("ab").add("c").key());
  EXPECT_NE(BlobKeyBuilder().add("ab").add("c").key(), BlobKeyBuilder().add("a").add("bc").key());
  EXPECT_NE(BlobKeyBuilder().add("a").key(), BlobKeyBuilder().add("a").add("").key());
  EXPECT_EQ(key_of("x").hex().size(), 32U);
}

}  // namespace
}  // namespace pith
