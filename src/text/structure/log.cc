// Logs: lines with a timestamp, a level or `key=value`, or enough lines that say the same with other values. A line is
// kept or dropped whole; what is indented below it needs it, and so does the stack trace behind it.
#include <algorithm>
#include <vector>

#include "text/structure/git_log.h"
#include "text/structure/log_ranking.h"
#include "text/structure/recognizers.h"
#include "text/structure/stack_frames.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr std::size_t kFewestLines = 3;
constexpr std::size_t kFewestTemplateLines = 8;
/// With timestamps but no levels, longer lines than this are someone talking.
constexpr std::size_t kMaxSpokenWords = 14;

/// Lines that only share a template have so many words on average.
constexpr std::size_t kFewestWords = 3;

/// A line with what belongs to it: [first, end), the lines behind the first being indented or a trace.
struct Entry {
  std::size_t first = 0;
  std::size_t end = 0;
  bool is_trace = false;
};

struct Log {
  std::vector<TextLine> lines;
  std::vector<Entry> entries;
  std::vector<LogLineFacts> facts;     ///< of lines that are not blank
  std::vector<std::uint32_t> fact_of;  ///< by line
  LogTemplates templates;
};

void find_entries(std::string_view text, Log& log) {
  const std::vector<TextLine>& lines = log.lines;
  for (std::size_t n = 0; n < lines.size();) {
    if (lines[n].is_blank()) {
      ++n;
      continue;
    }
    Entry entry{n, n + 1, false};
    const TraceExtent trace = trace_extent(text, lines, n);
    if (trace.n_frames > 0) {
      entry = {n, trace.end, true};
    } else {
      while (entry.end < lines.size() && !lines[entry.end].is_blank() && lines[entry.end].indent > lines[n].indent) {
        ++entry.end;
      }
    }
    log.entries.push_back(entry);
    n = entry.end;
  }
}

void find_facts(std::string_view text, Log& log) {
  log.fact_of.assign(log.lines.size(), 0);
  for (std::size_t n = 0; n < log.lines.size(); ++n) {
    const std::string_view line = log.lines[n].content.of(text);
    if (line.empty()) continue;
    LogLineFacts facts;
    facts.bytes = line.substr(timestamp_bytes(line));
    facts.which = log.templates.add(facts.bytes);
    facts.severity = severity_of(line).severity;
    log.fact_of[n] = static_cast<std::uint32_t>(log.facts.size());
    log.facts.push_back(facts);
  }
}

std::size_t count_words(std::string_view line) {
  std::size_t n_words = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    n_words += !is_space_byte(line[i]) && (i == 0 || is_space_byte(line[i - 1])) ? 1U : 0U;
  }
  return n_words;
}

/// `- item`, `# heading`, `> quote`, `1. item`, `| cell |`: what Markdown begins lines with.
bool is_markdown_line(std::string_view line) {
  if (line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") || line.starts_with("> ")) return true;
  if (line.starts_with("# ") || line.starts_with("## ") || line.starts_with("|") || line.starts_with("```"))
    return true;
  std::size_t digits = 0;
  while (digits < line.size() && digits < 9 && is_digit_byte(line[digits])) ++digits;
  return digits > 0 && (line.substr(digits, 2) == ". " || line.substr(digits, 2) == ") ");
}

bool ends_sentence(std::string_view line) {
  return (line.ends_with('.') && !line.ends_with("..")) || line.ends_with('?') || line.ends_with('!') ||
         line.ends_with(',');
}

bool looks_like_log(std::string_view text, const Log& log) {
  if (log.facts.size() < kFewestLines) return false;
  std::size_t n_heads = 0;
  std::size_t n_known = 0;
  std::size_t n_levels = 0;
  std::size_t n_access = 0;
  std::size_t n_markdown = 0;
  std::size_t n_sentences = 0;
  std::size_t n_words = 0;
  for (const Entry& entry : log.entries) {
    const std::string_view line = log.lines[entry.first].content.of(text);
    ++n_heads;
    const bool has_level = severity_of(line).is_level;
    const bool is_access = is_access_line(line);
    n_levels += has_level ? 1U : 0U;
    n_access += is_access || is_key_value_line(line) ? 1U : 0U;
    const std::size_t stamp = timestamp_bytes(line);
    n_known += stamp > 0 || has_level || is_access || is_key_value_line(line) || entry.is_trace ? 1U : 0U;
    n_markdown += is_markdown_line(line) ? 1U : 0U;
    n_sentences += ends_sentence(line) && count_words(line) > 8 ? 1U : 0U;
    n_words += count_words(line.substr(stamp));
  }
  if (n_markdown * 5 > n_heads) return false;
  const bool is_spoken = n_levels * 3 < n_heads && n_access * 3 < n_heads && n_words > kMaxSpokenWords * n_heads &&
                         log.templates.size() * 2 > n_heads;
  if (n_heads >= kFewestLines && n_known * 5 >= n_heads * 3) return !is_spoken;

  // Lines that share few templates, and are more than `key: value` or markup.
  if (n_words < kFewestWords * n_heads || log.lines.front().content.of(text).starts_with('<')) return false;
  if (log.facts.size() < kFewestTemplateLines || n_sentences * 5 > n_heads) return false;
  std::size_t n_alike = 0;
  std::size_t n_common = 0;
  for (std::uint32_t which = 0; which < log.templates.size(); ++which) {
    if (log.templates.n_lines(which) < kFewestLines || log.templates.n_fixed(which) == 0) continue;
    n_alike += log.templates.n_lines(which);
    ++n_common;
  }
  return n_alike * 10 >= log.facts.size() * 7 && n_common * 4 <= log.facts.size();
}

void add_entries(std::string_view text, const Log& log, std::string_view question, TreeBuilder& tree) {
  const std::vector<float> importances = log_importances(log.facts, log.templates, question);
  const auto importance = [&](std::size_t line) { return importances[log.fact_of[line]]; };
  for (const Entry& entry : log.entries) {
    if (tree.is_full()) break;
    const ByteSpan head = log.lines[entry.first].content;
    const NodeOptions options{.importance = importance(entry.first)};
    if (entry.is_trace) {
      NodeOptions of_trace = options;
      // The exception below the line is worth what the line is, or more.
      for (std::size_t n = entry.first; n < entry.end; ++n) {
        if (!log.lines[n].is_blank() && log.lines[n].indent == 0) {
          of_trace.importance = std::max(of_trace.importance, importance(n));
        }
      }
      add_trace(text, log.lines, entry.first, entry.end, of_trace, tree);
    } else if (entry.end == entry.first + 1) {
      tree.leaf(Kind::kLogLine, Policy::kWhole, head, options);
    } else {
      tree.open(Kind::kRecord, Policy::kGroup, head.begin, options);
      tree.leaf(Kind::kLogLine, Policy::kWhole, head, {.is_required = true});
      for (std::size_t n = entry.first + 1; n < entry.end && !tree.is_full(); ++n) {
        tree.leaf(Kind::kLogLine, Policy::kWhole, log.lines[n].content, {.importance = importance(n)});
      }
      tree.close(log.lines[entry.end - 1].content.end);
    }
  }
}

}  // namespace

bool add_log(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  span = trimmed(text, span);
  if (span.empty()) return false;
  const TreeBuilder::Mark mark = tree.mark();
  Log log;
  log.lines = lines_of(text, span);
  tree.open(Kind::kText, Policy::kGroup, span.begin);
  bool is_log = add_git_log(text, log.lines, around, tree);
  if (!is_log) {
    find_entries(text, log);
    find_facts(text, log);
    is_log = looks_like_log(text, log);
    if (is_log) add_entries(text, log, around.question, tree);
  }
  if (!is_log) {
    tree.rollback(mark);
    return false;
  }
  tree.close(span.end);
  return true;
}

}  // namespace pith
