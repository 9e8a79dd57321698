// Rows of delimiter-separated values. The shape decides (one width throughout), and then the cells must look like
// cells: prose has commas too, but long cells, a blank behind each comma and nothing that is the same kind in every
// row.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "text/structure/recognizers.h"
#include "text/structure/record_sampling.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr std::size_t kFewestRows = 3;

struct Rows {
  char delimiter = ',';
  std::size_t width = 0;
  std::vector<ByteSpan> rows;
  std::vector<ByteSpan> cells;  ///< row by row, quotes included

  [[nodiscard]] ByteSpan cell(std::size_t row, std::size_t column) const { return cells[row * width + column]; }
};

/// The end of the cell that begins at `at`, or nothing if its quotes are broken.
std::optional<std::uint32_t> cell_end(std::string_view text, std::uint32_t at, std::uint32_t end, char delimiter) {
  const auto ends_cell = [&](std::uint32_t p) {
    return p == end || text[p] == delimiter || text[p] == '\n' ||
           (text[p] == '\r' && (p + 1 == end || text[p + 1] == '\n'));
  };
  if (at < end && text[at] == '"') {
    for (++at;; ++at) {
      const std::size_t quote = text.substr(0, end).find('"', at);
      if (quote == std::string_view::npos) return std::nullopt;
      at = static_cast<std::uint32_t>(quote) + 1;
      if (at < end && text[at] == '"') continue;
      if (!ends_cell(at)) return std::nullopt;
      return at;
    }
  }
  while (!ends_cell(at)) ++at;
  return at;
}

std::optional<Rows> read_rows(std::string_view text, ByteSpan span, char delimiter) {
  Rows table;
  table.delimiter = delimiter;
  for (std::uint32_t at = span.begin; at < span.end;) {
    const std::uint32_t row_begin = at;
    std::size_t n_cells = 0;
    for (;;) {
      const auto end = cell_end(text, at, span.end, delimiter);
      if (!end) return std::nullopt;
      table.cells.push_back({at, *end});
      ++n_cells;
      at = *end;
      if (at == span.end || text[at] != delimiter) break;
      ++at;
    }
    if (table.rows.empty()) table.width = n_cells;
    if (n_cells != table.width || n_cells < 2) return std::nullopt;
    table.rows.push_back({row_begin, at});
    // Tabs at the end of a row are cells that white space between rows would swallow.
    if (delimiter == '\t' && (at == row_begin || text[at - 1] == '\t' || text[row_begin] == '\t')) return std::nullopt;
    if (at < span.end && text[at] == '\r') ++at;
    if (at < span.end) ++at;
  }
  if (table.rows.size() < kFewestRows) return std::nullopt;
  return table;
}

std::string_view unquoted(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
  return cell;
}

/// Numbers, dates, times, amounts: at least as many digits as letters, no words.
bool is_value_like(std::string_view cell) {
  std::size_t n_digits = 0;
  std::size_t n_letters = 0;
  for (const char c : cell) {
    n_digits += is_digit_byte(c) ? 1U : 0U;
    n_letters += is_letter_byte(c) || (static_cast<unsigned char>(c) & 0x80U) != 0 ? 1U : 0U;
  }
  return n_digits > 0 && n_digits >= n_letters && cell.size() <= 40;
}

std::size_t count_words(std::string_view cell) {
  std::size_t n_words = 0;
  bool in_word = false;
  for (const char c : cell) {
    const bool is_blank = is_space_byte(c);
    n_words += !is_blank && !in_word ? 1U : 0U;
    in_word = !is_blank;
  }
  return n_words;
}

bool has_unbalanced_brackets(std::string_view cell) {
  std::array<int, 3> open{};
  for (const char c : cell) {
    open[0] += (c == '(' ? 1 : 0) - (c == ')' ? 1 : 0);
    open[1] += (c == '[' ? 1 : 0) - (c == ']' ? 1 : 0);
    open[2] += (c == '{' ? 1 : 0) - (c == '}' ? 1 : 0);
  }
  return open != std::array<int, 3>{};
}

bool is_rule(std::string_view cell) {
  cell = trimmed(cell);
  return cell.size() >= 2 && cell.find_first_not_of("-:=") == std::string_view::npos;
}

/// What the cells say about the text being a table, not sentences, code or a Markdown table.
bool looks_like_cells(std::string_view text, const Rows& table) {
  const std::size_t n_rows = table.rows.size();
  std::size_t n_sentences = 0;
  std::size_t n_blank_led = 0;
  std::size_t n_unbalanced = 0;
  bool has_typed_column = false;
  std::size_t n_quoted = 0;
  for (std::size_t column = 0; column < table.width; ++column) {
    std::size_t n_empty = 0;
    std::size_t n_values = 0;
    for (std::size_t row = 0; row < n_rows; ++row) {
      const std::string_view cell = table.cell(row, column).of(text);
      const bool is_quoted = !cell.empty() && cell[0] == '"';
      const std::string_view value = unquoted(cell);
      n_quoted += is_quoted ? 1U : 0U;
      n_empty += value.empty() ? 1U : 0U;
      n_values += is_value_like(value) ? 1U : 0U;
      if (is_rule(cell) && table.delimiter == '|') return false;
      if (is_quoted) continue;
      n_blank_led += !cell.empty() && cell[0] == ' ' && column > 0 ? 1U : 0U;
      n_unbalanced += has_unbalanced_brackets(cell) ? 1U : 0U;
      const bool ends_sentence = !value.empty() && (value.back() == '.' || value.back() == '?' || value.back() == '!');
      n_sentences += count_words(value) > 6 || (ends_sentence && count_words(value) > 2) ? 1U : 0U;
    }
    // Markdown's outer pipes, lines that end in a comma or semicolon: a column of nothing (a header over it or not).
    const bool is_outer = column == 0 || column + 1 == table.width;
    if (n_empty == n_rows && is_outer) return false;
    has_typed_column |= n_values + 1 >= n_rows && n_values >= 2;
    has_typed_column |= n_values * 5 >= n_rows * 4;
  }
  const std::size_t n_cells = table.cells.size();
  if (n_unbalanced * 50 > n_cells) return false;
  if (table.delimiter == '\t') return true;
  const bool is_commaless = table.delimiter == '|';
  if (has_typed_column || n_quoted * 2 > n_cells)
    return n_sentences * 4 <= n_cells || (is_commaless && table.width > 2);
  if (n_sentences * 10 > n_cells) return false;
  if (is_commaless) return table.width > 2 || n_rows > 4;
  const bool is_dense = n_blank_led * 5 <= n_rows * (table.width - 1);
  return is_dense && (table.width > 2 || n_rows > 4);
}

bool looks_like_header(std::string_view text, const Rows& table) {
  std::unordered_set<std::string_view> names;
  for (std::size_t column = 0; column < table.width; ++column) {
    const std::string_view name = unquoted(table.cell(0, column).of(text));
    if (name.empty() || name.size() > 60 || is_value_like(name) || !names.insert(name).second) return false;
    if (is_digit_byte(name[0]) || count_words(name) > 6) return false;
  }
  return true;
}

void add_rows(std::string_view text, ByteSpan span, const Rows& table, const Surroundings& around, TreeBuilder& tree) {
  const std::size_t first = looks_like_header(text, table) ? 1U : 0U;
  const QuestionWords question(around.question);
  RecordSampler sampler(question);
  for (std::size_t row = first; row < table.rows.size(); ++row) {
    sampler.begin_record();
    for (std::size_t column = 0; column < table.width; ++column) {
      sampler.add_field(column, unquoted(table.cell(row, column).of(text)));
    }
  }
  const std::vector<float> importances = sampler.importances();
  tree.open(Kind::kTable, Policy::kGroup, span.begin);
  if (first == 1) {
    tree.leaf(Kind::kCsvHeader, Policy::kWhole, table.rows[0], {.is_required = true});
  }
  for (std::size_t row = first; row < table.rows.size() && !tree.is_full(); ++row) {
    tree.leaf(Kind::kCsvRow, Policy::kWhole, table.rows[row], {.importance = importances[row - first]});
  }
  tree.close(span.end);
}

}  // namespace

bool add_csv(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  while (!span.empty() && (text[span.begin] == '\n' || text[span.begin] == '\r')) ++span.begin;
  ByteSpan table_span = span;
  while (!table_span.empty() && (text[table_span.end - 1] == '\n' || text[table_span.end - 1] == '\r'))
    --table_span.end;
  for (const char delimiter : {'\t', '|', ';', ','}) {
    const auto table = read_rows(text, table_span, delimiter);
    if (!table || !looks_like_cells(text, *table)) continue;
    add_rows(text, table_span, *table, around, tree);
    return true;
  }
  return false;
}

}  // namespace pith
