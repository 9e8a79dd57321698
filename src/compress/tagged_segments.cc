#include "compress/tagged_segments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/suggest.h"

namespace pith {
namespace {

constexpr std::string_view kOpening = "<llmlingua";
constexpr std::string_view kClosing = "</llmlingua";

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

class TagParser {
 public:
  explicit TagParser(std::string_view text) : text_(text) {}

  Result<std::vector<TaggedSegment>> run() {
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      at_ = next_tag(at_);
      if (at_ > begin) segments_.push_back({{}, span(begin, at_), {}, {}, true});
      if (at_ == text_.size()) break;
      if (auto ok = take_segment(); !ok) return tl::unexpected(ok.error());
    }
    return std::move(segments_);
  }

 private:
  static ByteSpan span(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  /// Where the next opening or closing tag begins; the text's end if there is none. `<llmlinguas>` is no tag.
  [[nodiscard]] std::size_t next_tag(std::size_t from) const {
    for (std::size_t at = text_.find('<', from); at != std::string_view::npos; at = text_.find('<', at + 1)) {
      const std::string_view rest = text_.substr(at);
      const std::size_t n_bytes = rest.starts_with(kOpening)   ? kOpening.size()
                                  : rest.starts_with(kClosing) ? kClosing.size()
                                                               : 0;
      if (n_bytes > 0 && (rest.size() == n_bytes || !is_name(rest[n_bytes]))) return at;
    }
    return text_.size();
  }

  [[nodiscard]] tl::unexpected<Error> error(std::size_t at, const std::string& what) const {
    const std::string_view before = text_.substr(0, at);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return fail(ErrorCode::kBadInput, fmt::format("line {}, column {}: {}", line, at - line_begin + 1, what));
  }

  Result<void> take_segment() {
    const std::size_t tag = at_;
    if (text_.substr(at_).starts_with(kClosing)) {
      return error(at_, "</llmlingua> closes a segment that was not opened: put <llmlingua> before it, or remove it");
    }
    TaggedSegment segment;
    if (auto ok = take_opening(segment); !ok) return ok;
    segment.opening_tag = span(tag, at_);
    const std::size_t end = next_tag(at_);
    if (end == text_.size()) {
      return error(tag, "this segment is not closed: put </llmlingua> where it ends");
    }
    if (!text_.substr(end).starts_with(kClosing)) {
      return error(end, "a segment inside a segment: close the outer one with </llmlingua> first");
    }
    segment.span = span(at_, end);
    at_ = end + kClosing.size();
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != '>') return error(end, "this closing tag is not </llmlingua>");
    segment.closing_tag = span(end, ++at_);
    segments_.push_back(segment);
    return {};
  }

  /// From `<llmlingua` to behind its `>`.
  Result<void> take_opening(TaggedSegment& segment) {
    const std::size_t tag = at_;
    at_ += kOpening.size();
    bool has_rate = false, has_compress = false;
    for (;;) {
      skip_blanks();
      if (at_ == text_.size()) return error(tag, "this tag is not closed: write <llmlingua> or <llmlingua, rate=0.4>");
      if (text_[at_] == '>') break;
      if (text_[at_] != ',') {
        return error(at_, "a comma must stand before an attribute: write <llmlingua, rate=0.4, compress=true>");
      }
      ++at_;
      skip_blanks();
      const std::size_t name_at = at_;
      while (at_ < text_.size() && is_name(text_[at_])) ++at_;
      const std::string_view name = text_.substr(name_at, at_ - name_at);
      skip_blanks();
      if (at_ == text_.size() || text_[at_] != '=') return error(name_at, "an attribute is written name=value");
      ++at_;
      skip_blanks();
      const std::size_t value_at = at_;
      const std::string_view value = take_value();
      if (name == "rate" && !has_rate) {
        has_rate = true;
        const auto rate = parse_rate(value);
        if (!rate)
          return error(value_at, fmt::format("rate is \"{}\": give a number from 0 to 1", value.substr(0, 40)));
        segment.rate = rate;
      } else if (name == "compress" && !has_compress) {
        has_compress = true;
        segment.compress = equals_ignoring_case(value, "true");
        if (!segment.compress && !equals_ignoring_case(value, "false")) {
          return error(value_at, fmt::format("compress is \"{}\": give true or false", value.substr(0, 40)));
        }
      } else if (name == "rate" || name == "compress") {
        return error(name_at, fmt::format("{} is given twice: remove one", name));
      } else {
        constexpr std::array<std::string_view, 2> kNames{"rate", "compress"};
        const std::string hint = did_you_mean(name, kNames);
        return error(name_at, fmt::format("unknown attribute \"{}\"{}", name.substr(0, 40),
                                          hint.empty() ? "; there are rate and compress" : hint));
      }
    }
    ++at_;
    return {};
  }

  /// A value ends at a blank, a comma or `>`; in quotes at the quote. The quotes are not part of it.
  [[nodiscard]] std::string_view take_value() {
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const std::size_t begin = at_;
    if (quote == '"' || quote == '\'') {
      const std::size_t end = std::min(text_.find(quote, begin + 1), text_.size());
      at_ = std::min(end + 1, text_.size());
      return text_.substr(begin + 1, end - begin - 1);
    }
    while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != ',' && text_[at_] != '>') ++at_;
    return text_.substr(begin, at_ - begin);
  }

  static std::optional<double> parse_rate(std::string_view text) {
    double rate = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), rate);
    if (failed != std::errc() || end != text.data() + text.size() || !(rate >= 0 && rate <= 1)) return std::nullopt;
    return rate;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<TaggedSegment> segments_;
};

}  // namespace

Result<std::vector<TaggedSegment>> parse_tagged_segments(std::string_view text) { return TagParser(text).run(); }

}  // namespace pith
