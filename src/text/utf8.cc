#include "text/utf8.h"

#include <cstring>

namespace pith {

CodePoint decode_multibyte(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  // The second byte's range is what excludes overlong forms, surrogates and values above U+10FFFF.
  unsigned low = 0x80, high = 0xBF;
  std::uint32_t n_more = 0;
  char32_t value = 0;
  if (lead < 0xC2) {
    return {kReplacementCharacter, 1, false};
  } else if (lead < 0xE0) {
    n_more = 1;
    value = lead & 0x1FU;
  } else if (lead < 0xF0) {
    n_more = 2;
    value = lead & 0x0FU;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead < 0xF5) {
    n_more = 3;
    value = lead & 0x07U;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {kReplacementCharacter, 1, false};
  }
  for (std::uint32_t i = 1; i <= n_more; ++i) {
    if (at + i >= text.size()) return {kReplacementCharacter, i, false};
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (byte < low || byte > high) return {kReplacementCharacter, i, false};
    value = (value << 6U) | (byte & 0x3FU);
    low = 0x80;
    high = 0xBF;
  }
  return {value, n_more + 1, true};
}

bool is_valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    at += ascii_run(text, at);
    if (at == text.size()) return true;
    const CodePoint c = decode_multibyte(text, at);
    if (!c.valid) return false;
    at += c.n_bytes;
  }
}

std::size_t append_utf8(char32_t c, std::string* out) {
  const auto put = [&](char32_t byte) { out->push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  const auto put_rest = [&](char32_t six_bits) { put(0x80 | (six_bits & 0x3F)); };
  if (c < 0x80) {
    put(c);
    return 1;
  }
  if (c < 0x800) {
    put(0xC0 | c >> 6);
    put_rest(c);
    return 2;
  }
  if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put_rest(c >> 6);
    put_rest(c);
    return 3;
  }
  put(0xF0 | c >> 18);
  put_rest(c >> 12);
  put_rest(c >> 6);
  put_rest(c);
  return 4;
}

std::size_t ascii_run(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  while (at + sizeof(std::uint64_t) <= text.size()) {
    std::uint64_t block;
    std::memcpy(&block, text.data() + at, sizeof block);
    if ((block & kHighBits) != 0) break;
    at += sizeof block;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at - begin;
}

}  // namespace pith
