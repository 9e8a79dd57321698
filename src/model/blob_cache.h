// A folder of derived files that may vanish at any time: compiled networks, addressed by the hash of everything they
// were made from. A damaged, truncated or foreign file is the same as no file.
//
// Layout of `<dir>/<key>.blob`:
//   bytes  0..7    "PITHBLB1"
//   bytes  8..23   the key (128 bits): a renamed file is foreign
//   bytes 24..31   payload length, little-endian
//   bytes 32..47   XXH3-128 of the payload
//   bytes 48..63   zero
//   bytes 64..     payload
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/mapped_file.h"

namespace pith {

/// 128 bits of XXH3: an identity, not a signature.
struct BlobKey {
  std::array<unsigned char, 16> bytes{};

  [[nodiscard]] std::string hex() const;
  friend bool operator==(const BlobKey&, const BlobKey&) = default;
};

/// Hashes a sequence of parts; "ab","c" and "a","bc" give different keys.
class BlobKeyBuilder {
 public:
  BlobKeyBuilder();
  BlobKeyBuilder(const BlobKeyBuilder&) = delete;
  BlobKeyBuilder& operator=(const BlobKeyBuilder&) = delete;
  ~BlobKeyBuilder();

  BlobKeyBuilder& add(std::string_view part);
  [[nodiscard]] BlobKey key() const;

 private:
  void* state_;
};

/// A verified payload; owns the mapping it views.
struct Blob {
  MappedFile file;
  std::string_view payload;
};

/// Thread-safe, also against other processes: files appear by rename, complete.
class BlobCache {
 public:
  /// Most blobs a folder keeps; storing one more removes those that were not used for longest.
  static constexpr std::size_t kMaxBlobs = 16;

  /// `dir` is created when something is stored.
  explicit BlobCache(std::string dir) : dir_(std::move(dir)) {}

  [[nodiscard]] std::string path_of(const BlobKey& key) const;
  /// Nothing when the file is missing, unreadable, damaged or of another key.
  [[nodiscard]] std::optional<Blob> find(const BlobKey& key) const;
  /// Stores what `write` writes, replacing what was there. False when that was not possible (folder not writable, disk
  /// full, `write` failed the stream); nothing is left behind then. An exception of `write` passes through.
  bool store(const BlobKey& key, const std::function<void(std::ostream&)>& write) const;

 private:
  void remove_oldest() const;

  std::string dir_;
};

}  // namespace pith
