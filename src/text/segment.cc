#include "text/segment.h"

#include <algorithm>
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
  explicit Segmenter(std::string_view text) : text_(text) { words_.reserve(text_.size() / 5); }

  /// Appends the words of `region`; what stands behind it is not looked at.
  [[nodiscard]] Result<void> add_words(ByteSpan region) {
    end_ = region.end;
    std::uint32_t at = region.begin;
    while (at < end_) {
      const std::uint32_t n_space = space_at(at);
      if (n_space > 0) {
        at += n_space;
      } else {
        const auto end = take_chunk(at);
        if (!end) return tl::unexpected(end.error());
        at = *end;
      }
    }
    return {};
  }

  /// Appends each run of bytes without white space as one word. At a border between regions it opens or closes.
  void add_runs(ByteSpan region) {
    end_ = region.end;
    std::uint32_t at = region.begin;
    while (at < end_) {
      std::uint32_t n_space = space_at(at);
      if (n_space > 0) {
        at += n_space;
        continue;
      }
      const std::uint32_t begin = at;
      CharBits all = 0;
      while (at < end_ && (n_space = space_at(at)) == 0) {
        const CodePoint c = decode_code_point(text_, at);
        all |= c.valid ? char_bits(c.value) : CharBits{kContent};
        at += c.n_bytes;
      }
      at = std::min(at, end_);
      append_word(begin, at, all, words_);
    }
  }

  /// Appends all of `region` as one word.
  void add_whole(ByteSpan region) { append_word(region.begin, region.end, kContent, words_); }

  [[nodiscard]] std::vector<Word> take_words() { return std::move(words_); }

 private:
  [[nodiscard]] std::uint32_t n_bytes() const { return end_; }
  /// Bytes of the white space character at `at`; 0 if there is none.
  [[nodiscard]] std::uint32_t space_at(std::uint32_t at) const {
    const CharBits bits = bits_at(at);
    if ((bits & kSpace) != 0) return 1;
    return (bits & kNonAscii) != 0 && is_space_at(at) ? decode_multibyte(text_, at).n_bytes : 0;
  }
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
  std::uint32_t end_ = 0;  ///< of the region at hand
  std::vector<Word> words_;
  std::optional<IcuBreaks> breaks_;  ///< English text never needs them
  UnicodeChunk chunk_;
};

}  // namespace

Result<Document> segment(std::string_view text) {
  const Region all{{0, static_cast<std::uint32_t>(text.size())}, 0, true};
  return segment(text, std::span(&all, 1));
}

Result<Document> segment(std::string_view text, std::span<const Region> regions) {
  if (text.size() > kMaxInputBytes) {
    return fail(ErrorCode::kTooLarge, "the text has " + std::to_string(text.size()) + " bytes, more than the " +
                                          std::to_string(kMaxInputBytes) + " that are allowed; split it");
  }
  Segmenter segmenter(text);
  for (const Region& region : regions) {
    if (region.is_verbatim) {
      segmenter.add_whole(region.span);
    } else if (!region.is_words) {
      segmenter.add_runs(region.span);
    } else if (const auto added = segmenter.add_words(region.span); !added) {
      return tl::unexpected(added.error());
    }
  }
  Document document;
  document.words = segmenter.take_words();
  document.sentences = find_sentences(text, document.words);
  return document;
}

}  // namespace pith
