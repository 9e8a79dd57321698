#include "text/segment.h"

#include <optional>
#include <string>

#include "pith/compress.h"
#include "text/sentences.h"
#include "text/utf8.h"
#include "text/word_splitter.h"

namespace pith {
namespace {

class Segmenter {
 public:
  explicit Segmenter(std::string_view text) : text_(text) {}

  [[nodiscard]] Result<std::vector<Word>> words() {
    words_.reserve(text_.size() / 5);
    std::uint32_t at = 0;
    while (at < n_bytes()) {
      const CharBits bits = bits_at(at);
      if ((bits & kSpace) != 0) {
        ++at;
      } else if ((bits & kNonAscii) != 0 && is_space_at(at)) {
        at += decode_multibyte(text_, at).n_bytes;
      } else {
        const auto end = take_chunk(at);
        if (!end) return tl::unexpected(end.error());
        at = *end;
      }
    }
    return std::move(words_);
  }

 private:
  [[nodiscard]] std::uint32_t n_bytes() const { return static_cast<std::uint32_t>(text_.size()); }
  [[nodiscard]] CharBits bits_at(std::uint32_t at) const { return kAsciiBits[static_cast<unsigned char>(text_[at])]; }
  [[nodiscard]] bool is_space_at(std::uint32_t at) const {
    const CodePoint c = decode_multibyte(text_, at);
    return c.valid && is_white_space(c.value);
  }

  /// The end of the chunk that begins at `begin`, whose words are appended.
  [[nodiscard]] Result<std::uint32_t> take_chunk(std::uint32_t begin) {
    std::uint32_t at = begin;
    while (at < n_bytes() && bits_at(at) == (kLetter | kContent)) ++at;
    const std::uint32_t letters_end = at;
    CharBits all = 0;
    for (; at < n_bytes(); ++at) {
      const CharBits bits = bits_at(at);
      if ((bits & (kSpace | kNonAscii)) != 0) {
        if ((bits & kSpace) != 0) break;
        return take_unicode_chunk(begin, at);
      }
      all |= bits;
    }
    // Most chunks are a plain word, with or without a stop behind it.
    const bool stop_only = at == letters_end + 1 && all == kStop;
    if (letters_end > begin && (at == letters_end || stop_only) && at - begin <= kMaxJoinedBytes) {
      append_word(begin, letters_end, kLetter | kContent, words_);
      if (stop_only) {
        append_word(letters_end, at, kStop, words_);
        words_.back().is_closing = true;
      }
    } else {
      split_ascii_chunk(text_, begin, at, words_);
    }
    return at;
  }

  /// `at` is the first non-ASCII byte of the chunk (or of the white space that ends it).
  [[nodiscard]] Result<std::uint32_t> take_unicode_chunk(std::uint32_t begin, std::uint32_t at) {
    bool ascii = true;
    while (at < n_bytes()) {
      const CharBits bits = bits_at(at);
      if ((bits & kSpace) != 0) break;
      if ((bits & kNonAscii) == 0) {
        ++at;
        continue;
      }
      if (is_space_at(at)) break;
      ascii = false;
      at += decode_multibyte(text_, at).n_bytes;
    }
    if (ascii) {
      split_ascii_chunk(text_, begin, at, words_);
      return at;
    }
    if (!breaks_) {
      auto breaks = IcuBreaks::create();
      if (!breaks) return tl::unexpected(breaks.error());
      breaks_ = std::move(*breaks);
    }
    const auto split = split_unicode_chunk(text_, begin, at, *breaks_, chunk_, words_);
    if (!split) return tl::unexpected(split.error());
    return at;
  }

  std::string_view text_;
  std::vector<Word> words_;
  std::optional<IcuBreaks> breaks_;  ///< English text never needs them
  UnicodeChunk chunk_;
};

}  // namespace

Result<Document> segment(std::string_view text) {
  if (text.size() > kMaxInputBytes) {
    return fail(ErrorCode::kTooLarge, "the text has " + std::to_string(text.size()) + " bytes, more than the " +
                                          std::to_string(kMaxInputBytes) + " that are allowed; split it");
  }
  auto words = Segmenter(text).words();
  if (!words) return tl::unexpected(words.error());
  Document document;
  document.words = std::move(*words);
  document.sentences = find_sentences(text, document.words);
  return document;
}

}  // namespace pith
