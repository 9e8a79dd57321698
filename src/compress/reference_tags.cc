#include "compress/reference_tags.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::string_view kOpen = "<llmlingua";
constexpr std::string_view kClose = "</llmlingua>";

/// What Python's \s matches: White_Space and four control characters.
bool is_python_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

/// Reads the attributes and content of one tag.
class TagReader {
 public:
  TagReader(std::string_view text, std::size_t at) : text_(text), at_(at + kOpen.size()) {}

  struct Tag {
    std::string rate;  ///< as Python's float() would read it; "" if absent
    std::optional<bool> compress;
    std::size_t begin = 0, end = 0;  ///< the content
  };

  /// The pattern of the library: rate, compress, rate, compress, each optional; the first of two wins.
  std::optional<Tag> read() {
    Tag tag;
    for (int round = 0; round < 2; ++round) {
      skip_space();
      if (const std::size_t value = after_name("rate"); value != 0) {
        at_ = value;
        const std::string rate = read_rate();
        if (tag.rate.empty()) tag.rate = rate;
      }
      skip_space();
      if (const std::size_t value = after_name("compress"); value != 0) {
        const bool is_true = text_.substr(value).starts_with("True");
        at_ = value + (is_true ? 4 : 5);
        if (!tag.compress) tag.compress = is_true;
      }
    }
    skip_space();
    if (at_ >= text_.size() || text_[at_] != '>') return std::nullopt;
    tag.begin = at_ + 1;
    tag.end = std::min(text_.find('<', tag.begin), text_.size());
    if (tag.end == tag.begin || !text_.substr(tag.end).starts_with(kClose)) return std::nullopt;
    return tag;
  }

 private:
  void skip_space() { at_ = after_space(at_); }
  [[nodiscard]] std::size_t after_space(std::size_t at) const {
    while (at < text_.size()) {
      const CodePoint c = decode_code_point(text_, at);
      if (!is_python_space(c.value)) break;
      at += c.n_bytes;
    }
    return at;
  }

  /// Where the value of `, name =` begins if that and a value are here, else 0.
  [[nodiscard]] std::size_t after_name(std::string_view name) const {
    if (!text_.substr(at_).starts_with(',')) return 0;
    std::size_t at = after_space(at_ + 1);
    if (!text_.substr(at).starts_with(name)) return 0;
    at = after_space(at + name.size());
    if (!text_.substr(at).starts_with('=')) return 0;
    at = after_space(at + 1);
    const std::string_view value = text_.substr(at);
    if (name == "rate") return at < text_.size() && rate_character(at) != '\0' ? at : 0;
    return value.starts_with("True") || value.starts_with("False") ? at : 0;
  }

  /// The digit (of any script) or dot at `at` in ASCII, '\0' if it is something else.
  [[nodiscard]] char rate_character(std::size_t at) const {
    if (at >= text_.size()) return '\0';
    const auto c = static_cast<UChar32>(decode_code_point(text_, at).value);
    if (c == '.') return '.';
    return u_charType(c) == U_DECIMAL_DIGIT_NUMBER ? static_cast<char>('0' + u_charDigitValue(c)) : '\0';
  }

  std::string read_rate() {
    std::string rate;
    for (char c = rate_character(at_); c != '\0'; c = rate_character(at_)) {
      rate += c;
      at_ += decode_code_point(text_, at_).n_bytes;
    }
    return rate;
  }

  std::string_view text_;
  std::size_t at_;
};

Result<double> parse_rate(const std::string& literal) {
  double rate = 0;
  const char* end = literal.data() + literal.size();
  const auto [stop, error] = std::from_chars(literal.data(), end, rate);
  if (stop != end || error == std::errc::invalid_argument) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("rate={} in a tag is not a number", literal.substr(0, 64)));
  }
  if (error == std::errc::result_out_of_range) {
    const bool is_small = literal.find_first_not_of("0.") > literal.find('.');
    return is_small ? 0 : std::numeric_limits<double>::infinity();
  }
  return rate;
}

}  // namespace

Result<std::vector<ReferenceSegment>> segment_reference_context(std::string_view context, double global_rate) {
  std::string text(context);
  std::size_t n_added = 0;
  if (!context.starts_with(kOpen)) {
    text.insert(0, "<llmlingua>");
    n_added = text.size() - context.size();
  }
  if (!context.ends_with(kClose)) text += kClose;

  std::vector<ReferenceSegment> segments;
  for (std::size_t at = text.find(kOpen); at != std::string::npos; at = text.find(kOpen, at)) {
    const auto tag = TagReader(text, at).read();
    if (!tag) {
      ++at;
      continue;
    }
    ReferenceSegment segment;
    segment.span = {static_cast<std::uint32_t>(tag->begin - n_added), static_cast<std::uint32_t>(tag->end - n_added)};
    segment.compress = tag->compress.value_or(true);
    if (!tag->rate.empty()) {
      const auto rate = parse_rate(tag->rate);
      if (!rate) return tl::unexpected(rate.error());
      segment.rate = *rate;
    }
    if (tag->rate.empty() || segment.rate == 0) segment.rate = segment.compress ? global_rate : 1;
    segments.push_back(segment);
    at = tag->end + kClose.size();
  }
  for (const ReferenceSegment& segment : segments) {
    if (segment.rate > 1) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("rate={} in a tag is above 1", segment.rate));
    }
  }
  return segments;
}

std::vector<ReferenceRun> merge_reference_runs(std::span<const ReferenceRun> runs) {
  std::vector<ReferenceRun> merged;
  for (const ReferenceRun& run : runs) {
    if (!merged.empty() && merged.back().rate == run.rate && merged.back().compress == run.compress) {
      merged.back().n_code_points += run.n_code_points;
    } else {
      merged.push_back(run);
    }
  }
  return merged;
}

Result<std::vector<std::vector<ReferencePiece>>> schedule_reference_tokens(
    std::size_t n_tokens, std::size_t block_tokens, std::span<const ReferenceRun> runs,
    const std::function<std::size_t(std::size_t first, std::size_t last)>& decoded_code_points) {
  constexpr std::size_t kDecodeWindow = 3;
  const auto past_the_end = [] {
    return fail(ErrorCode::kInvalidArgument, "the tokens hold more text than the tagged segments");
  };
  std::vector<std::vector<ReferencePiece>> blocks;
  std::size_t run = 0, n_seen = 0;
  for (std::size_t token = 0; token < n_tokens; ++token) {
    const std::size_t first = token < kDecodeWindow ? 0 : token - kDecodeWindow + 1;
    const std::size_t n_before = decoded_code_points(first, token), n_with = decoded_code_points(first, token + 1);
    std::size_t n_added = n_with > n_before ? n_with - n_before : 0;
    double rate = std::numeric_limits<double>::infinity();
    bool is_protected = false;
    const auto collect = [&] {
      rate = std::min(rate, runs[run].rate);
      is_protected |= !runs[run].compress;
    };
    if (run >= runs.size()) return past_the_end();
    if (n_added > 0 && n_added >= runs[run].n_code_points - n_seen) {
      while (n_added > 0 && run < runs.size() && n_added >= runs[run].n_code_points - n_seen) {
        collect();
        n_added -= runs[run].n_code_points - n_seen;
        ++run;
        n_seen = 0;
        if (run == runs.size() && n_added > 0) return past_the_end();
      }
      if (n_added > 0) collect();
      if (is_protected) rate = 1;
    } else {
      rate = runs[run].rate;
    }
    n_seen += n_added;

    if (token % block_tokens == 0) blocks.emplace_back();
    std::vector<ReferencePiece>& block = blocks.back();
    if (block.empty() || block.back().rate != rate) block.push_back({0, rate});
    ++block.back().n_tokens;
  }
  return blocks;
}

}  // namespace pith
