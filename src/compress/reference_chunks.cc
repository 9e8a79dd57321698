#include "compress/reference_chunks.h"

#include <algorithm>
#include <deque>
#include <span>
#include <utility>

#include "compress/stopwatch.h"

namespace pith {
namespace {

constexpr std::size_t kChunkPieces = kReferenceSequenceTokens - 2;  // room for [CLS] and [SEP]

/// One past the last piece of the chunk that begins at `begin`. The search starts one piece too far, so a chunk may
/// have 511 pieces, and then loses its [SEP].
std::size_t chunk_end(std::span<const std::string_view> pieces, std::size_t begin,
                      const std::unordered_set<std::string_view>& ends) {
  if (pieces.size() - begin <= kChunkPieces) return pieces.size();
  for (std::size_t last = begin + kChunkPieces; last > begin; --last) {
    if (ends.contains(pieces[last])) return last + 1;
  }
  return begin + kChunkPieces + 1;
}

/// The id of a token that the library writes by name; the unknown token where the vocabulary has no such name.
TokenId hard_coded(const ReferenceVocabulary& vocabulary, std::string_view name) {
  const TokenId id = vocabulary.id_of(name);
  return id == kNoToken ? vocabulary.special_tokens().unk : id;
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

std::unordered_set<std::string_view> reference_chunk_ends(const std::vector<std::string>& chunk_end_tokens,
                                                          const ReferenceForceTokens& force) {
  std::unordered_set<std::string_view> ends(chunk_end_tokens.begin(), chunk_end_tokens.end());
  for (const std::string& token : chunk_end_tokens) ends.insert(force.mapped(token));
  ends.erase(std::string_view());
  return ends;
}

std::vector<std::string> reference_chunks(std::string_view text, const std::unordered_set<std::string_view>& ends,
                                          const ReferenceVocabulary& vocabulary, const ReferenceWordRules& rules) {
  std::deque<std::string> storage;
  const std::vector<std::string_view> pieces = vocabulary.tokenize(text, &storage);
  std::vector<std::string> chunks;
  for (std::size_t begin = 0; begin < pieces.size();) {
    const std::size_t end = chunk_end(pieces, begin, ends);
    chunks.push_back(rules.decode(std::span(pieces).subspan(begin, end - begin)));
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
  const TokenId cls = hard_coded(vocabulary, "[CLS]");
  const TokenId sep = hard_coded(vocabulary, "[SEP]");
  const TokenId pad = vocabulary.id_of("[PAD]");
  if (cls == kNoToken || sep == kNoToken) {
    return fail(ErrorCode::kUnsupported, "reference mode needs a tokenizer with [CLS] and [SEP], or an unknown token");
  }
  Stopwatch watch;
  TokenSequences sequences;
  for (std::size_t chunk = 0; chunk < chunks.n_chunks(); ++chunk) {
    const std::size_t begin = sequences.ids.size();
    sequences.ids.push_back(cls);
    vocabulary.encode(chunks.text(chunk), &sequences.ids);
    sequences.ids.push_back(sep);
    sequences.ids.resize(std::min(sequences.ids.size(), begin + kReferenceSequenceTokens));
    sequences.end_sequence();
  }
  // The library masks by comparing pieces with "[PAD]", so one that the user typed is masked too.
  for (std::size_t i = 0; i < sequences.ids.size(); ++i) {
    if (pad != kNoToken && sequences.ids[i] == pad) sequences.hidden.push_back(i);
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
