// Token counts: equal to the number of ids, the ids spell the text (broken sequences repaired), and both equal the slow
// twin.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "reference/bpe_reference.h"
#include "tokenize/byte_bpe_counter.h"

namespace {

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "a token counter breaks a law: %s\n", law);
  std::abort();
}

pith::ByteBpeCounter load(const std::string& name, pith::BpePattern pattern) {
  auto ranks = pith::BpeRanks::load(PITH_SOURCE_DIR "/models/tokenizers/" + name + ".ranks");
  require(ranks.has_value(), "the vocabulary loads");
  return {name, pattern, std::move(*ranks)};
}

void check(const pith::ByteBpeCounter& counter, pith::BpePattern pattern, const std::string& text) {
  const std::vector<std::int32_t> ids = counter.encode(text);
  require(counter.count(text) == ids.size(), "count() is the number of ids");
  std::string spelt;
  for (const std::int32_t id : ids) {
    require(id >= 0 && static_cast<std::size_t>(id) < counter.ranks().size(), "ids are in range");
    spelt += counter.ranks().token(static_cast<pith::BpeRanks::Rank>(id));
  }
  std::string repaired;
  for (const pith::reference::BpeChar& c : pith::reference::bpe_text(text)) pith::testing::append_utf8(repaired, c.c);
  require(spelt == repaired, "the ids spell the text");
  if (text.size() > 400) return;  // the twin is quadratic and recursive
  require(ids == pith::reference::encode_bpe(pattern, text, counter.ranks()), "ids equal the twin's");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pith::ByteBpeCounter o200k = load("o200k_base", pith::BpePattern::kO200k);
  static const pith::ByteBpeCounter cl100k = load("cl100k_base", pith::BpePattern::kCl100k);
  const std::string text(data, data + size);
  check(o200k, pith::BpePattern::kO200k, text);
  check(cl100k, pith::BpePattern::kCl100k, text);
  return 0;
}
