#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "text/structure/json_records.h"
#include "text/structure/json_scan.h"
#include "text/structure/json_tree.h"
#include "text/structure/recognizers.h"

namespace pith {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

struct Lines {
  std::vector<std::uint32_t> values;  ///< one a line: index of the tape
  std::optional<ByteSpan> cut_line;   ///< the last one, if it stops in the middle
};

/// Reads the lines; an error in any but the last is an error of the whole.
std::optional<JsonError> scan_lines(std::string_view text, ByteSpan span, JsonTape& tape, Lines& lines) {
  for (std::uint32_t at = span.begin; at < span.end;) {
    const auto end = static_cast<std::uint32_t>(std::min<std::size_t>(text.find('\n', at), span.end));
    std::uint32_t begin = at, last = end;
    at = end + 1;
    while (begin < last && kSpace.find(text[begin]) != std::string_view::npos) ++begin;
    while (last > begin && kSpace.find(text[last - 1]) != std::string_view::npos) --last;
    if (begin == last) continue;
    if (text[begin] != '{' && text[begin] != '[') return JsonError{begin, "expected { or [", false};
    const auto index = static_cast<std::uint32_t>(tape.values.size());
    const auto error = scan_json(text, {begin, last}, tape);
    if (error) {
      const bool is_last = text.find_first_not_of(kSpace, last) >= span.end;
      if (!is_last || error->is_after_value) return error;
      lines.cut_line = ByteSpan{begin, last};
    } else if (tape.values.size() == index) {
      lines.cut_line = ByteSpan{begin, span.end};  // the tape is full: the rest is one piece
      return std::nullopt;
    } else {
      lines.values.push_back(index);
    }
  }
  return std::nullopt;
}

}  // namespace

bool add_json_lines(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  JsonTape tape;
  Lines lines;
  if (const auto error = scan_lines(text, span, tape, lines)) {
    if (lines.values.size() >= 2) {
      tree.warn(
          fmt::format("looks like JSON lines, but is broken at {}: {}", line_and_column(text, error->at), error->what));
    }
    return false;
  }
  if (lines.values.size() < 2) return false;
  const QuestionWords question(around.question);
  rank_json_records(text, lines.values, question, tape);
  find_json_records(text, 0, question, tape);
  for (std::size_t i = 0; i < lines.values.size(); ++i) {
    const std::uint32_t index = lines.values[i];
    tape.values[index].is_record = true;
    if (tree.is_full()) {
      tree.leaf(Kind::kRecord, Policy::kWhole,
                {tape.values[index].span.begin, tape.values[lines.values.back()].span.end}, {.importance = 0.5F});
      break;
    }
    write_json(text, tape, index, question, tree);
  }
  if (lines.cut_line) {
    tree.leaf(Kind::kRecord, Policy::kWhole, *lines.cut_line, {.importance = 0.5F});
    tree.warn(fmt::format("the last line of the JSON lines is cut off or too much at {}",
                          line_and_column(text, lines.cut_line->begin)));
  }
  return true;
}

}  // namespace pith
