// Byte-level BPE keeps its laws for any bytes, under settings drawn from the first byte: ids lie in the vocabulary and
// spans in the text; broken sequences are read as U+FFFD; and where nothing is normalised or dropped, the pieces spell
// the text and their spans cover it in order.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reference/utf8_reference.h"
#include "support/random_text.h"
#include "tokenize/byte_level.h"
#include "tokenize/load_tokenizer.h"

namespace {

void require(bool law, const char* broken) {
  if (law) return;
  std::fprintf(stderr, "byte-level BPE breaks a law: %s\n", broken);
  std::abort();
}

struct Setting {
  std::string_view normalizer, pre_tokenizer, post_processor;
  bool faithful;  ///< the pieces spell the text
};

constexpr std::string_view kRoberta =
    R"({"type": "RobertaProcessing", "trim_offsets": true, "add_prefix_space": true})";
constexpr std::string_view kByteLevel = R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": true})";
constexpr std::string_view kPrefixed = R"({"type": "ByteLevel", "add_prefix_space": true, "use_regex": true})";
constexpr std::string_view kByRegex = R"json({"type": "Sequence", "pretokenizers": [
    {"type": "Split", "behavior": "MergedWithNext",
     "pattern": {"Regex": "\\p{N}{1,3}|(?<=a)\\s+|[^\\r\\n\\p{L}]?\\p{Lu}*\\p{Ll}+|.(?!b)"}},
    {"type": "Split", "pattern": {"String": "'"}, "behavior": "Isolated"},
    {"type": "Digits", "individual_digits": false},
    {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})json";

constexpr std::array<Setting, 7> kSettings{{
    {"null", kByteLevel, "null", true},
    {"null", kByteLevel, kRoberta, false},
    {"null", kPrefixed, kRoberta, false},
    {R"({"type": "NFC"})", kByteLevel, "null", false},
    {R"({"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "Lowercase"}]})", kPrefixed, "null", false},
    {"null", kByRegex, "null", true},
    {"null", "null", "null", false},  // most characters have no token
}};

std::unique_ptr<pith::Tokenizer> make(const Setting& setting) {
  std::string vocab;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto spelled = pith::byte_level_spelling(static_cast<unsigned char>(byte));
    vocab += fmt::format("\"{}{}\": {}, ", spelled == "\"" || spelled == "\\" ? "\\" : "", spelled, byte);
  }
  const std::string json = fmt::format(
      R"({{"normalizer": {}, "pre_tokenizer": {}, "post_processor": {}, "model": {{"type": "BPE", "vocab": {{{} "aa": 256,
      "th": 257, "the": 258, "aaaa": 259, "Ġt": 260, "ĠĠ": 261, "ĠĠĠĠ": 262, "Ã©": 263, "ab": 264}},
      "merges": ["a a", "t h", "th e", "aa aa", "Ġ t", "Ġ Ġ", "ĠĠ ĠĠ", "Ã ©", "a b"]}}}})",
      setting.normalizer, setting.pre_tokenizer, setting.post_processor, vocab);
  return pith::load_tokenizer(pith::TokenizerTexts{.tokenizer_json = json}, "fuzz").value();
}

void check_faithful(const pith::Encoding& encoding, const pith::Tokenizer& tokenizer, std::string_view repaired,
                    std::size_t n_bytes) {
  static const auto bytes_of = [] {
    std::array<char, 0x144> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
      table[pith::byte_level_char(static_cast<unsigned char>(byte))] = static_cast<char>(byte);
    }
    return table;
  }();
  std::string spelled;
  pith::ByteSpan previous;
  for (std::size_t i = 0; i < encoding.n_tokens(); ++i) {
    const std::string_view piece = tokenizer.piece(encoding.ids[i]);
    for (std::size_t at = 0; at < piece.size();) {
      const auto step = pith::reference::utf8_step(piece, at);
      spelled += bytes_of[step.value];
      at += step.n_bytes;
    }
    const pith::ByteSpan span = encoding.spans[i];
    require(!span.empty() && span.begin <= previous.end && span.begin >= previous.begin && span.end >= previous.end,
            "spans leave a gap or run backwards");
    previous = span;
  }
  require(previous.end == n_bytes, "spans end before the text");
  require(spelled == repaired, "the pieces do not spell the text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t choice = data[0] % kSettings.size();
  const std::string text(data + 1, data + size);
  static std::array<std::unique_ptr<pith::Tokenizer>, kSettings.size()> tokenizers;
  if (tokenizers[choice] == nullptr) tokenizers[choice] = make(kSettings[choice]);
  const pith::Tokenizer& tokenizer = *tokenizers[choice];

  pith::Encoding encoding;
  tokenizer.encode(text, &encoding);
  require(encoding.ids.size() == encoding.spans.size(), "ids and spans differ in number");
  for (std::size_t i = 0; i < encoding.n_tokens(); ++i) {
    require(!tokenizer.piece(encoding.ids[i]).empty(), "an id is outside the vocabulary");
    require(encoding.spans[i].begin <= encoding.spans[i].end && encoding.spans[i].end <= text.size(),
            "a span leaves the text");
  }
  std::string repaired;
  std::vector<std::uint32_t> origin;  // of each byte of `repaired` and of its end
  for (std::size_t at = 0; at < text.size();) {
    const auto step = pith::reference::utf8_step(text, at);
    pith::testing::append_utf8(repaired, step.value);
    while (origin.size() < repaired.size()) origin.push_back(static_cast<std::uint32_t>(at));
    at += step.n_bytes;
  }
  origin.push_back(static_cast<std::uint32_t>(text.size()));
  pith::Encoding expected;
  tokenizer.encode(repaired, &expected);
  for (pith::ByteSpan& span : expected.spans) span = {origin[span.begin], origin[span.end]};
  require(encoding.ids == expected.ids && encoding.spans == expected.spans, "broken sequences are not U+FFFD");
  if (kSettings[choice].faithful) check_faithful(encoding, tokenizer, repaired, text.size());
  return 0;
}
