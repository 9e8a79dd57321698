#include "text/minify_passes.h"

namespace pith {
namespace {

constexpr char kEscape = '\x1B';
constexpr char kBell = '\x07';

bool is_within(char c, unsigned char first, unsigned char last) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= first && byte <= last;
}
bool is_parameter(char c) { return is_within(c, 0x30, 0x3F); }
bool is_intermediate(char c) { return is_within(c, 0x20, 0x2F); }
bool is_csi_final(char c) { return is_within(c, 0x40, 0x7E); }
bool is_final(char c) { return is_within(c, 0x30, 0x7E); }

struct Sequence {
  std::size_t end = 0;  // behind what goes; its begin if nothing does
  bool is_complete = false;
};

/// An escape at `at` that stopped before `stop`: gone if the next escape cut it short.
Sequence incomplete(std::string_view text, std::size_t at, std::size_t stop, std::size_t cut_end) {
  return {stop < text.size() && text[stop] == kEscape ? cut_end : at, false};
}

Sequence control_sequence(std::string_view text, std::size_t at) {
  std::size_t end = at + 2;
  while (end < text.size() && is_parameter(text[end])) ++end;
  while (end < text.size() && is_intermediate(text[end])) ++end;
  if (end < text.size() && is_csi_final(text[end])) return {end + 1, true};
  return incomplete(text, at, end, end);
}

Sequence system_command(std::string_view text, std::size_t at) {
  std::size_t end = at + 2;
  while (end < text.size() && text[end] != kEscape && text[end] != kBell && text[end] != '\n' && text[end] != '\r') {
    ++end;
  }
  if (end < text.size() && text[end] == kBell) return {end + 1, true};
  if (text.substr(end).starts_with("\x1B\\")) return {end + 2, true};
  return incomplete(text, at, end, at + 2);  // its text is shown rather than lost
}

Sequence sequence_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  if (end < text.size() && text[end] == '[') return control_sequence(text, at);
  if (end < text.size() && text[end] == ']') return system_command(text, at);
  while (end < text.size() && is_intermediate(text[end])) ++end;
  if (end < text.size() && is_final(text[end])) return {end + 1, true};
  return incomplete(text, at, end, end);
}

/// "ESC[K", "ESC[0K" clear to the right; "ESC[2K" the whole line.
bool is_line_erasure(std::string_view sequence) {
  return sequence == "\x1B[K" || sequence == "\x1B[0K" || sequence == "\x1B[2K";
}

}  // namespace

WithoutEscapes without_escapes(std::string_view text) {
  WithoutEscapes result;
  KeptSpans kept;
  std::size_t n_deleted = 0;
  for (std::size_t at = text.find(kEscape); at != std::string_view::npos; at = text.find(kEscape, at)) {
    const Sequence sequence = sequence_at(text, at);
    const std::string_view bytes = text.substr(at, sequence.end - at);
    if (sequence.is_complete && is_line_erasure(bytes)) {
      result.erasures.push_back({static_cast<std::uint32_t>(at - n_deleted), bytes == "\x1B[2K"});
    }
    if (bytes.empty()) {
      ++at;
      continue;
    }
    kept.erase(at, sequence.end);
    n_deleted += bytes.size();
    at = sequence.end;
  }
  result.kept = kept.finish(text.size());
  return result;
}

}  // namespace pith
