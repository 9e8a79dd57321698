#include "tokenize/bpe_ranks.h"

#define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): xxHash's own switch
#include <fmt/format.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/mapped_file.h"

namespace pith {
namespace {

constexpr std::string_view kMagic = "PITHRANK";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeaderBytes = 24;
constexpr std::size_t kMaxTokenBytes = 255;

template <class T>
T read_at(std::string_view bytes, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

struct Place {
  std::size_t home;
  std::uint32_t tag;  ///< already shifted above the rank
};

Place place_of(std::string_view bytes, std::size_t mask, std::uint32_t rank_bits) {
  const std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  return {static_cast<std::size_t>(hash) & mask, static_cast<std::uint32_t>(hash >> 40) << rank_bits};
}

tl::unexpected<Error> bad(const std::string& name, std::string_view what) {
  return fail(ErrorCode::kBadModel, fmt::format("{}: not a usable token vocabulary: {}", name, what));
}

}  // namespace

Result<BpeRanks> BpeRanks::load(const std::string& path) {
  const auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const std::string_view data = file->bytes();
  if (data.size() < kHeaderBytes || !data.starts_with(kMagic)) return bad(path, "it does not begin with PITHRANK");
  if (const auto version = read_at<std::uint32_t>(data, 8); version != kVersion) {
    return bad(path, fmt::format("version {}, this program reads version {}", version, kVersion));
  }
  const std::size_t n_tokens = read_at<std::uint32_t>(data, 12);
  const auto n_token_bytes = read_at<std::uint64_t>(data, 16);
  if (n_tokens > kMaxTokens || n_token_bytes > n_tokens * kMaxTokenBytes) {
    return bad(path, fmt::format("{} tokens of {} bytes", n_tokens, n_token_bytes));
  }

  BpeRanks ranks;
  ranks.bytes_.resize(n_tokens + n_token_bytes);
  const std::string_view frame = data.substr(kHeaderBytes);
  const std::size_t n_read = ZSTD_decompress(ranks.bytes_.data(), ranks.bytes_.size(), frame.data(), frame.size());
  if (ZSTD_isError(n_read) != 0) return bad(path, ZSTD_getErrorName(n_read));
  if (n_read != ranks.bytes_.size()) return bad(path, "it holds fewer bytes than its header says");
  ranks.begin_.reserve(n_tokens + 1);
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < n_tokens; ++i) {
    ranks.begin_.push_back(at);
    at += static_cast<unsigned char>(ranks.bytes_[i]);
  }
  ranks.begin_.push_back(at);
  if (at != n_token_bytes) return bad(path, fmt::format("{} bytes of tokens, its header says {}", at, n_token_bytes));
  ranks.bytes_.erase(0, n_tokens);
  if (auto indexed = ranks.index(path); !indexed) return tl::unexpected(std::move(indexed.error()));
  return ranks;
}

Result<BpeRanks> BpeRanks::build(std::span<const std::string_view> tokens, const std::string& name) {
  if (tokens.size() > kMaxTokens) return bad(name, fmt::format("{} tokens", tokens.size()));
  BpeRanks ranks;
  for (const std::string_view token : tokens) {
    if (token.size() > kMaxTokenBytes) return bad(name, fmt::format("a token of {} bytes", token.size()));
    ranks.begin_.push_back(static_cast<std::uint32_t>(ranks.bytes_.size()));
    ranks.bytes_ += token;
  }
  ranks.begin_.push_back(static_cast<std::uint32_t>(ranks.bytes_.size()));
  if (auto indexed = ranks.index(name); !indexed) return tl::unexpected(std::move(indexed.error()));
  return ranks;
}

Result<void> BpeRanks::index(const std::string& name) {
  slots_.resize(std::bit_ceil(size() + size() / 4 + 1));  // 40 to 80 % full
  mask_ = slots_.size() - 1;
  for (std::size_t i = 0; i < size(); ++i) {
    const auto rank = static_cast<Rank>(i);
    if (token(rank).empty()) return bad(name, fmt::format("token {} is empty", rank));
    if (!insert(rank)) return bad(name, fmt::format("token {} occurs twice", rank));
    longest_ = std::max(longest_, token(rank).size());
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(static_cast<unsigned char>(byte));
    if (find({&c, 1}) == kNone) return bad(name, fmt::format("byte {} has no token", byte));
  }
  return {};
}

bool BpeRanks::insert(Rank rank) {
  const std::string_view bytes = token(rank);
  const auto [home, tag] = place_of(bytes, mask_, kRankBits);
  std::size_t i = home;
  for (; slots_[i] != 0; i = (i + 1) & mask_) {
    if ((slots_[i] & ~kRankMask) == tag && token((slots_[i] & kRankMask) - 1) == bytes) return false;
  }
  slots_[i] = tag | (rank + 1);
  return true;
}

BpeRanks::Rank BpeRanks::find(std::string_view bytes) const {
  if (bytes.size() > longest_) return kNone;
  const auto [home, tag] = place_of(bytes, mask_, kRankBits);
  for (std::size_t i = home; slots_[i] != 0; i = (i + 1) & mask_) {
    if ((slots_[i] & ~kRankMask) != tag) continue;
    const Rank rank = (slots_[i] & kRankMask) - 1;
    if (token(rank) == bytes) return rank;
  }
  return kNone;
}

}  // namespace pith
