// TOML: tables with their entries. Every line must be a header, an entry or a comment, and every value one of TOML's,
// which prose and INI files with bare words are not.
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "text/structure/recognizers.h"
#include "text/structure/record_sampling.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr float kCommentImportance = 0.1F;
constexpr std::size_t kFewestRecords = 8;

bool is_gap(char c) { return c == ' ' || c == '\t'; }
bool is_key_byte(char c) { return is_letter_byte(c) || is_digit_byte(c) || c == '_' || c == '-'; }

class TomlReader {
 public:
  TomlReader(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree)
      : text_(text.substr(0, span.end)), at_(span.begin), around_(around), tree_(tree) {}

  bool read() {
    for (;;) {
      skip_blanks();
      if (at_ >= text_.size()) break;
      if (text_[at_] == '#') {
        add_comment();
      } else if (text_[at_] == '[') {
        if (!take_header()) return false;
      } else if (!take_entry()) {
        return false;
      }
    }
    while (!open_.empty()) close_table();
    rank_records();
    return n_entries_ >= 2 || (n_entries_ == 1 && n_tables_ > 0);
  }

 private:
  struct Table {
    std::string path;  ///< `a.b.`, as written
    bool is_array = false;
    bool has_node = false;
    std::size_t id = 0;
  };

  void skip_blanks() {
    while (at_ < text_.size() && is_space_byte(text_[at_])) ++at_;
  }
  void skip_gaps() {
    while (at_ < text_.size() && is_gap(text_[at_])) ++at_;
  }
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] std::uint32_t line_end() const {
    std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) end = text_.size();
    if (end > at_ && text_[end - 1] == '\r') --end;
    return static_cast<std::uint32_t>(end);
  }
  void skip_comment() {
    if (here() == '#') at_ = line_end();
  }

  void close_table() {
    if (open_.back().has_node) tree_.close(last_end_);
    open_.pop_back();
  }

  void add_comment() {
    const ByteSpan line{at_, line_end()};
    if (!tree_.is_full()) tree_.leaf(Kind::kComment, Policy::kWhole, line, {.importance = kCommentImportance});
    last_end_ = at_ = line.end;
  }

  /// A key, dotted or not; its text without the blanks around the dots.
  std::optional<std::string> take_key() {
    std::string path;
    for (;;) {
      skip_gaps();
      const std::uint32_t begin = at_;
      if (here() == '"' || here() == '\'') {
        if (!take_string()) return std::nullopt;
      } else {
        while (is_key_byte(here())) ++at_;
      }
      if (at_ == begin || text_.substr(begin, at_ - begin).find('\n') != std::string_view::npos) return std::nullopt;
      path += text_.substr(begin, at_ - begin);
      skip_gaps();
      if (here() != '.') return path;
      path += '.';
      ++at_;
    }
  }

  bool ends_line() {
    skip_gaps();
    skip_comment();
    return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
  }

  bool take_header() {
    const std::uint32_t begin = at_;
    const bool is_array = text_.substr(at_).starts_with("[[");
    at_ += is_array ? 2 : 1;
    const auto path = take_key();
    if (!path || !text_.substr(at_).starts_with(is_array ? "]]" : "]")) return false;
    at_ += is_array ? 2 : 1;
    if (!ends_line()) return false;
    // Tables below an element of an array of tables are the element's, and go with it.
    const std::string full = *path + '.';
    while (!open_.empty() &&
           (!full.starts_with(open_.back().path) || full == open_.back().path || !open_.back().is_array)) {
      close_table();
    }
    if (n_arrays_above(full) != open_.size()) return false;
    // A table is defined once, in each element of an array of tables.
    const std::string name = std::to_string(open_.empty() ? 0 : open_.back().id) + '\n' + full;
    if (!is_array && !seen_.insert(name).second) return false;
    ++n_tables_;
    const bool is_visible =
        tree_.depth() + 2 < kMaxDepth && !tree_.is_full() && (open_.empty() || open_.back().has_node);
    if (is_visible) {
      const std::uint32_t node = tree_.open(Kind::kYamlEntry, Policy::kGroup, begin);
      if (is_array) arrays_[full].push_back(node);
    }
    open_.push_back({full, is_array, is_visible, n_tables_});
    if (is_array) array_paths_.insert(full);
    last_end_ = at_;
    return true;
  }

  /// Arrays of tables that the table `path` lies in; more names than kMaxDepth are too many.
  [[nodiscard]] std::size_t n_arrays_above(std::string_view path) const {
    std::size_t n_arrays = 0;
    std::size_t n_names = 0;
    for (std::size_t dot = path.find('.'); dot + 1 < path.size(); dot = path.find('.', dot + 1)) {
      if (++n_names > kMaxDepth) return kMaxDepth + 1;
      n_arrays += array_paths_.contains(std::string(path.substr(0, dot + 1))) ? 1U : 0U;
    }
    return n_arrays;
  }

  bool take_entry() {
    const std::uint32_t begin = at_;
    const auto key = take_key();
    if (!key || here() != '=') return false;
    ++at_;
    skip_gaps();
    const std::uint32_t value = at_;
    if (!take_value()) return false;
    const std::uint32_t value_end = at_;
    if (!ends_line()) return false;
    if (!seen_.insert(std::to_string(open_.empty() ? 0 : open_.back().id) + '=' + *key).second) return false;
    ++n_entries_;
    if (!tree_.is_full() && (open_.empty() || open_.back().has_node)) {
      const std::uint32_t node = tree_.leaf(Kind::kYamlEntry, Policy::kWhole, {begin, at_});
      entries_[node] = {*key, {value, value_end}};
    }
    last_end_ = at_;
    return true;
  }

  bool take_string() {
    const char quote = here();
    const std::string_view rest = text_.substr(at_);
    const bool is_long = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
    at_ += is_long ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        ++at_;
      } else if (c == '\n' && !is_long) {
        return false;
      } else if (c == quote) {
        if (!is_long) {
          ++at_;
          return true;
        }
        if (text_.substr(at_, 3) != std::string_view(rest.data(), 3)) continue;
        at_ += 3;
        while (here() == quote) ++at_;
        return true;
      }
    }
    return false;
  }

  /// A value; arrays and inline tables without recursion: `closing` holds the brackets to come.
  bool take_value() {
    std::vector<char> closing;
    do {
      if (here() == '[' || here() == '{') {
        closing.push_back(here() == '[' ? ']' : '}');
        ++at_;
      } else if (!take_scalar()) {
        return false;
      }
      // To the next value, or out of what has ended.
      bool needs_value = closing.empty() ? false : text_[at_ - 1] == '[' || text_[at_ - 1] == '{';
      while (!closing.empty()) {
        skip_inside(closing.back());
        if (here() == closing.back()) {
          closing.pop_back();
          ++at_;
          needs_value = false;
          continue;
        }
        if (!needs_value) {
          if (here() != ',') return false;
          ++at_;
          needs_value = true;
          continue;
        }
        if (closing.back() == '}') {
          if (!take_key() || here() != '=') return false;
          ++at_;
          skip_gaps();
        }
        break;
      }
    } while (!closing.empty());
    return true;
  }

  void skip_inside(char closing) {
    skip_gaps();
    while (closing == ']' && (here() == '#' || here() == '\n' || here() == '\r')) {
      skip_comment();
      skip_blanks();
    }
  }

  bool take_scalar() {
    if (here() == '"' || here() == '\'') return take_string();
    const std::uint32_t begin = at_;
    while (is_key_byte(here()) || here() == '+' || here() == '.' || here() == ':') ++at_;
    if (here() == ' ' && at_ - begin == 10 && at_ + 1 < text_.size() && is_digit_byte(text_[at_ + 1]) &&
        text_[begin + 4] == '-') {
      ++at_;
      while (is_digit_byte(here()) || here() == ':' || here() == '.' || here() == '+' || here() == '-' ||
             here() == 'Z') {
        ++at_;
      }
    }
    std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "true" || word == "false") return true;
    if (!word.empty() && (word[0] == '+' || word[0] == '-')) word.remove_prefix(1);
    if (word == "inf" || word == "nan") return true;
    if (word.empty() || !is_digit_byte(word[0])) return false;
    const bool is_based = word.starts_with("0x") || word.starts_with("0o") || word.starts_with("0b");
    for (const char c : word.substr(is_based ? 2 : 0)) {
      const bool is_number = is_digit_byte(c) || c == '_' || c == '.' || c == '-' || c == '+' || c == ':' || c == ' ';
      const bool is_letter =
          is_based ? is_ascii_hex(c) : c == 'e' || c == 'E' || c == 'T' || c == 'Z' || c == 't' || c == 'z';
      if (!is_number && !is_letter) return false;
    }
    return true;
  }

  void rank_records() {
    const QuestionWords question(around_.question);
    for (const auto& [path, nodes] : arrays_) {
      if (nodes.size() < kFewestRecords) continue;
      RecordSampler sampler(question);
      for (const std::uint32_t node : nodes) {
        sampler.begin_record();
        for (std::uint32_t child = node + 1; child < tree_.node(node).end; child = tree_.node(child).end) {
          const auto entry = entries_.find(child);
          if (entry == entries_.end()) continue;
          sampler.add_field(RecordSampler::field_key(entry->second.key), entry->second.value.of(text_).substr(0, 256));
        }
      }
      const std::vector<float> importances = sampler.importances();
      for (std::size_t i = 0; i < nodes.size(); ++i) tree_.node(nodes[i]).importance = importances[i];
    }
  }

  struct Entry {
    std::string key;
    ByteSpan value;
  };

  std::string_view text_;
  std::uint32_t at_ = 0;
  const Surroundings& around_;
  TreeBuilder& tree_;
  std::vector<Table> open_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> arrays_;  ///< nodes of [[...]], by path
  std::unordered_map<std::uint32_t, Entry> entries_;
  std::unordered_set<std::string> array_paths_;
  std::unordered_set<std::string> seen_;  ///< tables, and keys in them
  std::uint32_t last_end_ = 0;
  std::size_t n_entries_ = 0;
  std::size_t n_tables_ = 0;
};

}  // namespace

bool add_toml(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  span = trimmed(text, span);
  if (span.empty()) return false;
  const TreeBuilder::Mark mark = tree.mark();
  tree.open(Kind::kYamlEntry, Policy::kGroup, span.begin);
  if (!TomlReader(text, span, around, tree).read()) {
    tree.rollback(mark);
    return false;
  }
  tree.close(span.end);
  return true;
}

}  // namespace pith
