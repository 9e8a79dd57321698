// The obvious twin of tokenize/unigram.h for normalisers made of one character map: Hugging Face's steps one after the
// other, in its own terms. The map gives a list of characters, each with how many it stands for (0: one for one, 1:
// added, -n: n more vanish); a second walk aligns them. The best path is found by trying every piece before every
// place. Where clusters end is not told a second time (tests/oracle asks the library).
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reference/utf8_reference.h"
#include "support/charsmap_builder.h"
#include "support/random_text.h"
#include "text/utf8.h"
#include "tokenize/graphemes.h"
#include "tokenize/metaspace.h"
#include "tokenize/tokenizer.h"
#include "tokenize/unigram.h"

namespace pith::reference {

struct UnigramChar {
  std::string utf8;
  ByteSpan from;
};
using UnigramText = std::vector<UnigramChar>;

/// Piece to its id and score.
using ScoredPieces = std::map<std::string, std::pair<TokenId, double>, std::less<>>;

inline UnigramText unigram_chars(std::string_view text) {
  UnigramText out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = utf8_step(text, at);
    const auto begin = static_cast<std::uint32_t>(at);
    UnigramChar& c = out.emplace_back(UnigramChar{"", {begin, begin + step.n_bytes}});
    pith::testing::append_utf8(c.utf8, step.value);
    at += step.n_bytes;
  }
  return out;
}

inline std::string spell(const UnigramText& text) {
  std::string out;
  for (const UnigramChar& c : text) out += c.utf8;
  return out;
}

inline std::vector<std::string> split_chars(const std::string& text) {
  std::vector<std::string> out;
  for (const UnigramChar& c : unigram_chars(text)) out.push_back(c.utf8);
  return out;
}

inline UnigramText apply_charsmap(const UnigramText& text, const pith::testing::CharsmapRules& rules) {
  std::vector<std::pair<std::string, int>> changes;
  const auto transform = [&](const std::string& part) {
    for (std::size_t n = 1; n <= part.size(); ++n) {
      const auto rule = rules.find(part.substr(0, n));
      if (rule == rules.end()) continue;
      const std::vector<std::string> added = split_chars(rule->second);
      const int change = static_cast<int>(added.size()) - static_cast<int>(split_chars(part).size());
      for (const std::string& c : added) changes.emplace_back(c, 0);
      for (int i = 0; i < change; ++i) changes[changes.size() - 1 - static_cast<std::size_t>(i)].second = 1;
      if (change < 0 && !changes.empty()) changes.back().second += change;
      return true;
    }
    return false;
  };
  const std::string whole = spell(text);
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = Graphemes::instance().cluster_end(whole, at);
    const std::string cluster = whole.substr(at, end - at);
    if (cluster.size() >= 6 || !transform(cluster)) {
      for (const std::string& c : split_chars(cluster)) {
        if (!transform(c)) changes.emplace_back(c, 0);
      }
    }
    at = end;
  }
  UnigramText out;
  std::size_t next = 0;  // of the old characters
  for (const auto& [c, change] : changes) {
    out.push_back({c, text[change > 0 ? next - 1 : next].from});
    if (change <= 0) next += 1 + static_cast<std::size_t>(-change);
  }
  return out;
}

inline void cut_word(const UnigramText& word, const ScoredPieces& pieces, double unk_score,
                     const UnigramOptions& options, Encoding* out) {
  struct Best {
    double score = 0;
    std::size_t begin = 0;
    TokenId id = kNoToken;
  };
  const auto part = [&](std::size_t begin, std::size_t end) {
    return spell({word.begin() + static_cast<std::ptrdiff_t>(begin), word.begin() + static_cast<std::ptrdiff_t>(end)});
  };
  std::vector<Best> best(word.size() + 1);
  for (std::size_t end = 1; end <= word.size(); ++end) {
    for (std::size_t begin = 0; begin < end; ++begin) {
      const auto piece = pieces.find(part(begin, end));
      if (piece == pieces.end() && begin + 1 < end) continue;
      const double score = (piece == pieces.end() ? unk_score : piece->second.second) + best[begin].score;
      if (best[end].id != kNoToken && score <= best[end].score) continue;
      best[end] = {score, begin, piece == pieces.end() ? options.unk_id : piece->second.first};
    }
  }
  struct Part {
    std::size_t begin, end;
    TokenId id;
  };
  std::vector<Part> path;
  for (std::size_t end = word.size(); end > 0; end = best[end].begin)
    path.push_back({best[end].begin, end, best[end].id});
  std::reverse(path.begin(), path.end());
  for (std::size_t i = 0; i < path.size(); ++i) {
    Part now = path[i];
    while (now.id == options.unk_id && i + 1 < path.size() && path[i + 1].id == options.unk_id) now.end = path[++i].end;
    const ByteSpan span{word[now.begin].from.begin, word[now.end - 1].from.end};
    const std::string run = part(now.begin, now.end);
    std::vector<TokenId> ids = {now.id};
    if (const auto piece = pieces.find(run); now.id == options.unk_id && piece != pieces.end()) {
      ids = {piece->second.first};
    } else if (now.id == options.unk_id && options.byte_fallback) {
      std::vector<TokenId> bytes;
      for (const char c : run) {
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        const auto spelled = pieces.find(std::string("<0x") + kDigits[byte >> 4] + kDigits[byte & 15] + ">");
        if (spelled != pieces.end()) bytes.push_back(spelled->second.first);
      }
      if (bytes.size() == run.size()) ids = bytes;
    }
    out->ids.insert(out->ids.end(), ids.begin(), ids.end());
    out->spans.insert(out->spans.end(), ids.size(), span);
  }
}

/// `unk_score`: what an unknown character costs.
inline Encoding encode_unigram(std::string_view bytes, const pith::testing::CharsmapRules& rules,
                               const ScoredPieces& pieces, double unk_score, const UnigramOptions& options,
                               const MetaspaceOptions& splitting) {
  const UnigramText text = apply_charsmap(unigram_chars(bytes), rules);
  std::vector<UnigramText> parts(1);
  for (const UnigramChar& c : text) {
    if (splitting.whitespace_split && is_white_space(utf8_step(c.utf8, 0).value)) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  Encoding out;
  for (UnigramText& part : parts) {
    if (part.empty()) continue;
    std::vector<UnigramText> words(1);
    if (splitting.metaspace) {
      const Metaspace& metaspace = *splitting.metaspace;
      for (UnigramChar& c : part) {
        if (c.utf8 == " ") c.utf8 = metaspace.replacement;
      }
      const bool wanted = metaspace.prepend == PrependScheme::kAlways ||
                          (metaspace.prepend == PrependScheme::kFirst && part.front().from.begin == 0);
      if (wanted && part.front().utf8 != metaspace.replacement) {
        part.insert(part.begin(), UnigramChar{metaspace.replacement, part.front().from});
      }
      for (const UnigramChar& c : part) {
        if (metaspace.split && c.utf8 == metaspace.replacement) words.emplace_back();
        words.back().push_back(c);
      }
    } else {
      words.back() = part;
    }
    for (const UnigramText& word : words) cut_word(word, pieces, unk_score, options, &out);
  }
  return out;
}

}  // namespace pith::reference
