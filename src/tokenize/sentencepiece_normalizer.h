// The normalizers of tokenizer.json that SentencePiece models use, one after the other:
//
//   Precompiled   the character map (charsmap.h)
//   Strip         white space at the ends
//   Replace       a string, or runs of two and more spaces, by a string
//   Prepend       a string before a text that is not empty
//   Lowercase, NFC, NFD, NFKC, NFKD   (text_normalizer.h)
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tokenize/aligned_text.h"
#include "tokenize/charsmap.h"
#include "tokenize/text_normalizer.h"

namespace pith {

struct StripStep {
  bool left = false;
  bool right = false;
};

/// All occurrences of `pattern` from left to right, none overlapping. What replaces one comes from its last character.
struct ReplaceStep {
  std::string pattern;  ///< not empty
  bool runs = false;    ///< the pattern is a space: match two and more in a row, not one
  std::string content;
};

/// Comes from the text's first character.
struct PrependStep {
  std::string content;
};

/// Immutable and thread-safe.
class SentencePieceNormalizer {
 public:
  using Step = std::variant<Charsmap, StripStep, ReplaceStep, PrependStep, TextNormalizer>;

  explicit SentencePieceNormalizer(std::vector<Step> steps) : steps_(std::move(steps)) {}

  /// `text` normalised, aligned as the Hugging Face library does it. The result may view `text`, which must stay.
  [[nodiscard]] AlignedText apply(std::string_view text) const;

 private:
  std::vector<Step> steps_;
};

/// `text` with every match of `step` replaced. Linear in its length.
[[nodiscard]] AlignedText replace_all(const AlignedText& text, const ReplaceStep& step);

}  // namespace pith
