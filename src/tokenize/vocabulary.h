// The pieces of an encoder's vocabulary: id to spelling, spelling to id, and the trie that cuts words into pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pith/result.h"
#include "tokenize/piece_trie.h"

namespace pith {

/// Immutable once built, thread-safe. One arena of bytes; about 2 MB for 30,522 pieces, the trie included.
class Vocabulary {
 public:
  using Entries = std::vector<std::pair<std::string_view, TokenId>>;

  /// `pieces` are matched in text. `added` (special tokens, which text never matches) have ids and spellings only;
  /// those that repeat an entry of `pieces` are fine. Of equal spellings the largest id counts. `name` says in errors
  /// whose vocabulary it is. Copies what it keeps. Errors: kBadModel for an empty vocabulary, a negative id, one above
  /// kMaxId or one with two spellings; kTooLarge beyond kMaxBytes of pieces.
  [[nodiscard]] static Result<Vocabulary> build(const Entries& pieces, const Entries& added, const std::string& name);

  static constexpr TokenId kMaxId = (1 << 22) - 1;
  static constexpr std::size_t kMaxBytes = std::size_t{8} << 20;

  [[nodiscard]] std::string_view piece(TokenId id) const;
  [[nodiscard]] TokenId id_of(std::string_view piece) const;
  /// Largest id + 1.
  [[nodiscard]] std::size_t size() const { return begin_.size() - 1; }
  [[nodiscard]] const PieceTrie& trie() const { return trie_; }

 private:
  Vocabulary() = default;

  std::string arena_;
  std::vector<std::uint32_t> begin_{0};  ///< of each piece in arena_; size() + 1 entries
  PieceTrie trie_;
  std::vector<TokenId> added_;  ///< ids that are not in the trie
};

}  // namespace pith
