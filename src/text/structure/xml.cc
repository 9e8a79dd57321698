// XML. Every tag must match, every attribute be quoted, every entity be well-formed; then what is left after pruning is
// well-formed too, since tags live and die with their element and text is cut between words.
#include <vector>

#include "text/structure/html_names.h"
#include "text/structure/markup_tree.h"
#include "text/structure/recognizers.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr float kCommentImportance = 0.1F;
constexpr std::size_t kFewestElements = 3;

bool preserves_space(std::string_view attributes) {
  bool preserves = false;
  for_each_attribute(attributes, [&](std::string_view name, std::string_view value) {
    preserves |= name == "xml:space" && value == "preserve";
  });
  return preserves;
}

class XmlReader {
 public:
  XmlReader(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree)
      : text_(text), scanner_(text, span, false), markup_(text, around, tree), tree_(tree) {}

  /// False as soon as something is not XML; the caller takes back what was built.
  bool read() {
    for (;;) {
      const MarkupToken token = scanner_.next();
      if (token.kind == MarkupKind::kError) return false;
      if (token.kind == MarkupKind::kEnd) break;
      if (!take(token)) return false;
    }
    if (!names_.empty() || n_roots_ != 1) return false;
    if (!has_prolog_ && (n_elements_ < kFewestElements || has_paragraphs_)) return false;
    markup_.rank_records({});
    return true;
  }

 private:
  bool take(const MarkupToken& token) {
    switch (token.kind) {
      case MarkupKind::kText:
        return take_text(token.span);
      case MarkupKind::kStartTag:
      case MarkupKind::kEmptyTag:
        return take_tag(token);
      case MarkupKind::kEndTag:
        if (names_.empty() || names_.back() != token.name.of(text_)) return false;
        names_.pop_back();
        markup_.close_element(token.span.end);
        return true;
      case MarkupKind::kComment:
        markup_.piece(Kind::kComment, token, {.importance = kCommentImportance});
        return true;
      case MarkupKind::kCdata:
        return take_cdata(token);
      case MarkupKind::kInstruction: {
        const bool is_declaration = token.name.of(text_) == "xml";
        if (is_declaration && (n_roots_ > 0 || has_prolog_)) return false;
        has_prolog_ |= is_declaration;
        markup_.piece(Kind::kMarkup, token, {.is_required = names_.empty()});
        return true;
      }
      case MarkupKind::kDoctype:
        if (n_roots_ > 0) return false;
        has_prolog_ = true;
        markup_.piece(Kind::kMarkup, token, {.is_required = true});
        return true;
      default:
        return false;
    }
  }

  bool take_text(ByteSpan span) {
    const ByteSpan content = trimmed(text_, span);
    if (content.empty()) return true;
    if (names_.empty()) return false;
    for (std::uint32_t at = content.begin; at < content.end; ++at) {
      if (text_[at] != '\n') continue;
      std::uint32_t next = at + 1;
      while (next < content.end && is_space_byte(text_[next]) && text_[next] != '\n') ++next;
      has_paragraphs_ |= text_[next] == '\n';
      at = next - 1;
    }
    markup_.words(content);
    return true;
  }

  bool take_tag(const MarkupToken& token) {
    ++n_elements_;
    const bool is_root = names_.empty();
    if (is_root) {
      const std::string_view name = token.name.of(text_);
      if (++n_roots_ > 1 || name == "html" || (!has_prolog_ && is_html_name(name))) return false;
    }
    if (token.kind == MarkupKind::kEmptyTag) {
      markup_.piece(Kind::kElement, token, {.is_required = is_root});
      return true;
    }
    names_.push_back(token.name.of(text_));
    markup_.open_element(token, preserves_space(token.attributes.of(text_)), {.is_required = is_root});
    return true;
  }

  bool take_cdata(const MarkupToken& token) {
    if (names_.empty()) return false;
    if (markup_.is_inside_whole() || tree_.is_full()) return true;
    constexpr std::uint32_t kOpening = 9;
    constexpr std::uint32_t kClosing = 3;
    const ByteSpan content{token.span.begin + kOpening, token.span.end - kClosing};
    const std::string_view bytes = content.of(text_);
    // Lines that end in a bracket could meet a `>` of another line's; then it stays in one piece.
    if (bytes.find('\n') == std::string_view::npos || bytes.find(']') != std::string_view::npos) {
      markup_.piece(Kind::kCodeBlock, token);
      return true;
    }
    tree_.open(Kind::kCodeBlock, Policy::kGroup, token.span.begin);
    markup_.lines(content);
    tree_.close(token.span.end);
    return true;
  }

  std::string_view text_;
  MarkupScanner scanner_;
  MarkupTree markup_;
  TreeBuilder& tree_;
  std::vector<std::string_view> names_;  ///< of the open elements
  std::size_t n_elements_ = 0;
  std::size_t n_roots_ = 0;
  bool has_prolog_ = false;
  bool has_paragraphs_ = false;
};

}  // namespace

bool add_xml(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (span.of(text).starts_with(kByteOrderMark)) span.begin += 3;
  span = trimmed(text, span);
  if (span.empty() || text[span.begin] != '<') return false;
  const TreeBuilder::Mark mark = tree.mark();
  tree.open(Kind::kMarkup, Policy::kGroup, span.begin);
  if (!XmlReader(text, span, around, tree).read()) {
    tree.rollback(mark);
    return false;
  }
  tree.close(span.end);
  return true;
}

}  // namespace pith
