#include "tokenize/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>

namespace pith {

Result<Vocabulary> Vocabulary::build(const Entries& pieces, const Entries& added, const std::string& name) {
  if (pieces.empty()) return fail(ErrorCode::kBadModel, name + ": the vocabulary is empty");
  TokenId largest = 0;
  std::size_t n_bytes = 0;
  for (const auto* entries : {&pieces, &added}) {
    for (const auto& [piece, id] : *entries) {
      if (id < 0 || id > kMaxId) {
        return fail(ErrorCode::kBadModel,
                    fmt::format("{}: token \"{}\" has id {}; ids from 0 to {} are allowed", name, piece, id, kMaxId));
      }
      largest = std::max(largest, id);
      n_bytes += piece.size();
    }
  }
  if (n_bytes > kMaxBytes) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{}: {} bytes of vocabulary; at most {} are allowed", name, n_bytes, kMaxBytes));
  }

  std::vector<std::string_view> spelling(static_cast<std::size_t>(largest) + 1);
  for (const auto& [piece, id] : pieces) {
    auto& place = spelling[static_cast<std::size_t>(id)];
    if (!place.empty() && place != piece) {
      return fail(ErrorCode::kBadModel,
                  fmt::format("{}: tokens \"{}\" and \"{}\" share id {}", name, place, piece, id));
    }
    place = piece;
  }
  Vocabulary vocabulary;
  vocabulary.trie_ = PieceTrie(spelling);
  for (const auto& [piece, id] : added) {
    const PieceTrie::Node node = vocabulary.trie_.find(piece);
    if (node != PieceTrie::kNone && vocabulary.trie_.id(node) == id) continue;
    spelling[static_cast<std::size_t>(id)] = piece;
    vocabulary.added_.push_back(id);
  }
  vocabulary.arena_.reserve(n_bytes);
  vocabulary.begin_.clear();
  vocabulary.begin_.reserve(spelling.size() + 1);
  for (const std::string_view piece : spelling) {
    vocabulary.begin_.push_back(static_cast<std::uint32_t>(vocabulary.arena_.size()));
    vocabulary.arena_ += piece;
  }
  vocabulary.begin_.push_back(static_cast<std::uint32_t>(vocabulary.arena_.size()));
  return vocabulary;
}

std::string_view Vocabulary::piece(TokenId id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= size()) return {};
  const auto i = static_cast<std::size_t>(id);
  return std::string_view(arena_).substr(begin_[i], begin_[i + 1] - begin_[i]);
}

TokenId Vocabulary::id_of(std::string_view text) const {
  for (const TokenId id : added_) {
    if (piece(id) == text) return id;
  }
  const PieceTrie::Node node = text.empty() ? PieceTrie::kNone : trie_.find(text);
  return node == PieceTrie::kNone ? kNoToken : trie_.id(node);
}

}  // namespace pith
