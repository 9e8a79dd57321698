#include "tokenize/unigram.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/check.h"

namespace pith {
namespace {

constexpr double kUnknownPenalty = 10.0;

/// Bytes of the well-formed character that begins with `lead`.
constexpr std::size_t char_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

Unigram::Unigram(Vocabulary vocabulary, std::vector<double> scores, double min_score, UnigramOptions options,
                 SentencePieceNormalizer normalizer, MetaspaceSplitter splitter, SpecialTokens special)
    : vocabulary_(std::move(vocabulary)),
      scores_(std::move(scores)),
      unk_score_(min_score - kUnknownPenalty),
      options_(options),
      normalizer_(std::move(normalizer)),
      splitter_(std::move(splitter)),
      special_(special) {
  PITH_CHECK(scores_.size() == vocabulary_.size(), std::to_string(scores_.size()));
  PITH_CHECK(options_.unk_id >= 0 && static_cast<std::size_t>(options_.unk_id) < vocabulary_.size(),
             std::to_string(options_.unk_id));
  special_.unk = options_.unk_id;
  byte_ids_.fill(kNoToken);
  for (std::size_t byte = 0; options_.byte_fallback && byte < byte_ids_.size(); ++byte) {
    byte_ids_[byte] = vocabulary_.id_of(fmt::format("<0x{:02X}>", byte));
  }
}

/// Cuts the words of one text; its buffers serve all of them.
class Unigram::Cutter {
 public:
  Cutter(const Unigram& owner, const AlignedText& text, Encoding* out)
      : owner_(owner), bytes_(text.bytes()), cursor_(text), out_(out) {}

  /// The word `prefix` + bytes_[begin, end); the prefix comes from its first character.
  void cut(std::string_view prefix, std::size_t begin, std::size_t end) {
    word_begin_ = begin;
    n_prefix_ = prefix.size();
    if (prefix.empty()) {
      word_ = bytes_.substr(begin, end - begin);
    } else {
      buffer_.assign(prefix);
      buffer_.append(bytes_.substr(begin, end - begin));
      word_ = buffer_;
    }
    find_best_paths();
    emit_best_path();
  }

 private:
  static constexpr std::uint32_t kUnreached = std::numeric_limits<std::uint32_t>::max();

  /// The best way to get to a place in the word: the last piece, where it begins, and the sum of all scores.
  struct Node {
    double score = 0;
    std::uint32_t begin = kUnreached;
    TokenId id = kNoToken;
  };

  void find_best_paths() {
    const PieceTrie& trie = owner_.vocabulary_.trie();
    const double* const scores = owner_.scores_.data();
    const std::size_t n = word_.size();
    if (nodes_.size() <= n) nodes_.resize(n + 1);
    std::fill_n(nodes_.begin(), n + 1, Node{});
    const auto reach = [&](std::size_t end, std::size_t from, double score, TokenId id) {
      Node& node = nodes_[end];
      if (node.begin == kUnreached || score > node.score) node = {score, static_cast<std::uint32_t>(from), id};
    };
    for (std::size_t at = 0; at < n;) {
      const double here = nodes_[at].score;
      const std::size_t next = at + char_bytes(word_[at]);
      bool has_single = false;
      PieceTrie::Node node = trie.root();
      for (std::size_t i = at; i < n;) {
        node = trie.step(node, static_cast<unsigned char>(word_[i++]));
        if (node == PieceTrie::kNone) break;
        const TokenId id = trie.id(node);
        if (id == kNoToken) continue;
        reach(i, at, scores[static_cast<std::size_t>(id)] + here, id);
        has_single = has_single || i == next;
      }
      if (!has_single) reach(next, at, owner_.unk_score_ + here, owner_.options_.unk_id);
      at = next;
    }
  }

  void emit_best_path() {
    path_.clear();
    for (std::size_t end = word_.size(); end > 0; end = nodes_[end].begin) {
      const TokenId id = nodes_[end].id;
      const std::uint32_t begin = nodes_[end].begin;
      if (id == owner_.options_.unk_id && !path_.empty() && path_.back().id == id) {
        path_.back().begin = begin;  // the next one of a run, from right to left
      } else {
        path_.push_back({id, begin, static_cast<std::uint32_t>(end)});
      }
    }
    for (auto part = path_.rbegin(); part != path_.rend(); ++part) {
      if (part->id == owner_.options_.unk_id) {
        emit_unknown(*part);
      } else {
        emit(part->id, source(*part));
      }
    }
  }

  struct Part {
    TokenId id;
    std::uint32_t begin, end;
  };

  /// A run of unknown characters: a piece of the vocabulary after all (one that scores worse than its characters), its
  /// bytes, or the unknown token.
  void emit_unknown(const Part& part) {
    const std::string_view run = word_.substr(part.begin, part.end - part.begin);
    const PieceTrie& trie = owner_.vocabulary_.trie();
    const PieceTrie::Node node = trie.find(run);
    const TokenId id = node == PieceTrie::kNone ? kNoToken : trie.id(node);
    const ByteSpan span = source(part);
    if (id != kNoToken) return emit(id, span);
    const auto byte_id = [&](char byte) { return owner_.byte_ids_[static_cast<unsigned char>(byte)]; };
    if (owner_.options_.byte_fallback &&
        std::all_of(run.begin(), run.end(), [&](char byte) { return byte_id(byte) != kNoToken; })) {
      for (const char byte : run) emit(byte_id(byte), span);
    } else {
      emit(owner_.options_.unk_id, span);
    }
  }

  [[nodiscard]] ByteSpan source(const Part& part) {
    const std::size_t begin = word_begin_ + (std::max<std::size_t>(part.begin, n_prefix_) - n_prefix_);
    // At least a byte: a part of the prefix has the source of the character behind it.
    const std::size_t end = word_begin_ + (std::max<std::size_t>(part.end, n_prefix_ + 1) - n_prefix_);
    return cursor_.source(begin, end);
  }

  void emit(TokenId id, ByteSpan span) {
    out_->ids.push_back(id);
    out_->spans.push_back(span);
  }

  const Unigram& owner_;
  const std::string_view bytes_;
  AlignedText::Cursor cursor_;
  Encoding* const out_;
  std::string buffer_;
  std::string_view word_;  ///< with its prefix
  std::size_t word_begin_ = 0;
  std::size_t n_prefix_ = 0;
  std::vector<Node> nodes_;
  std::vector<Part> path_;  ///< from right to left
};

void Unigram::encode(std::string_view text, Encoding* out) const {
  PITH_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max() / 4, std::to_string(text.size()) + " bytes");
  AlignedText normalized = normalizer_.apply(text);
  if (std::optional<AlignedText> marked = splitter_.mark_spaces(normalized)) normalized = std::move(*marked);
  Cutter cutter(*this, normalized, out);
  splitter_.for_each_word(
      normalized, [&](std::string_view prefix, std::size_t begin, std::size_t end) { cutter.cut(prefix, begin, end); });
}

}  // namespace pith
