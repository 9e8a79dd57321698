#include <fmt/format.h>

#include "text/structure/json_records.h"
#include "text/structure/json_scan.h"
#include "text/structure/json_tree.h"
#include "text/structure/recognizers.h"

namespace pith {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Begins as nothing but JSON does: `{"` or `[{` or `[[` or `["`, white space between.
bool begins_as_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  const std::size_t second = text.find_first_not_of(kSpace, first + 1);
  if (second == std::string_view::npos) return false;
  return text[second] == '"' || (text[first] == '[' && text[second] == '{');
}

/// One JSON value a line is another format; its first line is no broken JSON.
bool may_be_lines(std::string_view text, std::size_t at) {
  const std::size_t before = text.find_last_not_of(kSpace, at == 0 ? 0 : at - 1);
  const std::size_t line_break = text.find('\n', before == std::string_view::npos ? 0 : before);
  return line_break < at && (text[at] == '{' || text[at] == '[');
}

}  // namespace

bool add_json(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (span.of(text).starts_with(kByteOrderMark)) span.begin += static_cast<std::uint32_t>(kByteOrderMark.size());
  JsonTape tape;
  if (const auto error = scan_json(text, span, tape)) {
    if (begins_as_json(span.of(text)) && !(error->is_after_value && may_be_lines(text, error->at))) {
      tree.warn(fmt::format("looks like JSON, but is broken at {}: {}", line_and_column(text, error->at), error->what));
    }
    return false;
  }
  const QuestionWords question(around.question);
  find_json_records(text, 0, question, tape);
  write_json(text, tape, 0, question, tree);
  return true;
}

}  // namespace pith
