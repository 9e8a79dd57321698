#include "compress/reference_lane.h"

#include <fmt/format.h>

#include <algorithm>

#include "compress/reference_python.h"

namespace pith {
namespace {

template <class T>
void filter(std::vector<T>* items, const std::vector<char>& keep, std::size_t first) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < items->size() && first + i < keep.size(); ++i) {
    if (keep[first + i] != 0) (*items)[n++] = (*items)[i];
  }
  items->resize(n);
}

}  // namespace

Result<std::size_t> ReferenceLane::read_all(const CausalLm& lm, std::size_t max_positions,
                                            ReferenceProgress* progress) {
  if (ids_.empty()) {
    return fail(ErrorCode::kInvalidArgument, "reference mode cannot compress a text without tokens");
  }
  CausalBatch batch;
  batch.sequences.ids.assign(ids_.begin(),
                             ids_.begin() + static_cast<std::ptrdiff_t>(std::min(ids_.size(), max_positions)));
  batch.sequences.end_sequence();
  progress->expect(batch.sequences.ids.size());
  auto nll = lm.score(batch, progress->next());
  if (!nll) return tl::unexpected(nll.error());
  values_.assign(nll->begin() + 1, nll->end());
  return values_.size();
}

Result<std::size_t> ReferenceLane::read_to(std::int64_t end, const CausalLm& lm, std::size_t max_positions,
                                           ReferenceProgress* progress) {
  if (memory_ == nullptr) {
    auto session = lm.new_session();
    if (!session) return tl::unexpected(session.error());
    memory_ = std::move(*session);
  }
  const std::size_t begin = memory_->n_tokens();
  const std::size_t stop =
      python_slice_bound(std::min(end, static_cast<std::int64_t>(begin + max_positions)), ids_.size());
  if (stop <= begin) return fail(ErrorCode::kInvalidArgument, "reference mode has a window without tokens");
  progress->expect(stop - begin);
  std::vector<float> read;
  if (auto ok = memory_->append(std::span(ids_).subspan(begin, stop - begin), &read, progress->next()); !ok) {
    return tl::unexpected(ok.error());
  }
  // The library does not keep the output that foretells the first of them.
  read.erase(read.begin());
  if (read.empty()) return read.size();

  const std::int64_t values_end = end - 1;
  if (values_end > static_cast<std::int64_t>(values_.size()))
    values_.resize(static_cast<std::size_t>(values_end), 0.0F);
  const std::size_t to_begin = python_slice_bound(start_, values_.size());
  const std::size_t to_end = std::max(to_begin, python_slice_bound(values_end, values_.size()));
  if (read.size() == 1) {
    std::fill(values_.begin() + static_cast<std::ptrdiff_t>(to_begin),
              values_.begin() + static_cast<std::ptrdiff_t>(to_end), read.front());
  } else if (read.size() != to_end - to_begin) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("reference mode cannot fit {} likelihoods into a window of {}; iterative_size is too large "
                            "for a model of {} positions",
                            read.size(), to_end - to_begin, max_positions));
  } else {
    std::copy(read.begin(), read.end(), values_.begin() + static_cast<std::ptrdiff_t>(to_begin));
  }
  return read.size();
}

Result<void> ReferenceLane::truncate_memory(std::int64_t n_tokens) {
  return memory_->truncate(python_slice_bound(n_tokens, memory_->n_tokens()));
}

Result<void> ReferenceLane::evict(std::size_t n, std::size_t n_sinks) {
  ids_.erase(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(std::min(n, ids_.size())));
  start_ -= static_cast<std::int64_t>(n);
  const std::size_t n_remembered = memory_->n_tokens();
  return memory_->remove(std::min(n_sinks, n_remembered), std::min(n_sinks + n, n_remembered),
                         CausalSession::Positions::kKeep);
}

Result<void> ReferenceLane::evict_behind_what_fits(std::size_t n, std::size_t n_sinks) {
  if (n > memory_->n_tokens()) {
    return fail(ErrorCode::kInvalidArgument, "reference mode would evict more tokens than the model remembers");
  }
  return evict(n, std::min(n_sinks, memory_->n_tokens() - n));
}

void ReferenceLane::filter_ids(const std::vector<char>& keep, std::size_t first) { filter(&ids_, keep, first); }
void ReferenceLane::filter_values(const std::vector<char>& keep, std::size_t first) { filter(&values_, keep, first); }

}  // namespace pith
