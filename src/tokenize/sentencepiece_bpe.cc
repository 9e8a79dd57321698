#include "tokenize/sentencepiece_bpe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "base/check.h"
#include "text/utf8.h"
#include "tokenize/bpe_merge_loop.h"

namespace pith {
namespace {

constexpr std::string_view kSpaceMark = "\u2581";
constexpr std::string_view kReplacement = "\uFFFD";

}  // namespace

/// A text as it is merged: characters, and where each came from.
struct SentencePieceBpe::Marked {
  std::string bytes;
  std::vector<std::uint32_t> begin;  ///< of each character in `bytes`, then bytes.size()
  std::vector<ByteSpan> spans;       ///< of each character in the text

  void add(std::string_view character, ByteSpan span) {
    begin.push_back(static_cast<std::uint32_t>(bytes.size()));
    bytes += character;
    spans.push_back(span);
  }
};

/// Of BpeMergeLoop: a pair is known by the bytes it covers.
struct SentencePieceBpe::Pairs {
  struct Symbol {};
  const SentencePieceBpe& owner;
  const Marked& text;

  [[nodiscard]] std::string_view bytes(std::uint32_t begin, std::uint32_t end) const {
    return std::string_view(text.bytes).substr(text.begin[begin], text.begin[end] - text.begin[begin]);
  }
  // Pairs of one score may begin at one character; they have the same place in the queue then, whichever is meant.
  [[nodiscard]] std::uint32_t rank(Symbol /*left*/, std::uint32_t begin, Symbol /*right*/, std::uint32_t end) const {
    const TokenId id = owner.token_of(bytes(begin, end));
    return id == kNoToken ? BpeMergeLoop<Pairs>::kNone : owner.ranks_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] static Symbol joined(std::uint32_t /*rank*/, Symbol left, Symbol /*right*/) { return left; }
};

Result<std::unique_ptr<SentencePieceBpe>> SentencePieceBpe::create(const SentencePieceBpeParts& parts,
                                                                   const std::string& name) {
  const std::size_t n_tokens = parts.tokens.size();
  const auto bad = [&](const std::string& what) { return fail(ErrorCode::kBadModel, name + ": " + what); };
  if (parts.scores.size() != n_tokens) {
    return bad(fmt::format("{} scores for {} tokens", parts.scores.size(), n_tokens));
  }
  if (!std::ranges::all_of(parts.scores, [](float score) { return std::isfinite(score); })) {
    return bad("a score is not a number");
  }
  if (parts.byte_ids.size() != 256) return bad("not a token <0xHH> for each of the 256 bytes");
  std::vector<bool> is_spelled(n_tokens, true);
  for (const auto& ids : {parts.byte_ids, parts.control_ids}) {
    for (const TokenId id : ids) {
      if (id < 0 || static_cast<std::size_t>(id) >= n_tokens) return bad(fmt::format("no token has the id {}", id));
      is_spelled[static_cast<std::size_t>(id)] = false;
    }
  }
  Vocabulary::Entries pieces;
  Vocabulary::Entries added;
  for (std::size_t id = 0; id < n_tokens; ++id) {
    (is_spelled[id] && !parts.tokens[id].empty() ? pieces : added)
        .emplace_back(parts.tokens[id], static_cast<TokenId>(id));
  }
  auto vocabulary = Vocabulary::build(pieces, added, name);
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));
  std::unique_ptr<SentencePieceBpe> tokenizer(new SentencePieceBpe(std::move(*vocabulary), parts));
  for (const auto& [piece, id] : pieces) {
    tokenizer->longest_piece_ = std::max(tokenizer->longest_piece_, piece.size());
  }
  return tokenizer;
}

SentencePieceBpe::SentencePieceBpe(Vocabulary vocabulary, const SentencePieceBpeParts& parts)
    : vocabulary_(std::move(vocabulary)), add_space_prefix_(parts.add_space_prefix), special_(parts.special) {
  std::ranges::copy(parts.byte_ids, byte_ids_.begin());
  std::vector<float> scores(parts.scores.begin(), parts.scores.end());
  std::ranges::sort(scores, std::greater<>());
  scores.erase(std::unique(scores.begin(), scores.end()), scores.end());
  ranks_.reserve(parts.scores.size());
  for (const float score : parts.scores) {
    const auto place = std::ranges::lower_bound(scores, score, std::greater<>());
    ranks_.push_back(static_cast<std::uint32_t>(place - scores.begin()));
  }
}

TokenId SentencePieceBpe::token_of(std::string_view spelling) const {
  if (spelling.size() > longest_piece_) return kNoToken;
  const PieceTrie::Node node = vocabulary_.trie().find(spelling);
  return node == PieceTrie::kNone ? kNoToken : vocabulary_.trie().id(node);
}

SentencePieceBpe::Marked SentencePieceBpe::mark_spaces(std::string_view text) const {
  Marked marked;
  marked.bytes.reserve(text.size() + text.size() / 2);
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    const ByteSpan span{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + c.n_bytes)};
    if (at == 0 && add_space_prefix_) marked.add(kSpaceMark, span);
    const std::string_view character = c.valid ? text.substr(at, c.n_bytes) : kReplacement;
    marked.add(character == " " ? kSpaceMark : character, span);
    at += c.n_bytes;
  }
  marked.begin.push_back(static_cast<std::uint32_t>(marked.bytes.size()));
  return marked;
}

void SentencePieceBpe::encode(std::string_view text, Encoding* out) const {
  PITH_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max() / 4, std::to_string(text.size()) + " bytes");
  const Marked marked = mark_spaces(text);
  const Pairs pairs{*this, marked};
  BpeMergeLoop<Pairs> loop;
  const auto emit = [&](TokenId id, std::uint32_t begin, std::uint32_t end) {
    out->ids.push_back(id);
    out->spans.push_back({marked.spans[begin].begin, marked.spans[end - 1].end});
  };
  loop.run(
      pairs, static_cast<std::uint32_t>(marked.spans.size()), [](std::uint32_t) { return Pairs::Symbol{}; },
      [&](Pairs::Symbol, std::uint32_t begin, std::uint32_t end) {
        const std::string_view bytes = pairs.bytes(begin, end);
        if (const TokenId id = token_of(bytes); id != kNoToken) return emit(id, begin, end);
        for (const char byte : bytes) emit(byte_ids_[static_cast<unsigned char>(byte)], begin, end);
      });
}

void SentencePieceBpe::append_bytes(TokenId id, std::string* out) const {
  if (const auto byte = std::ranges::find(byte_ids_, id); byte != byte_ids_.end()) {
    out->push_back(static_cast<char>(byte - byte_ids_.begin()));
    return;
  }
  const std::string_view spelling = piece(id);
  for (std::size_t at = 0; at < spelling.size();) {
    const bool is_space = spelling.substr(at).starts_with(kSpaceMark);
    out->push_back(is_space ? ' ' : spelling[at]);
    at += is_space ? kSpaceMark.size() : 1;
  }
}

}  // namespace pith
