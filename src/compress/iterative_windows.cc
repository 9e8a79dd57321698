#include "compress/iterative_windows.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace pith {
namespace {

/// Models lean on the first tokens they saw, whatever they are: without them likelihoods go astray (arXiv 2309.17453).
constexpr std::size_t kSinkTokens = 4;
constexpr std::size_t kLeastContextForSinks = 64;
/// Tokens of a word that add to its surprise. Names have fewer; a hash of a hundred tokens is not worth twelve names.
constexpr double kMostAddedTokens = 8;

/// One session that reads windows, keeps some of each, and forgets the oldest of that when it is full.
class Reader {
 public:
  Reader(std::unique_ptr<CausalSession> session, std::size_t n_sinks, std::size_t n_free)
      : session_(std::move(session)), n_sinks_(n_sinks), n_free_(n_free) {}

  Result<void> read_pinned(std::span<const TokenId> ids, const ProgressCallback& progress) {
    n_pinned_ = ids.size() + n_sinks_;
    if (ids.empty()) return {};
    last_ = ids.back();
    return session_->append(ids, nullptr, progress);
  }

  /// The likelihoods of a window, NaN where there is none.
  Result<void> judge(std::span<const TokenId> window, std::vector<float>* nll, const ProgressCallback& progress) {
    if (auto ok = make_room(window.size()); !ok) return ok;
    n_before_ = session_->n_tokens();
    nll->clear();
    return session_->append(window, nll, progress);
  }

  /// Replaces the window judged last by what is kept of it.
  Result<void> keep(std::span<const TokenId> kept, const ProgressCallback& progress) {
    if (!kept.empty()) {
      last_ = kept.back();
      if (auto ok = session_->truncate(n_before_); !ok) return ok;
      return session_->append(kept, nullptr, progress);
    }
    if (n_before_ == 0) return session_->truncate(0);
    // The output of the last token is gone with the window; it is read once more for the next one.
    if (auto ok = session_->truncate(n_before_ - 1); !ok) return ok;
    return session_->append(std::span(&last_, 1), nullptr, progress);
  }

 private:
  /// Forgets half of the past at a time: closing up costs a pass over all keys.
  Result<void> make_room(std::size_t n_tokens) {
    const std::size_t n_now = session_->n_tokens();
    const std::size_t capacity = n_pinned_ + n_free_;
    if (n_now + n_tokens <= capacity) return {};
    const std::size_t n_past = n_now - n_pinned_;
    const std::size_t n_forgotten = std::max(n_now + n_tokens - capacity, n_past / 2);
    return session_->remove(n_pinned_, n_pinned_ + n_forgotten, CausalSession::Positions::kCloseUp);
  }

  std::unique_ptr<CausalSession> session_;
  std::size_t n_sinks_ = 0;
  std::size_t n_free_ = 0;    // room for past and window
  std::size_t n_pinned_ = 0;  // condition and sinks
  std::size_t n_before_ = 0;  // tokens remembered before the window
  TokenId last_ = kNoToken;
};

/// How the model's context is divided.
struct Room {
  std::size_t n_condition = 0;
  std::size_t n_sinks = 0;
  std::size_t n_window = 0;
  std::size_t n_free = 0;
};

Result<Room> divide(const CausalLm& lm, std::size_t n_condition, const IterativeOptions& options) {
  Room room;
  const std::size_t n_context = lm.max_context_tokens();
  const std::size_t n_bos = lm.bos() == kNoToken ? 0 : 1;
  room.n_condition = std::min(n_condition, n_context / 2);
  room.n_sinks = n_context < kLeastContextForSinks ? 0 : kSinkTokens;
  const std::size_t n_taken = n_bos + room.n_condition + room.n_sinks;
  if (n_context < n_taken + 2) {
    return fail(ErrorCode::kInvalidArgument, "the model's context is too small to judge tokens in it");
  }
  room.n_free = n_context - n_taken;
  room.n_window = std::clamp<std::size_t>(options.window_tokens, 1, room.n_free / 2);
  room.n_free = std::min(room.n_free, room.n_window + std::max<std::size_t>(1, options.max_past_tokens));
  return room;
}

/// The beginning and the end of a condition that is too long: it says what it is about first and what it asks last.
std::vector<TokenId> shortened(std::span<const TokenId> condition, std::size_t n_tokens) {
  const std::size_t n_head = n_tokens == condition.size() ? n_tokens : n_tokens / 2;
  const std::span<const TokenId> head = condition.first(n_head);
  const std::span<const TokenId> tail = condition.last(n_tokens - n_head);
  std::vector<TokenId> ids(head.begin(), head.end());
  ids.insert(ids.end(), tail.begin(), tail.end());
  return ids;
}

/// Where a window that begins at `begin` ends.
std::size_t window_end(const ModelText& text, std::size_t begin, std::size_t n_window) {
  const std::size_t n_left = text.n_tokens() - begin;
  if (n_left <= n_window) return text.n_tokens();
  const std::size_t size = n_left < 2 * n_window ? (n_left + 1) / 2 : n_window;
  const std::size_t full = begin + size;
  for (std::size_t end = full; end > begin + size / 2; --end) {
    if (text.first_word[end] >= text.end_word[end - 1]) return end;
  }
  return full;  // within a word as long as half a window
}

float median_of(std::vector<float> values) {
  std::erase_if(values, [](float v) { return !std::isfinite(v); });
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

class IterativeRun {
 public:
  IterativeRun(const CausalLm& lm, const IterativeInput& input, const IterativeOptions& options,
               const ProgressCallback& progress)
      : lm_(lm), input_(input), text_(input.text), options_(options) {
    if (progress) {
      report_ = [this, &progress](std::size_t, std::size_t) { return progress(n_done_, text_.n_tokens()); };
    }
  }

  Result<IterativeScores> run() {
    const std::size_t n_words = text_.n_words();
    sums_.assign(n_words, 0);
    scores_.n_tokens.assign(n_words, 0);
    scores_.surprise.assign(n_words, 0);
    scores_.window_of_word.assign(n_words, IterativeScores::kNone);
    if (text_.n_tokens() == 0) return std::move(scores_);

    const auto room = divide(lm_, input_.condition.size(), options_);
    if (!room) return tl::unexpected(room.error());
    if (auto ok = open(*room, shortened(input_.condition, room->n_condition), judged_); !ok) {
      return tl::unexpected(ok.error());
    }
    if (options_.is_contrastive) {
      if (auto ok = open(*room, {}, unconditioned_); !ok) return tl::unexpected(ok.error());
    }
    for (std::size_t begin = 0; begin < text_.n_tokens();) {
      const std::size_t end = window_end(text_, begin, room->n_window);
      if (auto ok = read_window(begin, end); !ok) return tl::unexpected(ok.error());
      begin = end;
      n_done_ = end;
      ++scores_.n_windows;
      if (report_ && !report_(0, 0)) return fail(ErrorCode::kCancelled, "cancelled");
    }
    for (std::size_t w = 0; w < n_words; ++w) scores_.surprise[w] = surprise_of(w);
    return std::move(scores_);
  }

 private:
  Result<void> open(const Room& room, std::span<const TokenId> condition, std::unique_ptr<Reader>& reader) {
    auto session = lm_.new_session();
    if (!session) return tl::unexpected(session.error());
    reader = std::make_unique<Reader>(std::move(*session), room.n_sinks, room.n_free);
    std::vector<TokenId> pinned;
    if (lm_.bos() != kNoToken) pinned.push_back(lm_.bos());
    pinned.insert(pinned.end(), condition.begin(), condition.end());
    return reader->read_pinned(pinned, report_);
  }

  Result<void> read_window(std::size_t begin, std::size_t end) {
    const auto window = std::span(text_.ids).subspan(begin, end - begin);
    if (auto ok = judged_->judge(window, &values_, report_); !ok) return ok;
    PITH_CHECK(values_.size() == window.size(), "a likelihood per token");
    if (unconditioned_) {
      if (auto ok = unconditioned_->judge(window, &plain_, report_); !ok) return ok;
      for (std::size_t i = 0; i < values_.size(); ++i) {
        values_[i] = options_.plain_weight * plain_[i] + (plain_[i] - values_[i]);
      }
    }
    const float median = median_of(values_);
    for (float& value : values_) value = std::isfinite(value) ? value : median;
    add_to_words(begin, end);
    const std::vector<TokenId> kept = kept_tokens(begin, end);
    if (unconditioned_) {
      if (auto ok = unconditioned_->keep(kept, report_); !ok) return ok;
    }
    return judged_->keep(kept, report_);
  }

  void add_to_words(std::size_t begin, std::size_t end) {
    for (std::size_t t = begin; t < end; ++t) {
      for (std::uint32_t w = text_.first_word[t]; w < text_.end_word[t]; ++w) {
        sums_[w] += static_cast<double>(values_[t - begin]);
        ++scores_.n_tokens[w];
        std::uint32_t& judged_in = scores_.window_of_word[w];
        if (judged_in == IterativeScores::kNone) judged_in = scores_.n_windows;
      }
    }
  }

  [[nodiscard]] float surprise_of(std::size_t w) const {
    const double n_tokens = scores_.n_tokens[w];
    return static_cast<float>(n_tokens > kMostAddedTokens ? sums_[w] / n_tokens * kMostAddedTokens : sums_[w]);
  }

  /// The tokens of the window's best words, and the white space in front of them.
  [[nodiscard]] std::vector<TokenId> kept_tokens(std::size_t begin, std::size_t end) const {
    std::vector<std::uint32_t> words;
    for (std::size_t t = begin; t < end; ++t) {
      for (std::uint32_t w = text_.first_word[t]; w < text_.end_word[t]; ++w) {
        if (words.empty() || w > words.back()) words.push_back(w);
      }
    }
    std::vector<float> surprise;
    surprise.reserve(words.size());
    for (const std::uint32_t w : words) surprise.push_back(surprise_of(w));
    const std::vector<float> quantiles = quantiles_of(surprise);
    std::vector<std::uint8_t> is_kept(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::uint32_t w = words[i];
      is_kept[i] = input_.forced[w] != 0 || quantiles[i] > 1 - input_.keep_share[w] ? 1 : 0;
    }
    std::vector<TokenId> kept;
    bool is_next_kept = !is_kept.empty() && is_kept.back() != 0;
    std::size_t i = words.size();  // words[i] is the last one that a token further on touches
    for (std::size_t t = end; t-- > begin;) {
      if (!text_.is_gap(t)) {
        is_next_kept = false;
        while (i > 0 && words[i - 1] >= text_.end_word[t]) --i;
        for (std::size_t k = i; k-- > 0 && words[k] >= text_.first_word[t];) is_next_kept |= is_kept[k] != 0;
      }
      if (is_next_kept) kept.push_back(text_.ids[t]);
    }
    std::ranges::reverse(kept);
    return kept;
  }

  const CausalLm& lm_;
  const IterativeInput& input_;
  const ModelText& text_;
  const IterativeOptions& options_;
  ProgressCallback report_;
  std::size_t n_done_ = 0;
  std::unique_ptr<Reader> judged_;
  std::unique_ptr<Reader> unconditioned_;  // null without a contrast
  std::vector<float> values_;              // of the window's tokens
  std::vector<float> plain_;
  std::vector<double> sums_;  // per word
  IterativeScores scores_;
};

}  // namespace

Result<IterativeScores> read_iteratively(const CausalLm& lm, const IterativeInput& input,
                                         const IterativeOptions& options, const ProgressCallback& progress) {
  PITH_CHECK(input.keep_share.size() == input.text.n_words() && input.forced.size() == input.text.n_words(), "");
  return IterativeRun(lm, input, options, progress).run();
}

std::vector<float> quantiles_of(std::span<const float> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<float> quantiles(values.size());
  const auto n = static_cast<double>(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double middle = (static_cast<double>(begin) + static_cast<double>(end)) / 2;
    for (std::size_t i = begin; i < end; ++i) quantiles[order[i]] = static_cast<float>(middle / n);
    begin = end;
  }
  return quantiles;
}

}  // namespace pith
