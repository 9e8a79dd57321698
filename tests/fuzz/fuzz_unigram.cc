// Unigram keeps the laws of an Encoding for any bytes and equals its slow twin, under settings drawn from the first
// byte; and any bytes are refused as a character map or are one that can be applied.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "support/encoding_laws.h"
#include "support/unigram_fixture.h"

namespace {

void require(const std::string& broken_law) {
  if (broken_law.empty()) return;
  std::fprintf(stderr, "Unigram breaks a law: %s\n", broken_law.c_str());
  std::abort();
}

std::unique_ptr<pith::testing::UnigramFixture> make(unsigned bits) {
  std::vector<std::pair<std::string, double>> pieces = {
      {"\u2581", -2.5},    {"\u2581the", -4},  {"ing", -4.125}, {"th", -5},           {"\u2581\u2581", -3},
      {"a\u0301", -6},     {"\u4e2d", -7},     {"1,", -6.5},    {"fi", -6},           {"zzz", -900},
      {"\ufffd", -8},      {"e\u0301e", -5.5}, {" ", -4},       {"\u0915\u094d", -5}, {"<0x", -3},
      {"\u1100\u1161", -4}};
  for (char c = 'a'; c <= 'p'; ++c) pieces.emplace_back(std::string(1, c), -5.0 - (c - 'a') / 7.0);
  if ((bits & 32) != 0) {
    for (const char* byte : {"<0xC3>", "<0xA9>", "<0x71>", "<0xE2>", "<0x82>", "<0xAC>"}) pieces.emplace_back(byte, -1);
  }
  pith::testing::CharsmapRules rules;
  if ((bits & 1) != 0) {
    rules = {{"\t", " "},       {"\r", " "},        {"\n", " "},    {"\u00a0", " "},       {"\ufb01", "fi"},
             {"\u00bd", "1/2"}, {"\x01", ""},       {"\u200b", ""}, {"e\u0301", "\u00e9"}, {"\u3000", " "},
             {"\u1161", "xyz"}, {"\u0600", "abcd"}, {"A", "a"},     {"\u0915", "k"},       {"\u00a9", "(c)"}};
  }
  pith::MetaspaceOptions splitting;
  splitting.whitespace_split = (bits & 2) != 0;
  if ((bits & 4) != 0) {
    splitting.metaspace = pith::Metaspace{
        "\u2581", (bits & 8) != 0 ? pith::PrependScheme::kAlways : pith::PrependScheme::kFirst, (bits & 16) != 0};
  }
  return std::make_unique<pith::testing::UnigramFixture>(pieces, rules, splitting, (bits & 32) != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(data + 1, data + size);
  if ((data[0] & 64) != 0) {
    constexpr std::string_view kText = "a\tA\xCC\x81 \xEF\xAC\x81\xC2\xBD\r\n\xE4\xB8\xAD\xFF";
    if (const auto map = pith::Charsmap::parse(pith::testing::base64(text), "fuzz")) {
      const pith::AlignedText original(kText);
      const pith::AlignedText mapped = map->apply(original);
      require(pith::is_valid_utf8(mapped.bytes()) ? "" : "a character map made broken UTF-8");
    }
    return 0;
  }
  const unsigned bits = data[0] % 64;
  static std::unique_ptr<pith::testing::UnigramFixture> fixtures[64];
  if (fixtures[bits] == nullptr) fixtures[bits] = make(bits);
  const pith::testing::UnigramFixture& fixture = *fixtures[bits];

  pith::Encoding encoding;
  fixture.tokenizer->encode(text, &encoding);
  require(pith::testing::broken_encoding_law(text, encoding, *fixture.tokenizer));
  if (size > 150) return 0;  // the twin is cubic
  const pith::Encoding expected = fixture.twin(text);
  require(encoding.ids == expected.ids ? "" : "ids differ from the twin's");
  require(encoding.spans == expected.spans ? "" : "spans differ from the twin's");
  return 0;
}
