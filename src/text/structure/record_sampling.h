// Which of many similar records say most: the rows of a table, the objects of a JSON array, the lines of a log. Every
// record gets an importance, the importances are spread evenly over [0, 1], so that a cut at any height keeps a sample:
//
//   1. records that share words with the question, rare words counting more (IDF)
//   2. the first record, then the last
//   3. outliers: a value that few records of a field with few values have, a field that few records have, a number far
//      outside the quartiles. At most a fifth of the records, the rarest first
//   4. the rest, evenly over the positions: the first half of them is every second one, a quarter every fourth
//   5. exact duplicates of an earlier record, evenly as well
//
//   RecordSampler sampler(question_words);
//   for (row) { sampler.begin_record(); for (cell) sampler.add_field(column, cell); }
//   const std::vector<float> importances = sampler.importances();
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pith {

/// The words of a question, ready to be looked for. Words are runs of letters and digits, cut where camelCase does,
/// compared without ASCII case and common English endings (`fails`, `failed`, `failing`); words that questions are made
/// of (`what`, `the`) do not count. At most 64 different words, later ones are ignored. Immutable, thread-safe.
class QuestionWords {
 public:
  explicit QuestionWords(std::string_view question);

  /// Bit i is set if word i of the question is in `text`. Linear in its length.
  [[nodiscard]] std::uint64_t found_in(std::string_view text) const;
  [[nodiscard]] bool empty() const { return index_.empty(); }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> index_;
};

/// Collects records and ranks them. Time and memory grow with the number of fields (the final sort with n log n of the
/// records). Deterministic.
class RecordSampler {
 public:
  /// REQUIRES: `question` outlives the sampler.
  explicit RecordSampler(const QuestionWords& question) : question_(&question) {}

  void begin_record();
  /// A value of the record begun last, with what surrounds it (quotes, padding) taken off. `field` is any number that
  /// is the same for the same field of every record: a column, or field_key(name).
  void add_field(std::uint64_t field, std::string_view value);
  /// Text that is only looked through for the question's words (the names of fields, a line as a whole).
  void add_words(std::string_view text);

  [[nodiscard]] static std::uint64_t field_key(std::string_view name);
  [[nodiscard]] std::size_t n_records() const { return records_.size(); }

  /// One per record, in order: (n - rank - 0.5) / n, rank 0 being the best.
  [[nodiscard]] std::vector<float> importances() const;

 private:
  struct Record {
    std::uint64_t content = 0;   ///< hash of all fields in order
    std::uint64_t question = 0;  ///< words of the question found in it
    std::size_t first_field = 0;
  };
  struct Field {
    std::uint32_t column = 0;
    std::uint32_t value = 0;  ///< hash
    double number = 0;        ///< NaN if the value is none
  };

  [[nodiscard]] std::vector<float> rarity() const;
  [[nodiscard]] std::vector<float> question_weight() const;

  const QuestionWords* question_;
  std::vector<Record> records_;
  std::vector<Field> fields_;
  std::unordered_map<std::uint64_t, std::uint32_t> columns_;
};

}  // namespace pith
