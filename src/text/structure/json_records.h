// Which arrays of a JSON document are many records of one shape, what every record must keep so that it stays one, and
// which records say most. Reads the tape and writes its flags.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "text/structure/json_scan.h"
#include "text/structure/record_sampling.h"

namespace pith {

/// Arrays of at least so many objects, or of other values, are sampled.
inline constexpr std::size_t kMinObjectRecords = 4;
inline constexpr std::size_t kMinScalarRecords = 8;

/// Treats values `elements` (indices of the tape) as the elements of one array: if they are records, sets is_record,
/// importance, is_required for keys that every object among them has (nested objects too, along the path), and
/// is_vector. Records that are mostly prose get no importance: their words are judged by the model. Elements that are
/// lines of text are no records; they get is_line.
void rank_json_records(std::string_view text, std::span<const std::uint32_t> elements, const QuestionWords& question,
                       JsonTape& tape);

/// The same for every array among the values from `first` on, and is_vector for arrays of two to four numbers. Linear.
void find_json_records(std::string_view text, std::uint32_t first, const QuestionWords& question, JsonTape& tape);

}  // namespace pith
