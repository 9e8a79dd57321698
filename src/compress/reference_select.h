// Which words of a chunk stay, and which contexts: the thresholds of the published library.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compress/reference_force.h"
#include "compress/reference_words.h"
#include "pith/result.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Counts of words, each text counted once. Not thread-safe: one per request.
class WordCounts {
 public:
  explicit WordCounts(const TokenCounter& counter) : counter_(counter) {}
  [[nodiscard]] std::size_t count(const std::string& word);

 private:
  const TokenCounter& counter_;
  std::unordered_map<std::string, std::size_t> counts_;
};

/// The library's int(100 * share), the percentile asked of numpy.
/// Errors: kInvalidArgument outside 0..100; `what` names the setting that is to blame.
[[nodiscard]] Result<int> reference_percent(double hundredfold, std::string_view what);

struct ReferenceSelection {
  double reduce_rate = 0.5;  ///< share of tokens to drop, in (0, 1)
  /// SecurityLingua: what stays is what is above this, whatever the rate (drop_consecutive still looks at the rate).
  std::optional<double> fixed_threshold;
  bool drop_consecutive = false;
};

/// Whether each word of one chunk stays (section 3.2 of the paper with the library's details: every word weighs as many
/// values as it has tokens, and only what is strictly above the percentile stays).
/// Errors: kInvalidArgument for a chunk without words (unless the threshold is fixed and drop_consecutive
/// off), or a reduce_rate of 1 or more.
[[nodiscard]] Result<std::vector<bool>> select_reference_words(const std::vector<ReferenceWord>& words,
                                                               const ReferenceSelection& selection,
                                                               const ReferenceForceTokens& force, WordCounts* counts);

/// Whether each context stays: its score is at least the percentile that leaves `rate` of the contexts.
/// Errors: kInvalidArgument for no contexts or a rate outside [0, 1].
[[nodiscard]] Result<std::vector<bool>> select_reference_contexts(std::span<const float> scores, double rate,
                                                                  std::span<const std::int64_t> forced_indices);

}  // namespace pith
