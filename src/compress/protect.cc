#include "compress/protect.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::int64_t kMaxPatternMemoryBytes = std::int64_t{8} << 20;

using Pattern = std::unique_ptr<re2::RE2>;

/// A pattern as messages show it.
std::string shown(std::string_view pattern) {
  constexpr std::size_t kShownBytes = 64;
  std::string text(pattern.substr(0, kShownBytes));
  if (pattern.size() > kShownBytes) text += "...";
  return text;
}

Pattern compile(std::string_view pattern, bool is_utf8) {
  re2::RE2::Options options;
  options.set_encoding(is_utf8 ? re2::RE2::Options::EncodingUTF8 : re2::RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kMaxPatternMemoryBytes);
  return std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

Result<void> check_compiled(const re2::RE2& pattern, std::size_t index, const std::string& where) {
  if (pattern.ok()) return {};
  const std::size_t at = pattern.pattern().find(pattern.error_arg());
  const std::string place =
      at == std::string::npos || pattern.error_arg().empty() ? "" : fmt::format(" (at byte {})", at);
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("force_patterns[{}] \"{}\"{}: {}{}: correct it; the syntax is RE2's", index,
                          shown(pattern.pattern()), where, pattern.error(), place));
}

Result<void> check_patterns(std::span<const std::string> patterns) {
  if (patterns.size() > kMaxForcePatterns) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("force_patterns has {} entries, more than the limit of {}: "
                                                         "give fewer, or join some with |",
                                                         patterns.size(), kMaxForcePatterns));
  }
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("force_patterns[{}] is an empty string: remove it or give an expression", i));
    }
    if (patterns[i].size() > kMaxForcePatternBytes) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("force_patterns[{}] has {} bytes, more than the limit of {}: give a shorter one", i,
                              patterns[i].size(), kMaxForcePatternBytes));
    }
    if (auto ok = check_compiled(*compile(patterns[i], true), i, ""); !ok) return ok;
  }
  return {};
}

/// The begin of the UTF-8 character that byte `at` lies inside of, if it lies inside of one.
std::optional<std::size_t> character_around(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostTrailingBytes = 3;
  for (std::size_t back = 1; back <= std::min(at, kMostTrailingBytes); ++back) {
    const CodePoint c = decode_code_point(text, at - back);
    if (c.valid && c.n_bytes > back) return at - back;
  }
  return std::nullopt;
}

Result<void> check_span(const ByteSpan& span, std::string_view text, const std::string& name) {
  if (span.begin > span.end) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is [{}, {}]: its end is before its begin", name, span.begin, span.end));
  }
  if (span.end > text.size()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} is [{}, {}], but the context ends at byte {}", name,
                                                         span.begin, span.end, text.size()));
  }
  for (const std::uint32_t at : {span.begin, span.end}) {
    const auto begin = character_around(text, at);
    if (!begin) continue;
    const CodePoint c = decode_code_point(text, *begin);
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is [{}, {}], but byte {} is inside the character \"{}\" (U+{:04X}) at bytes {} to {}: "
                            "offsets count UTF-8 bytes",
                            name, span.begin, span.end, at, text.substr(*begin, c.n_bytes),
                            static_cast<std::uint32_t>(c.value), *begin, *begin + c.n_bytes));
  }
  return {};
}

Result<void> check_spans(const CompressRequest& request) {
  const auto& lists = request.force_spans;
  if (!lists.empty() && lists.size() != request.context.size()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("force_spans has {} lists for {} contexts: give one list per context, empty where there is "
                            "nothing to keep",
                            lists.size(), request.context.size()));
  }
  for (std::size_t c = 0; c < lists.size(); ++c) {
    for (std::size_t i = 0; i < lists[c].size(); ++i) {
      auto ok = check_span(lists[c][i], request.context[c], fmt::format("force_spans[{}][{}]", c, i));
      if (!ok) return ok;
    }
  }
  return {};
}

std::size_t next_character(std::string_view text, std::size_t at) {
  return at < text.size() ? at + decode_code_point(text, at).n_bytes : at + 1;
}

/// Appends every match of `pattern` that is not empty.
void find_matches(const re2::RE2& pattern, std::string_view text, std::vector<ByteSpan>* out) {
  const re2::StringPiece all(text.data(), text.size());
  std::size_t from = 0;
  std::size_t n_matches = 0;
  std::size_t reach = kMaxMatchBytes;
  while (from < text.size()) {
    // RE2 sees the whole text around the window, so ^, $ and \b mean what they mean in it.
    const std::size_t end = std::min(text.size(), from + 2 * reach);
    const std::size_t last_begin = end == text.size() ? end : from + reach;
    re2::StringPiece match;
    if (!pattern.Match(all, from, end, re2::RE2::UNANCHORED, &match, 1)) {
      if (end < text.size() && reach < kMaxMatchBytes) {
        reach *= 2;  // it may end further on
        continue;
      }
      from = last_begin;
      while (from < text.size() && character_around(text, from)) --from;
      continue;
    }
    const auto begin = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t match_end = begin + match.size();
    if (begin >= last_begin && begin > from) {
      from = begin;  // look again with the full reach
    } else if (match.empty()) {
      from = next_character(text, begin);
    } else if (match_end == end && end < text.size() && reach < kMaxMatchBytes) {
      reach *= 2;  // it may go on
    } else {
      out->push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(match_end)});
      from = match_end;
      reach = ++n_matches < kMostFarMatches ? kMaxMatchBytes : kMaxLaterMatchBytes;
    }
  }
}

void merge(std::vector<ByteSpan>* spans) {
  std::erase_if(*spans, [](const ByteSpan& span) { return span.empty(); });
  std::ranges::sort(*spans, {}, &ByteSpan::begin);
  std::size_t n_merged = 0;
  for (const ByteSpan& span : *spans) {
    if (n_merged > 0 && span.begin <= (*spans)[n_merged - 1].end) {
      (*spans)[n_merged - 1].end = std::max((*spans)[n_merged - 1].end, span.end);
    } else {
      (*spans)[n_merged++] = span;
    }
  }
  spans->resize(n_merged);
}

}  // namespace

Result<void> check_protection(const CompressRequest& request) {
  if (auto ok = check_patterns(request.force_patterns); !ok) return ok;
  return check_spans(request);
}

Result<std::vector<std::vector<ByteSpan>>> protected_spans(const CompressRequest& request) {
  if (auto ok = check_protection(request); !ok) return tl::unexpected(ok.error());
  std::vector<std::vector<ByteSpan>> spans = request.force_spans;
  spans.resize(request.context.size());
  std::vector<bool> is_utf8;
  if (!request.force_patterns.empty()) {
    for (const std::string& text : request.context) is_utf8.push_back(is_valid_utf8(text));
  }
  for (std::size_t p = 0; p < request.force_patterns.size(); ++p) {
    for (const bool utf8 : {true, false}) {
      Pattern pattern;  // compiled for the first context that needs it
      for (std::size_t c = 0; c < request.context.size(); ++c) {
        if (is_utf8[c] != utf8) continue;
        if (pattern == nullptr) {
          pattern = compile(request.force_patterns[p], utf8);
          const std::string where = utf8 ? "" : fmt::format(" (context[{}] is not UTF-8 and read as Latin-1)", c);
          if (auto ok = check_compiled(*pattern, p, where); !ok) return tl::unexpected(ok.error());
        }
        find_matches(*pattern, request.context[c], &spans[c]);
      }
    }
  }
  for (std::vector<ByteSpan>& list : spans) merge(&list);
  return spans;
}

void force_touched_words(std::span<const ByteSpan> spans, PreparedContext& context) {
  const std::vector<Word>& words = context.document.words;
  std::size_t w = 0;
  for (const ByteSpan& span : spans) {
    while (w < words.size() && words[w].span.end <= span.begin) ++w;
    for (std::size_t i = w; i < words.size() && words[i].span.begin < span.end; ++i) context.forced[i] = 1;
  }
}

}  // namespace pith
