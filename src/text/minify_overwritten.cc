#include <algorithm>

#include "text/minify_passes.h"
#include "text/utf8.h"

namespace pith {
namespace {

constexpr char32_t kByteOrderMark = 0xFEFF;  // as wide as nothing

/// What stood on a line between two carriage returns.
struct State {
  ByteSpan span;
  std::size_t n_columns = 0;          // code points
  std::size_t n_visible_columns = 0;  // without the blanks at the end

  [[nodiscard]] bool is_blank() const { return n_visible_columns == 0; }
};

State measure(std::string_view text, std::size_t begin, std::size_t end) {
  State state{{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}};
  for (std::size_t at = begin; at < end;) {
    const CodePoint c = decode_code_point(text, at);
    at += c.n_bytes;
    if (c.value == kByteOrderMark) continue;
    ++state.n_columns;
    if (c.value != ' ' && c.value != '\t') state.n_visible_columns = state.n_columns;
  }
  return state;
}

/// The letters of a state, one by one. Lines, blocks, Braille and arrows draw bars and spinners.
class Letters {
 public:
  Letters(std::string_view text, ByteSpan span) : text_(text.substr(0, span.end)), at_(span.begin) {}

  /// 0 at the end.
  char32_t next() {
    while (at_ < text_.size()) {
      const CodePoint c = decode_code_point(text_, at_);
      at_ += c.n_bytes;
      const bool is_ascii_letter = (c.value | 0x20) >= 'a' && (c.value | 0x20) <= 'z';
      const bool is_drawing = c.value < 0x80 || (c.value >= 0x2000 && c.value < 0x2C00) || c.value == kByteOrderMark;
      if (is_ascii_letter || !is_drawing) return c.value;
    }
    return 0;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

/// Half the letters of the shorter one begin the other, or it has at most two.
bool are_alike(std::string_view text, ByteSpan a, ByteSpan b) {
  constexpr std::size_t kFewLetters = 2;
  Letters left(text, a), right(text, b);
  std::size_t n_common = 0, n_letters = 0;
  bool is_common = true;
  for (;;) {
    const char32_t l = left.next();
    const char32_t r = right.next();
    if (l == 0 || r == 0) break;
    ++n_letters;
    is_common = is_common && l == r;
    if (is_common) ++n_common;
  }
  return n_letters <= kFewLetters || 2 * n_common >= n_letters;
}

bool covers(std::string_view text, const State& later, const State& earlier) {
  if (earlier.is_blank()) return true;
  if (later.n_columns < earlier.n_visible_columns) return false;
  return later.is_blank() || are_alike(text, earlier.span, later.span);
}

class Overwriting {
 public:
  Overwriting(std::string_view text, const std::vector<LineErasure>& erasures) : text_(text), erasures_(erasures) {}

  std::vector<ByteSpan> run() {
    if (text_.find('\n') == std::string_view::npos) return kept_.finish(text_.size());
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t line_feed = std::min(text_.find('\n', begin), text_.size());
      std::size_t end = line_feed;
      if (end > begin && end < text_.size() && text_[end - 1] == '\r') --end;
      if (text_.substr(begin, end - begin).find('\r') != std::string_view::npos) line(begin, end);
      begin = line_feed + 1;
    }
    return kept_.finish(text_.size());
  }

 private:
  void line(std::size_t begin, std::size_t end) {
    states_.clear();
    for (std::size_t at = begin; at <= end;) {
      const std::size_t state_end = std::min(text_.find('\r', at), end);
      add(at, state_end);
      at = state_end + 1;
    }
    std::size_t at = begin;
    for (const State& state : states_) {
      kept_.erase(at, state.span.begin);
      at = &state == &states_.back() ? state.span.end : state.span.end + 1;  // with its carriage return
    }
    kept_.erase(at, end);
  }

  void add(std::size_t begin, std::size_t end) {
    while (n_erasures_ < erasures_.size() && erasures_[n_erasures_].at < begin) ++n_erasures_;
    for (std::size_t e = n_erasures_; e < erasures_.size() && erasures_[e].at <= end; ++e) {
      const bool at_begin = erasures_[e].at == begin;
      if (at_begin) states_.clear();
      if (!at_begin && erasures_[e].at == end && erasures_[e].whole_line) {
        states_.clear();
        return;
      }
    }
    const State state = measure(text_, begin, end);
    while (!states_.empty() && covers(text_, state, states_.back())) states_.pop_back();
    if (states_.empty() || !state.is_blank()) states_.push_back(state);
  }

  std::string_view text_;
  const std::vector<LineErasure>& erasures_;
  std::size_t n_erasures_ = 0;  // of them, before the state being read
  std::vector<State> states_;   // of the line, none covered by the next
  KeptSpans kept_;
};

}  // namespace

std::vector<ByteSpan> without_overwritten(std::string_view text, const std::vector<LineErasure>& erasures) {
  return Overwriting(text, erasures).run();
}

}  // namespace pith
