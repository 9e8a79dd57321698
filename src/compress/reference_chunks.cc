#include "compress/reference_chunks.h"

#include <algorithm>
#include <span>
#include <utility>

#include "compress/stopwatch.h"

namespace pith {
namespace {

constexpr std::size_t kChunkPieces = kReferenceSequenceTokens - 2;  // room for [CLS] and [SEP]

/// One past the last piece of the chunk that begins at `begin`. The search starts one piece too far, so a chunk may
/// have 511 pieces, and then loses its [SEP].
std::size_t chunk_end(const std::vector<TokenId>& ids, std::size_t begin, const std::unordered_set<TokenId>& ends) {
  if (ids.size() - begin <= kChunkPieces) return ids.size();
  for (std::size_t last = begin + kChunkPieces; last > begin; --last) {
    if (ends.contains(ids[last])) return last + 1;
  }
  return begin + kChunkPieces + 1;
}

Result<void> check_ids(const TokenSequences& sequences, const ReferenceVocabulary& vocabulary,
                       const TokenClassifier& classifier) {
  const auto n_rows = static_cast<TokenId>(classifier.n_embedding_rows());
  for (const TokenId id : sequences.ids) {
    if (id < n_rows) continue;
    return fail(
        ErrorCode::kUnsupported,
        "the model has no embedding for " + std::string(vocabulary.piece(id)) +
            ", which reference mode writes in place of a force token that is not one token of the model "
            "(the library draws it at random); use a checkpoint with these rows, force tokens the model has, or "
            "reference = false");
  }
  for (std::size_t i = 0; i < sequences.n_sequences(); ++i) {
    if (sequences.sequence(i).size() > classifier.max_sequence_tokens()) {
      return fail(ErrorCode::kUnsupported,
                  "reference mode needs a model that reads " + std::to_string(kReferenceSequenceTokens) +
                      " tokens at once; this one reads " + std::to_string(classifier.max_sequence_tokens()));
    }
  }
  return {};
}

}  // namespace

std::unordered_set<TokenId> reference_chunk_ends(const std::vector<std::string>& chunk_end_tokens,
                                                 const ReferenceForceTokens& force,
                                                 const ReferenceVocabulary& vocabulary) {
  std::unordered_set<TokenId> ends;
  for (const std::string& token : chunk_end_tokens) {
    for (const std::string_view piece : {std::string_view(token), force.mapped(token)}) {
      const TokenId id = piece.empty() ? kNoToken : vocabulary.id_of(piece);
      if (id != kNoToken) ends.insert(id);
    }
  }
  return ends;
}

std::vector<std::string> reference_chunks(std::string_view text, const std::unordered_set<TokenId>& ends,
                                          const ReferenceVocabulary& vocabulary, const ReferenceWordRules& rules) {
  std::vector<TokenId> ids;
  vocabulary.encode(text, &ids);
  std::vector<std::string> chunks;
  std::vector<std::string_view> pieces;
  for (std::size_t begin = 0; begin < ids.size();) {
    const std::size_t end = chunk_end(ids, begin, ends);
    pieces.clear();
    for (std::size_t i = begin; i < end; ++i) pieces.push_back(vocabulary.piece(ids[i]));
    chunks.push_back(rules.decode(pieces));
    begin = end;
  }
  return chunks;
}

std::size_t ReferenceChunkSet::add(std::string text) {
  const auto [entry, is_new] = numbers_.try_emplace(std::move(text), texts_.size());
  if (is_new) texts_.push_back(&entry->first);
  return entry->second;
}

Result<std::vector<ReferenceChunkScores>> score_reference_chunks(const ReferenceChunkSet& chunks,
                                                                 const ReferenceVocabulary& vocabulary,
                                                                 const TokenClassifier& classifier,
                                                                 const ProgressCallback& progress,
                                                                 Timings* timings_ms) {
  const SpecialTokens& special = vocabulary.special_tokens();
  if (special.cls == kNoToken || special.sep == kNoToken) {
    return fail(ErrorCode::kUnsupported, "reference mode needs a tokenizer with [CLS] and [SEP]");
  }
  Stopwatch watch;
  TokenSequences sequences;
  for (std::size_t chunk = 0; chunk < chunks.n_chunks(); ++chunk) {
    const std::size_t begin = sequences.ids.size();
    sequences.ids.push_back(special.cls);
    vocabulary.encode(chunks.text(chunk), &sequences.ids);
    sequences.ids.push_back(special.sep);
    sequences.ids.resize(std::min(sequences.ids.size(), begin + kReferenceSequenceTokens));
    sequences.end_sequence();
  }
  // The library masks by comparing pieces with "[PAD]", so one that the user typed is masked too.
  for (std::size_t i = 0; i < sequences.ids.size(); ++i) {
    if (special.pad != kNoToken && sequences.ids[i] == special.pad) sequences.hidden.push_back(i);
  }
  timings_ms->tokenize += watch.lap();
  if (const auto checked = check_ids(sequences, vocabulary, classifier); !checked)
    return tl::unexpected(checked.error());

  std::vector<ReferenceChunkScores> scores(chunks.n_chunks());
  if (scores.empty()) return scores;
  watch.lap();
  const auto probabilities = classifier.keep_probabilities(sequences, progress);
  timings_ms->score += watch.lap();
  if (!probabilities) return tl::unexpected(probabilities.error());
  auto hidden = sequences.hidden.begin();
  for (std::size_t chunk = 0; chunk < scores.size(); ++chunk) {
    for (std::size_t i = sequences.begin[chunk]; i < sequences.begin[chunk + 1]; ++i) {
      if (hidden != sequences.hidden.end() && *hidden == i) {
        ++hidden;
        continue;
      }
      scores[chunk].ids.push_back(sequences.ids[i]);
      scores[chunk].keep_probability.push_back((*probabilities)[i]);
    }
  }
  return scores;
}

}  // namespace pith
