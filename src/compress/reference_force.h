// Force tokens in the published library: a string that is not exactly one piece of the vocabulary is replaced in the
// text by one of the added tokens [NEWi], and put back when words are made.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "compress/reference_vocabulary.h"
#include "pith/result.h"

namespace pith {

/// Mapped texts above this many bytes are refused: replacements may be nested, and each can make the text longer.
inline constexpr std::size_t kMaxMappedBytes = std::size_t{256} << 20;

/// Immutable and thread-safe.
class ReferenceForceTokens {
 public:
  ReferenceForceTokens() = default;
  /// Errors: kInvalidArgument for more than kMaxReferenceForceTokens strings (repeated ones count).
  [[nodiscard]] static Result<ReferenceForceTokens> create(const std::vector<std::string>& force_tokens,
                                                           const ReferenceVocabulary& vocabulary);

  /// `text` with the mapped strings replaced by their [NEWi], one string after the other in the order of the list (so
  /// an earlier, shorter one hides a later one, and may even match inside an earlier [NEWi]).
  /// Errors: kTooLarge above kMaxMappedBytes.
  [[nodiscard]] Result<std::string> map(std::string_view text) const;
  /// `text` with each mapped [NEWi] replaced by its string, in the same order.
  [[nodiscard]] std::string restore(std::string text) const;

  /// Is it one of the caller's strings?
  [[nodiscard]] bool is_force_token(std::string_view text) const { return force_tokens_.contains(text); }
  /// Is it one of the caller's strings, or a [NEWi] that stands for one?
  [[nodiscard]] bool forces(std::string_view piece) const {
    return is_force_token(piece) || mapped_to_.contains(piece);
  }
  /// The [NEWi] that stands for `force_token`; empty if it is not mapped.
  [[nodiscard]] std::string_view mapped(std::string_view force_token) const;

 private:
  struct Mapping {
    std::string force_token;
    std::string added_piece;
  };
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the name the standard library looks for
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using StringSet = std::unordered_set<std::string, Hash, std::equal_to<>>;

  std::vector<Mapping> mappings_;
  StringSet force_tokens_;
  StringSet mapped_to_;
};

}  // namespace pith
