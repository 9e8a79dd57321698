// What every TokenClassifier promises of its results, whatever engine is behind it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "model/token_classifier.h"

namespace pith {

inline std::vector<float> run(const TokenClassifier& classifier, const TokenSequences& sequences) {
  auto probabilities = classifier.keep_probabilities(sequences);
  if (!probabilities) throw std::runtime_error(probabilities.error().message);
  return *probabilities;
}

/// A sequence has the same bits alone, among the others, and among them backwards.
inline void expect_results_of_each_sequence_alone(const TokenClassifier& classifier, const TokenSequences& sequences) {
  const auto expected = run(classifier, sequences);
  TokenSequences reversed;
  for (std::size_t s = sequences.n_sequences(); s-- > 0;) {
    const auto ids = sequences.sequence(s);
    TokenSequences alone;
    alone.ids.assign(ids.begin(), ids.end());
    alone.end_sequence();
    const auto first = expected.begin() + static_cast<std::ptrdiff_t>(sequences.begin[s]);
    EXPECT_EQ(run(classifier, alone), std::vector<float>(first, first + static_cast<std::ptrdiff_t>(ids.size())));
    reversed.ids.insert(reversed.ids.end(), ids.begin(), ids.end());
    reversed.end_sequence();
  }
  const auto backwards = run(classifier, reversed);
  for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
    const std::size_t mirrored = reversed.begin[sequences.n_sequences() - 1 - s];
    for (std::size_t t = 0; t < sequences.sequence(s).size(); ++t) {
      ASSERT_EQ(backwards[mirrored + t], expected[sequences.begin[s] + t]) << "sequence " << s << ", token " << t;
    }
  }
}

inline void expect_same_bits_for_concurrent_callers(const TokenClassifier& classifier,
                                                    const TokenSequences& sequences) {
  const auto expected = run(classifier, sequences);
  std::atomic<int> n_equal{0};
  constexpr int kCallers = 6;
  constexpr int kRepeats = 5;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      for (int k = 0; k < kRepeats; ++k) {
        if (const auto p = classifier.keep_probabilities(sequences); p && *p == expected) ++n_equal;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(n_equal, kCallers * kRepeats);
}

}  // namespace pith
