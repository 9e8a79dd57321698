// The labelled words of a request: `word label_sep 0|1`, joined by word_sep (fn_labeled_original_prompt).
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace pith {

/// Views its separators.
class LabelLine {
 public:
  LabelLine(std::string_view word_sep, std::string_view label_sep) : word_sep_(word_sep), label_sep_(label_sep) {}

  void add(std::string_view word, bool is_kept) {
    if (!line_.empty()) line_ += word_sep_;  // a word's entry is never empty: it ends with its label
    line_.append(word).append(label_sep_).append(is_kept ? "1" : "0");
  }
  [[nodiscard]] std::string take() { return std::move(line_); }

 private:
  std::string_view word_sep_;
  std::string_view label_sep_;
  std::string line_;
};

}  // namespace pith
