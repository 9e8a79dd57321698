#include "compress/reference_select.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "compress/reference_percentile.h"

namespace pith {
namespace {

struct Value {
  float probability = 0;
  bool is_double = false;  // a Python float in the library
};

NumpyType array_type(std::span<const Value> values) {
  const bool has_double = std::any_of(values.begin(), values.end(), [](const Value& v) { return v.is_double; });
  return has_double ? NumpyType::kFloat64 : NumpyType::kFloat32;
}

double percentile_of(std::span<const Value> values, int q) {
  std::vector<float> probabilities;
  probabilities.reserve(values.size());
  for (const Value& value : values) probabilities.push_back(value.probability);
  return numpy_percentile(std::move(probabilities), q, array_type(values));
}

/// drop_consecutive: of equal force words with nothing likely in between, all but the first get probability 0. A word
/// in between counts as kept by a threshold of its own, over words instead of tokens.
void drop_repeated_force_words(const std::vector<ReferenceWord>& words, double threshold,
                               const ReferenceForceTokens& force, std::vector<Value>* values) {
  bool is_between = false;
  const std::string* previous = nullptr;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].text;
    if (!force.is_force_token(word)) {
      is_between = is_between || static_cast<double>((*values)[i].probability) > threshold;
      continue;
    }
    if (is_between) {
      is_between = false;
    } else if (previous != nullptr && word == *previous) {
      (*values)[i] = {0.0F, true};
    }
    previous = &word;
  }
}

tl::unexpected<Error> no_words() {
  return fail(ErrorCode::kInvalidArgument,
              "reference mode cannot compress a chunk without a word the model knows (emoji, rare scripts and words of "
              "more than 100 characters are unknown to it); use reference = false");
}

/// The percentile over tokens: every word counts as often as it has tokens.
Result<double> rate_threshold(const std::vector<ReferenceWord>& words, std::span<const Value> values,
                              double reduce_rate, WordCounts* counts) {
  const auto percent = reference_percent(100 * reduce_rate + 1, "the rate");
  if (!percent) return tl::unexpected(percent.error());
  std::vector<Value> weighted;
  for (std::size_t i = 0; i < words.size(); ++i) {
    weighted.insert(weighted.end(), counts->count(words[i].text), values[i]);
  }
  if (weighted.empty()) return no_words();
  return percentile_of(weighted, *percent);
}

}  // namespace

std::size_t WordCounts::count(const std::string& word) {
  const auto [entry, is_new] = counts_.try_emplace(word, 0);
  if (is_new) entry->second = counter_.count(word);
  return entry->second;
}

Result<int> reference_percent(double hundredfold, std::string_view what) {
  // Truncation towards zero: everything above -1 becomes 0 or more.
  if (!(hundredfold > -1 && hundredfold < 101)) {
    return fail(
        ErrorCode::kInvalidArgument,
        std::string(what) + " is out of range for reference mode: the library asks for a percentile outside [0, 100]");
  }
  return static_cast<int>(hundredfold);
}

Result<std::vector<bool>> select_reference_words(const std::vector<ReferenceWord>& words,
                                                 const ReferenceSelection& selection, const ReferenceForceTokens& force,
                                                 WordCounts* counts) {
  PITH_CHECK(selection.reduce_rate > 0, "");
  std::vector<Value> values;
  values.reserve(words.size());
  for (const ReferenceWord& word : words) values.push_back({word.probability, word.is_double});

  if (selection.drop_consecutive) {
    if (words.empty()) return no_words();
    const auto word_percent = reference_percent(100 * selection.reduce_rate, "the rate");
    if (!word_percent) return tl::unexpected(word_percent.error());
    drop_repeated_force_words(words, percentile_of(values, *word_percent), force, &values);
  }
  const auto threshold = selection.fixed_threshold ? Result<double>(*selection.fixed_threshold)
                                                   : rate_threshold(words, values, selection.reduce_rate, counts);
  if (!threshold) return tl::unexpected(threshold.error());

  std::vector<bool> keep(words.size(), false);
  const std::string* last_kept = nullptr;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto probability = static_cast<double>(values[i].probability);
    const bool is_certain = *threshold == 1.0 && probability == 1.0;
    if (!(probability > *threshold) && !is_certain) continue;
    const std::string& word = words[i].text;
    if (selection.drop_consecutive && last_kept != nullptr && word == *last_kept && force.is_force_token(word))
      continue;
    keep[i] = true;
    last_kept = &word;
  }
  return keep;
}

Result<std::vector<bool>> select_reference_contexts(std::span<const float> scores, double rate,
                                                    std::span<const std::int64_t> forced_indices) {
  if (scores.empty()) return fail(ErrorCode::kInvalidArgument, "the context filter needs at least one context");
  const auto percent = reference_percent(100 * (1 - rate), "context_level_rate");
  if (!percent) return tl::unexpected(percent.error());
  const double threshold =
      numpy_percentile(std::vector<float>(scores.begin(), scores.end()), *percent, NumpyType::kFloat32);
  std::vector<bool> keep(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) keep[i] = static_cast<double>(scores[i]) >= threshold;
  for (const std::int64_t index : forced_indices) {
    if (index >= 0 && static_cast<std::size_t>(index) < keep.size()) keep[static_cast<std::size_t>(index)] = true;
  }
  return keep;
}

}  // namespace pith
