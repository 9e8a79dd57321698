#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/structure/chat_turns.h"
#include "text/structure/line_scan.h"
#include "text/structure/markdown_blocks.h"
#include "text/structure/recognizers.h"

namespace pith {
namespace {

constexpr std::size_t kMinTurns = 3;
/// Words before the first turn, lines.
constexpr std::size_t kMaxPreambleLines = 5;
constexpr std::string_view kEndToken = "<|im_end|>";

struct Turn {
  TurnLabel label;
  std::uint32_t end = 0;
};

struct Transcript {
  std::vector<Turn> turns;
  std::size_t n_lines = 0;
  std::size_t n_preamble_lines = 0;
  bool has_heading = false;
};

Transcript read_turns(std::string_view text, ByteSpan span) {
  Transcript transcript;
  bool in_token_turn = false;
  for (std::uint32_t at = span.begin; at < span.end;) {
    const ByteSpan line = line_at(text, at, span.end, &at);
    if (without_indent(text, line).empty()) continue;
    const std::string_view content = line.of(text);
    ++transcript.n_lines;
    TurnLabel label = turn_label(text, line);
    if (in_token_turn && !label.is_token) label.span = {};  // inside a turn that says itself where it ends
    if (!label.empty()) {
      in_token_turn = label.is_token;
      transcript.turns.push_back({std::move(label), line.end});
      continue;
    }
    if (!in_token_turn && content.starts_with('#')) transcript.has_heading = true;
    if (transcript.turns.empty()) {
      ++transcript.n_preamble_lines;
    } else {
      transcript.turns.back().end = line.end;
    }
  }
  return transcript;
}

/// A list of `Name: value` has as many names as lines; in a conversation someone speaks again.
bool is_conversation(const Transcript& transcript) {
  const std::size_t n_turns = transcript.turns.size();
  if (transcript.n_preamble_lines > kMaxPreambleLines || transcript.has_heading || n_turns < 2) return false;
  std::unordered_map<std::string, std::size_t> n_turns_of;
  bool all_known = true;
  bool all_tokens = true;
  for (const Turn& turn : transcript.turns) {
    ++n_turns_of[turn.label.speaker];
    all_known = all_known && is_known_role(turn.label.speaker);
    all_tokens = all_tokens && turn.label.is_token;
  }
  if (all_tokens || all_known) return true;
  if (n_turns < kMinTurns || n_turns_of.size() * 3 > n_turns * 2) return false;
  return n_turns_of.size() > 1 && transcript.n_lines <= 4 * n_turns;
}

}  // namespace

bool add_chat(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  const Transcript transcript = read_turns(text, span);
  if (!is_conversation(transcript)) return false;
  const MarkdownOptions inside{.allow_chat = false};
  add_markdown_blocks(text, {span.begin, transcript.turns.front().label.span.begin}, around, inside, tree);
  for (const Turn& turn : transcript.turns) {
    if (tree.is_full()) break;
    std::uint32_t content_end = turn.end;
    if (turn.label.is_token && ByteSpan{turn.label.span.begin, turn.end}.of(text).ends_with(kEndToken)) {
      content_end -= static_cast<std::uint32_t>(kEndToken.size());
    }
    tree.open(Kind::kChatTurn, Policy::kGroup, turn.label.span.begin);
    tree.leaf(Kind::kRole, Policy::kWhole, turn.label.span, {.is_required = true});
    const ByteSpan content = trimmed(text, {turn.label.span.end, std::max(content_end, turn.label.span.end)});
    if (!content.empty()) add_markdown_blocks(text, content, around, inside, tree);
    tree.close(turn.end);
  }
  return true;
}

}  // namespace pith
