#include "model/blob_cache.h"

#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

namespace pith {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'P', 'I', 'T', 'H', 'B', 'L', 'B', '1'};
constexpr std::string_view kSuffix = ".blob";

struct Header {
  char magic[8];
  unsigned char key[16];
  std::uint64_t n_payload_bytes;
  unsigned char hash[16];
  unsigned char zero[16];
};
static_assert(sizeof(Header) == 64);

std::array<unsigned char, 16> canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  std::array<unsigned char, 16> out;
  std::memcpy(out.data(), bytes.digest, out.size());
  return out;
}

Header make_header(const BlobKey& key, std::string_view payload) {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  std::memcpy(header.key, key.bytes.data(), sizeof(header.key));
  header.n_payload_bytes = payload.size();
  const auto hash = canonical(XXH3_128bits(payload.data(), payload.size()));
  std::memcpy(header.hash, hash.data(), sizeof(header.hash));
  return header;
}

/// Removes a file at the end of its life unless told to keep it.
struct TemporaryFile {
  fs::path path;
  bool keep = false;
  ~TemporaryFile() {
    std::error_code ignored;
    if (!keep) fs::remove(path, ignored);
  }
};

}  // namespace

std::string BlobKey::hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

BlobKeyBuilder::BlobKeyBuilder() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_));
}

BlobKeyBuilder::~BlobKeyBuilder() { XXH3_freeState(static_cast<XXH3_state_t*>(state_)); }

BlobKeyBuilder& BlobKeyBuilder::add(std::string_view part) {
  auto* state = static_cast<XXH3_state_t*>(state_);
  const std::uint64_t n = part.size();
  XXH3_128bits_update(state, &n, sizeof(n));
  XXH3_128bits_update(state, part.data(), part.size());
  return *this;
}

BlobKey BlobKeyBuilder::key() const {
  return BlobKey{canonical(XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state_)))};
}

std::string BlobCache::path_of(const BlobKey& key) const { return dir_ + "/" + key.hex() + std::string(kSuffix); }

std::optional<Blob> BlobCache::find(const BlobKey& key) const {
  const std::string path = path_of(key);
  auto file = MappedFile::open(path);
  if (!file || file->bytes().size() < sizeof(Header)) return std::nullopt;
  Header found;
  std::memcpy(&found, file->bytes().data(), sizeof(found));
  const std::string_view payload = file->bytes().substr(sizeof(Header));
  const Header expected = make_header(key, payload);
  if (std::memcmp(&found, &expected, sizeof(found)) != 0) return std::nullopt;
  std::error_code ignored;  // a read-only cache is still a cache
  fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  return Blob{std::move(*file), payload};
}

bool BlobCache::store(const BlobKey& key, const std::function<void(std::ostream&)>& write) const {
  std::error_code error;
  fs::create_directories(dir_, error);
  if (error) return false;
  static std::atomic<unsigned> counter{0};
  TemporaryFile temporary{path_of(key) + "." + std::to_string(::getpid()) + "." + std::to_string(counter++) + ".tmp"};
  {
    std::ofstream out(temporary.path, std::ios::binary | std::ios::trunc);
    const Header blank{};
    out.write(reinterpret_cast<const char*>(&blank), sizeof(blank));
    if (!out) return false;
    write(out);
    out.flush();
    if (!out) return false;
  }
  {
    const auto written = MappedFile::open(temporary.path.string());
    if (!written || written->bytes().size() < sizeof(Header)) return false;
    const Header header = make_header(key, written->bytes().substr(sizeof(Header)));
    std::fstream out(temporary.path, std::ios::binary | std::ios::in | std::ios::out);
    out.write(reinterpret_cast<const char*>(&header), sizeof(header));
    out.flush();
    if (!out) return false;
  }
  fs::rename(temporary.path, path_of(key), error);
  if (error) return false;
  temporary.keep = true;
  remove_oldest();
  return true;
}

void BlobCache::remove_oldest() const {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, fs::path>> blobs;
  for (fs::directory_iterator it(dir_, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;  // another process may remove files too
    const auto time = it->last_write_time(gone);
    if (!gone && it->path().extension() == kSuffix) blobs.emplace_back(time, it->path());
  }
  std::sort(blobs.begin(), blobs.end());
  for (std::size_t i = 0; i + kMaxBlobs < blobs.size(); ++i) fs::remove(blobs[i].second, error);
}

}  // namespace pith
