// The obvious twin of tiktoken counting: a backtracking matcher over the split patterns, written down as data, and
// merging by looking at every pair again after each step. Recursive and quadratic: for short texts only.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "reference/utf8_reference.h"
#include "support/random_text.h"
#include "tokenize/bpe_ranks.h"
#include "tokenize/bpe_split.h"

namespace pith::reference {

/// One character of the text for the matcher.
struct BpeChar {
  char32_t c;
  BpeClass kind;
};
using BpeText = std::vector<BpeChar>;

/// One item of a pattern: a set, how often, and for the two assertions no set at all.
struct BpeItem {
  enum Kind { kSet, kNotBeforeNonSpace, kAtEnd } kind = kSet;
  bool (*in)(const BpeChar&) = nullptr;
  std::size_t least = 1;
  std::size_t most = 1;
  bool possessive = false;
};
using BpeSequence = std::vector<BpeItem>;

constexpr std::size_t kManyTimes = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kNoMatch = std::numeric_limits<std::size_t>::max();

/// The end of the first match of items[i..] from text[at], trying the longest repetition first.
inline std::size_t match_sequence(const BpeSequence& items, std::size_t i, const BpeText& text, std::size_t at) {
  if (i == items.size()) return at;
  const BpeItem& item = items[i];
  if (item.kind == BpeItem::kAtEnd) return at == text.size() ? match_sequence(items, i + 1, text, at) : kNoMatch;
  if (item.kind == BpeItem::kNotBeforeNonSpace) {
    const bool blocked = at < text.size() && text[at].kind != BpeClass::kSpace;
    return blocked ? kNoMatch : match_sequence(items, i + 1, text, at);
  }
  std::size_t n = 0;
  while (n < item.most && at + n < text.size() && item.in(text[at + n])) ++n;
  if (n < item.least) return kNoMatch;
  for (;; --n) {
    const std::size_t end = match_sequence(items, i + 1, text, at + n);
    if (end != kNoMatch || n == item.least || item.possessive) return end;
  }
}

namespace bpe_sets {
inline bool letter(const BpeChar& x) {
  return x.kind == BpeClass::kUpper || x.kind == BpeClass::kLower || x.kind == BpeClass::kCaseless;
}
inline bool number(const BpeChar& x) { return x.kind == BpeClass::kNumber; }
inline bool space(const BpeChar& x) { return x.kind == BpeClass::kSpace; }
inline bool line_end(const BpeChar& x) { return x.c == U'\r' || x.c == U'\n'; }
inline bool line_end_or_slash(const BpeChar& x) { return line_end(x) || x.c == U'/'; }
inline bool leading(const BpeChar& x) { return !line_end(x) && !letter(x) && !number(x); }
inline bool symbol(const BpeChar& x) { return !space(x) && !letter(x) && !number(x); }
inline bool blank(const BpeChar& x) { return x.c == U' '; }
inline bool a_set(const BpeChar& x) {
  return x.kind == BpeClass::kUpper || x.kind == BpeClass::kCaseless || x.kind == BpeClass::kMark;
}
inline bool b_set(const BpeChar& x) {
  return x.kind == BpeClass::kLower || x.kind == BpeClass::kCaseless || x.kind == BpeClass::kMark;
}
inline bool apostrophe(const BpeChar& x) { return x.c == U'\''; }
inline bool sdmt(const BpeChar& x) {
  return std::u32string_view(U"sSdDmMtT\u017F").find(x.c) != std::u32string_view::npos;
}
inline bool l(const BpeChar& x) { return x.c == U'l' || x.c == U'L'; }
inline bool v(const BpeChar& x) { return x.c == U'v' || x.c == U'V'; }
inline bool r(const BpeChar& x) { return x.c == U'r' || x.c == U'R'; }
inline bool e(const BpeChar& x) { return x.c == U'e' || x.c == U'E'; }
}  // namespace bpe_sets

/// The alternatives of a pattern in order; piece_end() adds the optional contraction that ends the first two of o200k.
/// It can be matched afterwards, on its own, because it begins with an apostrophe, which nothing before it could have
/// taken.
inline std::vector<BpeSequence> bpe_alternatives(BpePattern pattern) {
  using namespace bpe_sets;
  const auto set = [](bool (*in)(const BpeChar&), std::size_t least = 1, std::size_t most = 1,
                      bool possessive = false) {
    return BpeItem{BpeItem::kSet, in, least, most, possessive};
  };
  const BpeItem not_before_non_space{BpeItem::kNotBeforeNonSpace};
  const BpeItem at_end{BpeItem::kAtEnd};
  const std::vector<BpeSequence> contractions = {{set(apostrophe), set(sdmt)},
                                                 {set(apostrophe), set(l), set(l)},
                                                 {set(apostrophe), set(v), set(e)},
                                                 {set(apostrophe), set(r), set(e)}};
  std::vector<BpeSequence> out;
  if (pattern == BpePattern::kCl100k) {
    out = contractions;
    out.push_back({set(leading, 0, 1, true), set(letter, 1, kManyTimes, true)});
    out.push_back({set(number, 1, 3, true)});
    out.push_back({set(blank, 0, 1), set(symbol, 1, kManyTimes, true), set(line_end, 0, kManyTimes, true)});
    out.push_back({set(space, 1, kManyTimes, true), at_end});
    out.push_back({set(space, 0, kManyTimes), set(line_end)});
    out.push_back({set(space, 1, kManyTimes), not_before_non_space});
    out.push_back({set(space)});
    return out;
  }
  const BpeSequence words[] = {{set(leading, 0, 1), set(a_set, 0, kManyTimes), set(b_set, 1, kManyTimes)},
                               {set(leading, 0, 1), set(a_set, 1, kManyTimes), set(b_set, 0, kManyTimes)}};
  for (const BpeSequence& word : words) out.push_back(word);  // contractions are added by piece_end
  out.push_back({set(number, 1, 3)});
  out.push_back({set(blank, 0, 1), set(symbol, 1, kManyTimes), set(line_end_or_slash, 0, kManyTimes)});
  out.push_back({set(space, 0, kManyTimes), set(line_end, 1, kManyTimes)});
  out.push_back({set(space, 1, kManyTimes), not_before_non_space});
  out.push_back({set(space, 1, kManyTimes)});
  return out;
}

/// Index behind the piece that begins at text[at].
inline std::size_t piece_end(BpePattern pattern, const BpeText& text, std::size_t at) {
  const auto alternatives = bpe_alternatives(pattern);
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const std::size_t end = match_sequence(alternatives[i], 0, text, at);
    if (end == kNoMatch) continue;
    if (pattern == BpePattern::kO200k && i < 2) {  // (?i:'s|'t|'re|'ve|'m|'ll|'d)?
      const auto contractions = bpe_alternatives(BpePattern::kCl100k);
      for (std::size_t k = 0; k < 4; ++k) {
        if (const std::size_t behind = match_sequence(contractions[k], 0, text, end); behind != kNoMatch) return behind;
      }
    }
    return end;
  }
  return kNoMatch;
}

inline BpeText bpe_text(std::string_view text) {
  BpeText out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    out.push_back({step.value, bpe_class(step.value)});
    at += step.n_bytes;
  }
  return out;
}

inline std::vector<std::string> split(BpePattern pattern, std::string_view bytes) {
  const BpeText text = bpe_text(bytes);
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = piece_end(pattern, text, at);
    pieces.emplace_back();
    for (; at < end; ++at) pith::testing::append_utf8(pieces.back(), text[at].c);
  }
  return pieces;
}

/// Joins the pair of lowest rank, the leftmost of equals, until there is none.
inline std::vector<std::int32_t> merge(std::string_view piece, const BpeRanks& ranks) {
  std::vector<std::string> parts;
  for (const char c : piece) parts.emplace_back(1, c);
  while (parts.size() > 1) {
    std::size_t best = parts.size();
    BpeRanks::Rank best_rank = BpeRanks::kNone;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const BpeRanks::Rank rank = ranks.find(parts[i] + parts[i + 1]);
      if (rank < best_rank) {
        best = i;
        best_rank = rank;
      }
    }
    if (best == parts.size()) break;
    parts[best] += parts[best + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<std::int32_t> ids;
  for (const std::string& part : parts) ids.push_back(static_cast<std::int32_t>(ranks.find(part)));
  return ids;
}

inline std::vector<std::int32_t> encode_bpe(BpePattern pattern, std::string_view text, const BpeRanks& ranks) {
  std::vector<std::int32_t> ids;
  for (const std::string& piece : split(pattern, text)) {
    // tiktoken looks a whole piece up before it merges; merging alone need not arrive there.
    if (const BpeRanks::Rank whole = ranks.find(piece); whole != BpeRanks::kNone) {
      ids.push_back(static_cast<std::int32_t>(whole));
      continue;
    }
    const auto merged = merge(piece, ranks);
    ids.insert(ids.end(), merged.begin(), merged.end());
  }
  return ids;
}

}  // namespace pith::reference
