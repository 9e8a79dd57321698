#include "text/structure/chat_turns.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/structure/line_scan.h"

namespace pith {
namespace {

constexpr std::size_t kMaxLabelBytes = 48;
constexpr std::size_t kMaxLabelWords = 4;
constexpr std::string_view kTurnToken = "<|im_start|>";

constexpr std::array<std::string_view, 26> kRoles{
    "user",    "assistant", "system",  "human",   "ai",        "bot",         "agent",    "customer", "developer",
    "tool",    "function",  "model",   "doctor",  "patient",   "interviewer", "caller",   "operator", "client",
    "chatbot", "support",   "person1", "person2", "speaker 1", "speaker 2",   "speaker1", "speaker2"};

bool is_name_char(char c) {
  return is_letter_byte(c) || is_digit_byte(c) || c == ' ' || c == '_' || c == '-' || c == '.' || c == '\'' ||
         c == '#' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// A name as people write one: not too long, few words, begins with a letter, no small words but in roles.
bool is_speaker(std::string_view name) {
  while (!name.empty() && (name.front() == '#' || name.front() == ' ')) name.remove_prefix(1);
  if (name.empty() || name.size() > kMaxLabelBytes) return false;
  if (is_digit_byte(name[0])) return false;
  std::size_t n_words = 1;
  for (std::size_t i = 1; i < name.size(); ++i) n_words += name[i] == ' ' && name[i - 1] != ' ' ? 1U : 0U;
  return n_words <= kMaxLabelWords;
}

std::string speaker_key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (c == '*' || c == '#' || c == '[' || c == ']' || c == ':') continue;
    key += lower_byte(c);
  }
  while (!key.empty() && key.back() == ' ') key.pop_back();
  return key.substr(std::min(key.find_first_not_of(' '), key.size()));
}

/// Bytes of a name from `at` on, up to one that belongs to none.
std::size_t name_end(std::string_view line, std::size_t at) {
  while (at < line.size() && at < kMaxLabelBytes + 4 && is_name_char(line[at])) ++at;
  return at;
}

bool is_text_begin(std::string_view line, std::size_t at) { return at == line.size() || is_space_byte(line[at]); }

/// Length of the label at the begin of `line`, 0 if there is none.
std::size_t label_bytes(std::string_view line, std::string_view* name) {
  if (line.starts_with("**")) {  // **Name**: or **Name:**
    const std::size_t end = name_end(line, 2);
    const std::string_view after = line.substr(std::min(end, line.size()));
    if (end == 2 || (!after.starts_with("**:") && !after.starts_with(":**"))) return 0;
    *name = line.substr(2, end - 2);
    return is_text_begin(line, end + 3) ? end + 3 : 0;
  }
  if (line.starts_with('[')) {  // [doctor] or [10:02] Name:
    const std::size_t close = line.substr(0, kMaxLabelBytes).find(']');
    if (close == std::string_view::npos || close < 2 || !is_text_begin(line, close + 1)) return 0;
    if (!is_digit_byte(line[1])) {
      *name = line.substr(1, close - 1);
      return std::all_of(name->begin(), name->end(), is_name_char) ? close + 1 : 0;
    }
    std::size_t at = close + 1;
    while (at < line.size() && line[at] == ' ') ++at;
    const std::size_t end = at + name_end(line.substr(at), 0);
    if (end == at || end >= line.size() || line[end] != ':' || !is_text_begin(line, end + 1)) return 0;
    *name = line.substr(at, end - at);
    return end + 1;
  }
  if (line.starts_with('#') && (line.size() < 2 || !is_letter_byte(line[1]))) return 0;  // a heading
  const std::size_t end = name_end(line, 0);
  if (end == 0 || end >= line.size()) return 0;
  *name = line.substr(0, end);
  if (line[end] == ':' && is_text_begin(line, end + 1)) return end + 1;
  if (line[end] == '(') {  // Name (10:02):
    const std::size_t close = line.substr(0, end + kMaxLabelBytes).find("):", end);
    return close != std::string_view::npos && is_text_begin(line, close + 2) ? close + 2 : 0;
  }
  return 0;
}

}  // namespace

bool is_known_role(std::string_view speaker) {
  return std::find(kRoles.begin(), kRoles.end(), speaker) != kRoles.end();
}

TurnLabel turn_label(std::string_view text, ByteSpan line) {
  line = without_indent(text, line);
  const std::string_view content = line.of(text);
  TurnLabel label;
  if (content.starts_with(kTurnToken)) {
    label.is_token = true;
    const std::size_t end = name_end(content, kTurnToken.size());
    label.span = {line.begin, line.begin + static_cast<std::uint32_t>(end)};
    label.speaker = speaker_key(content.substr(kTurnToken.size(), end - kTurnToken.size()));
    return label;
  }
  std::string_view name;
  const std::size_t n_bytes = label_bytes(content, &name);
  if (n_bytes == 0 || !is_speaker(name)) return label;
  label.speaker = speaker_key(name);
  const char first = name.find_first_not_of("# ") == std::string_view::npos ? ' ' : name[name.find_first_not_of("# ")];
  if (first >= 'a' && first <= 'z' && !is_known_role(label.speaker) && content[0] != '[') return label;
  if (label.speaker.empty()) return label;
  label.span = {line.begin, line.begin + static_cast<std::uint32_t>(n_bytes)};
  return label;
}

bool begins_turn(std::string_view text, ByteSpan line) { return !turn_label(text, line).empty(); }

}  // namespace pith
