#include "text/structure/record_sampling.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_set>

namespace pith {
namespace {

/// A field with more different values than this says nothing by one of them being rare.
constexpr std::size_t kMaxValues = 64;
/// A value (or field) is rare when at most one record in eight has it, and outliers are at most a fifth of the records.
constexpr std::size_t kRareShare = 8;
constexpr std::size_t kOutlierShare = 5;
/// Tukey's far-out fences.
constexpr double kFence = 3;

constexpr std::array<std::string_view, 58> kCommonWords{
    "a",   "about", "all",  "am",   "an",   "and",   "any",   "are",   "as",    "at",   "be",   "been",
    "by",  "can",   "did",  "do",   "does", "for",   "from",  "give",  "had",   "has",  "have", "how",
    "i",   "if",    "in",   "is",   "it",   "its",   "list",  "many",  "me",    "much", "my",   "of",
    "on",  "or",    "our",  "show", "tell", "that",  "the",   "their", "there", "they", "this", "to",
    "was", "we",    "were", "what", "when", "where", "which", "who",   "why",   "with"};

static_assert(std::ranges::is_sorted(kCommonWords));

constexpr std::uint64_t kFnvBasis = 14695981039346656037U;
constexpr std::uint64_t kFnvPrime = 1099511628211U;

std::uint64_t hash_of(std::string_view bytes, std::uint64_t hash = kFnvBasis) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return hash ^ (hash >> 29U);
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_byte(char c) {
  return is_upper(c) || is_lower(c) || is_digit(c) || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Without the endings that grammar adds; the same for the forms of a word, not a word itself.
std::string_view stem(std::string_view word) {
  if (word.size() > 4 && word.ends_with("ies")) return word.substr(0, word.size() - 3);
  if (word.size() > 3 && word.ends_with("s") && !word.ends_with("ss")) word.remove_suffix(1);
  if (word.size() > 5 && word.ends_with("ing")) {
    word.remove_suffix(3);
  } else if (word.size() > 4 && word.ends_with("ed")) {
    word.remove_suffix(2);
  }
  if (word.size() > 3 && (word.ends_with("e") || word.ends_with("y"))) word.remove_suffix(1);
  return word;
}

/// Calls use(word) with each word in lower case. Words longer than any a question holds are cut.
template <class Use>
void for_each_word(std::string_view text, Use use) {
  std::array<char, 64> word{};
  std::size_t size = 0;
  char last = ' ';
  const auto end_word = [&] {
    if (size > 0) use(std::string_view(word.data(), size));
    size = 0;
  };
  for (const char c : text) {
    if (!is_word_byte(c) || (is_upper(c) && is_lower(last))) end_word();
    if (is_word_byte(c) && size < word.size()) word.at(size++) = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    last = c;
  }
  end_word();
}

double number_in(std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_number = error == std::errc() && end == value.data() + value.size() && std::isfinite(number);
  return is_number ? number : std::numeric_limits<double>::quiet_NaN();
}

/// Positions in this order leave, cut anywhere, an even sample: 0, half, quarter, three quarters, ...
/// That is the order of their bits reversed.
std::uint32_t spread_key(std::uint32_t position) {
  std::uint32_t key = position;
  key = ((key >> 1U) & 0x55555555U) | ((key & 0x55555555U) << 1U);
  key = ((key >> 2U) & 0x33333333U) | ((key & 0x33333333U) << 2U);
  key = ((key >> 4U) & 0x0F0F0F0FU) | ((key & 0x0F0F0F0FU) << 4U);
  key = ((key >> 8U) & 0x00FF00FFU) | ((key & 0x00FF00FFU) << 8U);
  return (key >> 16U) | (key << 16U);
}

/// What one column holds, counted.
struct Column {
  std::size_t n_records = 0;
  std::size_t last_record = std::numeric_limits<std::size_t>::max();
  bool has_many_values = false;
  std::unordered_map<std::uint32_t, std::size_t> counts;
  std::vector<double> numbers;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  float value_rarity_unit = 0;  ///< 1 if rare values are few enough to mean something
  float number_rarity = 0;      ///< of a number outside [low, high]
  float presence_rarity = 0;    ///< of having the field at all
};

float rarity_of(std::size_t n_having, std::size_t n_records) {
  return std::log(static_cast<float>(n_records) / static_cast<float>(n_having));
}

void find_rare(Column& column, std::size_t n_records) {
  if (column.n_records * kRareShare <= n_records) column.presence_rarity = rarity_of(column.n_records, n_records);
  if (!column.has_many_values) {
    std::size_t n_rare = 0;
    for (const auto& [value, count] : column.counts) n_rare += count * kRareShare <= n_records ? count : 0;
    column.value_rarity_unit = n_rare * kOutlierShare <= n_records ? 1 : 0;
  }
  std::vector<double>& numbers = column.numbers;
  if (numbers.size() < kRareShare || numbers.size() * 2 < column.n_records) return;
  const auto at = [&](std::size_t nth) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(nth);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
  };
  const double low_quartile = at(numbers.size() / 4);
  const double high_quartile = at(numbers.size() - 1 - numbers.size() / 4);
  const double width = high_quartile - low_quartile;
  column.low = low_quartile - kFence * width;
  column.high = high_quartile + kFence * width;
  const auto n_outside = static_cast<std::size_t>(
      std::count_if(numbers.begin(), numbers.end(), [&](double x) { return x < column.low || x > column.high; }));
  if (n_outside > 0 && n_outside * kRareShare <= n_records) column.number_rarity = rarity_of(n_outside, n_records);
}

}  // namespace

QuestionWords::QuestionWords(std::string_view question) {
  constexpr std::size_t kMaxWords = 64;
  for_each_word(question, [&](std::string_view word) {
    if (index_.size() == kMaxWords || std::ranges::binary_search(kCommonWords, word)) return;
    if (word.size() < 2 && !is_digit(word[0])) return;
    index_.try_emplace(hash_of(stem(word)), static_cast<std::uint32_t>(index_.size()));
  });
}

std::uint64_t QuestionWords::found_in(std::string_view text) const {
  std::uint64_t found = 0;
  if (index_.empty()) return found;
  for_each_word(text, [&](std::string_view word) {
    const auto known = index_.find(hash_of(stem(word)));
    if (known != index_.end()) found |= std::uint64_t{1} << known->second;
  });
  return found;
}

std::uint64_t RecordSampler::field_key(std::string_view name) { return hash_of(name); }

void RecordSampler::begin_record() { records_.push_back({kFnvBasis, 0, fields_.size()}); }

void RecordSampler::add_field(std::uint64_t field, std::string_view value) {
  Record& record = records_.back();
  const auto column = columns_.try_emplace(field, static_cast<std::uint32_t>(columns_.size())).first->second;
  const std::uint64_t hash = hash_of(value);
  record.content = ((record.content ^ field) * kFnvPrime ^ hash) * kFnvPrime;
  record.question |= question_->found_in(value);
  fields_.push_back({column, static_cast<std::uint32_t>(hash ^ (hash >> 32U)), number_in(value)});
}

void RecordSampler::add_words(std::string_view text) { records_.back().question |= question_->found_in(text); }

std::vector<float> RecordSampler::rarity() const {
  std::vector<Column> columns(columns_.size());
  const auto fields_of = [&](std::size_t r) {
    const std::size_t end = r + 1 < records_.size() ? records_[r + 1].first_field : fields_.size();
    return std::pair{records_[r].first_field, end};
  };
  for (std::size_t r = 0; r < records_.size(); ++r) {
    const auto [begin, end] = fields_of(r);
    for (std::size_t f = begin; f < end; ++f) {
      Column& column = columns[fields_[f].column];
      if (column.last_record != r) ++column.n_records;
      column.last_record = r;
      if (!std::isnan(fields_[f].number)) column.numbers.push_back(fields_[f].number);
      if (column.has_many_values) continue;
      ++column.counts[fields_[f].value];
      if (column.counts.size() <= kMaxValues) continue;
      column.has_many_values = true;
      column.counts.clear();
    }
  }
  for (Column& column : columns) find_rare(column, records_.size());

  std::vector<float> rarities(records_.size(), 0);
  for (std::size_t r = 0; r < records_.size(); ++r) {
    const auto [begin, end] = fields_of(r);
    for (std::size_t f = begin; f < end; ++f) {
      const Column& column = columns[fields_[f].column];
      float rarity = column.presence_rarity;
      if (column.value_rarity_unit > 0) {
        const std::size_t count = column.counts.at(fields_[f].value);
        if (count * kRareShare <= records_.size()) rarity = std::max(rarity, rarity_of(count, records_.size()));
      }
      const double number = fields_[f].number;
      if (number < column.low || number > column.high) rarity = std::max(rarity, column.number_rarity);
      rarities[r] = std::max(rarities[r], rarity);
    }
  }
  return rarities;
}

std::vector<float> RecordSampler::question_weight() const {
  std::array<std::size_t, 64> n_having{};
  for (const Record& record : records_) {
    for (std::uint64_t bits = record.question; bits != 0; bits &= bits - 1) {
      ++n_having.at(static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
  std::vector<float> weights(records_.size(), 0);
  for (std::size_t r = 0; r < records_.size(); ++r) {
    for (std::uint64_t bits = records_[r].question; bits != 0; bits &= bits - 1) {
      const std::size_t having = n_having.at(static_cast<std::size_t>(std::countr_zero(bits)));
      if (having * 2 <= records_.size()) weights[r] += rarity_of(having, records_.size());
    }
  }
  return weights;
}

std::vector<float> RecordSampler::importances() const {
  const std::size_t n = records_.size();
  const std::vector<float> rarities = rarity();
  const std::vector<float> weights = question_weight();

  std::vector<std::uint8_t> is_outlier(n, 0);
  std::vector<std::uint32_t> rare;
  for (std::uint32_t r = 0; r < n; ++r) {
    if (rarities[r] > 0) rare.push_back(r);
  }
  std::ranges::stable_sort(rare, [&](auto a, auto b) { return rarities[a] > rarities[b]; });
  if (rare.size() > n / kOutlierShare) rare.resize(n / kOutlierShare);
  for (const std::uint32_t r : rare) is_outlier[r] = 1;

  std::unordered_set<std::uint64_t> seen;
  std::vector<std::uint8_t> tiers(n, 4);
  for (std::size_t r = 0; r < n; ++r) {
    if (!seen.insert(records_[r].content).second) {
      tiers[r] = 5;
    } else if (weights[r] > 0) {
      tiers[r] = 1;
    } else if (r == 0 || r + 1 == n) {
      tiers[r] = 2;
    } else if (is_outlier[r] != 0) {
      tiers[r] = 3;
    }
  }
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    if (tiers[a] != tiers[b]) return tiers[a] < tiers[b];
    if (tiers[a] == 1 && weights[a] != weights[b]) return weights[a] > weights[b];
    if (tiers[a] == 3 && rarities[a] != rarities[b]) return rarities[a] > rarities[b];
    return spread_key(a) < spread_key(b);
  });
  std::vector<float> importances(n, 0);
  for (std::size_t rank = 0; rank < n; ++rank) {
    importances[order[rank]] = (static_cast<float>(n - rank) - 0.5F) / static_cast<float>(n);
  }
  return importances;
}

}  // namespace pith
