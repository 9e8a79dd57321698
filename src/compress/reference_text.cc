#include "compress/reference_text.h"

#include <unicode/uchar.h>

#include <array>
#include <utility>

#include "text/utf8.h"

namespace pith {
namespace {

/// \w of Python's `re` for str: letters, everything with a numeric value, and the underscore. (No combining marks.)
bool is_word_character(CodePoint code_point) {
  const auto c = static_cast<UChar32>(code_point.value);
  return code_point.valid &&
         (c == '_' || u_isalpha(c) != 0 || u_getIntPropertyValue(c, UCHAR_NUMERIC_TYPE) != U_NT_NONE);
}

constexpr std::string_view kLabelledPunctuation = R"(<>=/!@#$%^&*()?":{}|\`~;_+-)";

// In this order, each over the result of the one before.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kCleanUp{{{" .", "."},
                                                                                  {" ?", "?"},
                                                                                  {" !", "!"},
                                                                                  {" ,", ","},
                                                                                  {" ' ", "'"},
                                                                                  {" n't", "n't"},
                                                                                  {" 'm", "'m"},
                                                                                  {" do not", " don't"},
                                                                                  {" 's", "'s"},
                                                                                  {" 've", "'ve"},
                                                                                  {" 're", "'re"}}};

}  // namespace

std::string replace_all(std::string_view text, std::string_view old_text, std::string_view new_text) {
  std::string out;
  if (old_text.empty()) {
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t n_bytes = decode_code_point(text, i).n_bytes;
      out.append(new_text).append(text.substr(i, n_bytes));
      i += n_bytes;
    }
    out.append(new_text);
    return out;
  }
  std::size_t copied = 0;
  for (std::size_t at = text.find(old_text); at != std::string_view::npos; at = text.find(old_text, copied)) {
    out.append(text.substr(copied, at - copied)).append(new_text);
    copied = at + old_text.size();
  }
  out.append(text.substr(copied));
  return out;
}

std::string_view strip_leading(std::string_view text, std::string_view prefix) {
  while (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text;
}

bool has_decimal_digit(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_code_point(text, i);
    if (c.valid && u_isdigit(static_cast<UChar32>(c.value)) != 0) return true;
    i += c.n_bytes;
  }
  return false;
}

std::vector<std::string_view> split_reference_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size()) {
      const CodePoint c = decode_code_point(text, end);
      if (!is_word_character(c)) break;
      end += c.n_bytes;
    }
    if (end == i) {  // no word here: one character, labelled or not
      end += decode_code_point(text, i).n_bytes;
      if (kLabelledPunctuation.find(text[i]) == std::string_view::npos) {
        i = end;
        continue;
      }
    }
    words.push_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

void append_wordpiece(std::string_view element, bool is_first, std::string* text) {
  std::string spaced;
  if (is_first) {
    spaced = element;
  } else if (element.starts_with("##")) {
    spaced = element.substr(2);
  } else {
    spaced.append(" ").append(element);
  }
  // Every rule needs a space, and one of these characters or "do not".
  const bool may_change =
      spaced.find(' ') != std::string::npos &&
      (spaced.find_first_of(".?!,'") != std::string::npos || spaced.find("do not") != std::string::npos);
  if (may_change) {
    for (const auto& [old_text, new_text] : kCleanUp) spaced = replace_all(spaced, old_text, new_text);
  }
  *text += spaced;
}

}  // namespace pith
