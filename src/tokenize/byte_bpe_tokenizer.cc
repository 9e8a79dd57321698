#include "tokenize/byte_bpe_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "text/utf8.h"
#include "tokenize/bpe_merge_loop.h"
#include "tokenize/byte_level.h"

namespace pith {
namespace {

/// Normalisation makes at most 11 bytes of one (NFKD of U+FDFA: 3 to 33), a prefix space at most one more per byte.
constexpr std::size_t kMaxTextBytes = std::numeric_limits<std::uint32_t>::max() / 12;

bool is_spelled_space(char32_t c) { return c == byte_level_char(' ') || is_white_space(c); }

std::size_t spaces_in_front(std::string_view spelling) {
  std::size_t n = 0;
  for (std::size_t at = 0; at < spelling.size(); ++n) {
    const CodePoint c = decode_code_point(spelling, at);
    if (!is_spelled_space(c.value)) break;
    at += c.n_bytes;
  }
  return n;
}

std::size_t spaces_behind(std::string_view spelling) {
  std::size_t n = 0;
  for (; !spelling.empty(); ++n) {
    std::size_t at = spelling.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(spelling[at]) & 0xC0) == 0x80) --at;
    if (!is_spelled_space(decode_code_point(spelling, at).value)) break;
    spelling = spelling.substr(0, at);
  }
  return n;
}

bool has_characters(std::string_view text, std::size_t n) {
  for (std::size_t at = 0; n > 0 && at < text.size(); --n) at += decode_code_point(text, at).n_bytes;
  return n == 0;
}

}  // namespace

Result<std::unique_ptr<ByteBpeTokenizer>> ByteBpeTokenizer::create(Vocabulary vocabulary, BpePairs pairs,
                                                                   PreTokenizer pre_tokenizer, ByteBpeOptions options,
                                                                   SpecialTokens special,
                                                                   std::span<const TokenId> control_ids,
                                                                   const std::string& name) {
  std::unique_ptr<ByteBpeTokenizer> tokenizer(new ByteBpeTokenizer(
      std::move(vocabulary), std::move(pairs), std::move(pre_tokenizer), std::move(options), special));
  for (const TokenId id : control_ids) {
    if (id >= 0 && static_cast<std::size_t>(id) < tokenizer->vocab_size()) {
      tokenizer->whole_[static_cast<std::size_t>(id)].store(Whole::kNo, std::memory_order_relaxed);
    }
  }
  const auto& unk = tokenizer->options_.unk_token;
  if (unk && tokenizer->unk_ == kNoToken && !tokenizer->all_bytes_) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: the unknown token \"{}\" is not in the vocabulary", name, *unk));
  }
  return tokenizer;
}

ByteBpeTokenizer::ByteBpeTokenizer(Vocabulary vocabulary, BpePairs pairs, PreTokenizer pre_tokenizer,
                                   ByteBpeOptions options, SpecialTokens special)
    : vocabulary_(std::move(vocabulary)),
      pairs_(std::move(pairs)),
      pre_tokenizer_(std::move(pre_tokenizer)),
      options_(std::move(options)),
      special_(special),
      whole_(new std::atomic<Whole>[vocabulary_.size()]) {
  for (std::size_t id = 0; id < vocabulary_.size(); ++id) whole_[id].store(Whole::kUnknown, std::memory_order_relaxed);
  if (options_.unk_token) unk_ = token_of(*options_.unk_token);
  if (unk_ != kNoToken) special_.unk = unk_;
  all_bytes_ = pre_tokenizer_.is_byte_level();
  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = token_of(byte_level_spelling(static_cast<unsigned char>(byte)));
    fallback_ids_[byte] = token_of(fmt::format("<0x{:02X}>", byte));
    all_bytes_ = all_bytes_ && byte_ids_[byte] != kNoToken;
  }
}

TokenId ByteBpeTokenizer::token_of(std::string_view spelling) const {
  const PieceTrie::Node node = spelling.empty() ? PieceTrie::kNone : vocabulary_.trie().find(spelling);
  return node == PieceTrie::kNone ? kNoToken : vocabulary_.trie().id(node);
}

void ByteBpeTokenizer::append_bytes(TokenId id, std::string* out) const {
  const std::string_view spelling = piece(id);
  if (options_.byte_fallback && id != kNoToken) {
    const auto* const byte = std::find(fallback_ids_.begin(), fallback_ids_.end(), id);
    if (byte != fallback_ids_.end()) return out->push_back(static_cast<char>(byte - fallback_ids_.begin()));
  }
  if (!pre_tokenizer_.is_byte_level()) {
    out->append(spelling);
    return;
  }
  // The inverse of byte_level_char(), whose characters end at U+0143.
  static constexpr auto kBytes = [] {
    std::array<std::int16_t, 0x144> bytes{};
    bytes.fill(-1);
    for (unsigned byte = 0; byte < 256; ++byte) {
      bytes[byte_level_char(static_cast<unsigned char>(byte))] = static_cast<std::int16_t>(byte);
    }
    return bytes;
  }();
  for (std::size_t at = 0; at < spelling.size();) {
    const CodePoint c = decode_code_point(spelling, at);
    if (c.value < kBytes.size() && kBytes[c.value] >= 0) {
      out->push_back(static_cast<char>(kBytes[c.value]));
    } else {
      out->append(spelling.substr(at, c.n_bytes));  // of an added token, which is spelled in plain characters
    }
    at += c.n_bytes;
  }
}

/// Encodes the pieces of one text.
class ByteBpeTokenizer::Encoder {
 public:
  Encoder(const ByteBpeTokenizer& owner, const AlignedText& text, Encoding* out)
      : owner_(owner), bytes_(text.bytes()), cursor_(text), out_(out) {}

  void encode(const TextPiece& piece) { owner_.all_bytes_ ? encode_bytes(piece) : encode_characters(piece); }

 private:
  struct Symbol {
    TokenId id;
    std::uint32_t n_bytes;
  };

  void push(TokenId id, std::size_t begin, std::size_t end) {
    out_->ids.push_back(id);
    out_->spans.push_back(cursor_.source(begin, end));
  }

  /// Every byte has a token, so each is a symbol.
  void encode_bytes(const TextPiece& piece) {
    const std::string_view bytes = bytes_.substr(piece.begin, piece.end - piece.begin);
    const TokenId whole = whole_token(bytes);
    if (whole != kNoToken && is_whole(whole, bytes)) return push(whole, piece.begin, piece.end);
    merge_bytes(bytes, [&](BpePairs::Symbol symbol, std::uint32_t begin, std::uint32_t end) {
      push(symbol.id, piece.begin + begin, piece.begin + end);
    });
  }

  template <class Emit>
  std::size_t merge_bytes(std::string_view bytes, Emit emit) {
    const auto first = [&](std::uint32_t i) {
      return BpePairs::Symbol{owner_.byte_ids_[static_cast<unsigned char>(bytes[i])]};
    };
    return loop_.run(owner_.pairs_, static_cast<std::uint32_t>(bytes.size()), first, emit);
  }

  [[nodiscard]] TokenId whole_token(std::string_view bytes) const {
    const PieceTrie& trie = owner_.vocabulary_.trie();
    PieceTrie::Node node = trie.root();
    for (std::size_t i = 0; i < bytes.size() && node != PieceTrie::kNone; ++i) {
      for (const char c : byte_level_spelling(static_cast<unsigned char>(bytes[i]))) {
        node = trie.step(node, static_cast<unsigned char>(c));
        if (node == PieceTrie::kNone) break;
      }
    }
    return node == PieceTrie::kNone ? kNoToken : trie.id(node);
  }

  /// Whether the piece, which spells `id`, becomes that token.
  bool is_whole(TokenId id, std::string_view bytes) {
    std::atomic<Whole>& known = owner_.whole_[static_cast<std::size_t>(id)];
    Whole whole = known.load(std::memory_order_relaxed);
    if (whole == Whole::kUnknown) {
      bool same = owner_.options_.ignore_merges;
      if (!same) {
        const auto emit = [&](BpePairs::Symbol symbol, std::uint32_t, std::uint32_t) { same = symbol.id == id; };
        same = merge_bytes(bytes, emit) == 1 && same;
      }
      whole = same ? Whole::kYes : Whole::kNo;
      known.store(whole, std::memory_order_relaxed);
    }
    return whole == Whole::kYes;
  }

  /// The general way: the piece's characters are looked up one by one, and some may have no token.
  void encode_characters(const TextPiece& piece) {
    spell(piece);
    if (owner_.options_.ignore_merges) {
      const TokenId id = owner_.token_of(spelling_);
      if (id != kNoToken && owner_.whole_[static_cast<std::size_t>(id)].load(std::memory_order_relaxed) != Whole::kNo) {
        return push(id, piece.begin, piece.end);
      }
    }
    find_symbols();
    // Where characters were dropped the library counts on from the token before, and so does this.
    std::size_t at = 0;
    const auto first = [&](std::uint32_t i) { return BpePairs::Symbol{symbols_[i].id}; };
    const auto emit = [&](BpePairs::Symbol symbol, std::uint32_t begin, std::uint32_t end) {
      const std::size_t from = at;
      for (std::uint32_t i = begin; i < end; ++i) at += symbols_[i].n_bytes;
      push(symbol.id, places_[from], places_[at - 1] + 1);
    };
    (void)loop_.run(owner_.pairs_, static_cast<std::uint32_t>(symbols_.size()), first, emit);
  }

  /// Fills spelling_ and places_.
  void spell(const TextPiece& piece) {
    spelling_.clear();
    places_.clear();
    for (std::size_t at = piece.begin; at < piece.end; ++at) {
      const auto byte = static_cast<unsigned char>(bytes_[at]);
      const std::string_view spelled =
          owner_.pre_tokenizer_.is_byte_level() ? byte_level_spelling(byte) : bytes_.substr(at, 1);
      spelling_ += spelled;
      places_.insert(places_.end(), spelled.size(), at);
    }
  }

  /// The symbols of spelling_. A pending unknown token is written when a known character or, without fuse_unk, another
  /// unknown one follows; bytes of byte_fallback pass it by, as they do in the library.
  void find_symbols() {
    symbols_.clear();
    std::optional<std::uint32_t> pending;
    const auto flush = [&] {
      if (pending) symbols_.push_back({owner_.unk_, *pending});
      pending.reset();
    };
    for (std::size_t at = 0; at < spelling_.size();) {
      const std::uint32_t n_bytes = decode_code_point(spelling_, at).n_bytes;
      const std::string_view character = std::string_view(spelling_).substr(at, n_bytes);
      at += n_bytes;
      if (const TokenId id = owner_.token_of(character); id != kNoToken) {
        flush();
        symbols_.push_back({id, n_bytes});
        continue;
      }
      const auto fallback = [&](char c) { return owner_.fallback_ids_[static_cast<unsigned char>(c)]; };
      if (owner_.options_.byte_fallback &&
          std::all_of(character.begin(), character.end(), [&](char c) { return fallback(c) != kNoToken; })) {
        for (const char c : character) symbols_.push_back({fallback(c), 1});
        continue;
      }
      if (owner_.unk_ == kNoToken) continue;
      if (pending && owner_.options_.fuse_unk) {
        *pending += n_bytes;
      } else {
        flush();
        pending = n_bytes;
      }
    }
    flush();
  }

  const ByteBpeTokenizer& owner_;
  const std::string_view bytes_;
  AlignedText::Cursor cursor_;
  Encoding* const out_;
  BpeMergeLoop<BpePairs> loop_;
  std::string spelling_;             ///< of the piece, as the vocabulary spells it
  std::vector<std::size_t> places_;  ///< of each byte of spelling_, in bytes_
  std::vector<Symbol> symbols_;
};

void ByteBpeTokenizer::encode(std::string_view text, Encoding* out) const {
  PITH_CHECK(text.size() < kMaxTextBytes, std::to_string(text.size()) + " bytes");
  const std::size_t first = out->n_tokens();
  AlignedText aligned(text);
  for (const TextNormalizer normalizer : options_.normalizers) aligned = normalize(normalizer, aligned);
  const std::vector<TextPiece> pieces = pre_tokenizer_.split(&aligned);
  Encoder encoder(*this, aligned, out);
  for (const TextPiece& piece : pieces) encoder.encode(piece);
  for (const bool add_prefix_space : options_.trims) trim_spans(text, first, add_prefix_space, out);
}

/// What ByteLevel and RobertaProcessing do to offsets. They count in characters: a token that begins with k spaces
/// loses k characters of its span, whatever these are. A single space that add_prefix_space may have added stays.
void ByteBpeTokenizer::trim_spans(std::string_view text, std::size_t first, bool add_prefix_space,
                                  Encoding* out) const {
  std::vector<std::uint32_t> bounds;  // of the span's characters
  for (std::size_t t = first; t < out->n_tokens(); ++t) {
    const std::string_view spelling = piece(out->ids[t]);
    std::size_t leading = spaces_in_front(spelling);
    const std::size_t trailing = spaces_behind(spelling);
    if (leading == 0 && trailing == 0) continue;
    ByteSpan& span = out->spans[t];
    if (add_prefix_space && leading == 1 && (t == first || span.begin == 0)) leading = 0;
    bounds.clear();
    for (std::uint32_t at = span.begin; at < span.end; at += decode_code_point(text, at).n_bytes) bounds.push_back(at);
    bounds.push_back(span.end);
    const std::size_t n = bounds.size() - 1;
    const std::size_t begin = std::min(leading, n);
    span.begin = bounds[begin];
    if (trailing <= n) {
      span.end = bounds[std::max(begin, n - trailing)];
    } else if (trailing > 0 && has_characters(text.substr(0, span.end), trailing)) {
      span.end = span.begin;
    }
  }
}

}  // namespace pith
