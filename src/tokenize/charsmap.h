// SentencePiece's precompiled character map (normaliser "Precompiled" of tokenizer.json): which characters and short
// sequences become what, e.g. all kinds of white space become ' ' and "ﬁ" becomes "fi". XLM-R's (nmt_nfkc) has
// 7,000 rules.
//
// The format: u32 size of a trie in bytes, the trie (a double array as darts-clone lays it out, u32 units), then the
// NUL-terminated replacements that its values point into; all little-endian, the whole in base64.
//
// The way it is applied is the `tokenizers` library's, not SentencePiece's: an extended grapheme cluster of fewer than
// six bytes is looked up whole, else its characters one by one; and of all keys that begin the text looked up the
// *shortest* counts, whatever comes behind it (so a ligature with an accent loses the accent).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "tokenize/aligned_text.h"
#include "tokenize/code_point_table.h"

namespace pith {

/// Immutable once built, thread-safe. About 200 KB for XLM-R's.
class Charsmap {
 public:
  /// `name` says in errors whose map it is. Errors: kBadModel for anything else than a map: not base64, a trie that is
  /// cut off or runs in circles, keys or replacements that are not UTF-8.
  [[nodiscard]] static Result<Charsmap> parse(std::string_view base64, const std::string& name);

  /// `text` with its characters replaced. Linear in its length.
  ///
  /// Sources follow the library: of the characters that replace a part, the k-th comes from the part's k-th character;
  /// what is left over comes from the part's last. Characters that vanish count to the one before them; at the very
  /// start there is none, and from there on every character takes its source as many characters too early as vanished.
  [[nodiscard]] AlignedText apply(const AlignedText& text) const;

 private:
  class Pass;
  /// What a key becomes. Index 0: no key.
  struct Replacement {
    std::uint32_t begin = 0;
    std::uint32_t n_bytes = 0;
    std::uint32_t n_chars = 0;
  };
  struct Rule {
    std::string key;
    std::uint32_t replacement;
  };

  /// Of one replacement; bounds how much a text may grow. The longest of Unicode's is U+FDFA's, 33 bytes.
  static constexpr std::size_t kMaxReplacementBytes = 256;
  /// Clusters of more bytes are looked up by character.
  static constexpr std::size_t kMaxKeyBytes = 5;

  Charsmap(std::vector<Rule> rules, std::vector<Replacement> replacements, std::string spelling);
  [[nodiscard]] std::string_view spelling(const Replacement& replacement) const {
    return std::string_view(spelling_).substr(replacement.begin, replacement.n_bytes);
  }
  /// The rule of the shortest key that begins `cluster`, or index 0.
  [[nodiscard]] std::uint32_t find(std::string_view cluster) const;

  std::vector<Rule> sequences_;  ///< keys of several characters, sorted
  std::vector<Replacement> replacements_;
  std::string spelling_;
  std::unique_ptr<const CodePointTable<std::uint32_t>> by_char_;
  bool changes_ascii_[128] = {};
};

}  // namespace pith
