#include "cli/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "text/utf8.h"

namespace pith::cli {
namespace {

// Strikethrough on the 256-colour cube's reds and greys, from faint to strong. Readable on dark and on light grounds.
constexpr std::array<int, 5> kShades{240, 95, 131, 167, 203};
constexpr std::string_view kReset = "\x1b[0m";

std::string dropped_style(int shade) { return fmt::format("\x1b[9;38;5;{}m", shade); }

// What a byte of the text is shown as: kept, or dropped with a shade.
constexpr std::uint8_t kKept = 255;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Per byte: kKept, or the index of its shade.
std::vector<std::uint8_t> classify(std::string_view text, std::span<const ByteSpan> kept,
                                   std::span<const WordScore> words) {
  constexpr std::uint8_t kUnset = 254;
  constexpr std::uint8_t kMiddle = kShades.size() / 2;
  std::vector<std::uint8_t> classes(text.size(), kUnset);
  // Scores of dropped words crowd near zero, so shades go by rank among the dropped rather than by value.
  std::vector<float> scores;
  for (const WordScore& word : words) {
    if (!word.kept) scores.push_back(word.score);
  }
  std::ranges::sort(scores);
  for (const WordScore& word : words) {
    const auto rank = static_cast<std::size_t>(std::ranges::upper_bound(scores, word.score) - scores.begin());
    const std::size_t shade =
        scores.empty() ? 0 : std::min(kShades.size() - 1, rank * kShades.size() / (scores.size() + 1));
    for (std::size_t i = word.span.begin; i < word.span.end && i < text.size(); ++i) {
      classes[i] = static_cast<std::uint8_t>(shade);
    }
  }
  for (const ByteSpan& span : kept) {
    for (std::size_t i = span.begin; i < span.end && i < text.size(); ++i) classes[i] = kKept;
  }
  // What no word covers looks like what stands before it.
  std::uint8_t before = kKept;
  for (std::uint8_t& kind : classes) {
    if (kind == kUnset) kind = before == kKept ? kMiddle : before;
    before = kind;
  }
  return classes;
}

// Control characters become pictures; the rest is copied.
void append_visible(std::string_view character, bool valid, std::string* out) {
  if (!valid) {
    *out += "\xEF\xBF\xBD";
    return;
  }
  const auto byte = static_cast<std::uint8_t>(character[0]);
  if (byte < 0x20 && byte != '\n' && byte != '\t') {
    if (byte == '\r') return;  // a lone one would overwrite the line; with a newline it says nothing
    *out += "\xE2\x90";
    *out += static_cast<char>(0x80 + byte);
  } else if (byte == 0x7F) {
    *out += "\xE2\x90\xA1";
  } else if (character.size() == 2 && byte == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0) {
    *out += "\xEF\xBF\xBD";  // C1 controls steer some terminals too
  } else {
    *out += character;
  }
}

// Dropped white space carries no mark between two kept words, at the edge of a dropped run and at the edge of a line.
void unmark_edges(std::string_view text, std::vector<std::uint8_t>* classes) {
  std::size_t i = 0;
  while (i < text.size()) {
    if ((*classes)[i] == kKept || text[i] == '\n') {
      (*classes)[i++] = kKept;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && (*classes)[end] != kKept && text[end] != '\n') ++end;
    std::size_t begin = i;
    std::size_t last = end;
    while (begin < end && is_space(text[begin])) (*classes)[begin++] = kKept;
    while (last > begin && is_space(text[last - 1])) (*classes)[--last] = kKept;
    i = end;
  }
}

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}

  void put(std::string_view character, bool valid, std::uint8_t kind) {
    const std::uint8_t wanted = !color_ && kind != kKept ? 0 : kind;
    if (wanted != current_) {
      close();
      if (wanted != kKept) out_ += color_ ? dropped_style(kShades[wanted]) : std::string("[-");
      current_ = wanted;
    }
    append_visible(character, valid, &out_);
  }

  std::string finish() && {
    close();
    return std::move(out_);
  }

 private:
  void close() {
    if (current_ != kKept) out_ += color_ ? kReset : std::string_view("-]");
    current_ = kKept;
  }

  bool color_;
  std::uint8_t current_ = kKept;
  std::string out_;
};

}  // namespace

std::string show_text(std::string_view text, std::span<const ByteSpan> kept, std::span<const WordScore> words,
                      bool color) {
  std::vector<std::uint8_t> classes = classify(text, kept, words);
  unmark_edges(text, &classes);
  Painter painter(color);
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint next = decode_code_point(text, i);
    painter.put(text.substr(i, next.n_bytes), next.valid, classes[i]);
    i += next.n_bytes;
  }
  return std::move(painter).finish();
}

std::string show_legend(bool color) {
  if (!color) return "kept  [-dropped-]";
  std::string legend = "kept  ";
  for (const int shade : kShades) legend += dropped_style(shade) + "dropped" + std::string(kReset) + ' ';
  return legend + "(low to high score)";
}

}  // namespace pith::cli
