// Texts cut into chunks the model can read, and what the model says about each: the part of reference mode that costs
// time. Equal chunks are read once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compress/reference_force.h"
#include "compress/reference_vocabulary.h"
#include "compress/reference_words.h"
#include "model/token_classifier.h"
#include "pith/result.h"

namespace pith {

/// Longest sequence of the library, [CLS] and [SEP] included (`max_seq_len`, not configurable).
inline constexpr std::size_t kReferenceSequenceTokens = 512;

/// The tokens at which chunks prefer to end: `chunk_end_tokens` and the [NEWi] of those that are force tokens. They
/// view both arguments.
[[nodiscard]] std::unordered_set<std::string_view> reference_chunk_ends(
    const std::vector<std::string>& chunk_end_tokens, const ReferenceForceTokens& force);

/// Cuts a text (force tokens already mapped) at the last `ends` among each 510 pieces and turns every chunk back into
/// text, by which white space, case and unknown characters may be lost. A text without pieces has no chunks.
[[nodiscard]] std::vector<std::string> reference_chunks(std::string_view text,
                                                        const std::unordered_set<std::string_view>& ends,
                                                        const ReferenceVocabulary& vocabulary,
                                                        const ReferenceWordRules& rules);

/// One chunk as the model read it, masked positions left out.
struct ReferenceChunkScores {
  std::vector<TokenId> ids;             ///< [CLS] and, unless cut off, [SEP] included
  std::vector<float> keep_probability;  ///< parallel to `ids`
};

/// Distinct chunk texts, numbered in the order they were added.
class ReferenceChunkSet {
 public:
  /// Returns the number of `text`, which is the same for equal texts.
  std::size_t add(std::string text);
  [[nodiscard]] const std::string& text(std::size_t chunk) const { return *texts_[chunk]; }
  [[nodiscard]] std::size_t n_chunks() const { return texts_.size(); }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<const std::string*> texts_;  // keys of `numbers_`, which do not move
};

/// Tokenises every chunk again, as the library does, puts [CLS] and [SEP] around it (by these names whatever the model,
/// so that XLM-R reads its unknown token at both ends: issue 181 there), cuts it to 512, hides what is spelled [PAD]
/// and runs the model. Adds to `tokenize` and `score` of `timings_ms`. Errors: kUnsupported if the tokenizer has no
/// [CLS], [SEP] or unknown token, the model reads fewer tokens than a chunk has or lacks embeddings for a [NEWi] in the
/// text; what the classifier returns.
[[nodiscard]] Result<std::vector<ReferenceChunkScores>> score_reference_chunks(const ReferenceChunkSet& chunks,
                                                                               const ReferenceVocabulary& vocabulary,
                                                                               const TokenClassifier& classifier,
                                                                               const ProgressCallback& progress,
                                                                               Timings* timings_ms);

}  // namespace pith
