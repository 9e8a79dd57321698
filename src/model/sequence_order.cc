#include "model/sequence_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace pith {

Result<void> check_sequences(const TokenClassifier& classifier, const TokenSequences& sequences) {
  const std::size_t n_most_tokens = classifier.max_sequence_tokens();
  const std::size_t n_rows = classifier.n_embedding_rows();
  for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
    const auto ids = sequences.sequence(s);
    if (ids.size() > n_most_tokens) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("sequence {} has {} tokens, the model reads at most {}", s, ids.size(), n_most_tokens));
    }
    for (std::size_t t = 0; t < ids.size(); ++t) {
      if (ids[t] < 0 || static_cast<std::size_t>(ids[t]) >= n_rows) {
        return fail(
            ErrorCode::kInvalidArgument,
            fmt::format("sequence {}, token {}: id {} is outside the model's vocabulary of {}", s, t, ids[t], n_rows));
      }
    }
  }
  return {};
}

std::vector<std::size_t> longest_first(const TokenSequences& sequences) {
  std::vector<std::size_t> order(sequences.n_sequences());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t s) { return sequences.sequence(s).empty(); });
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t s) { return sequences.sequence(s).size(); });
  return order;
}

std::span<const std::size_t> hidden_in(const TokenSequences& sequences, std::size_t s) {
  const auto begin = std::ranges::lower_bound(sequences.hidden, sequences.begin[s]);
  const auto end = std::ranges::lower_bound(sequences.hidden, sequences.begin[s + 1]);
  return {begin, end};
}

}  // namespace pith
