// WordPiece keeps the laws of an Encoding for any bytes and equals its slow twin, under options drawn from the first
// byte.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "reference/wordpiece_reference.h"
#include "support/encoding_laws.h"
#include "tokenize/wordpiece.h"

namespace {

void require(const std::string& broken_law) {
  if (broken_law.empty()) return;
  std::fprintf(stderr, "WordPiece breaks a law: %s\n", broken_law.c_str());
  std::abort();
}

const pith::reference::PieceMap& pieces() {
  static const pith::reference::PieceMap map = [] {
    std::vector<std::string> spelling = {"[UNK]", "the", "##ing", "##ed", "http", "a\u0301", "\u4e2d", "1,", "##00"};
    const auto both = [&](char32_t c) {
      std::string piece;
      pith::testing::append_utf8(piece, c);
      spelling.insert(spelling.end(), {piece, "##" + piece});
    };
    for (char32_t c = U'!'; c < 0x180; ++c) both(c);
    for (char32_t c = 0x300; c < 0x370; ++c) both(c);
    for (char32_t c = 0x1100; c < 0x1200; ++c) both(c);
    for (const char32_t c : U"\u302e\u302f\U0001d157\U0001d165\U0001d16e\U0001d16f\ufffd") both(c);
    pith::reference::PieceMap out;
    for (const std::string& piece : spelling) out.emplace(piece, static_cast<pith::TokenId>(out.size()));
    return out;
  }();
  return map;
}

std::unique_ptr<pith::WordPiece> make(const pith::WordPieceOptions& options) {
  pith::Vocabulary::Entries entries;
  for (const auto& [piece, id] : pieces()) entries.emplace_back(piece, id);
  return pith::WordPiece::create(pith::Vocabulary::build(entries, {}, "fuzz").value(), options, {}, "fuzz").value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned bits = data[0] % 32;
  const std::string text(data + 1, data + size);
  pith::WordPieceOptions options;
  options.bert = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
  if ((bits & 16) != 0) options.max_input_chars_per_word = 5;
  static std::unique_ptr<pith::WordPiece> tokenizers[32];
  if (tokenizers[bits] == nullptr) tokenizers[bits] = make(options);

  pith::Encoding encoding;
  tokenizers[bits]->encode(text, &encoding);
  require(pith::testing::broken_encoding_law(text, encoding, *tokenizers[bits]));
  if (size > 400) return 0;  // the twin is quadratic
  const pith::Encoding expected = pith::reference::encode_wordpiece(text, pieces(), options);
  require(encoding.ids == expected.ids ? "" : "ids differ from the twin's");
  require(encoding.spans == expected.spans ? "" : "spans differ from the twin's");
  return 0;
}
