// One of the texts that the token filter of the published library reads in windows: the prompt, or with a contrast also
// the prompt without its prefix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "compress/reference_progress.h"
#include "model/causal_lm.h"

namespace pith {

/// Not thread-safe. Bounds are Python's: negative ones count from the end.
class ReferenceLane {
 public:
  explicit ReferenceLane(std::vector<TokenId> ids) : ids_(std::move(ids)) {}

  /// Reads the first `max_positions` ids at once, and forgets having read them. Returns how many values there are.
  Result<std::size_t> read_all(const CausalLm& lm, std::size_t max_positions, ReferenceProgress* progress);

  /// Reads on to id `end` and writes what was learned to values [start(), end - 1). Returns how many those are.
  /// Errors: kInvalidArgument if nothing is to be read or the values do not fit.
  Result<std::size_t> read_to(std::int64_t end, const CausalLm& lm, std::size_t max_positions,
                              ReferenceProgress* progress);

  [[nodiscard]] bool has_memory() const { return memory_ != nullptr; }
  Result<void> truncate_memory(std::int64_t n_tokens);
  /// Drops the first `n` ids, and as many tokens of the memory behind the first `n_sinks`; values stay.
  Result<void> evict(std::size_t n, std::size_t n_sinks);
  /// The same with the sinks limited to what leaves `n` tokens to evict.
  Result<void> evict_behind_what_fits(std::size_t n, std::size_t n_sinks);

  /// Where the next read begins to write.
  void set_start(std::int64_t start) { start_ = start; }

  [[nodiscard]] const std::vector<TokenId>& ids() const { return ids_; }
  /// values()[i] is meant to be the likelihood of ids()[i + 1].
  [[nodiscard]] const std::vector<float>& values() const { return values_; }
  /// Keep what is flagged, from flag `first` on; ids and values beyond the flags go.
  void filter_ids(const std::vector<char>& keep, std::size_t first);
  void filter_values(const std::vector<char>& keep, std::size_t first);

 private:
  std::vector<TokenId> ids_;
  std::vector<float> values_;
  std::unique_ptr<CausalSession> memory_;
  std::int64_t start_ = 0;
};

}  // namespace pith
