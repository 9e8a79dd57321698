#include "text/structure/json_tree.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "text/structure/json_values.h"

namespace pith {
namespace {

/// Nodes that stay free for what closes the open arrays and objects: the rest of each and the comma before it.
constexpr std::size_t kReservedNodes = 4 * kMaxDepth;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

class Writer {
 public:
  Writer(std::string_view text, const JsonTape& tape, const QuestionWords& question, TreeBuilder& tree)
      : text_(text), tape_(tape), question_(question), tree_(tree) {}

  void write(std::uint32_t root) {
    write_value(root);
    while (!open_.empty()) {
      Open& open = open_.back();
      const JsonValue& container = tape_.values[open.index];
      if (open.child < container.end && !is_full()) {
        const std::uint32_t child = open.child;
        open.child = tape_.values[child].end;
        const bool is_last = open.child >= container.end;
        const bool has_more = !is_last || container.is_cut;
        write_value_then_comma(child, has_more);
        continue;
      }
      if (open.child < container.end) {
        write_rest(tape_.values[open.child].begin(), container);
      } else if (container.is_cut) {
        write_rest(tree_.node(static_cast<std::uint32_t>(tree_.n_nodes() - 1)).span.end, container);
      }
      tree_.close(container.span.end);
      open_.pop_back();
      if (!open_.empty()) write_comma_if(container.span.end);
    }
  }

 private:
  /// An array or object whose children are being written.
  struct Open {
    std::uint32_t index = 0;
    std::uint32_t child = 0;
    bool comma_follows = false;  ///< a comma follows the child written last
  };

  [[nodiscard]] bool is_full() const { return tree_.n_nodes() + kReservedNodes >= kMaxNodes; }

  void write_value_then_comma(std::uint32_t child, bool has_more) {
    open_.back().comma_follows = has_more;
    const std::size_t depth = open_.size();
    write_value(child);
    if (open_.size() == depth) write_comma_if(tape_.values[child].span.end);
  }

  void write_comma_if(std::uint32_t from) {
    if (!open_.back().comma_follows) return;
    const auto comma = static_cast<std::uint32_t>(text_.find(',', from));
    tree_.leaf(Kind::kPunctuation, Policy::kSeparator, {comma, comma + 1});
  }

  void write_rest(std::uint32_t begin, const JsonValue& container) {
    std::uint32_t end = container.span.end - 1;
    while (begin < end && is_space(text_[begin])) ++begin;
    while (end > begin && is_space(text_[end - 1])) --end;
    tree_.leaf(Kind::kJsonScalar, Policy::kWhole, {begin, end}, {.importance = 0.5F});
  }

  void write_value(std::uint32_t index) {
    const JsonValue& value = tape_.values[index];
    if (value.is_container() && value.end > index + 1 && !value.is_vector) {
      const Kind kind = value.type == JsonType::kObject ? Kind::kJsonObject : Kind::kJsonArray;
      tree_.open(kind_of(value, kind), Policy::kGroup, value.begin(), options(value, value.importance));
      open_.push_back({index, index + 1, false});
      return;
    }
    const ByteSpan content = inside_quotes(value.span);
    if (value.type == JsonType::kString && is_json_prose(content.of(text_)) && fits(content)) {
      tree_.open(kind_of(value, Kind::kJsonString), Policy::kGroup, value.begin(), options(value, value.importance));
      write_json_words(text_, content, tree_);
      tree_.close(value.span.end);
      return;
    }
    float importance = value.importance;
    if (std::isnan(importance) && !value.is_line) {
      importance = json_importance(text_, value, open_.empty() ? 0 : open_.size() - 1, question_);
    }
    tree_.leaf(kind_of(value, Kind::kJsonScalar), Policy::kWhole, {value.begin(), value.span.end},
               options(value, importance));
  }

  [[nodiscard]] bool fits(ByteSpan content) const {
    const std::string_view bytes = content.of(text_);
    const auto n_escapes = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\\'));
    return tree_.n_nodes() + kReservedNodes + 2 * n_escapes + 2 < kMaxNodes;
  }

  [[nodiscard]] static Kind kind_of(const JsonValue& value, Kind kind) {
    if (value.is_record) return Kind::kRecord;
    return value.key.empty() ? kind : Kind::kJsonMember;
  }
  [[nodiscard]] static NodeOptions options(const JsonValue& value, float importance) {
    return {.importance = importance, .is_required = value.is_required};
  }

  std::string_view text_;
  const JsonTape& tape_;
  const QuestionWords& question_;
  TreeBuilder& tree_;
  std::vector<Open> open_;
};

// Strings.

std::size_t escape_length(std::string_view text, std::size_t at) { return text[at + 1] == 'u' ? 6 : 2; }

bool is_break(std::string_view text, std::size_t at) {
  return text[at] == '\\' && (text[at + 1] == 'n' || text[at + 1] == 'r');
}

/// A lead byte, or the first two digits of \uXXXX, of a script whose words are not set apart by spaces.
bool is_wide_lead(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0xE0 || (byte >= 0xE3 && byte <= 0xED);
}
bool is_wide_escape(std::string_view text, std::size_t at) {
  if (text[at] != '\\' || text[at + 1] != 'u') return false;
  const auto digit = [&](std::size_t i) {
    const char c = text[at + i];
    return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  const unsigned high = digit(2) * 16 + digit(3);
  return high == 0x0E || (high >= 0x30 && high < 0xD8);
}

/// The end of the letter, digit or joining sign at `at`, or `at` if there is none.
std::size_t after_letter(std::string_view text, std::size_t at, std::size_t end) {
  const char c = text[at];
  if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
    if (is_wide_lead(c)) return at;
    ++at;
    while (at < end && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    return at;
  }
  const bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_alnum || c == '_' || c == '\'' ? at + 1 : at;
}

/// Where the letters that end at `at` begin, not before `floor`.
std::size_t before_letters(std::string_view text, std::size_t at, std::size_t floor) {
  while (at > floor) {
    std::size_t begin = at - 1;
    while (begin > floor && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) --begin;
    if (after_letter(text, begin, at) != at) break;
    at = begin;
  }
  return at;
}

/// The piece around the escape at `at`.
ByteSpan piece_around(std::string_view text, std::size_t at, std::size_t floor, ByteSpan line) {
  const std::size_t line_end = line.end;
  std::size_t begin = at, end = at + escape_length(text, at);
  if (!is_wide_escape(text, at)) {
    begin = before_letters(text, at, floor);
    bool is_path = text[at + 1] == '/';
    while (end < line_end) {
      std::size_t next = end;
      if (text[end] == '\\') {
        if (is_wide_escape(text, end)) break;
        is_path |= text[end + 1] == '/';
        next = end + escape_length(text, end);
      } else {
        next = after_letter(text, end, line_end);
        if (next == end && is_path && text[end] != ' ' && !is_wide_lead(text[end])) next = end + 1;
      }
      if (next == end) break;
      end = next;
    }
    while (is_path && begin > floor && text[begin - 1] != ' ' &&
           (static_cast<unsigned char>(text[begin - 1]) & 0x80U) == 0) {
      --begin;
    }
  }
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

void write_line(std::string_view text, ByteSpan line, TreeBuilder& tree) {
  if (line.empty()) return;
  tree.open(Kind::kJsonString, Policy::kWords, line.begin);
  const std::string_view upto = text.substr(0, line.end);
  std::size_t floor = line.begin;
  for (std::size_t at = upto.find('\\', floor); at != std::string_view::npos; at = upto.find('\\', floor)) {
    const ByteSpan piece = piece_around(text, at, floor, line);
    tree.leaf(Kind::kText, Policy::kWhole, piece);
    floor = piece.end;
  }
  tree.close(line.end);
}

}  // namespace

void write_json(std::string_view text, const JsonTape& tape, std::uint32_t index, const QuestionWords& question,
                TreeBuilder& tree) {
  Writer(text, tape, question, tree).write(index);
}

void write_json_words(std::string_view text, ByteSpan content, TreeBuilder& tree) {
  ByteSpan line{content.begin, content.begin};
  ByteSpan breaks{content.begin, content.begin};  // before the line, spaces between them included
  bool has_line = false;
  const auto end_line = [&] {
    if (line.empty()) return;
    if (has_line) tree.leaf(Kind::kPunctuation, Policy::kSeparator, breaks);
    write_line(text, line, tree);
    has_line = true;
    line.begin = line.end;
  };
  for (std::uint32_t at = content.begin; at < content.end;) {
    if (is_break(text, at)) {
      if (!line.empty()) {
        end_line();
        breaks.begin = at;
      }
      at += 2;
      breaks.end = at;
      line = {at, at};
    } else if (text[at] == ' ' && line.empty()) {
      line.begin = line.end = ++at;
    } else {
      at += text[at] == '\\' ? static_cast<std::uint32_t>(escape_length(text, at)) : 1;
      line.end = at;
    }
  }
  end_line();
}

}  // namespace pith
