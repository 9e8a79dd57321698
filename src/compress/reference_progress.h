// One progress for a run of many calls to a model, whose number is not known before.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/token_classifier.h"

namespace pith {

/// Counts up over calls: `done` never decreases, `total` is what has been announced so far. Not thread-safe.
class ReferenceProgress {
 public:
  explicit ReferenceProgress(ProgressCallback outer) : outer_(std::move(outer)) {}

  /// Announces tokens that will be read.
  void expect(std::size_t n_tokens) { n_expected_ += n_tokens; }

  /// For the next call to a model; valid until the one after it.
  [[nodiscard]] ProgressCallback next() {
    n_before_ = n_done_;
    if (!outer_) return {};
    return [this](std::size_t n_done, std::size_t /*n_total*/) {
      n_done_ = n_before_ + n_done;
      return outer_(n_done_, std::max(n_expected_, n_done_));
    };
  }

 private:
  ProgressCallback outer_;
  std::size_t n_expected_ = 0, n_done_ = 0, n_before_ = 0;
};

}  // namespace pith
