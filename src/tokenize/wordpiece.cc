#include "tokenize/wordpiece.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/check.h"
#include "text/utf8.h"

namespace pith {

Result<std::unique_ptr<WordPiece>> WordPiece::create(Vocabulary vocabulary, WordPieceOptions options,
                                                     SpecialTokens special, const std::string& name) {
  special.unk = vocabulary.id_of(options.unk_token);
  if (special.unk == kNoToken) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: the unknown token \"{}\" is not in the vocabulary", name, options.unk_token));
  }
  return std::unique_ptr<WordPiece>(new WordPiece(std::move(vocabulary), std::move(options), special));
}

WordPiece::WordPiece(Vocabulary vocabulary, WordPieceOptions options, SpecialTokens special)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)), special_(special) {
  continuation_ = vocabulary_.trie().find(options_.continuing_subword_prefix);
  class_of_.fill(ByteClass::kGeneral);
  const BertChars& chars = BertChars::instance();
  for (unsigned byte = 0; byte < 128; ++byte) {
    const std::uint16_t record = chars.record(byte);
    const bool cleaned = options_.bert.clean_text;
    class_of_[byte] = cleaned && (record & kBertDrop) != 0                          ? ByteClass::kGeneral
                      : (cleaned && (record & kBertSpace)) || (record & kBertWhite) ? ByteClass::kSpace
                      : (record & kBertPunctuation) != 0                            ? ByteClass::kPunctuation
                                                                                    : ByteClass::kWord;
    fold_[byte] = static_cast<unsigned char>(options_.bert.lowercase ? chars.lower(byte).at[0] : byte);
  }
}

/// Greedy longest match, left to right. byte_at(i) is the i-th byte of the normalised word, span_of(begin, end) the
/// original bytes of a part of it. A piece ends at a character's end because pieces are whole characters.
template <class ByteAt, class SpanOf>
inline void WordPiece::cut_word(std::size_t n_bytes, ByteAt byte_at, SpanOf span_of, Encoding* out) const {
  const PieceTrie& trie = vocabulary_.trie();
  const std::size_t n_before = out->ids.size();
  PieceTrie::Node start = trie.root();
  for (std::size_t at = 0; at < n_bytes;) {
    TokenId longest = kNoToken;
    std::size_t end = at;
    PieceTrie::Node node = start;
    for (std::size_t i = at; i < n_bytes && node != PieceTrie::kNone;) {
      node = trie.step(node, byte_at(i++));
      if (const TokenId id = trie.id(node); id != kNoToken) {
        longest = id;
        end = i;
      }
    }
    if (longest == kNoToken) {
      out->ids.resize(n_before);
      out->spans.resize(n_before);
      out->ids.push_back(special_.unk);
      out->spans.push_back(span_of(std::size_t{0}, n_bytes));
      return;
    }
    out->ids.push_back(longest);
    out->spans.push_back(span_of(at, end));
    at = end;
    start = continuation_;
  }
}

class WordPiece::Sink final : public BertWordSink {
 public:
  Sink(const WordPiece& owner, Encoding* out) : owner_(owner), out_(out) {}

  void on_word(const BertWord& word) override {
    if (word.n_chars > owner_.options_.max_input_chars_per_word) {
      out_->ids.push_back(owner_.special_.unk);
      out_->spans.push_back(word.span);
      return;
    }
    owner_.cut_word(
        word.bytes.size(), [&](std::size_t i) { return static_cast<unsigned char>(word.bytes[i]); },
        [&](std::size_t begin, std::size_t end) {
          return ByteSpan{word.byte_spans[begin].begin, word.byte_spans[end - 1].end};
        },
        out_);
  }

 private:
  const WordPiece& owner_;
  Encoding* const out_;
};

/// Feeds the general path from text[at] until the next byte can be read on its own. Returns where it stopped.
std::size_t WordPiece::encode_general(std::string_view text, std::size_t at, BertWordSplitter* words) const {
  do {
    const CodePoint c = decode_code_point(text, at);
    const std::size_t end = at + c.n_bytes;
    words->feed(c.value, {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
    at = end;
  } while (at < text.size() &&
           !(words->at_boundary() && class_of_[static_cast<unsigned char>(text[at])] != ByteClass::kGeneral));
  words->finish();
  return at;
}

void WordPiece::encode(std::string_view text, Encoding* out) const {
  PITH_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max(), std::to_string(text.size()) + " bytes");
  const auto byte_class = [&](std::size_t i) { return class_of_[static_cast<unsigned char>(text[i])]; };
  const auto folded = [&](std::size_t i) { return fold_[static_cast<unsigned char>(text[i])]; };
  const std::size_t n = text.size();
  Sink sink(*this, out);
  BertWordSplitter general(options_.bert, options_.max_input_chars_per_word, &sink);
  for (std::size_t at = 0; at < n;) {
    ByteClass c = byte_class(at);
    if (c == ByteClass::kSpace) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    if (c == ByteClass::kWord) {
      while (end < n && (c = byte_class(end)) == ByteClass::kWord) ++end;
    }
    if (c == ByteClass::kGeneral) {  // here, or right behind the word: it may belong to it
      at = encode_general(text, at, &general);
      continue;
    }
    const auto span_of = [&](std::size_t from, std::size_t to) {
      return ByteSpan{static_cast<std::uint32_t>(at + from), static_cast<std::uint32_t>(at + to)};
    };
    if (end - at > options_.max_input_chars_per_word) {
      out->ids.push_back(special_.unk);
      out->spans.push_back(span_of(0, end - at));
    } else {
      cut_word(
          end - at, [&](std::size_t i) { return folded(at + i); }, span_of, out);
    }
    at = end;
  }
}

}  // namespace pith
