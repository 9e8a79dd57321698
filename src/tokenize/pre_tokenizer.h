// The pre-tokenizers of tokenizer.json that byte-level BPE models use: they cut a text into the pieces that are merged
// one by one. Steps run in order, each on the pieces of the one before:
//
//   Split      at the matches of a pattern, which stay, vanish or join a neighbour
//   Digits     around numbers, or around each digit
//   ByteLevel  a space before pieces that have none, GPT-2's pattern; the pieces then are bytes (byte_level.h)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenize/aligned_text.h"
#include "tokenize/bpe_split.h"
#include "tokenize/split_regex.h"

namespace pith {

/// A range of a text's bytes; never empty.
struct TextPiece {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// What becomes of what a pattern matches.
enum class SplitBehavior : std::uint8_t { kIsolated, kRemoved, kMergedWithPrevious, kMergedWithNext, kContiguous };

/// Cuts pieces at the matches of one pattern: a known one, a regular expression or a string.
class SplitStep {
 public:
  SplitStep(BpePattern pattern, SplitBehavior behavior, bool invert)
      : known_(pattern), behavior_(behavior), invert_(invert) {}
  SplitStep(SplitRegex regex, SplitBehavior behavior, bool invert)
      : regex_(std::move(regex)), behavior_(behavior), invert_(invert) {}
  SplitStep(std::string literal, SplitBehavior behavior, bool invert)
      : literal_(std::move(literal)), behavior_(behavior), invert_(invert) {}
  [[nodiscard]] static SplitStep digits(bool individual) {
    SplitStep step(std::string(), individual ? SplitBehavior::kIsolated : SplitBehavior::kContiguous, false);
    step.digits_ = true;
    return step;
  }

  void split(std::string_view text, const std::vector<TextPiece>& pieces, std::vector<TextPiece>* out) const;

 private:
  /// A part of a piece; the parts of a piece tile it.
  struct Part {
    std::uint32_t begin, end;
    bool matches;
  };
  /// Appends the parts of text[begin, end), as if nothing were around it. `*usable` turns false when the regular
  /// expression reaches a limit: then it matches no further.
  void find_parts(std::string_view text, std::uint32_t begin, std::uint32_t end, bool* usable,
                  std::vector<Part>* parts) const;
  template <class Find>
  void find_all(std::string_view text, std::uint32_t begin, Find find, std::vector<Part>* parts) const;

  std::optional<BpePattern> known_;
  std::optional<SplitRegex> regex_;
  std::string literal_;
  bool digits_ = false;
  SplitBehavior behavior_;
  bool invert_;
};

struct ByteLevelStep {
  bool add_prefix_space = false;
  bool use_regex = true;
};

/// Immutable and thread-safe. Linear in the text's length but for regular expressions that are not known.
class PreTokenizer {
 public:
  PreTokenizer(std::vector<SplitStep> splits, std::optional<ByteLevelStep> byte_level)
      : splits_(std::move(splits)), byte_level_(byte_level) {}

  /// Whether the pieces are bytes to be spelled as in byte_level.h, or characters.
  [[nodiscard]] bool is_byte_level() const { return byte_level_.has_value(); }

  /// The pieces of `*text`, ascending. With add_prefix_space `*text` gains spaces, whose source is that of the
  /// character behind them. A regular expression that reaches a limit (SplitRegex::kMaxSteps) stops cutting this text;
  /// what it has not cut stays whole, the same on every run.
  [[nodiscard]] std::vector<TextPiece> split(AlignedText* text) const;

 private:
  const std::vector<SplitStep> splits_;
  const std::optional<ByteLevelStep> byte_level_;
};

}  // namespace pith
