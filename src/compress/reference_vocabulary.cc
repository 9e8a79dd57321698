#include "compress/reference_vocabulary.h"

#include <algorithm>
#include <functional>

#include "text/utf8.h"

namespace pith {
namespace {

std::vector<TokenId> present(const SpecialTokens& special) {
  std::vector<TokenId> ids;
  for (const TokenId id : {special.cls, special.sep, special.pad, special.unk, special.mask}) {
    if (id != kNoToken) ids.push_back(id);
  }
  return ids;
}

/// Bytes of Unicode white space at the end of `text`.
std::size_t trailing_white_space(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0) {
    std::size_t previous = begin - 1;
    while (previous > 0 && begin - previous < 4 && (static_cast<unsigned char>(text[previous]) & 0xC0) == 0x80)
      --previous;
    const CodePoint c = decode_code_point(text, previous);
    if (!c.valid || previous + c.n_bytes != begin || !is_white_space(c.value)) break;
    begin = previous;
  }
  return text.size() - begin;
}

}  // namespace

ReferenceVocabulary::ReferenceVocabulary(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {
  added_pieces_.reserve(kMaxReferenceForceTokens);  // literals_ views them
  auto next_id = static_cast<TokenId>(tokenizer.vocab_size());
  for (std::size_t i = 0; i < kMaxReferenceForceTokens; ++i) {
    added_pieces_.push_back("[NEW" + std::to_string(i) + "]");
    // Published checkpoints may bring these tokens along; the rest get the next free ids.
    TokenId id = tokenizer.id_of(added_pieces_.back());
    if (id == kNoToken) {
      id = next_id++;
      added_index_.emplace(id, i);
    }
    added_ids_.push_back(id);
    literals_.emplace(added_pieces_.back(), id);
  }
  for (const TokenId id : present(tokenizer.special_tokens())) literals_.emplace(tokenizer.piece(id), id);
  literals_.erase(std::string_view());
  if (tokenizer.family() == TokenizerFamily::kUnigram) takes_white_space_ = tokenizer.special_tokens().mask;
  for (const auto& [piece, id] : literals_) {
    if (first_bytes_.find(piece.front()) == std::string::npos) first_bytes_ += piece.front();
    literal_lengths_.push_back(piece.size());
  }
  std::sort(literal_lengths_.begin(), literal_lengths_.end(), std::greater<>());
  literal_lengths_.erase(std::unique(literal_lengths_.begin(), literal_lengths_.end()), literal_lengths_.end());
}

template <class Literal, class Plain>
void ReferenceVocabulary::split(std::string_view text, const Literal& literal, const Plain& plain) const {
  std::size_t plain_begin = 0;
  const auto end_plain = [&](std::size_t end) {
    if (end > plain_begin) plain(text.substr(plain_begin, end - plain_begin));
  };
  std::size_t at = text.find_first_of(first_bytes_);
  while (at != std::string_view::npos) {
    std::size_t next = at + 1;
    for (const std::size_t length : literal_lengths_) {
      if (length > text.size() - at) continue;
      const auto found = literals_.find(text.substr(at, length));
      if (found == literals_.end()) continue;
      std::size_t begin = at;
      if (found->second == takes_white_space_)
        begin -= trailing_white_space(text.substr(plain_begin, at - plain_begin));
      end_plain(begin);
      literal(begin == at ? found->second : tokenizer_.special_tokens().unk, text.substr(begin, at + length - begin));
      plain_begin = next = at + length;
      break;
    }
    at = text.find_first_of(first_bytes_, next);
  }
  end_plain(text.size());
}

void ReferenceVocabulary::encode(std::string_view text, std::vector<TokenId>* ids) const {
  Encoding encoding;
  split(
      text, [&](TokenId id, std::string_view) { ids->push_back(id); },
      [&](std::string_view stretch) {
        encoding.clear();
        tokenizer_.encode(stretch, &encoding);
        ids->insert(ids->end(), encoding.ids.begin(), encoding.ids.end());
      });
}

std::vector<std::string_view> ReferenceVocabulary::tokenize(std::string_view text,
                                                            std::deque<std::string>* storage) const {
  const bool spells_unknown = tokenizer_.family() == TokenizerFamily::kUnigram;
  std::vector<std::string_view> pieces;
  Encoding encoding;
  split(
      text, [&](TokenId, std::string_view spelling) { pieces.push_back(spelling); },
      [&](std::string_view stretch) {
        encoding.clear();
        tokenizer_.encode(stretch, &encoding);
        for (std::size_t i = 0; i < encoding.n_tokens(); ++i) {
          if (spells_unknown && encoding.ids[i] == tokenizer_.special_tokens().unk) {
            pieces.push_back(storage->emplace_back(tokenizer_.normalized(encoding.spans[i].of(stretch))));
          } else {
            pieces.push_back(piece(encoding.ids[i]));
          }
        }
      });
  return pieces;
}

std::string_view ReferenceVocabulary::piece(TokenId id) const {
  const auto added = added_index_.find(id);
  return added == added_index_.end() ? tokenizer_.piece(id) : std::string_view(added_pieces_[added->second]);
}

TokenId ReferenceVocabulary::id_of(std::string_view piece) const {
  const auto added = std::find(added_pieces_.begin(), added_pieces_.end(), piece);
  if (added != added_pieces_.end()) return added_ids_[static_cast<std::size_t>(added - added_pieces_.begin())];
  return tokenizer_.id_of(piece);
}

bool ReferenceVocabulary::is_special(TokenId id) const {
  const SpecialTokens& special = tokenizer_.special_tokens();
  return id == special.cls || id == special.sep || id == special.pad || id == special.unk || id == special.mask;
}

}  // namespace pith
