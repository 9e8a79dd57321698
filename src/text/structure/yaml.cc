// YAML, read line by line: block mappings and sequences by their indentation, scalars and flow collections as part of
// their entry. Whatever is kept has the type it had, so an entry never outlives its key or dash, and a collection never
// its last child: `- name: x` keeps `name: x` whenever something of the item stays, for the dash stands on its line.
// Every line must be explained; one that is not makes the text something else.
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "text/structure/recognizers.h"
#include "text/structure/record_sampling.h"
#include "text/structure/text_lines.h"
#include "text/structure/yaml_tokens.h"

namespace pith {
namespace {

constexpr float kCommentImportance = 0.1F;
constexpr std::size_t kFewestRecords = 4;  ///< as in JSON
constexpr std::uint32_t kNone = 0xFFFFFFFF;
/// Nesting the reader follows at all (deeper is refused); kMaxDepth bounds the nodes.
constexpr std::size_t kDeepest = 1000;

/// An entry whose children may still come.
struct Open {
  std::uint32_t column = 0;
  bool is_item = false;
  bool takes_children = false;
  bool has_node = false;
  bool is_required = false;        ///< then its first child is too, down to a scalar
  std::uint32_t node = kNone;      ///< if it has one
  std::uint32_t children = kNone;  ///< the collection below it
};

struct Collection {
  std::uint32_t column = 0;
  bool is_sequence = false;
  std::uint32_t n_entries = 0;
  std::vector<std::uint32_t> items;  ///< nodes, of a sequence
};

class YamlReader {
 public:
  YamlReader(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree)
      : text_(text),
        span_(span),
        around_(around),
        tree_(tree),
        lines_(lines_of(text, span)),
        has_text_before_(!trimmed(text.substr(0, std::min<std::size_t>(span.begin, text.size()))).empty()) {}

  bool read() {
    while (line_ < lines_.size()) {
      if (!take_line()) return false;
    }
    end_document();
    if (!looks_like_yaml()) return false;
    if (!force_anchors()) return false;
    rank_records();
    return true;
  }

 private:
  bool take_line() {
    const TextLine& line = lines_[line_];
    const std::string_view content = line.content.of(text_);
    if (content.empty()) {
      ++line_;
      return true;
    }
    if (line.indent == 0 && (content == "---" || content.starts_with("--- ") || content == "...")) return take_marker();
    if (content[0] == '#') {
      comments_.push_back(line.content);
      ++line_;
      return true;
    }
    if (line.indent == 0 && content[0] == '%' && !in_document_) {
      if (pending_directives_ == kNone) pending_directives_ = line.content.begin;
      ++line_;
      return true;
    }
    if (pending_directives_ != kNone) return false;
    const std::string_view indent = text_.substr(line.span.begin, line.indent);
    if (indent.find('\t') != std::string_view::npos) return false;
    // The indentation of a text's first line may be lost, with what it says about the others.
    if (open_.empty() && line.indent > 0 && !has_text_before_) return false;
    if (!in_document_) begin_document(line.content.begin);
    return take_entry(line.content.begin, line.indent, false);
  }

  bool take_marker() {
    const TextLine& line = lines_[line_++];
    const std::string_view content = line.content.of(text_);
    if (content == "...") {
      if (!in_document_) return false;
      while (!open_.empty()) close_top();
      comments_.clear();
      last_end_ = line.content.end;
      end_document();
      return true;
    }
    if (!is_yaml_line_end(text_, line.content.begin + 3, line.content.end)) return false;
    has_marker_ = true;
    const std::uint32_t begin = pending_directives_ == kNone ? line.content.begin : pending_directives_;
    pending_directives_ = kNone;
    if (in_document_) end_document();
    begin_document(begin);
    last_end_ = line.content.end;
    return true;
  }

  void begin_document(std::uint32_t begin) {
    // Comments in front of everything belong to the text, not to the first entry.
    for (const ByteSpan comment : comments_) add_comment(comment);
    comments_.clear();
    tree_.open(Kind::kYamlEntry, Policy::kGroup, begin);
    in_document_ = true;
    document_children_ = kNone;
    last_end_ = begin;
  }

  void end_document() {
    while (!open_.empty()) close_top();
    if (in_document_) tree_.close(last_end_);
    for (const ByteSpan comment : comments_) add_comment(comment);
    comments_.clear();
    in_document_ = false;
  }

  void add_comment(ByteSpan comment) {
    if (!tree_.is_full()) tree_.leaf(Kind::kComment, Policy::kWhole, comment, {.importance = kCommentImportance});
  }

  void close_top() {
    if (open_.back().has_node) tree_.close(last_end_);
    open_.pop_back();
  }
  void close_deeper(std::uint32_t column) {
    while (!open_.empty() && open_.back().column > column) close_top();
  }

  /// Finds the collection an entry at `column` belongs to, closing what has ended. kNone if there is none.
  std::uint32_t place(std::uint32_t column, bool is_item) {
    close_deeper(column);
    if (!open_.empty() && open_.back().column == column) {
      if (open_.back().is_item == is_item) {
        close_top();
      } else if (!is_item) {
        close_top();  // the item of a sequence that stands below its key at the key's own column
        if (open_.empty() || open_.back().column != column || open_.back().is_item) return kNone;
        close_top();
      }
    }
    std::uint32_t& children = open_.empty() ? document_children_ : open_.back().children;
    if (!open_.empty() && !open_.back().takes_children) return kNone;
    if (children == kNone) {
      children = static_cast<std::uint32_t>(collections_.size());
      collections_.push_back({column, is_item, 0, {}});
    }
    const Collection& collection = collections_[children];
    return collection.column == column && collection.is_sequence == is_item ? children : kNone;
  }

  /// The entry at `at`, which is at `column` of its line, and what follows it there.
  bool take_entry(std::uint32_t at, std::uint32_t column, bool is_inline) {
    for (;;) {
      const std::uint32_t line_end = lines_[line_].content.end;
      const bool is_item = text_[at] == '-' && (at + 1 == line_end || text_[at + 1] == ' ');
      std::optional<YamlKey> key;
      if (!is_item) {
        key = yaml_key(text_, at, line_end);
        if (!key) return false;
      }
      const std::uint32_t where = place(column, is_item);
      if (where == kNone || open_.size() >= kDeepest) return false;
      Collection& collection = collections_[where];
      const bool is_first = collection.n_entries++ == 0;
      if (key && !count_key(where, *key)) return false;
      Open entry;
      entry.column = column;
      entry.is_item = is_item;
      entry.is_required = is_first && !open_.empty() && (is_inline || open_.back().is_required);
      if (key) ++n_keys_;
      std::uint32_t value = is_item ? at + 1 : key->after;
      while (value < line_end && text_[value] == ' ') ++value;
      if (value < line_end && text_[value] == '\t') return false;
      if (is_item && value < line_end && text_[value] != '#') {
        const std::string_view rest = text_.substr(value, line_end - value);
        const bool is_nested_item = rest == "-" || rest.starts_with("- ");
        if (is_nested_item || yaml_key(text_, value, line_end)) {
          entry.takes_children = true;
          open_entry(entry, at, where, key);
          last_end_ = at + 1;
          column += value - at;
          at = value;
          is_inline = true;
          continue;
        }
      }
      return take_value(entry, at, value, where, key);
    }
  }

  bool count_key(std::uint32_t where, const YamlKey& key) {
    n_simple_keys_ += key.is_simple ? 1U : 0U;
    const std::uint64_t hash = RecordSampler::field_key(key.name.of(text_)) * 31 + where;
    return seen_keys_.insert(hash).second;
  }

  bool take_value(Open& entry, std::uint32_t at, std::uint32_t value, std::uint32_t where,
                  const std::optional<YamlKey>& key) {
    std::uint32_t line_end = lines_[line_].content.end;
    // Properties: an anchor, a tag.
    std::vector<std::string_view> anchors;
    while (value < line_end && (text_[value] == '&' || text_[value] == '!')) {
      const bool is_anchor = text_[value] == '&';
      const std::uint32_t begin = value;
      while (value < line_end && !is_space_byte(text_[value])) ++value;
      if (is_anchor) anchors.push_back(text_.substr(begin + 1, value - begin - 1));
      if (is_anchor && value == begin + 1) return false;
      while (value < line_end && text_[value] == ' ') ++value;
    }
    const bool is_empty = value >= line_end || text_[value] == '#';
    if (is_empty) {
      entry.takes_children = true;
      ++line_;
      if (multi_line_plain_follows(entry.column)) return take_scalar_lines(entry, at, where, key, anchors);
      open_entry(entry, at, where, key);
      last_end_ = line_end;
      note_anchors(anchors);
      return true;
    }
    const std::string_view rest = text_.substr(value, line_end - value);
    if (is_yaml_block_header(text_.substr(value, yaml_plain_end(text_, value, line_end) - value))) {
      take_block(entry, at, where, key);
      note_anchors(anchors);
      return true;
    }
    std::uint32_t end = 0;
    YamlReferences references;
    if (rest[0] == '"' || rest[0] == '\'') {
      const auto quoted = yaml_quoted_end(text_, value, span_.end);
      if (!quoted) return false;
      end = *quoted;
    } else if (rest[0] == '[' || rest[0] == '{') {
      const auto flow = yaml_flow_end(text_, value, span_.end, references);
      if (!flow) return false;
      end = *flow;
    } else if (rest[0] == '*') {
      end = value;
      while (end < line_end && !is_space_byte(text_[end])) ++end;
      aliases_.insert(text_.substr(value + 1, end - value - 1));
    } else {
      end = yaml_plain_end(text_, value, line_end);
      if (!is_yaml_plain(text_.substr(value, end - value))) return false;
      const bool has_comment = end < line_end;
      ++line_;
      if (!has_comment && multi_line_plain_follows(entry.column))
        return take_scalar_lines(entry, at, where, key, anchors);
      add_scalar(entry, {at, line_end}, where, key);
      note_anchors(anchors);
      return !has_deeper_line(entry.column);
    }
    // Behind a quoted scalar, a flow collection or an alias there may be a comment on its last line, and nothing
    // deeper.
    while (line_ < lines_.size() && lines_[line_].span.end < end) ++line_;
    line_end = lines_[line_].content.end;
    if (end < line_end && !is_yaml_line_end(text_, end, line_end)) return false;
    ++line_;
    add_scalar(entry, {at, line_end}, where, key);
    note_anchors(anchors);
    note_anchors(references.anchors);
    aliases_.insert(references.aliases.begin(), references.aliases.end());
    return !has_deeper_line(entry.column);
  }

  [[nodiscard]] std::size_t next_content_line() const {
    std::size_t next = line_;
    while (next < lines_.size() && lines_[next].is_blank()) ++next;
    return next;
  }
  [[nodiscard]] bool has_deeper_line(std::uint32_t column) const {
    const std::size_t next = next_content_line();
    return next < lines_.size() && lines_[next].indent > column && text_[lines_[next].content.begin] != '#';
  }
  /// Whether the next lines are deeper and no entries: a plain scalar's lines.
  [[nodiscard]] bool multi_line_plain_follows(std::uint32_t column) const {
    if (!has_deeper_line(column)) return false;
    const ByteSpan content = lines_[next_content_line()].content;
    const std::string_view bytes = content.of(text_);
    return bytes != "-" && !bytes.starts_with("- ") && !yaml_key(text_, content.begin, content.end);
  }

  /// An entry whose scalar (plain, quoted, a flow collection) goes on, or begins, on the lines at line_.
  bool take_scalar_lines(Open& entry, std::uint32_t at, std::uint32_t where, const std::optional<YamlKey>& key,
                         const std::vector<std::string_view>& anchors) {
    line_ = next_content_line();
    const ByteSpan first = lines_[line_].content;
    const char c = text_[first.begin];
    const bool is_fresh = entry.takes_children;
    entry.takes_children = false;
    if (is_fresh && (c == '"' || c == '\'' || c == '[' || c == '{')) {
      YamlReferences references;
      const auto end = c == '"' || c == '\'' ? yaml_quoted_end(text_, first.begin, span_.end)
                                             : yaml_flow_end(text_, first.begin, span_.end, references);
      if (!end) return false;
      while (line_ < lines_.size() && lines_[line_].span.end < *end) ++line_;
      const std::uint32_t line_end = lines_[line_].content.end;
      if (*end < line_end && !is_yaml_line_end(text_, *end, line_end)) return false;
      ++line_;
      add_scalar(entry, {at, line_end}, where, key);
      note_anchors(anchors);
      note_anchors(references.anchors);
      aliases_.insert(references.aliases.begin(), references.aliases.end());
      return !has_deeper_line(entry.column);
    }
    if (is_fresh && !is_yaml_plain(first.of(text_))) return false;
    std::uint32_t end = first.end;
    while (has_deeper_line(entry.column)) {
      line_ = next_content_line();
      const ByteSpan content = lines_[line_].content;
      end = content.end;
      const std::uint32_t plain_end = yaml_plain_end(text_, content.begin, content.end);
      if (yaml_key(text_, content.begin, content.end) || plain_end < content.end) return false;
      ++line_;
    }
    add_scalar(entry, {at, end}, where, key);
    note_anchors(anchors);
    return true;
  }

  /// `key: |` and its lines, which are text whatever they look like.
  void take_block(Open& entry, std::uint32_t at, std::uint32_t where, const std::optional<YamlKey>& key) {
    entry.takes_children = false;
    const std::uint32_t header_end = lines_[line_].content.end;
    open_entry(entry, at, where, key);
    last_end_ = header_end;
    ++line_;
    const std::string_view header =
        text_.substr(lines_[line_ - 1].span.begin, header_end - lines_[line_ - 1].span.begin);
    const bool is_explicit =
        header.find_last_of("|>") != std::string_view::npos &&
        header.substr(header.find_last_of("|>")).find_first_of("123456789") != std::string_view::npos;
    std::uint32_t content_indent = entry.column + 1;
    bool is_first = true;
    for (; line_ < lines_.size(); ++line_) {
      const TextLine& line = lines_[line_];
      if (line.is_blank()) continue;
      if (line.indent < content_indent) break;
      if (is_first && !is_explicit) content_indent = line.indent;
      // The first line sets the indentation of the others.
      if (open_.back().has_node && !tree_.is_full()) {
        tree_.leaf(Kind::kText, Policy::kWhole, line.content, {.is_required = is_first});
      }
      is_first = false;
      last_end_ = line.content.end;
    }
  }

  /// Comments in front of an entry are part of it: a comment alone would leave a key without its value.
  void open_entry(Open& entry, std::uint32_t at, std::uint32_t where, const std::optional<YamlKey>& key) {
    const std::uint32_t begin = comments_.empty() ? at : comments_.front().begin;
    comments_.clear();
    if (is_visible()) {
      entry.has_node = true;
      entry.node = tree_.open(Kind::kYamlEntry, Policy::kGroup, begin, {.is_required = entry.is_required});
      remember(entry.node, where, key);
    }
    open_.push_back(entry);
  }

  /// Whether the next entry gets a node; else it is bytes of the innermost one.
  [[nodiscard]] bool is_visible() const {
    return (open_.empty() || open_.back().has_node) && tree_.depth() + 3 < kMaxDepth && !tree_.is_full();
  }

  void add_scalar(const Open& entry, ByteSpan span, std::uint32_t where, const std::optional<YamlKey>& key) {
    last_end_ = span.end;
    if (is_visible()) {
      const bool has_comments = !comments_.empty();
      std::uint32_t node = 0;
      if (has_comments) {
        node =
            tree_.open(Kind::kYamlEntry, Policy::kGroup, comments_.front().begin, {.is_required = entry.is_required});
        for (const ByteSpan comment : comments_) add_comment(comment);
        tree_.leaf(Kind::kYamlEntry, Policy::kWhole, span, {.is_required = true});
        tree_.close(span.end);
      } else {
        node = tree_.leaf(Kind::kYamlEntry, Policy::kWhole, span, {.is_required = entry.is_required});
      }
      remember(node, where, key);
    }
    comments_.clear();
    Open scalar = entry;
    scalar.takes_children = false;
    scalar.has_node = false;
    scalar.node = last_node_;
    open_.push_back(scalar);
  }

  void remember(std::uint32_t node, std::uint32_t where, const std::optional<YamlKey>& key) {
    last_node_ = node;
    if (collections_[where].is_sequence) collections_[where].items.push_back(node);
    if (key) keys_[node] = key->name;
  }

  void note_anchors(const std::vector<std::string_view>& anchors) {
    if (anchors.empty()) return;
    std::uint32_t node = last_node_;
    if (open_.size() > 1 && !open_[open_.size() - 2].has_node) {
      // Too deep for nodes of its own: the innermost that has one. Those come first, and are at most kMaxDepth.
      for (const Open& open : open_) {
        if (!open.has_node) break;
        node = open.node;
      }
    }
    for (const std::string_view anchor : anchors) anchors_.emplace_back(anchor, node);
  }

  /// What an alias stands for must be there, wherever the alias is.
  bool force_anchors() {
    std::unordered_set<std::string_view> known;
    for (const auto& [name, node] : anchors_) {
      known.insert(name);
      if (aliases_.contains(name)) tree_.node(node).is_forced = true;
    }
    return std::ranges::all_of(aliases_, [&](std::string_view alias) { return known.contains(alias); });
  }

  [[nodiscard]] bool looks_like_yaml() const {
    if (n_keys_ < 2 || n_simple_keys_ * 5 < n_keys_ * 4) return false;
    // Sequences of one-key items are Markdown lists as well.
    bool has_rich_mapping = has_marker_;
    for (const Collection& collection : collections_)
      has_rich_mapping |= !collection.is_sequence && collection.n_entries > 1;
    return has_rich_mapping;
  }

  void rank_records() {
    const QuestionWords question(around_.question);
    for (const Collection& collection : collections_) {
      if (collection.items.size() < kFewestRecords) continue;
      RecordSampler sampler(question);
      std::unordered_map<std::string_view, std::size_t> n_having;
      const auto for_each_entry = [&](std::uint32_t item, const auto& use) {
        for (std::uint32_t child = item + 1; child < tree_.node(item).end; child = tree_.node(child).end) {
          const auto key = keys_.find(child);
          if (key != keys_.end()) use(child, key->second.of(text_), key->second.end);
        }
      };
      for (const std::uint32_t item : collection.items) {
        sampler.begin_record();
        if (tree_.node(item).policy == Policy::kWhole) sampler.add_field(0, tree_.node(item).span.of(text_));
        for_each_entry(item, [&](std::uint32_t child, std::string_view name, std::uint32_t name_end) {
          const ByteSpan value{name_end, tree_.node(child).span.end};
          std::string_view bytes = value.empty() ? std::string_view() : value.of(text_).substr(0, 256);
          if (bytes.starts_with(':')) bytes.remove_prefix(1);
          sampler.add_field(RecordSampler::field_key(name), trimmed(bytes));
          ++n_having[name];
        });
      }
      const std::vector<float> importances = sampler.importances();
      for (std::size_t i = 0; i < collection.items.size(); ++i) {
        const std::uint32_t item = collection.items[i];
        tree_.node(item).importance = importances[i];
        for_each_entry(item, [&](std::uint32_t child, std::string_view name, std::uint32_t) {
          const bool is_scalar = tree_.node(child).policy == Policy::kWhole;
          if (is_scalar && n_having[name] == collection.items.size()) tree_.node(child).is_required = true;
        });
      }
    }
  }

  std::string_view text_;
  ByteSpan span_;
  const Surroundings& around_;
  TreeBuilder& tree_;
  std::vector<TextLine> lines_;
  std::size_t line_ = 0;
  std::vector<Open> open_;
  std::vector<Collection> collections_;
  std::vector<ByteSpan> comments_;  ///< not yet part of anything
  std::unordered_set<std::uint64_t> seen_keys_;
  std::unordered_map<std::uint32_t, ByteSpan> keys_;  ///< of the entry a node is
  std::vector<std::pair<std::string_view, std::uint32_t>> anchors_;
  std::unordered_set<std::string_view> aliases_;
  std::uint32_t document_children_ = kNone;
  std::uint32_t pending_directives_ = kNone;
  std::uint32_t last_end_ = 0;  ///< of the last entry's bytes
  std::uint32_t last_node_ = 0;
  std::size_t n_keys_ = 0;
  std::size_t n_simple_keys_ = 0;
  bool in_document_ = false;
  bool has_marker_ = false;
  bool has_text_before_ = false;  ///< in front of the span: a fence that its lines stand below
};

}  // namespace

bool add_yaml(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  while (!span.empty() && is_space_byte(text[span.end - 1])) --span.end;
  const std::string_view content = trimmed(span.of(text));
  if (content.empty() || content[0] == '{' || content[0] == '[' || content[0] == '<') return false;
  const TreeBuilder::Mark mark = tree.mark();
  tree.open(Kind::kYamlEntry, Policy::kGroup, span.begin);
  if (!YamlReader(text, span, around, tree).read()) {
    tree.rollback(mark);
    return false;
  }
  tree.close(span.end);
  return true;
}

}  // namespace pith
