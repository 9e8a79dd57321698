#include "model/cached_classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "model/sequence_order.h"

namespace pith {
namespace {

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

CachedClassifier::CachedClassifier(std::shared_ptr<const TokenClassifier> inner, std::shared_ptr<ScoreCache> cache,
                                   std::string_view model_identity)
    : inner_(std::move(inner)), cache_(std::move(cache)) {
  const BlobKey base = BlobKeyBuilder()
                           .add(fmt::format("keep probabilities {}", kScoreFormatVersion))
                           .add(model_identity)
                           .add(inner_->arithmetic())
                           .key();
  base_.assign(base.bytes.begin(), base.bytes.end());
}

BlobKey CachedClassifier::key_of(const TokenSequences& sequences, std::size_t s) const {
  BlobKeyBuilder key;
  key.add(base_).add(bytes_of(sequences.sequence(s)));
  for (const std::size_t i : hidden_in(sequences, s)) {
    const std::size_t place = i - sequences.begin[s];
    key.add({reinterpret_cast<const char*>(&place), sizeof(place)});
  }
  return key.key();
}

Result<std::vector<float>> CachedClassifier::keep_probabilities(const TokenSequences& sequences,
                                                                const ProgressCallback& progress) const {
  // Here, because the inner classifier would name the number a sequence has among the missing ones.
  if (auto ok = check_sequences(*this, sequences); !ok) return tl::unexpected(ok.error());

  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<float> probabilities(sequences.ids.size());
  TokenSequences missing;
  std::vector<BlobKey> missing_keys;
  std::vector<std::size_t> place_in_missing(sequences.n_sequences(), kNone);
  std::unordered_map<BlobKey, std::size_t, BlobKeyHash> numbers;  // of the missing ones, by key
  for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
    const auto ids = sequences.sequence(s);
    if (ids.empty()) continue;
    const BlobKey key = key_of(sequences, s);
    if (const auto known = numbers.find(key); known != numbers.end()) {
      place_in_missing[s] = known->second;
      continue;
    }
    if (const auto scores = cache_->get(key); scores && scores->size() == ids.size()) {
      std::ranges::copy(*scores, probabilities.begin() + static_cast<std::ptrdiff_t>(sequences.begin[s]));
      continue;
    }
    place_in_missing[s] = missing.n_sequences();
    numbers.emplace(key, missing.n_sequences());
    missing_keys.push_back(key);
    for (const std::size_t i : hidden_in(sequences, s)) {
      missing.hidden.push_back(missing.ids.size() + i - sequences.begin[s]);
    }
    missing.ids.insert(missing.ids.end(), ids.begin(), ids.end());
    missing.end_sequence();
  }

  if (missing.n_sequences() == 0) {
    if (progress && !progress(sequences.ids.size(), sequences.ids.size())) {
      return fail(ErrorCode::kCancelled, "cancelled when all scores were there");
    }
    return probabilities;
  }
  const auto computed = inner_->keep_probabilities(missing, progress);
  if (!computed) return computed;
  PITH_CHECK(computed->size() == missing.ids.size(), "");

  const auto scores_of = [&](std::size_t m) {
    return std::span(*computed).subspan(missing.begin[m], missing.begin[m + 1] - missing.begin[m]);
  };
  for (std::size_t s = 0; s < sequences.n_sequences(); ++s) {
    if (place_in_missing[s] == kNone) continue;
    std::ranges::copy(scores_of(place_in_missing[s]),
                      probabilities.begin() + static_cast<std::ptrdiff_t>(sequences.begin[s]));
  }
  std::vector<ScoreEntry> entries;
  entries.reserve(missing_keys.size());
  for (std::size_t m = 0; m < missing_keys.size(); ++m) entries.push_back({missing_keys[m], scores_of(m)});
  cache_->put(entries);
  return probabilities;
}

}  // namespace pith
