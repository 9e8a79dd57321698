#include "text/structure/markdown_blocks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "text/structure/chat_turns.h"
#include "text/structure/line_scan.h"
#include "text/structure/markdown_leaves.h"
#include "text/structure/markdown_lines.h"

namespace pith {
namespace {

/// Containers open at most this many below the builder's depth limit: a leaf needs a few levels too.
constexpr std::size_t kLeafDepth = 8;

struct Container {
  enum class Type : std::uint8_t { kSection, kElement, kQuote, kList, kItem };
  Type type = Type::kSection;
  std::uint32_t level = 0;           ///< of a section's heading
  std::uint32_t pair = 0;            ///< of an element's tags
  char marker = '\0';                ///< of a list: - + * . )
  bool interrupts = false;           ///< of a list right behind a paragraph's line: a bare marker would be text there
  std::uint32_t content_column = 0;  ///< of an item
  std::uint32_t first_word = 0;      ///< of an item: the node that holds its first word, 0 if there is none
  std::uint32_t n_blocks = 0;        ///< of an item
};
using Type = Container::Type;

/// Where reading stands in a line: at its next byte that is no white space.
struct Cursor {
  std::uint32_t at = 0;
  std::uint32_t end = 0;
  std::uint32_t column = 0;
  std::uint32_t base = 0;        ///< column the innermost container's text begins at
  std::uint32_t node_begin = 0;  ///< first byte that no container has as its marker
  bool has_quote = false;

  [[nodiscard]] bool is_blank() const { return at >= end; }
  [[nodiscard]] std::uint32_t indent() const { return column > base ? column - base : 0; }
};

struct ListMarker {
  std::uint32_t n_bytes = 0;  ///< 0: none
  char type = '\0';
  bool can_interrupt = false;
};

class BlockParser {
 public:
  BlockParser(std::string_view text, ByteSpan span, const Surroundings& around, const MarkdownOptions& options,
              TreeBuilder& tree)
      : text_(text), span_(span), around_(around), options_(options), tree_(tree) {}

  void run() {
    MarkdownLines split = split_markdown_lines(text_, span_);
    for (std::string& warning : split.warnings) tree_.warn(std::move(warning));
    has_syntax_ = split.has_syntax;
    last_end_ = span_.begin;
    find_labels(split.lines);
    for (std::size_t i = 0; i < split.lines.size(); ++i) {
      const MarkdownLine& line = split.lines[i];
      if (tree_.is_full()) break;  // what is left are words of the open nodes
      if (line.what == MarkdownLine::What::kText) {
        if (const std::size_t n = chat_lines(split.lines, i); n > 0) {
          i += n - 1;
          continue;
        }
        add_line(line.span);
      } else {
        add_tag_line(line);
      }
    }
    flush_leaf();
    add_quoted_blank();
    pop_to(0);
  }

 private:
  enum class Leaf : std::uint8_t { kNone, kParagraph, kTable, kFence, kIndentedCode, kComment };

  [[nodiscard]] LeafContext leaf_context() const { return {text_, around_, labels_, tree_}; }

  // ---- lines

  void add_line(ByteSpan line) {
    Cursor cursor;
    cursor.at = line.begin;
    cursor.end = line.end;
    skip_indent(cursor);
    cursor.node_begin = cursor.at;
    const std::size_t n_matched = match_containers(cursor);
    if (n_matched < containers_.size() && leaf_ == Leaf::kParagraph && !cursor.is_blank() && !begins_block(cursor)) {
      lines_.push_back({cursor.node_begin, cursor.at, cursor.end, true});
      return;
    }
    if (n_matched < containers_.size()) {
      flush_leaf();
      pop_to(n_matched);
    }
    if (continue_verbatim(cursor, line)) return;
    if (cursor.is_blank()) {
      flush_leaf();
      if (cursor.has_quote) {
        quoted_blank_ = {quoted_blank_.empty() ? cursor.node_begin : quoted_blank_.begin, cursor.end};
      }
      return;
    }
    open_containers(cursor);
    if (cursor.is_blank()) return;
    add_leaf_line(cursor, line);
  }

  void skip_indent(Cursor& cursor) const {
    for (; cursor.at < cursor.end && is_space_byte(text_[cursor.at]); ++cursor.at) {
      cursor.column += text_[cursor.at] == '\t' ? 4 - cursor.column % 4 : 1;
    }
  }

  /// How many of the open containers the line belongs to; the cursor moves behind their markers.
  std::size_t match_containers(Cursor& cursor) const {
    std::size_t n = 0;
    for (; n < containers_.size(); ++n) {
      const Container& container = containers_[n];
      if (container.type == Type::kQuote) {
        if (cursor.is_blank() || cursor.indent() > 3 || text_[cursor.at] != '>') break;
        take_quote_marker(cursor);
      } else if (container.type == Type::kItem) {
        if (cursor.is_blank()) continue;
        if (cursor.column < container.content_column) break;
        cursor.base = container.content_column;
      }
    }
    return n;
  }

  void take_quote_marker(Cursor& cursor) const {
    ++cursor.at;
    ++cursor.column;
    cursor.base = cursor.column;
    cursor.has_quote = true;
    if (cursor.at < cursor.end && is_space_byte(text_[cursor.at])) ++cursor.base;
    skip_indent(cursor);
  }

  [[nodiscard]] std::string_view rest(const Cursor& cursor) const { return ByteSpan{cursor.at, cursor.end}.of(text_); }

  [[nodiscard]] ListMarker list_marker(const Cursor& cursor) const {
    const std::string_view line = rest(cursor);
    if (line.empty() || is_rule(line)) return {};
    ListMarker marker;
    std::size_t n = 0;
    if (line[0] == '-' || line[0] == '+' || line[0] == '*') {
      n = 1;
      marker.type = line[0];
      marker.can_interrupt = true;
    } else {
      while (n < line.size() && n < 9 && is_digit_byte(line[n])) ++n;
      if (n == 0 || n == line.size() || (line[n] != '.' && line[n] != ')')) return {};
      marker.type = line[n];
      marker.can_interrupt = line.substr(0, n) == "1";
      ++n;
    }
    if (n < line.size() && !is_space_byte(line[n])) return {};
    if (n == line.size()) marker.can_interrupt = false;
    marker.n_bytes = static_cast<std::uint32_t>(n);
    return marker;
  }

  /// A thematic break: three or more of - * _ with nothing but spaces between.
  [[nodiscard]] static bool is_rule(std::string_view line) {
    const char mark = line[0];
    if (mark != '-' && mark != '*' && mark != '_') return false;
    std::size_t n = 0;
    for (const char c : line) {
      if (c == mark) {
        ++n;
      } else if (!is_space_byte(c)) {
        return false;
      }
    }
    return n >= 3;
  }

  [[nodiscard]] static std::uint32_t heading_level(std::string_view line) {
    std::uint32_t n = 0;
    while (n < line.size() && line[n] == '#') ++n;
    return n <= 6 && (n == line.size() || is_space_byte(line[n])) ? n : 0;
  }

  /// Of a line behind the container of the open paragraph: is it more than a lazy continuation?
  [[nodiscard]] bool begins_block(const Cursor& cursor) const {
    if (cursor.indent() > 3) return false;
    const std::string_view line = rest(cursor);
    return line[0] == '>' || heading_level(line) > 0 || !fence_marker(line).empty() || is_rule(line) ||
           line.starts_with("<!--") || list_marker(cursor).n_bytes > 0;
  }

  void open_containers(Cursor& cursor) {
    while (tree_.depth() + kLeafDepth < kMaxDepth && !cursor.is_blank()) {
      if (cursor.indent() > 3) return;
      const char first = text_[cursor.at];
      if (first == '>') {
        flush_leaf();
        leave_list();
        begin_block();
        tree_.open(Kind::kQuote, Policy::kGroup, cursor.node_begin);
        containers_.push_back({Type::kQuote});
        last_end_ = std::max(last_end_, cursor.at + 1);  // a quote of nothing still has its marker
        take_quote_marker(cursor);
        continue;
      }
      const ListMarker marker = list_marker(cursor);
      if (marker.n_bytes == 0) return;
      if (leaf_ != Leaf::kNone && !marker.can_interrupt) return;
      open_item(cursor, marker);
    }
  }

  void open_item(Cursor& cursor, const ListMarker& marker) {
    const bool interrupts = leaf_ == Leaf::kParagraph;
    flush_leaf();
    const bool is_numbered = marker.type == '.' || marker.type == ')';
    bool must_have_first = false;
    if (containers_.empty() || containers_.back().type != Type::kList || containers_.back().marker != marker.type) {
      leave_list();
      begin_block();
      tree_.open(Kind::kList, Policy::kGroup, cursor.node_begin);
      containers_.push_back({Type::kList});
      containers_.back().marker = marker.type;
      containers_.back().interrupts = interrupts;
      must_have_first = interrupts && is_numbered;  // only a list that begins with 1. ends a paragraph
    }
    const bool needs_words = containers_.back().interrupts;
    add_quoted_blank();
    tree_.open(Kind::kListItem, Policy::kGroup, cursor.node_begin, {.is_required = must_have_first});
    Container item{Type::kItem};
    const std::uint32_t marker_column = cursor.column + marker.n_bytes;
    cursor.at += marker.n_bytes;
    cursor.column = marker_column;
    skip_indent(cursor);
    // A task box belongs to the marker.
    const std::string_view line = rest(cursor);
    const std::uint32_t text_column = cursor.column;
    if (line.starts_with("[ ] ") || line.starts_with("[x] ") || line.starts_with("[X] ")) {
      cursor.at += 3;
      cursor.column += 3;
      skip_indent(cursor);
    }
    const bool is_far = text_column > marker_column + 4 || cursor.is_blank();
    item.content_column = is_far ? marker_column + 1 : text_column;
    item.n_blocks = 0;
    containers_.push_back(item);
    must_split_ = needs_words;
    cursor.base = is_far ? item.content_column : cursor.column;
    cursor.node_begin = cursor.at;
    last_end_ = std::max(last_end_, cursor.is_blank() ? cursor.end : cursor.at);
    while (last_end_ > 0 && is_space_byte(text_[last_end_ - 1])) --last_end_;
  }

  /// A block that is no item ends the list it stands behind.
  void leave_list() {
    if (!containers_.empty() && containers_.back().type == Type::kList) pop_to(containers_.size() - 1);
  }

  // ---- leaves

  /// Lines of code and comments are taken as they are.
  bool continue_verbatim(const Cursor& cursor, ByteSpan line) {
    if (leaf_ == Leaf::kFence) {
      const std::string_view content = rest(cursor);
      const bool closes = cursor.indent() <= 3 && content.size() >= fence_marker_.size() && !content.empty() &&
                          content.find_first_not_of(fence_marker_[0]) == std::string_view::npos;
      fence_.end = line.end > line.begin ? line.end : fence_.end;
      if (closes) {
        flush_leaf();
      } else {
        if (fence_.lines.empty()) fence_.content_begin = line.begin;
        fence_.lines.push_back({cursor.node_begin, cursor.at, line.end});
        fence_.content_end = line.end;
      }
      return true;
    }
    if (leaf_ == Leaf::kComment) {
      if (!cursor.is_blank()) lines_.push_back({cursor.node_begin, cursor.at, cursor.end});
      if (rest(cursor).find("-->") != std::string_view::npos) flush_leaf();
      return true;
    }
    if (leaf_ == Leaf::kIndentedCode) {
      if (cursor.is_blank()) return true;
      if (cursor.indent() > 3) {
        lines_.push_back({cursor.node_begin, cursor.at, cursor.end});
        return true;
      }
      flush_leaf();
    }
    return false;
  }

  void add_leaf_line(const Cursor& cursor, ByteSpan line) {
    const std::string_view content = rest(cursor);
    const LeafLine leaf_line{cursor.node_begin, cursor.at, cursor.end};
    const bool continues = leaf_ == Leaf::kParagraph;
    if (cursor.indent() > 3) {
      if (continues || !has_syntax_ || cursor.has_quote) {
        add_text_line(leaf_line, cursor);
      } else {
        start_leaf(Leaf::kIndentedCode, leaf_line, cursor);
        code_begin_ = without_indent(text_, line).begin == cursor.at ? line.begin : cursor.at;
      }
      return;
    }
    if (const std::uint32_t level = heading_level(content); level > 0) {
      flush_leaf();
      add_heading({cursor.node_begin, cursor.end}, level);
    } else if (const std::string_view marker = fence_marker(content); !marker.empty()) {
      flush_leaf();
      leave_list();
      leaf_ = Leaf::kFence;
      fence_marker_ = marker;
      fence_ = {};
      fence_.open = leaf_line;
      fence_.info = trimmed(text_, {cursor.at + static_cast<std::uint32_t>(marker.size()), cursor.end}).of(text_);
      fence_.end = cursor.end;
    } else if (continues && !lines_.back().is_lazy && is_underline(content)) {
      const ByteSpan heading{lines_.front().node_begin, cursor.end};
      leaf_ = Leaf::kNone;
      lines_.clear();
      add_heading(heading, content[0] == '=' ? 1 : 2);
    } else if (is_rule(content)) {
      flush_leaf();
      leave_list();
      begin_block();
      tree_.leaf(Kind::kMarkup, Policy::kSeparator, leaf_line.span());
      last_end_ = cursor.end;
    } else if (content.starts_with("<!--")) {
      flush_leaf();
      start_leaf(Leaf::kComment, leaf_line, cursor);
      if (content.find("-->") != std::string_view::npos) flush_leaf();
    } else {
      add_text_line(leaf_line, cursor);
    }
  }

  [[nodiscard]] static bool is_underline(std::string_view line) {
    return (line[0] == '=' || line[0] == '-') && line.find_first_not_of(line[0]) == std::string_view::npos;
  }

  void start_leaf(Leaf leaf, const LeafLine& line, const Cursor& cursor) {
    leave_list();
    leaf_ = leaf;
    lines_.assign(1, line);
    leaf_indent_ = cursor.base;
  }

  void add_text_line(const LeafLine& line, const Cursor& cursor) {
    if (leaf_ == Leaf::kTable) {
      lines_.push_back(line);
      return;
    }
    if (leaf_ != Leaf::kParagraph) {
      if (is_definition(line.content().of(text_))) {
        leave_list();
        begin_block();
        tree_.leaf(Kind::kLink, Policy::kWhole, line.span(), {.importance = kDefinitionImportance});
        last_end_ = line.end;
        return;
      }
      start_leaf(Leaf::kParagraph, line, cursor);
      return;
    }
    const std::size_t n_cells = n_delimiter_cells(line.content().of(text_));
    if (n_cells > 0 && !lines_.back().is_lazy && n_table_cells(lines_.back().content().of(text_)) == n_cells) {
      const LeafLine header = lines_.back();
      lines_.pop_back();
      if (lines_.empty()) leaf_ = Leaf::kNone;
      flush_leaf();
      leaf_ = Leaf::kTable;
      lines_ = {header, line};
      return;
    }
    lines_.push_back(line);
  }

  static bool is_definition(std::string_view line) {
    if (!line.starts_with('[') || line.starts_with("[^")) return false;
    const std::size_t close = line.find("]:");
    return close != std::string_view::npos && close > 1 && line.find_first_of("[]", 1) == close &&
           close + 2 < line.size();
  }

  void find_labels(const std::vector<MarkdownLine>& lines) {
    for (const MarkdownLine& line : lines) {
      std::string_view content = line.span.of(text_);
      while (!content.empty() && (is_space_byte(content[0]) || content[0] == '>')) content.remove_prefix(1);
      if (is_definition(content)) labels_.insert(label_key(content.substr(1, content.find("]:") - 1)));
    }
  }

  void flush_leaf() {
    const Leaf leaf = std::exchange(leaf_, Leaf::kNone);
    if (leaf == Leaf::kNone) return;
    const bool is_first_in_item =
        !containers_.empty() && containers_.back().type == Type::kItem && containers_.back().n_blocks == 0;
    begin_block();
    switch (leaf) {
      case Leaf::kParagraph: {
        const std::uint32_t before = static_cast<std::uint32_t>(tree_.n_nodes());
        const std::uint32_t first = add_paragraph(leaf_context(), lines_, leaf_indent_, is_first_in_item);
        if (is_first_in_item && first >= before) {
          containers_.back().first_word = first;
          tree_.node(first).is_required = std::exchange(must_split_, false);
        }
        break;
      }
      case Leaf::kTable:
        add_table(leaf_context(), lines_);
        break;
      case Leaf::kFence:
        add_fence(leaf_context(), fence_);
        last_end_ = fence_.end;
        return;
      case Leaf::kComment:
        tree_.leaf(Kind::kComment, Policy::kWhole, {lines_.front().node_begin, lines_.back().end},
                   {.importance = kCommentImportance});
        break;
      case Leaf::kIndentedCode:
        tree_.open(Kind::kCodeBlock, Policy::kGroup, code_begin_);
        add_embedded(leaf_context(), {code_begin_, lines_.back().end}, "");
        tree_.close(lines_.back().end);
        break;
      case Leaf::kNone:
        break;
    }
    last_end_ = lines_.back().end;
    lines_.clear();
  }

  /// A further block in an item: the item's first word comes along with it.
  void begin_block() {
    add_quoted_blank();
    if (containers_.empty() || containers_.back().type != Type::kItem) return;
    Container& item = containers_.back();
    if (++item.n_blocks == 2 && item.first_word != 0) tree_.node(item.first_word).is_required = true;
  }

  /// A blank line of a quote separates the blocks around it, wherever the second one stands.
  void add_quoted_blank() {
    tree_.leaf(Kind::kMarkup, Policy::kSeparator, quoted_blank_);
    last_end_ = std::max(last_end_, quoted_blank_.end);  // the quote may end with it
    quoted_blank_ = {};
  }

  // ---- containers

  void add_heading(ByteSpan heading, std::uint32_t level) {
    leave_list();
    std::size_t keep = containers_.size();
    while (keep > 0 && containers_[keep - 1].type == Type::kSection && containers_[keep - 1].level >= level) --keep;
    pop_to(keep);
    begin_block();
    if (tree_.depth() + kLeafDepth < kMaxDepth) {
      tree_.open(Kind::kSection, Policy::kGroup, heading.begin);
      Container section;
      section.level = level;
      containers_.push_back(section);
    }
    tree_.leaf(Kind::kHeading, Policy::kWhole, heading, {.is_required = true});
    last_end_ = heading.end;
  }

  void add_tag_line(const MarkdownLine& line) {
    if (leaf_ == Leaf::kFence || leaf_ == Leaf::kComment) {
      add_line(line.span);
      return;
    }
    flush_leaf();
    add_quoted_blank();
    if (line.what == MarkdownLine::What::kCloseTag) {
      std::size_t at = containers_.size();
      while (at > 0 && (containers_[at - 1].type != Type::kElement || containers_[at - 1].pair != line.pair)) --at;
      if (at > 0) {
        pop_to(at);
        containers_.pop_back();
        tree_.close(line.span.end);
      } else {
        tree_.leaf(Kind::kMarkup, Policy::kWhole, line.span);
      }
      last_end_ = line.span.end;
      return;
    }
    // Tags end lists and quotes: what they enclose is theirs.
    std::size_t keep = 0;
    for (std::size_t c = 0; c < containers_.size(); ++c) {
      if (containers_[c].type != Type::kSection && containers_[c].type != Type::kElement) break;
      keep = c + 1;
    }
    pop_to(keep);
    if (line.what == MarkdownLine::What::kRawElement) {
      tree_.leaf(Kind::kMarkup, Policy::kWhole, line.span);
    } else if (tree_.depth() + kLeafDepth < kMaxDepth) {
      tree_.open(Kind::kElement, Policy::kGroup, line.span.begin);
      Container element{Type::kElement};
      element.pair = line.pair;
      containers_.push_back(element);
    } else {
      tree_.leaf(Kind::kMarkup, Policy::kWhole, line.span);
    }
    last_end_ = line.span.end;
  }

  void pop_to(std::size_t n) {
    while (containers_.size() > n) {
      containers_.pop_back();
      tree_.close(std::max(last_end_, tree_.node(tree_.innermost()).span.begin));
    }
  }

  /// How many lines from `i` on are turns of a conversation, which are added.
  std::size_t chat_lines(const std::vector<MarkdownLine>& lines, std::size_t i) {
    if (!options_.allow_chat || leaf_ != Leaf::kNone || i < no_chat_until_) return 0;
    if (!containers_.empty() && containers_.back().type != Type::kSection &&
        containers_.back().type != Type::kElement && containers_.back().type != Type::kList) {
      return 0;
    }
    if (!begins_turn(text_, lines[i].span)) return 0;
    std::size_t end = i;
    bool after_blank = false;
    for (; end < lines.size(); ++end) {
      const MarkdownLine& line = lines[end];
      if (line.what != MarkdownLine::What::kText) break;
      if (line.span.empty()) {
        after_blank = true;
        continue;
      }
      const std::string_view content = line.span.of(text_);
      if (heading_level(content) > 0 || !fence_marker(content).empty()) break;
      if (after_blank && !begins_turn(text_, line.span)) break;
      after_blank = false;
    }
    no_chat_until_ = end;
    while (end > i && lines[end - 1].span.empty()) --end;
    const ByteSpan stretch{lines[i].span.begin, lines[end - 1].span.end};
    leave_list();
    add_quoted_blank();
    if (!add_chat(text_, stretch, around_, tree_)) return 0;
    last_end_ = stretch.end;
    return end - i;
  }

  static constexpr float kDefinitionImportance = 0.95F;
  static constexpr float kCommentImportance = 0.05F;

  std::string_view text_;
  ByteSpan span_;
  const Surroundings& around_;
  const MarkdownOptions& options_;
  TreeBuilder& tree_;
  bool has_syntax_ = false;
  ReferenceLabels labels_;
  std::vector<Container> containers_;
  std::uint32_t last_end_ = 0;  ///< behind the last byte that a closing container takes along
  std::size_t no_chat_until_ = 0;
  bool must_split_ = false;
  ByteSpan quoted_blank_;

  Leaf leaf_ = Leaf::kNone;
  std::vector<LeafLine> lines_;
  std::uint32_t leaf_indent_ = 0;
  std::uint32_t code_begin_ = 0;
  Fence fence_;
  std::string_view fence_marker_;
};

}  // namespace

void add_markdown_blocks(std::string_view text, ByteSpan span, const Surroundings& around,
                         const MarkdownOptions& options, TreeBuilder& tree) {
  BlockParser(text, span, around, options, tree).run();
}

}  // namespace pith
