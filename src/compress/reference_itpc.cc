#include "compress/reference_itpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "compress/reference_lane.h"
#include "compress/reference_python.h"
#include "compress/reference_threshold.h"

namespace pith {
namespace {

class Itpc {
 public:
  Itpc(const ReferenceItpcInput& input, const CausalLm& lm, ReferenceProgress* progress,
       const ReferenceThresholdObserver& observe)
      : input_(input),
        lm_(lm),
        progress_(progress),
        observe_(observe),
        window_(static_cast<std::int64_t>(input.window)),
        n_prefix_(static_cast<std::int64_t>(input.n_prefix)),
        prompt_(input.ids) {
    if (input.contrast) {
      own_.emplace(std::vector<TokenId>(input.ids.begin() + std::min(n_prefix_, ssize(input.ids)), input.ids.end()));
    }
    if (input.keep_split) flag_split_runs();
  }

  Result<std::vector<TokenId>> run() {
    end_ = std::min(window_ + n_prefix_, ssize(prompt_.ids()));
    for (std::size_t pass = 0; end_ <= ssize(prompt_.ids()); ++pass) {
      if (auto evicted = evict_what_is_too_much(); !evicted) return tl::unexpected(evicted.error());
      const auto n_read = read(pass == 0);
      if (!n_read) return tl::unexpected(n_read.error());
      if (*n_read == 0) break;
      if (pass >= input_.schedule.size()) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("reference mode has budgets for {} windows and needs more", input_.schedule.size()));
      }
      for (const ReferencePiece& piece : input_.schedule[pass]) {
        if (auto done = compress(piece); !done) return tl::unexpected(done.error());
      }
    }
    evicted_.insert(evicted_.end(), prompt_.ids().begin(), prompt_.ids().end());
    evicted_.erase(evicted_.begin(), evicted_.begin() + std::min(n_prefix_, ssize(evicted_)));
    return std::move(evicted_);
  }

 private:
  template <class T>
  [[nodiscard]] static std::ptrdiff_t ssize(const std::vector<T>& items) {
    return static_cast<std::ptrdiff_t>(items.size());
  }

  void flag_split_runs() {
    const std::vector<TokenId>& ids = input_.ids;
    const auto is_split = [&](std::size_t i) { return i < ids.size() && ids[i] == input_.split_token; };
    for (std::size_t i = 0; i < ids.size(); ++i) {
      in_split_run_.push_back(is_split(i) && (is_split(i + 1) || (i > 0 && is_split(i - 1))) ? 1 : 0);
    }
  }

  Result<void> evict_what_is_too_much() {
    const auto limit = static_cast<std::int64_t>(input_.max_positions);
    if (end_ <= limit || !prompt_.has_memory()) return {};
    const auto n = static_cast<std::size_t>(end_ - limit);
    const std::size_t n_sinks = std::min(input_.n_sinks + input_.n_prefix, input_.max_positions);
    const auto first = static_cast<std::ptrdiff_t>(n);
    evicted_.insert(evicted_.end(), prompt_.ids().begin(), prompt_.ids().begin() + first);
    if (!in_split_run_.empty()) in_split_run_.erase(in_split_run_.begin(), in_split_run_.begin() + first);
    if (auto ok = prompt_.evict(n, n_sinks); !ok) return ok;
    if (own_) {
      if (auto ok = own_->evict_behind_what_fits(n, n_sinks); !ok) return ok;
    }
    end_ = limit;
    return {};
  }

  /// Lets the model read on, the whole text in the first pass. Returns the number of the prompt's new values.
  Result<std::size_t> read(bool is_first) {
    const auto read_lane = [&](ReferenceLane& lane, std::int64_t end) {
      return is_first ? lane.read_all(lm_, input_.max_positions, progress_)
                      : lane.read_to(end, lm_, input_.max_positions, progress_);
    };
    auto n_read = read_lane(prompt_, end_);
    if (!n_read || *n_read == 0) return n_read;
    if (own_) {
      if (const auto n = read_lane(*own_, end_ - n_prefix_); !n) return n;
    }
    if (!is_first) {
      if (auto ok = prompt_.truncate_memory(end_ - window_); !ok) return tl::unexpected(ok.error());
      if (own_) {
        if (auto ok = own_->truncate_memory(end_ - window_ - n_prefix_); !ok) return tl::unexpected(ok.error());
      }
    }
    const bool starts_over = is_first && n_prefix_ != 0;
    prompt_.set_start(starts_over ? 0 : end_ - window_);
    if (own_) own_->set_start(starts_over ? 0 : end_ - n_prefix_ - window_);
    return n_read;
  }

  Result<void> compress(const ReferencePiece& piece) {
    const std::int64_t last = end_ - window_ + static_cast<std::int64_t>(piece.n_tokens);
    const std::int64_t first = end_ - window_;
    auto keep = make_mask(piece.rate);
    if (!keep) return tl::unexpected(keep.error());
    std::fill(keep->begin() + static_cast<std::ptrdiff_t>(python_slice_bound(last, keep->size())), keep->end(), 1);
    std::fill_n(keep->begin(), python_slice_bound(first, keep->size()), 1);

    const std::vector<char> of_values(keep->begin(), keep->end() - 1);
    prompt_.filter_values(of_values, 0);
    if (own_) {
      // Values beyond the mask stay.
      std::vector<char> of_own = *keep;
      const std::size_t n_wanted = own_->values().size() + input_.n_prefix + 1;
      if (of_own.size() < n_wanted) of_own.resize(n_wanted, 1);
      of_own.pop_back();
      own_->filter_values(of_own, input_.n_prefix);
    }
    keep->resize(prompt_.ids().size(), 1);
    if (input_.keep_split) keep_split_runs(first, last, &*keep);
    const std::size_t n_decided = python_slice_bound(last, keep->size());
    const auto n_removed = std::count(keep->begin(), keep->begin() + static_cast<std::ptrdiff_t>(n_decided), 0);
    if (own_) own_->filter_ids(*keep, input_.n_prefix);
    filter_flags(*keep);
    prompt_.filter_ids(*keep, 0);
    end_ = last - n_removed + window_;
    return {};
  }

  /// Whether each token goes by the likelihood of the one behind it; one flag more than there are values.
  Result<std::vector<char>> make_mask(double ratio) {
    const std::vector<float>& values = prompt_.values();
    std::vector<float> difference;
    if (own_ && values.size() > input_.n_prefix) {
      difference.resize(values.size() - input_.n_prefix);
      if (own_->values().size() < difference.size()) {
        return fail(ErrorCode::kInvalidArgument,
                    "reference mode knows fewer likelihoods without the question than with it");
      }
      for (std::size_t i = 0; i < difference.size(); ++i) {
        difference[i] = own_->values()[i] - values[input_.n_prefix + i];
      }
    }
    const std::span<const float> decided = own_ ? difference : values;
    const auto threshold = reference_threshold(decided, ratio);
    if (!threshold) return tl::unexpected(threshold.error());
    if (observe_) observe_({.ratio = ratio, .values = decided, .threshold = *threshold});
    if (values.empty()) return fail(ErrorCode::kInvalidArgument, "reference mode has no likelihood left to judge by");
    std::vector<char> keep(values.size() + 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_prefix = i < input_.n_prefix;
      const bool stays = !own_       ? values[i] > *threshold
                         : is_prefix ? values[i] > 0
                                     : difference[i - input_.n_prefix] > *threshold;
      keep[i] = stays ? 1 : 0;
    }
    keep.back() = values.front() > 0 ? 1 : 0;
    return keep;
  }

  /// Runs of the split token stay; elsewhere the second of two that have become neighbours goes.
  void keep_split_runs(std::int64_t first, std::int64_t last, std::vector<char>* keep) const {
    for (std::size_t i = 0; i < keep->size(); ++i) {
      if (in_split_run_[i] != 0) (*keep)[i] = 1;
    }
    TokenId last_kept = kNoToken;
    const std::int64_t end = std::min(last, static_cast<std::int64_t>(keep->size()));
    for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(0, first)); static_cast<std::int64_t>(i) < end; ++i) {
      if ((*keep)[i] == 0) continue;
      const TokenId id = prompt_.ids()[i];
      if (id == input_.split_token && last_kept == input_.split_token && in_split_run_[i] == 0) {
        (*keep)[i] = 0;
      } else {
        last_kept = id;
      }
    }
  }

  void filter_flags(const std::vector<char>& keep) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < in_split_run_.size(); ++i) {
      if (keep[i] != 0) in_split_run_[n++] = in_split_run_[i];
    }
    in_split_run_.resize(n);
  }

  const ReferenceItpcInput& input_;
  const CausalLm& lm_;
  ReferenceProgress* progress_;
  const ReferenceThresholdObserver& observe_;
  const std::int64_t window_;
  const std::int64_t n_prefix_;

  ReferenceLane prompt_;
  std::optional<ReferenceLane> own_;  ///< the prompt without its prefix, if there is a contrast
  std::vector<char> in_split_run_;    ///< per id of the prompt; empty if it does not matter
  std::vector<TokenId> evicted_;
  std::int64_t end_ = 0;  ///< ids before it are read in the next pass; those `window_` before it are decided already
};

}  // namespace

Result<std::vector<TokenId>> compress_reference_ids(const ReferenceItpcInput& input, const CausalLm& lm,
                                                    ReferenceProgress* progress,
                                                    const ReferenceThresholdObserver& observe) {
  PITH_CHECK(input.window > 0 && input.max_positions > 0, "");
  return Itpc(input, lm, progress, observe).run();
}

}  // namespace pith
