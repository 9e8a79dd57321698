// BERT's normaliser and pre-tokenizer as one pass: code points in, normalised words out, each byte of a word with the
// bytes of the original text it came from. The steps, in the order of Hugging Face's BertNormalizer and
// BertPreTokenizer:
//
//   clean_text            drop controls, NUL, U+FFFD; any white space becomes ' '
//   handle_chinese_chars  ' ' on both sides of an ideograph
//   strip_accents         canonical decomposition (with reordering), then drop nonspacing marks
//   lowercase             per code point, without context
//   split                 at white space; each punctuation character is a word
//
// This is the general path; wordpiece.cc keeps plain ASCII away from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "pith/byte_span.h"
#include "tokenize/bert_chars.h"

namespace pith {

struct BertOptions {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  bool strip_accents = true;
  bool lowercase = true;
};

/// One word after normalisation. `bytes` is UTF-8; byte_spans[i] is where bytes[i] came from. A word of more than the
/// splitter's `max_word_chars` characters keeps only its count and span: it becomes [UNK] whole.
struct BertWord {
  std::string bytes;
  std::vector<ByteSpan> byte_spans;
  std::size_t n_chars = 0;
  ByteSpan span;

  void clear() {
    bytes.clear();
    byte_spans.clear();
    n_chars = 0;
  }
};

/// Receives words in text order. The reference is valid during the call only.
class BertWordSink {
 public:
  virtual void on_word(const BertWord& word) = 0;

 protected:
  ~BertWordSink() = default;
};

/// Holds the state of one pass; one object per thread and text. Time and memory linear in what is fed.
class BertWordSplitter {
 public:
  /// `sink` must outlive the splitter.
  BertWordSplitter(const BertOptions& options, std::size_t max_word_chars, BertWordSink* sink)
      : options_(options), max_word_chars_(max_word_chars), sink_(sink) {}

  /// The next code point and its bytes in the text (U+FFFD for an invalid sequence).
  void feed(char32_t c, ByteSpan source);
  /// True when nothing is held back: what comes next cannot change or join what came before.
  [[nodiscard]] bool at_boundary() const { return word_.n_chars == 0 && run_.empty(); }
  /// End of text: hands over what is held back.
  void finish() {
    flush_run();
    flush_word();
  }

 private:
  /// A character of the current run of combining marks, after decomposition.
  struct Mark {
    char32_t code_point;
    std::uint8_t combining_class;
    bool dropped;        ///< a nonspacing mark, not in the output
    bool begins_source;  ///< first part of its source character, or all of it
  };

  void decompose(char32_t c, std::uint16_t record, ByteSpan source);
  void flush_run();
  void lower(char32_t c, std::uint16_t record, ByteSpan source);
  void split(char32_t c, std::uint16_t record, ByteSpan source);
  void append(char32_t c, ByteSpan source);
  void flush_word();

  const BertOptions options_;
  const std::size_t max_word_chars_;
  BertWordSink* const sink_;
  const BertChars& chars_ = BertChars::instance();
  BertWord word_;
  std::vector<Mark> run_;
  std::vector<ByteSpan> run_sources_;  ///< of the marks that begin a source character, in text order
  ByteSpan run_base_;                  ///< source of the character before or at the start of the run
  bool run_survives_ = false;          ///< some mark of the run is not dropped
};

}  // namespace pith
