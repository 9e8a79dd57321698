// The obvious twin of tokenize/wordpiece.h: Hugging Face's steps one after the other, each over the whole text, each
// character carrying the bytes it came from; the longest piece is found by trying every length in a std::map.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reference/utf8_reference.h"
#include "support/random_text.h"
#include "tokenize/bert_chars.h"
#include "tokenize/wordpiece.h"

namespace pith::reference {

using PieceMap = std::map<std::string, TokenId, std::less<>>;

struct AlignedChar {
  char32_t c;
  ByteSpan from;
};
using AlignedText = std::vector<AlignedChar>;

inline bool has(char32_t c, std::uint16_t flag) { return (BertChars::instance().record(c) & flag) != 0; }

inline AlignedText decode(std::string_view text) {
  AlignedText out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    const auto begin = static_cast<std::uint32_t>(at);
    out.push_back({step.value, {begin, begin + step.n_bytes}});
    at += step.n_bytes;
  }
  return out;
}

inline AlignedText clean(const AlignedText& text) {
  AlignedText out;
  for (const AlignedChar& x : text) {
    if (!has(x.c, kBertDrop)) out.push_back({has(x.c, kBertSpace) ? U' ' : x.c, x.from});
  }
  return out;
}

inline AlignedText space_out_chinese(const AlignedText& text) {
  AlignedText out;
  for (const AlignedChar& x : text) {
    if (has(x.c, kBertChinese)) {
      out.insert(out.end(), {{U' ', x.from}, x, {U' ', x.from}});
    } else {
      out.push_back(x);
    }
  }
  return out;
}

/// Canonical decomposition with reordering. The k-th output character that begins a source character is aligned with
/// the k-th source character, an output character that does not with the one before it.
inline AlignedText decompose(const AlignedText& text) {
  struct Part {
    char32_t c;
    int combining_class;
    bool begins_source;
  };
  const BertChars& chars = BertChars::instance();
  std::vector<Part> parts;
  for (const AlignedChar& x : text) {
    const CodePoints decomposed = chars.decompose(x.c);
    for (std::uint32_t i = 0; i < decomposed.n; ++i) {
      parts.push_back({decomposed.at[i], BertChars::combining_class(chars.record(decomposed.at[i])), i == 0});
    }
  }
  for (bool swapped = true; swapped;) {  // canonical ordering as the Unicode Standard defines it, D109
    swapped = false;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i].combining_class != 0 && parts[i - 1].combining_class > parts[i].combining_class) {
        std::swap(parts[i - 1], parts[i]);
        swapped = true;
      }
    }
  }
  AlignedText out;
  std::size_t n_begun = 0;
  for (const Part& part : parts) {
    if (part.begins_source) ++n_begun;
    out.push_back({part.c, text[n_begun - 1].from});
  }
  return out;
}

inline AlignedText lower(const AlignedText& text) {
  AlignedText out;
  for (const AlignedChar& x : text) {
    const CodePoints lowered = BertChars::instance().lower(x.c);
    for (std::uint32_t i = 0; i < lowered.n; ++i) out.push_back({lowered.at[i], x.from});
  }
  return out;
}

inline std::string spell(const AlignedText& word, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i) pith::testing::append_utf8(out, word[i].c);
  return out;
}

inline void cut_word(const AlignedText& word, const PieceMap& pieces, const WordPieceOptions& options, Encoding* out) {
  if (word.empty()) return;
  Encoding cut;
  bool known = word.size() <= options.max_input_chars_per_word;
  for (std::size_t begin = 0; known && begin < word.size();) {
    std::size_t end = word.size();
    auto found = pieces.end();
    for (; end > begin && found == pieces.end(); --end) {
      found = pieces.find((begin > 0 ? options.continuing_subword_prefix : "") + spell(word, begin, end));
    }
    known = found != pieces.end();
    if (!known) break;
    ++end;  // undo the loop's last step
    cut.ids.push_back(found->second);
    cut.spans.push_back({word[begin].from.begin, word[end - 1].from.end});
    begin = end;
  }
  if (!known) cut = {{pieces.at(options.unk_token)}, {{word.front().from.begin, word.back().from.end}}};
  out->ids.insert(out->ids.end(), cut.ids.begin(), cut.ids.end());
  out->spans.insert(out->spans.end(), cut.spans.begin(), cut.spans.end());
}

inline Encoding encode_wordpiece(std::string_view bytes, const PieceMap& pieces, const WordPieceOptions& options) {
  AlignedText text = decode(bytes);
  if (options.bert.clean_text) text = clean(text);
  if (options.bert.handle_chinese_chars) text = space_out_chinese(text);
  if (options.bert.strip_accents) {
    text = decompose(text);
    std::erase_if(text, [](const AlignedChar& x) { return has(x.c, kBertMark); });
  }
  if (options.bert.lowercase) text = lower(text);

  Encoding out;
  AlignedText word;
  const auto end_word = [&] {
    cut_word(word, pieces, options, &out);
    word.clear();
  };
  for (const AlignedChar& x : text) {
    const bool white = has(x.c, kBertWhite);
    const bool alone = has(x.c, kBertPunctuation);
    if (white || alone) end_word();
    if (!white) word.push_back(x);
    if (alone) end_word();
  }
  end_word();
  return out;
}

}  // namespace pith::reference
