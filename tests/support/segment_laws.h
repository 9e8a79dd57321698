// What segment() promises for every text, checked the slow way. Shared by unit tests and the fuzzer.
#pragma once

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reference/utf8_reference.h"
#include "text/segment.h"

namespace pith::testing {

/// Per byte: whether a grapheme cluster (ICU over the whole text, broken bytes as U+FFFD) begins there, and its length.
struct ClusterMap {
  std::vector<bool> begins;
  std::vector<bool> oversized;  ///< the byte lies in a cluster of more than kMaxWordBytes
};

inline ClusterMap cluster_map(std::string_view text) {
  icu::UnicodeString utf16;
  std::vector<std::size_t> byte_of;
  for (std::size_t at = 0; at < text.size();) {
    const auto step = reference::utf8_step(text, at);
    utf16.append(static_cast<UChar32>(step.value));
    byte_of.resize(static_cast<std::size_t>(utf16.length()), at);
    at += step.n_bytes;
  }
  byte_of.push_back(text.size());
  ClusterMap map{std::vector<bool>(text.size() + 1), std::vector<bool>(text.size() + 1)};
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> clusters(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) return map;
  clusters->setText(utf16);
  std::size_t begin = 0;
  for (std::int32_t end = clusters->next(); end != icu::BreakIterator::DONE; end = clusters->next()) {
    const std::size_t end_byte = byte_of[static_cast<std::size_t>(end)];
    map.begins[begin] = true;
    for (std::size_t i = begin; end_byte - begin > kMaxWordBytes && i < end_byte; ++i) map.oversized[i] = true;
    begin = end_byte;
  }
  map.begins[text.size()] = true;
  return map;
}

/// "" if `document` keeps every law for `text`, else the law that it breaks.
inline std::string broken_segment_law(std::string_view text, const Document& document) {
  const auto broken = [](const std::string& law, std::uint32_t at) { return law + " at byte " + std::to_string(at); };
  const ClusterMap clusters = cluster_map(text);

  // Cover: walk the text once; each character is either white space outside of words or lies in the current word.
  std::size_t w = 0;
  std::uint32_t previous_end = 0;
  bool has_digit = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto step = reference::utf8_step(text, at);
    const auto begin = static_cast<std::uint32_t>(at);
    const auto end = static_cast<std::uint32_t>(at + step.n_bytes);
    const auto c = static_cast<UChar32>(step.value);
    at = end;
    if (step.valid && u_isUWhiteSpace(c)) {
      if (w < document.words.size() && document.words[w].span.begin < end)
        return broken("white space in a word", begin);
      continue;
    }
    if (w == document.words.size()) return broken("a character beyond the last word", begin);
    const Word& word = document.words[w];
    if (begin < word.span.begin) return broken("a character between words", begin);
    if (end > word.span.end) return broken("a word ends inside a character", begin);
    if (begin == word.span.begin) {
      has_digit = false;
      if (word.glued_left != (w > 0 && previous_end == begin)) return broken("glued_left is wrong", begin);
      if (word.glued_left && !clusters.begins[begin] && !clusters.oversized[begin]) {
        return broken("a grapheme cluster is cut", begin);
      }
    }
    has_digit = has_digit || (step.valid && u_charType(c) == U_DECIMAL_DIGIT_NUMBER);
    if (end == word.span.end) {
      if (word.has_decimal_digit != has_digit) return broken("has_decimal_digit is wrong", word.span.begin);
      if (word.has_decimal_digit && word.is_punctuation) return broken("a number is punctuation", word.span.begin);
      if (word.is_opening && word.is_closing) return broken("a word both opens and closes", word.span.begin);
      const std::string_view bytes = word.span.of(text);
      const bool may_be_url = bytes.find("://") != bytes.npos || bytes.find("www.") != bytes.npos;
      if (bytes.size() > (may_be_url ? kMaxUrlBytes : kMaxWordBytes))
        return broken("a word is too long", word.span.begin);
      previous_end = end;
      ++w;
    }
  }
  if (w != document.words.size()) return "more words than text";

  std::uint32_t next_word = 0;
  for (const Sentence& sentence : document.sentences) {
    if (sentence.first_word != next_word) return "sentences leave out words";
    if (sentence.end_word <= sentence.first_word) return "an empty sentence";
    if (sentence.end_word > document.words.size()) return "a sentence beyond the words";
    const ByteSpan span{document.words[sentence.first_word].span.begin, document.words[sentence.end_word - 1].span.end};
    if (sentence.span != span) return broken("a sentence's span is not that of its words", sentence.span.begin);
    next_word = sentence.end_word;
  }
  if (next_word != document.words.size()) return "words beyond the last sentence";
  return {};
}

/// "" if segmenting a + "\n\n" + b gives the units of a and then those of b.
inline std::string broken_concatenation_law(const std::string& a, const std::string& b) {
  const std::string joined = a + "\n\n" + b;
  const auto first = segment(a), second = segment(b), both = segment(joined);
  if (!first || !second || !both) return "an error";
  Document expected = *first;
  const auto shift = static_cast<std::uint32_t>(a.size() + 2);
  const auto n_words = static_cast<std::uint32_t>(first->words.size());
  for (Word word : second->words) {
    word.span = {word.span.begin + shift, word.span.end + shift};
    expected.words.push_back(word);
  }
  for (Sentence sentence : second->sentences) {
    sentence.first_word += n_words;
    sentence.end_word += n_words;
    sentence.span = {sentence.span.begin + shift, sentence.span.end + shift};
    expected.sentences.push_back(sentence);
  }
  if (expected.words != both->words) return "words of a joined text differ";
  if (expected.sentences != both->sentences) return "sentences of a joined text differ";
  return {};
}

}  // namespace pith::testing
