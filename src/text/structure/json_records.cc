#include "text/structure/json_records.h"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/structure/json_values.h"

namespace pith {
namespace {

/// Of an array inside a record, so much is compared with other records'.
constexpr std::size_t kComparedBytes = 4096;
/// Above this share of prose (in percent of its bytes) an array is text in the shape of records.
constexpr std::size_t kProsePercent = 60;
/// Arrays of numbers up to this length are one value each wherever they are: coordinates, ranges, colours.
constexpr std::uint32_t kShortVector = 4;

/// The number of elements of an array of numbers only, else 0.
std::uint32_t vector_length(const JsonTape& tape, std::uint32_t index) {
  const JsonValue& array = tape.values[index];
  if (array.type != JsonType::kArray || array.is_cut) return 0;
  for (std::uint32_t child = index + 1; child < array.end; ++child) {
    if (tape.values[child].type != JsonType::kNumber) return 0;
  }
  return array.end - index - 1;
}

/// One place in the objects of an array: a key, along a path of keys.
struct Place {
  std::uint32_t n_records = 0;
  std::uint32_t last_record = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t vector_length = 0;
  bool is_vector = true;  ///< so far: an array of vector_length numbers in every record
};

/// Compares the objects of one array.
class Comparison {
 public:
  Comparison(std::string_view text, JsonTape& tape, RecordSampler& sampler)
      : text_(text), tape_(tape), sampler_(sampler) {}

  void add(std::uint32_t record, std::uint32_t n_object) {
    open_.assign(1, {tape_.values[record].end, 0});
    for (std::uint32_t index = record + 1; index < tape_.values[record].end;) {
      while (index >= open_.back().first) open_.pop_back();
      const JsonValue& value = tape_.values[index];
      const std::uint32_t place = place_of(open_.back().second, inside_quotes(value.key).of(text_));
      visited_.emplace_back(index, place);
      note(places_[place - 1], index, n_object);
      if (value.type == JsonType::kObject) {
        open_.emplace_back(value.end, place);
        ++index;
        continue;
      }
      sampler_.add_field(place, compared(value));
      if (value.span.n_bytes() > kComparedBytes) sampler_.add_field(place, std::to_string(value.span.n_bytes()));
      index = value.end;
    }
  }

  void mark(std::uint32_t n_objects) {
    for (const auto& [index, number] : visited_) {
      const Place& place = places_[number - 1];
      JsonValue& value = tape_.values[index];
      value.is_required = place.n_records == n_objects;
      if (place.is_vector) value.is_vector = true;
    }
  }

 private:
  std::uint32_t place_of(std::uint32_t parent, std::string_view key) {
    const std::uint64_t hash = RecordSampler::field_key(key) + parent * 0x9E3779B97F4A7C15U;
    const auto found = index_.try_emplace(hash, static_cast<std::uint32_t>(places_.size() + 1));
    if (found.second) places_.emplace_back();
    return found.first->second;
  }

  void note(Place& place, std::uint32_t index, std::uint32_t n_object) const {
    const std::uint32_t length = vector_length(tape_, index);
    if (place.n_records == 0) place.vector_length = length;
    place.is_vector = place.is_vector && length > 0 && length == place.vector_length;
    if (place.last_record != n_object) ++place.n_records;
    place.last_record = n_object;
  }

  [[nodiscard]] std::string_view compared(const JsonValue& value) const {
    const ByteSpan span = value.type == JsonType::kString ? inside_quotes(value.span) : value.span;
    const std::string_view bytes = span.of(text_);
    return value.type == JsonType::kString ? bytes : bytes.substr(0, kComparedBytes);
  }

  std::string_view text_;
  JsonTape& tape_;
  RecordSampler& sampler_;
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
  std::vector<Place> places_;                                     ///< place n is places_[n - 1]; 0 is the record itself
  std::vector<std::pair<std::uint32_t, std::uint32_t>> visited_;  ///< value, place
  std::vector<std::pair<std::uint32_t, std::uint32_t>> open_;     ///< objects open: where they end, place
};

/// What an array is made of.
struct Census {
  std::size_t n_objects = 0;
  std::size_t n_strings = 0;
  std::size_t n_prose = 0;
  std::size_t n_prose_bytes = 0;
  std::size_t n_bytes = 0;
};

Census take_census(std::string_view text, std::span<const std::uint32_t> elements, const JsonTape& tape) {
  Census census;
  for (const std::uint32_t element : elements) {
    const JsonValue& value = tape.values[element];
    census.n_bytes += value.span.n_bytes();
    census.n_objects += value.type == JsonType::kObject ? 1 : 0;
    census.n_strings += value.type == JsonType::kString ? 1 : 0;
    // Strings in arrays further inside are those arrays' matter, which keeps the whole linear.
    for (std::uint32_t index = element; index < value.end;) {
      const JsonValue& inner = tape.values[index];
      if (inner.type == JsonType::kString && is_json_prose(inside_quotes(inner.span).of(text))) {
        census.n_prose_bytes += inner.span.n_bytes();
        census.n_prose += index == element ? 1 : 0;
      }
      index = inner.type == JsonType::kArray ? inner.end : index + 1;
    }
  }
  return census;
}

/// Strings that are lines: all but the last end in a line break (the cells of a notebook), or enough of them are prose.
bool are_lines(std::string_view text, std::span<const std::uint32_t> elements, const Census& census,
               const JsonTape& tape) {
  if (census.n_strings < elements.size() || elements.size() < 2) return false;
  const auto ends_line = [&](std::uint32_t element) {
    return inside_quotes(tape.values[element].span).of(text).ends_with("\\n");
  };
  return census.n_prose * 4 >= elements.size() || std::ranges::all_of(elements.first(elements.size() - 1), ends_line);
}

/// Rows of one length, numbers only: each row is one value.
void mark_matrix(std::span<const std::uint32_t> elements, JsonTape& tape) {
  const std::uint32_t length = vector_length(tape, elements[0]);
  const bool is_matrix = length > 0 && std::ranges::all_of(elements, [&](std::uint32_t element) {
                           return vector_length(tape, element) == length;
                         });
  if (!is_matrix) return;
  for (const std::uint32_t element : elements) tape.values[element].is_vector = true;
}

}  // namespace

void rank_json_records(std::string_view text, std::span<const std::uint32_t> elements, const QuestionWords& question,
                       JsonTape& tape) {
  if (elements.size() < 2) return;
  const Census census = take_census(text, elements, tape);
  if (are_lines(text, elements, census, tape)) {
    for (const std::uint32_t element : elements) tape.values[element].is_line = true;
    return;
  }
  const bool has_objects = census.n_objects >= kMinObjectRecords && census.n_objects * 2 >= elements.size();
  if (!has_objects && elements.size() < kMinScalarRecords) return;

  RecordSampler sampler(question);
  Comparison comparison(text, tape, sampler);
  std::uint32_t n_objects = 0;
  for (const std::uint32_t element : elements) {
    sampler.begin_record();
    const JsonValue& value = tape.values[element];
    if (value.type == JsonType::kObject) {
      comparison.add(element, n_objects++);
    } else {
      const ByteSpan span = value.type == JsonType::kString ? inside_quotes(value.span) : value.span;
      sampler.add_field(0, span.of(text).substr(0, kComparedBytes));
    }
  }
  if (has_objects) comparison.mark(n_objects);
  mark_matrix(elements, tape);
  const bool is_prose = census.n_prose_bytes * 100 >= census.n_bytes * kProsePercent;
  const std::vector<float> importances = sampler.importances();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    JsonValue& value = tape.values[elements[i]];
    value.is_record = true;
    if (!is_prose) value.importance = importances[i];
  }
}

void find_json_records(std::string_view text, std::uint32_t first, const QuestionWords& question, JsonTape& tape) {
  std::vector<std::uint32_t> elements;
  for (std::uint32_t index = first; index < tape.values.size(); ++index) {
    if (tape.values[index].type != JsonType::kArray) continue;
    elements.clear();
    for (std::uint32_t child = index + 1; child < tape.values[index].end; child = tape.values[child].end) {
      elements.push_back(child);
    }
    if (elements.size() >= 2 && elements.size() <= kShortVector && vector_length(tape, index) > 0) {
      tape.values[index].is_vector = true;
    }
    if (!tape.values[index].is_vector) rank_json_records(text, elements, question, tape);
  }
}

}  // namespace pith
