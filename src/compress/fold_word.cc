#include "compress/fold_word.h"

#include <unicode/uchar.h>

#include "text/utf8.h"

namespace pith {

std::string fold_word(std::string_view word) {
  constexpr char32_t kRightQuote = 0x2019;
  std::string folded;
  folded.reserve(word.size());
  for (std::size_t at = 0; at < word.size();) {
    const CodePoint c = decode_code_point(word, at);
    at += c.n_bytes;
    if (c.value < 0x80) {
      const auto byte = static_cast<char>(c.value);
      folded += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
    } else if (c.value == kRightQuote) {
      folded += '\'';
    } else {
      append_utf8(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c.value))), &folded);
    }
  }
  return folded;
}

bool is_capitalised(std::string_view word) {
  return !word.empty() && u_isUUppercase(static_cast<UChar32>(decode_code_point(word, 0).value)) != 0;
}

}  // namespace pith
