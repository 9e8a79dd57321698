#include "tokenize/byte_bpe_counter.h"

#include <limits>

#include "base/check.h"
#include "text/utf8.h"
#include "tokenize/bpe_merge.h"

namespace pith {
namespace {

/// What a lossy decoder makes of the bytes: each broken sequence becomes one U+FFFD.
std::string repaired(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    out += c.valid ? text.substr(at, c.n_bytes) : std::string_view("\uFFFD");
    at += c.n_bytes;
  }
  return out;
}

}  // namespace

std::size_t ByteBpeCounter::count(std::string_view text) const { return tokenize(text, nullptr); }

std::vector<std::int32_t> ByteBpeCounter::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  tokenize(text, &ids);
  return ids;
}

std::size_t ByteBpeCounter::tokenize(std::string_view text, std::vector<std::int32_t>* ids) const {
  PITH_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max() / 3, std::to_string(text.size()) + " bytes");
  std::string copy;
  if (!is_valid_utf8(text)) {
    copy = repaired(text);
    text = copy;
  }
  BpeMerger merger(ranks_);
  std::size_t n_tokens = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = bpe_piece_end(pattern_, text, at);
    const std::string_view piece = text.substr(at, end - at);
    at = end;
    const BpeRanks::Rank rank = ranks_.find(piece);
    if (rank == BpeRanks::kNone) {
      n_tokens += merger.merge(piece, ids);
      continue;
    }
    ++n_tokens;
    if (ids != nullptr) ids->push_back(static_cast<std::int32_t>(rank));
  }
  return n_tokens;
}

}  // namespace pith
