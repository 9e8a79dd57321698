#include "text/structure/stack_frames.h"

#include <algorithm>
#include <array>

#include "text/structure/log_lines.h"

namespace pith {
namespace {

enum class Role { kNone, kMessage, kFrame, kFrameRest, kElision };

constexpr std::size_t kMaxMessageLines = 6;  ///< of a message that goes on before its first frame

bool starts_with_any(std::string_view line, const auto& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return line.starts_with(prefix); });
}
bool contains_any(std::string_view line, const auto& parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return line.find(part) != std::string_view::npos; });
}

constexpr auto kOpeners = std::to_array<std::string_view>(
    {"Traceback (most recent call last)", "Caused by: ", "Suppressed: ", "panic: ", "goroutine ", "thread '",
     "Exception in thread ", "Unhandled exception", "Unhandled Exception", "stack backtrace:", "---> ",
     "During handling of the above exception", "The above exception was the direct cause", "fatal error: "});
constexpr auto kElisions =
    std::to_array<std::string_view>({"... ", "--- End of ", "[Previous line repeated", "note: run with", "note: Some"});
constexpr auto kLibraries = std::to_array<std::string_view>(
    {"site-packages", "dist-packages",  "/lib/python",   "at java.",     "at javax.",
     "at sun.",       "at jdk.",        "at scala.",     "at kotlin.",   "at org.springframework.",
     "at org.junit.", "at org.apache.", "at io.netty.",  "node_modules", "node:internal",
     "(internal/",    "at System.",     "at Microsoft.", "/rustc/",      " std::",
     " core::",       "/usr/local/go",  "runtime.",      "<frozen ",     "at java.base/"});

/// `java.io.IOException: gone`, `ValueError`, `Uncaught TypeError: ...`.
bool is_exception_line(const TextLine& line, std::string_view content) {
  if (line.indent > 0) return false;
  if (content.starts_with("Uncaught ")) content.remove_prefix(9);
  std::size_t end = 0;
  while (end < content.size() && (is_letter_byte(content[end]) || is_digit_byte(content[end]) || content[end] == '.' ||
                                  content[end] == '_' || content[end] == '$')) {
    ++end;
  }
  const std::string_view name = content.substr(0, end);
  if (end < content.size() && content[end] != ':' && content[end] != ' ') return false;
  if (end < content.size() && content[end] == ' ' && content.substr(end, 2) != " [") return false;
  return name.size() > 5 && (name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning") ||
                             name.ends_with("Interrupt") || name.ends_with("Throwable") || name.ends_with("Exit") ||
                             name.ends_with("Failure") || name.ends_with("Iteration") || name.ends_with("Timeout"));
}

bool is_go_place(std::string_view line) {
  return !line.empty() && line[0] == '\t' && (line.find(".go:") != std::string_view::npos || line.ends_with(".s"));
}

Role role_of(std::string_view text, const std::vector<TextLine>& lines, std::size_t n, Role before) {
  const TextLine& line = lines[n];
  const std::string_view content = line.content.of(text);
  const std::string_view next = n + 1 < lines.size() ? lines[n + 1].span.of(text) : std::string_view();
  if (content.empty()) return Role::kNone;
  if (starts_with_any(content, kOpeners)) return Role::kMessage;
  if (line.indent > 0 && starts_with_any(content, kElisions)) return Role::kElision;
  if (content.starts_with("note: run with")) return Role::kElision;
  if (is_go_place(line.span.of(text))) return Role::kFrameRest;
  if (line.indent == 0 && is_go_place(next)) return Role::kFrame;
  std::size_t digits = 0;
  while (digits < content.size() && is_digit_byte(content[digits])) ++digits;
  if (line.indent > 0 && digits > 0 && content.substr(digits, 2) == ": ") return Role::kFrame;
  if (line.indent > 0 && content.starts_with("at ")) {
    const bool is_rust_place = line.indent >= 10 && (before == Role::kFrame || before == Role::kFrameRest) && n > 0 &&
                               is_digit_byte(text[lines[n - 1].content.begin]);
    return is_rust_place ? Role::kFrameRest : Role::kFrame;
  }
  if (line.indent > 0 && content.starts_with("File \"") && content.find("\", line ") != std::string_view::npos) {
    return Role::kFrame;
  }
  if (is_exception_line(line, content)) return Role::kMessage;
  const bool is_source = line.indent >= 4 && (before == Role::kFrame || before == Role::kFrameRest);
  if (is_source && n > 0) {
    // Python shows the source below its frame, and marks in it below that.
    std::size_t frame = n - 1;
    while (frame > 0 && n - frame < 4 && !lines[frame].content.of(text).starts_with("File \"")) --frame;
    if (lines[frame].content.of(text).starts_with("File \"")) return Role::kFrameRest;
  }
  return Role::kNone;
}

}  // namespace

TraceExtent trace_extent(std::string_view text, const std::vector<TextLine>& lines, std::size_t first) {
  TraceExtent extent{first, 0};
  if (lines[first].is_blank()) return extent;
  Role before = role_of(text, lines, first, Role::kNone);
  if (before == Role::kFrame || before == Role::kFrameRest || before == Role::kElision) return extent;
  const bool begins_with_message = before == Role::kMessage;
  bool is_python_done = false;
  for (std::size_t n = first + 1; n < lines.size(); ++n) {
    if (lines[n].is_blank()) {
      const std::size_t next = n + 1;
      if (next >= lines.size() || lines[next].is_blank()) break;
      const Role role = role_of(text, lines, next, Role::kNone);
      if (role != Role::kMessage && role != Role::kFrame) break;
      if (!starts_with_any(lines[next].content.of(text), kOpeners)) break;
      continue;
    }
    Role role = role_of(text, lines, n, before);
    if (extent.n_frames == 0 && n - first > 2 * kMaxMessageLines) break;
    if (role == Role::kNone) {
      // More of the message: frames must follow soon.
      if (extent.n_frames > 0 || !begins_with_message) break;
      const std::string_view content = lines[n].content.of(text);
      if (timestamp_bytes(content) > 0 || severity_of(content).is_level) break;
      std::size_t look = n + 1;
      Role ahead = Role::kNone;
      while (look < lines.size() && look < n + kMaxMessageLines && ahead != Role::kFrame && !lines[look].is_blank()) {
        ahead = role_of(text, lines, look++, Role::kNone);
      }
      if (ahead != Role::kFrame || n - first >= kMaxMessageLines) break;
      role = Role::kMessage;
    }
    const bool is_opener = starts_with_any(lines[n].content.of(text), kOpeners);
    if (role == Role::kMessage && extent.n_frames > 0 && !is_opener) {
      // The last line of a Python traceback; any other message behind frames is the next trace's.
      if (before != Role::kFrame && before != Role::kFrameRest && before != Role::kElision) break;
      if (is_python_done || !text.substr(lines[n - 1].span.begin, 1).starts_with(' ')) break;
      is_python_done = true;
    } else if (is_opener) {
      is_python_done = false;
    }
    extent.n_frames += role == Role::kFrame ? 1U : 0U;
    extent.end = n + 1;
    before = role;
  }
  if (extent.n_frames == 0) extent.end = first;
  return extent;
}

void add_trace(std::string_view text, const std::vector<TextLine>& lines, std::size_t first, std::size_t end,
               const NodeOptions& options, TreeBuilder& tree) {
  struct Piece {
    ByteSpan span;
    Role role;
  };
  std::vector<Piece> pieces;
  Role before = Role::kNone;
  for (std::size_t n = first; n < end; ++n) {
    if (lines[n].is_blank()) continue;
    Role role = n == first ? Role::kMessage : role_of(text, lines, n, before);
    if (role == Role::kNone) role = Role::kMessage;
    if (role == Role::kFrameRest && !pieces.empty() && pieces.back().role == Role::kFrame) {
      pieces.back().span.end = lines[n].content.end;
    } else {
      pieces.push_back({lines[n].content, role});
    }
    before = role;
  }
  std::size_t n_frames = 0;
  for (const Piece& piece : pieces) n_frames += piece.role == Role::kFrame ? 1U : 0U;

  tree.open(Kind::kStackTrace, Policy::kGroup, pieces.front().span.begin, options);
  std::size_t in_block = 0;  // frames since the last message
  std::size_t so_far = 0;
  for (std::size_t p = 0; p < pieces.size() && !tree.is_full(); ++p) {
    const Piece& piece = pieces[p];
    if (piece.role == Role::kMessage) {
      in_block = 0;
      tree.leaf(Kind::kLogLine, Policy::kWhole, piece.span, {.is_required = true});
      continue;
    }
    float importance = 0.05F;
    if (piece.role == Role::kFrame) {
      const bool is_last = p + 1 == pieces.size() || pieces[p + 1].role != Role::kFrame;
      const bool is_library = contains_any(piece.span.of(text), kLibraries);
      importance = in_block < 2 ? 0.9F : is_last ? 0.8F : is_library ? 0.25F : 0.6F;
      importance -= 0.15F * static_cast<float>(so_far++) / static_cast<float>(n_frames);
      ++in_block;
    }
    tree.leaf(Kind::kLogLine, Policy::kWhole, piece.span, {.importance = importance});
  }
  tree.close(pieces.back().span.end);
}

}  // namespace pith
