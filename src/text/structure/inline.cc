#include "text/structure/inline.h"

#include <algorithm>

#include "text/structure/inline_marks.h"
#include "text/structure/line_scan.h"

namespace pith {
namespace {

/// Links of at most this many words stay whole; emphasised words lose their sense even sooner.
constexpr std::size_t kMaxWholeLinkWords = 8;
constexpr std::size_t kMaxWholeEmphasisWords = 4;
constexpr std::uint32_t kMaxWholeBytes = 96;

/// What stands between white space.
struct Run {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool is_first_on_line = false;
  bool is_last_on_line = false;
  bool is_deep = false;  ///< its line is indented like a code block

  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

std::vector<Run> find_runs(std::string_view text, std::uint32_t indent) {
  std::vector<Run> runs;
  bool is_first_line = true;
  std::uint32_t column = 0;
  bool at_line_begin = true;
  bool is_deep = false;
  for (std::uint32_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_space_byte(c)) {
      if (c == '\n') {
        if (!runs.empty()) runs.back().is_last_on_line = true;
        at_line_begin = true;
        is_first_line = false;
        column = 0;
      } else {
        column += c == '\t' ? 4 - column % 4 : 1;
      }
      ++at;
      continue;
    }
    if (at_line_begin) is_deep = !is_first_line && column >= indent + 4;
    Run run{at, at, at_line_begin, false, is_deep};
    while (run.end < text.size() && !is_space_byte(text[run.end])) ++run.end;
    at_line_begin = false;
    at = run.end;
    runs.push_back(run);
  }
  if (!runs.empty()) runs.back().is_last_on_line = true;
  return runs;
}

bool consists_of(std::string_view run, char c) { return run.find_first_not_of(c) == std::string_view::npos; }

std::size_t n_leading_digits(std::string_view run) {
  std::size_t n = 0;
  while (n < run.size() && n < 10 && is_digit_byte(run[n])) ++n;
  return n;
}

bool is_ordinal(std::string_view run) {
  const std::size_t n = n_leading_digits(run);
  return n > 0 && n < 10 && n < run.size() && (run[n] == '.' || run[n] == ')');
}

bool is_rule(std::string_view run) { return consists_of(run, '=') || consists_of(run, '-'); }

/// Would begin a block if it came first on its line.
bool is_block_marker(std::string_view run) {
  switch (run[0]) {
    case '-':
    case '=':
    case '*':
    case '_':
      return consists_of(run, run[0]);
    case '+':
      return run.size() == 1;
    case '#':
      return run.size() <= 6 && consists_of(run, '#');
    case '>':
      return true;
    case '`':
      return run.starts_with("```");
    case '~':
      return run.starts_with("~~~");
    case '[':
      return run.find("]:") != std::string_view::npos;
    default:
      return is_ordinal(run) && n_leading_digits(run) + 1 == run.size();
  }
}

bool is_mark(char c) { return std::string_view("-+*#=`~>_").find(c) != std::string_view::npos; }

/// Must not be cut, as a part of it would mean something else: escapes, `#tag`, `-x`, `1.a`, `[^1]`.
bool is_atom(std::string_view run) {
  constexpr std::size_t kLongestAtom = 256;
  if (run.size() < 2 || run.size() > kLongestAtom) return false;
  const std::size_t escape = run.find('\\');
  if (escape != std::string_view::npos && escape + 1 < run.size()) return true;
  const std::size_t bare = run.find_first_not_of("([{\"'");  // words end at brackets and quotes
  if (bare == std::string_view::npos) return false;
  return is_mark(run[bare]) || is_mark(run.back()) || is_ordinal(run.substr(bare)) ||
         run.find("[^") != std::string_view::npos;
}

struct Interval {
  std::uint32_t begin, end;
};

/// Whether words may end behind this byte though no white space follows: brackets, quotes, scripts without spaces.
bool may_end_word(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || std::string_view("()[]{}\"'").find(c) != std::string_view::npos;
}

/// The part of a run that would begin a block if a line began in the middle of the run, with the character in front of
/// it: the `：1)` of `过程：1)`. Empty if there is none.
Interval find_inner_marker(std::string_view text, const Run& run) {
  const auto with_character_before = [&](std::uint32_t begin, std::uint32_t end) {
    do {
      --begin;
    } while (begin > run.begin && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80);
    return Interval{begin, end};
  };
  const char last = text[run.end - 1];
  if (last == '.' || last == ')') {
    std::uint32_t digits = run.end - 1;
    while (digits > run.begin && run.end - digits < 11 && is_digit_byte(text[digits - 1])) --digits;
    const std::string_view ordinal = text.substr(digits, run.end - digits);
    if (digits > run.begin && is_ordinal(ordinal) && may_end_word(text[digits - 1])) {
      return with_character_before(digits, run.end);
    }
  }
  return {run.end, run.end};
}

/// Stretches that begin no line unless they did before.
std::vector<Interval> find_ties(std::string_view text, const std::vector<Run>& runs) {
  std::vector<Interval> ties;
  const auto tie = [&](std::size_t first, std::size_t last) {
    if (!ties.empty() && ties.back().end > runs[first].begin) {
      ties.back().end = std::max(ties.back().end, runs[last].end);
    } else {
      ties.push_back({runs[first].begin, runs[last].end});
    }
  };
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string_view run = runs[i].of(text);
    if (const Interval inner = find_inner_marker(text, runs[i]); inner.begin < inner.end) {
      if (!ties.empty() && ties.back().end > inner.begin) {
        ties.back().end = std::max(ties.back().end, inner.end);
      } else {
        ties.push_back(inner);
      }
    }
    if (i == 0) continue;
    if (runs[i].is_deep) {
      tie(i - 1, i);
    } else if (is_block_marker(run)) {
      const bool needs_next = runs[i].is_first_on_line && is_rule(run) && i + 1 < runs.size();
      tie(i - 1, needs_next ? i + 1 : i);
    }
  }
  return ties;
}

/// Two marks with nothing but a sign between them would run into each other without it: `a`/`b`. And a sign right
/// behind one must not come first on a line: [x](y)> z.
void tie_touching(std::string_view text, const std::vector<InlineSpan>& spans, std::vector<Interval>& ties) {
  const std::size_t n_before = ties.size();
  for (std::size_t s = 0; s < spans.size();) {
    std::size_t next = s + 1;
    while (next < spans.size() && spans[next].begin < spans[s].end) ++next;  // inside
    const std::uint32_t limit = next < spans.size() ? spans[next].begin : static_cast<std::uint32_t>(text.size());
    std::uint32_t to = spans[s].end;
    while (to < limit && !is_space_byte(text[to])) ++to;
    const std::string_view behind = text.substr(spans[s].end, to - spans[s].end);
    if (!behind.empty()) {
      if (to == limit && next < spans.size()) {
        ties.push_back({spans[s].begin, spans[next].end});
      } else if (is_mark(behind[0]) || is_ordinal(behind)) {
        ties.push_back({spans[s].begin, to});
      }
    }
    s = next;
  }
  if (ties.size() == n_before) return;
  std::sort(ties.begin(), ties.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  std::vector<Interval> merged;
  for (const Interval& tie : ties) {
    if (!merged.empty() && merged.back().end > tie.begin) {
      merged.back().end = std::max(merged.back().end, tie.end);
    } else {
      merged.push_back(tie);
    }
  }
  ties = std::move(merged);
}

bool before(const InlineSpan& a, const InlineSpan& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; }

/// Ties swallow what they touch; a span of several lines around one is kept whole.
std::vector<InlineSpan> with_ties(std::string_view text, const std::vector<InlineSpan>& spans,
                                  const std::vector<Interval>& ties) {
  std::vector<InlineSpan> out;
  std::size_t s = 0;
  const auto copy_until = [&](std::uint32_t begin) {
    for (; s < spans.size() && spans[s].end <= begin; ++s) out.push_back(spans[s]);
  };
  for (const Interval& tie : ties) {
    // Top-level spans before the tie, then the ones it overlaps.
    while (s < spans.size() && spans[s].end <= tie.begin) copy_until(tie.begin);
    if (s == spans.size() || spans[s].begin >= tie.end) {
      out.push_back({tie.begin, tie.end, tie.begin, tie.end, Kind::kText, true});
      continue;
    }
    const InlineSpan& outer = spans[s];
    if (outer.begin <= tie.begin && outer.end >= tie.end) {
      const bool has_lines = text.substr(outer.begin, outer.end - outer.begin).find('\n') != std::string_view::npos;
      if (!has_lines || outer.is_whole) continue;
      out.push_back({outer.begin, outer.end, outer.begin, outer.end, outer.kind, true});
      const std::uint32_t end = outer.end;
      while (s < spans.size() && spans[s].begin < end) ++s;
      continue;
    }
    InlineSpan whole{std::min(tie.begin, outer.begin), tie.end, 0, 0, Kind::kText, true};
    for (; s < spans.size() && spans[s].begin < whole.end; ++s) whole.end = std::max(whole.end, spans[s].end);
    out.push_back(whole);
  }
  copy_until(static_cast<std::uint32_t>(text.size()));
  return out;
}

/// Removes what overlaps its predecessor without lying inside it, and what lies inside a whole span.
std::vector<InlineSpan> nested_only(std::vector<InlineSpan> spans) {
  std::sort(spans.begin(), spans.end(), before);
  std::vector<InlineSpan> out;
  std::vector<InlineSpan> open;
  for (const InlineSpan& span : spans) {
    while (!open.empty() && open.back().end <= span.begin) open.pop_back();
    if (!open.empty()) {
      if (open.back().is_whole) {
        if (span.end > open.back().end) {  // two ties that met: one piece
          for (std::size_t i = out.size(); i-- > 0;) {
            if (out[i].begin != open.back().begin || !out[i].is_whole) continue;
            out[i].end = open.back().end = span.end;
            break;
          }
        }
        continue;
      }
      if (span.begin < open.back().inner_begin || span.end > open.back().inner_end) continue;
    }
    out.push_back(span);
    open.push_back(span);
  }
  return out;
}

std::size_t n_runs_in(const std::vector<Run>& runs, std::uint32_t begin, std::uint32_t end) {
  const auto first = std::partition_point(runs.begin(), runs.end(), [&](const Run& run) { return run.end <= begin; });
  const auto last = std::partition_point(first, runs.end(), [&](const Run& run) { return run.begin < end; });
  return static_cast<std::size_t>(last - first);
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Emphasis must touch its words, so the first and last word inside belong to the frame. A long run (a text without
/// spaces) gives a character only.
void hug(std::string_view text, InlineSpan& span) {
  constexpr std::uint32_t kLongestWord = 24;
  std::uint32_t from = span.inner_begin;
  while (from < span.inner_end && !is_space_byte(text[from])) ++from;
  if (from - span.inner_begin > kLongestWord) {
    from = span.inner_begin + 1;
    while (from < span.inner_end && is_continuation(text[from])) ++from;
  }
  std::uint32_t to = span.inner_end;
  while (to > from && !is_space_byte(text[to - 1])) --to;
  if (span.inner_end - to > kLongestWord) {
    to = span.inner_end - 1;
    while (to > from && is_continuation(text[to])) --to;
  }
  span.inner_begin = from;
  span.inner_end = to;
}

/// Which marks stay whole, and which words belong to the frame of those that do not.
void set_policies(std::string_view text, const std::vector<Run>& runs, std::vector<InlineSpan>& spans) {
  for (InlineSpan& span : spans) {
    if (span.is_whole) continue;
    const std::size_t n_words = n_runs_in(runs, span.inner_begin, span.inner_end);
    const std::size_t limit = span.kind == Kind::kLink ? kMaxWholeLinkWords : kMaxWholeEmphasisWords;
    if (n_words <= limit && span.inner_end - span.inner_begin <= kMaxWholeBytes) {
      span.is_whole = true;
      continue;
    }
    if (span.kind == Kind::kEmphasis) hug(text, span);
    if (span.inner_begin >= span.inner_end) span.is_whole = true;
  }
}

void find_in_piece(std::string_view text, std::uint32_t shift, const ReferenceLabels& labels,
                   std::vector<InlineSpan>& spans) {
  for (InlineSpan span : find_inline_marks(text, labels)) {
    span.begin += shift;
    span.end += shift;
    span.inner_begin += shift;
    span.inner_end += shift;
    spans.push_back(span);
  }
}

}  // namespace

std::string label_key(std::string_view label) {
  std::string key;
  for (const char c : label) {
    if (is_space_byte(c)) {
      if (!key.empty() && key.back() != ' ') key += ' ';
    } else {
      key += lower_byte(c);
    }
  }
  while (!key.empty() && key.back() == ' ') key.pop_back();
  return key;
}

std::vector<InlineSpan> find_inline_spans(std::string_view paragraph, const ReferenceLabels& labels,
                                          std::uint32_t indent) {
  std::vector<InlineSpan> spans;
  for (std::size_t begin = 0; begin < paragraph.size();) {
    std::size_t end = paragraph.size();
    if (end - begin > kMaxInlineBytes) {
      end = begin + kMaxInlineBytes;
      const std::size_t space = paragraph.find_last_of(" \n", end);
      if (space != std::string_view::npos && space > begin + kMaxInlineBytes / 2) end = space;
      while (end > begin + 1 && is_continuation(paragraph[end])) --end;
    }
    find_in_piece(paragraph.substr(begin, end - begin), static_cast<std::uint32_t>(begin), labels, spans);
    begin = end;
    while (begin < paragraph.size() && is_space_byte(paragraph[begin])) ++begin;
  }
  const std::vector<Run> runs = find_runs(paragraph, indent);
  set_policies(paragraph, runs, spans);
  std::sort(spans.begin(), spans.end(), before);
  std::vector<std::uint32_t> edges;
  for (const InlineSpan& span : spans)
    edges.insert(edges.end(), {span.begin, span.end, span.inner_begin, span.inner_end});
  std::sort(edges.begin(), edges.end());
  std::vector<InlineSpan> atoms;
  for (const Run& run : runs) {
    if (!is_atom(run.of(paragraph))) continue;
    const auto edge = std::lower_bound(edges.begin(), edges.end(), run.begin);
    // A run that a mark's border cuts: what stands before and behind it would be read anew anyway.
    if (edge != edges.end() && *edge < run.end) continue;
    atoms.push_back({run.begin, run.end, run.begin, run.end, Kind::kText, true});
  }
  std::vector<Interval> ties = find_ties(paragraph, runs);
  tie_touching(paragraph, spans, ties);
  spans = with_ties(paragraph, spans, ties);
  spans.insert(spans.end(), atoms.begin(), atoms.end());
  return nested_only(std::move(spans));
}

void add_inline_spans(std::string_view paragraph, std::span<const InlineSpan> spans, std::int64_t shift,
                      TreeBuilder& tree) {
  const auto place = [&](std::uint32_t at) { return static_cast<std::uint32_t>(at + shift); };
  std::vector<const InlineSpan*> open;
  const auto close_until = [&](std::uint32_t begin) {
    while (!open.empty() && open.back()->end <= begin) {
      tree.close(place(open.back()->inner_end));
      tree.close(place(open.back()->end));
      open.pop_back();
    }
  };
  std::uint32_t whole_end = 0;
  for (const InlineSpan& span : spans) {
    if (tree.is_full()) break;
    if (span.begin < whole_end) continue;
    close_until(span.begin);
    const bool fits = !span.is_whole && tree.depth() + 2 < kMaxDepth;
    const ByteSpan inner = trimmed(paragraph, {span.inner_begin, span.inner_end});
    if (!fits || inner.empty()) {
      tree.leaf(span.kind, Policy::kWhole, {place(span.begin), place(span.end)});
      whole_end = span.end;
      continue;
    }
    tree.open(span.kind, Policy::kGroup, place(span.begin));
    tree.open(Kind::kText, Policy::kWords, place(span.inner_begin));
    open.push_back(&span);
  }
  close_until(~std::uint32_t{0});
}

void add_inline_words(std::string_view text, ByteSpan words, Kind kind, const ReferenceLabels& labels,
                      TreeBuilder& tree) {
  words = trimmed(text, words);
  if (words.empty()) return;
  tree.open(kind, Policy::kWords, words.begin);
  const std::string_view paragraph = words.of(text);
  add_inline_spans(paragraph, find_inline_spans(paragraph, labels, 0), words.begin, tree);
  tree.close(words.end);
}

}  // namespace pith
