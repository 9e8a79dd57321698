// A token counter without files: every run of letters and digits costs one token per four bytes, any other byte that is
// not a space costs one, a run of line breaks costs one. Like real ones it is not additive: words that touch are
// counted together.
#pragma once

#include <string_view>

#include "tokenize/token_counter.h"

namespace pith {

class FakeCounter final : public TokenCounter {
 public:
  [[nodiscard]] std::size_t count(std::string_view text) const override {
    std::size_t n_tokens = 0;
    std::size_t i = 0;
    while (i < text.size()) {
      const std::size_t begin = i;
      if (is_word(text[i])) {
        while (i < text.size() && is_word(text[i])) ++i;
        n_tokens += (i - begin + 3) / 4;
      } else if (text[i] == '\n' || text[i] == '\r') {
        while (i < text.size() && (text[i] == '\n' || text[i] == '\r')) ++i;
        ++n_tokens;
      } else {
        n_tokens += text[i] == ' ' ? 0U : 1U;
        ++i;
      }
    }
    return n_tokens;
  }
  [[nodiscard]] std::string_view name() const override { return "fake"; }

 private:
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & '\x80') != 0;
  }
};

}  // namespace pith
