#include "text/structure/inline_marks.h"

#include <md4c.h>

#include <algorithm>
#include <functional>

#include "text/structure/line_scan.h"

namespace pith {
namespace {

/// Follows md4c's events through the paragraph. Text events point into it, so the place of each marker is known: it
/// stands right where the last event ended. Wherever that does not hold, is_lost() says so and nothing is used.
class MarkCollector {
 public:
  explicit MarkCollector(std::string_view buffer, std::size_t n_bytes)
      : buffer_(buffer), n_bytes_(static_cast<std::uint32_t>(n_bytes)) {}

  void enter_block(MD_BLOCKTYPE type) {
    if (type == MD_BLOCK_DOC) return;
    if (type != MD_BLOCK_P || n_blocks_ > 0) is_lost_ = true;
    ++n_blocks_;
  }

  void enter_span(MD_SPANTYPE type) {
    if (is_lost_) return;
    Open open{{at_, at_, at_, at_, Kind::kEmphasis, false}, type, 0, '\0'};
    switch (type) {
      case MD_SPAN_EM:
        open.n_marker = 1;
        break;
      case MD_SPAN_STRONG:
        open.n_marker = 2;
        break;
      case MD_SPAN_DEL:
        open.n_marker = std::min(run_of('~'), 2U);
        break;
      case MD_SPAN_CODE:
        open.n_marker = run_of('`');
        open.span.kind = Kind::kInlineCode;
        open.span.is_whole = true;
        break;
      case MD_SPAN_IMG:
        open.n_marker = 2;
        open.span.kind = Kind::kLink;
        break;
      case MD_SPAN_A:
        open.n_marker = byte() == '[' || byte() == '<' ? 1 : 0;
        open.span.kind = Kind::kLink;
        open.span.is_whole = byte() != '[';
        break;
      default:
        is_lost_ = true;
        return;
    }
    open.first = byte();
    at_ += open.n_marker;
    if (at_ > n_bytes_) {
      is_lost_ = true;
      return;
    }
    open.span.inner_begin = at_;
    open_.push_back(open);
  }

  void leave_span() {
    if (is_lost_) return;
    if (open_.empty()) {
      is_lost_ = true;
      return;
    }
    Open open = open_.back();
    open_.pop_back();
    open.span.inner_end = at_;
    if (open.type == MD_SPAN_CODE) skip_space();
    if ((open.type == MD_SPAN_A && open.first == '[') || open.type == MD_SPAN_IMG) {
      if (byte() != ']') is_lost_ = true;
      ++at_;
      skip_link_tail();
    } else if (open.first == '<' && open.type == MD_SPAN_A) {
      if (byte() != '>') is_lost_ = true;
      ++at_;
    } else if (open.n_marker > 0) {
      for (std::uint32_t i = 0; i < open.n_marker; ++i, ++at_) {
        if (byte() != open.first) is_lost_ = true;
      }
    }
    open.span.end = at_;
    is_lost_ = is_lost_ || at_ > n_bytes_;
    if (!is_lost_ && open.span.end > open.span.begin) spans_.push_back(open.span);
  }

  void text(MD_TEXTTYPE type, const char* data, std::size_t size) {
    if (is_lost_) return;
    if (type == MD_TEXT_SOFTBR || type == MD_TEXT_BR) {
      while (at_ < n_bytes_ && buffer_[at_] != '\n') ++at_;
      skip_space();
      return;
    }
    if (type == MD_TEXT_NULLCHAR) {
      ++at_;
      return;
    }
    const std::less<const char*> before;
    if (before(data, buffer_.data()) || !before(data, buffer_.data() + n_bytes_)) return;  // a space for a line break
    const auto begin = static_cast<std::uint32_t>(data - buffer_.data());
    if (begin < at_) {
      is_lost_ = true;
      return;
    }
    at_ = begin + static_cast<std::uint32_t>(size);
    if (type == MD_TEXT_HTML) add_html(begin);
  }

  [[nodiscard]] bool is_lost() const { return is_lost_ || n_blocks_ != 1; }
  [[nodiscard]] std::vector<InlineSpan> take() {
    for (const Tag& tag : tags_) {
      spans_.push_back({tag.begin, tag.end, tag.begin, tag.end, Kind::kMarkup, true});
    }
    return std::move(spans_);
  }

 private:
  struct Open {
    InlineSpan span;
    MD_SPANTYPE type;
    std::uint32_t n_marker;
    char first;
  };
  struct Tag {
    std::uint32_t begin, end;
    std::size_t n_open;       // spans open around it
    std::uint32_t open_from;  // where the innermost of them begins
  };

  [[nodiscard]] char byte() const { return at_ < n_bytes_ ? buffer_[at_] : '\0'; }
  [[nodiscard]] std::uint32_t run_of(char c) const {
    std::uint32_t n = 0;
    while (at_ + n < n_bytes_ && buffer_[at_ + n] == c) ++n;
    return n;
  }
  void skip_space() {
    while (at_ < n_bytes_ && is_space_byte(buffer_[at_])) ++at_;
  }

  /// Behind a link's `]`: `(target "title")`, `[label]` or nothing.
  void skip_link_tail() {
    std::uint32_t to = at_;
    if (byte() == '[') {
      for (++to; to < n_bytes_ && buffer_[to] != ']'; ++to) {
        if (buffer_[to] == '\\') ++to;
      }
      if (to < n_bytes_) at_ = to + 1;
    } else if (byte() == '(') {
      std::uint32_t depth = 0;
      char quote = '\0';
      for (; to < n_bytes_; ++to) {
        const char c = buffer_[to];
        if (c == '\\') {
          ++to;
        } else if (quote != '\0') {
          if (c == quote) quote = '\0';
        } else if (c == '<' && buffer_[to - 1] == '(') {
          quote = '>';
        } else if ((c == '"' || c == '\'') && is_space_byte(buffer_[to - 1])) {
          quote = c;
        } else if (c == '(') {
          ++depth;
        } else if (c == ')' && --depth == 0) {
          at_ = to + 1;
          return;
        }
      }
    }
  }

  void add_html(std::uint32_t begin) {
    const bool continues = !tags_.empty() && buffer_[tags_.back().end - 1] != '>';
    if (continues) {
      tags_.back().end = at_;
    } else {
      tags_.push_back({begin, at_, open_.size(), open_.empty() ? 0 : open_.back().span.begin});
    }
    Tag& tag = tags_.back();
    if (buffer_[tag.begin] != '<' || buffer_[tag.end - 1] != '>') return;
    if (tag.end - tag.begin < 3 || buffer_[tag.begin + 1] != '/') return;
    // A closing tag takes the nearest opening one of its name, if nothing else stands between them unclosed.
    if (tags_.size() < 2) return;
    const Tag opener = tags_[tags_.size() - 2];
    if (buffer_[opener.begin + 1] == '/' || opener.n_open != tag.n_open || opener.open_from != tag.open_from) return;
    if (name_at(opener.begin + 1) != name_at(tag.begin + 2)) return;
    spans_.push_back({opener.begin, tag.end, opener.end, tag.begin, Kind::kMarkup, false});
    tags_.resize(tags_.size() - 2);
  }

  [[nodiscard]] std::string_view name_at(std::uint32_t at) const {
    std::uint32_t end = at;
    while (end < n_bytes_ && is_name_byte(buffer_[end])) ++end;
    return buffer_.substr(at, end - at);
  }

  std::string_view buffer_;
  std::uint32_t n_bytes_;
  std::uint32_t at_ = 0;
  int n_blocks_ = 0;
  bool is_lost_ = false;
  std::vector<Open> open_;
  std::vector<InlineSpan> spans_;
  std::vector<Tag> tags_;
};

/// `paragraph` and behind it a definition for each label it uses, so that md4c, which sees the paragraph alone, knows
/// which brackets are links.
std::string with_definitions(std::string_view paragraph, const ReferenceLabels& labels) {
  std::string buffer(paragraph);
  std::unordered_set<std::string> done;
  std::string definitions;
  constexpr std::size_t kLongestLabel = 999;
  for (std::size_t open = paragraph.find('['); open != std::string_view::npos; open = paragraph.find('[', open + 1)) {
    const std::size_t end = paragraph.find_first_of("[]", open + 1);
    if (end == std::string_view::npos) break;
    if (paragraph[end] == '[' || end - open > kLongestLabel) continue;
    const std::string_view label = paragraph.substr(open + 1, end - open - 1);
    std::string key = label_key(label);
    if (!labels.contains(key) || !done.insert(std::move(key)).second) continue;
    definitions.append("\n[").append(label).append("]: x");
  }
  if (!definitions.empty()) buffer.append("\n").append(definitions).append("\n");
  return buffer;
}

}  // namespace

std::vector<InlineSpan> find_inline_marks(std::string_view paragraph, const ReferenceLabels& labels) {
  if (paragraph.find_first_of("*_~`[<") == std::string_view::npos && paragraph.find("://") == std::string_view::npos) {
    return {};
  }
  const std::string buffer = with_definitions(paragraph, labels);
  MarkCollector collector(buffer, paragraph.size());
  MD_PARSER parser{};
  parser.flags = MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_NOINDENTEDCODEBLOCKS;
  parser.enter_block = [](MD_BLOCKTYPE type, void*, void* to) {
    static_cast<MarkCollector*>(to)->enter_block(type);
    return 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE, void*, void*) { return 0; };
  parser.enter_span = [](MD_SPANTYPE type, void*, void* to) {
    static_cast<MarkCollector*>(to)->enter_span(type);
    return 0;
  };
  parser.leave_span = [](MD_SPANTYPE, void*, void* to) {
    static_cast<MarkCollector*>(to)->leave_span();
    return 0;
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* data, MD_SIZE size, void* to) {
    static_cast<MarkCollector*>(to)->text(type, data, size);
    return 0;
  };
  if (md_parse(buffer.data(), static_cast<MD_SIZE>(buffer.size()), &parser, &collector) != 0) return {};
  return collector.is_lost() ? std::vector<InlineSpan>{} : collector.take();
}

}  // namespace pith
