// HTML pages and fragments, as people write them: names in any case, void elements, end tags left out. A page whose
// tags do not add up to a tree (too many never closed, or closed out of turn) is refused.
#include <string>
#include <unordered_map>
#include <vector>

#include "text/structure/html_names.h"
#include "text/structure/markup_tree.h"
#include "text/structure/recognizers.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr float kRawImportance = 0.05F;
constexpr float kCommentImportance = 0.05F;
constexpr float kMetadataImportance = 0.15F;
/// One tag in this many may be out of turn.
constexpr std::size_t kTagsPerMistake = 20;

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

class HtmlReader {
 public:
  HtmlReader(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree)
      : text_(text), span_(span), scanner_(text, span, true), markup_(text, around, tree), tree_(tree) {}

  bool read() {
    for (;;) {
      const MarkupToken token = scanner_.next();
      if (token.kind == MarkupKind::kError) return false;
      if (token.kind == MarkupKind::kEnd) break;
      if (!take(token)) return false;
      if (n_mistakes_ > 10 + span_.n_bytes() / 64) return false;
    }
    const std::uint32_t end = span_.end;
    while (!open_.empty()) close_top(end, false);
    if (n_known_ == 0 || n_known_ * 4 < n_starts_ || n_mistakes_ * kTagsPerMistake > n_tags_) return false;
    if (has_text_outside_ && !is_page_) return false;
    markup_.rank_records({"tr", "option", "TR", "OPTION"});
    return true;
  }

 private:
  struct Open {
    std::string name;
    bool has_tags = false;
    std::uint32_t tag_begin = 0;
    std::uint32_t content_begin = 0;
  };

  void close_top(std::uint32_t end, bool has_end_tag) {
    const Open top = std::move(open_.back());
    open_.pop_back();
    --n_open_[top.name];
    if (!has_end_tag && !has_optional_end(top.name)) ++n_mistakes_;
    markup_.close_element(end);
  }

  bool take(const MarkupToken& token) {
    switch (token.kind) {
      case MarkupKind::kText:
        if (open_.empty() && !trimmed(text_, token.span).empty()) has_text_outside_ = true;
        if (!open_.empty() && open_.back().name == "title") {
          MarkupToken title = token;
          title.span = trimmed(text_, token.span);
          markup_.piece(Kind::kText, title, {.is_required = true});
        } else {
          markup_.words(token.span);
        }
        return true;
      case MarkupKind::kStartTag:
      case MarkupKind::kEmptyTag:
        return take_start(token);
      case MarkupKind::kEndTag:
        return take_end(token);
      case MarkupKind::kComment:
        markup_.piece(Kind::kComment, token, {.importance = kCommentImportance});
        return true;
      case MarkupKind::kDoctype:
        is_page_ = true;
        markup_.piece(Kind::kMarkup, token, {.is_required = open_.empty()});
        return true;
      case MarkupKind::kCdata:
      case MarkupKind::kInstruction:
        markup_.piece(Kind::kMarkup, token, {.importance = kCommentImportance});
        return true;
      default:
        return false;
    }
  }

  bool take_start(const MarkupToken& token) {
    const std::string name = lower(token.name.of(text_));
    ++n_tags_;
    ++n_starts_;
    n_known_ += is_html_name(name) || is_html_void(name) ? 1U : 0U;
    is_page_ |= name == "html" || name == "body";
    while (!open_.empty() && is_closed_by(open_.back().name, name)) close_top(token.span.begin, false);
    if (!open_.empty()) open_.back().has_tags = true;
    if (is_html_void(name) || token.kind == MarkupKind::kEmptyTag) {
      NodeOptions options;
      if (is_html_metadata(name)) options.importance = kMetadataImportance;
      markup_.piece(Kind::kElement, token, options);
      return true;
    }
    if (is_html_raw(name)) return take_raw(token, name);
    const bool is_required = name == "html" || name == "head" || name == "title";
    open_.push_back({name, false, token.span.begin, token.span.end});
    ++n_open_[name];
    const bool is_whole = name == "pre" || name == "textarea" || name == "svg";
    markup_.open_element(token, is_whole, {.is_required = is_required});
    return true;
  }

  bool take_raw(const MarkupToken& token, std::string_view name) {
    const MarkupToken content = scanner_.raw_text(name);
    if (content.kind == MarkupKind::kError) return false;
    const MarkupToken closing = scanner_.next();
    if (closing.kind != MarkupKind::kEndTag) return false;
    MarkupToken whole = token;
    whole.span.end = closing.span.end;
    markup_.piece(Kind::kElement, whole, {.importance = kRawImportance});
    return true;
  }

  bool take_end(const MarkupToken& token) {
    const std::string name = lower(token.name.of(text_));
    ++n_tags_;
    const auto known = n_open_.find(name);
    if (known == n_open_.end() || known->second == 0) {
      if (name != "p" && name != "br") ++n_mistakes_;
      markup_.piece(Kind::kMarkup, token, {.importance = kCommentImportance});
      return true;
    }
    while (open_.back().name != name) close_top(token.span.begin, false);
    const Open& top = open_.back();
    const bool has_own_node = tree_.node(tree_.innermost()).span.begin == top.tag_begin;
    if (name == "pre" && !top.has_tags && has_own_node && tree_.depth() + 2 < kMaxDepth) {
      markup_.lines({top.content_begin, token.span.begin});
    }
    close_top(token.span.end, true);
    return true;
  }

  std::string_view text_;
  ByteSpan span_;
  MarkupScanner scanner_;
  MarkupTree markup_;
  TreeBuilder& tree_;
  std::vector<Open> open_;
  std::unordered_map<std::string, std::size_t> n_open_;
  std::size_t n_tags_ = 0;
  std::size_t n_starts_ = 0;
  std::size_t n_known_ = 0;  ///< start tags of HTML's own elements
  std::size_t n_mistakes_ = 0;
  bool is_page_ = false;
  bool has_text_outside_ = false;
};

}  // namespace

bool add_html(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  span = trimmed(text, span);
  if (span.empty() || text[span.begin] != '<') return false;
  const TreeBuilder::Mark mark = tree.mark();
  tree.open(Kind::kMarkup, Policy::kGroup, span.begin);
  if (!HtmlReader(text, span, around, tree).read()) {
    tree.rollback(mark);
    return false;
  }
  tree.close(span.end);
  return true;
}

}  // namespace pith
