// What the Hugging Face `tokenizers` library and `tiktoken` said about hand-written texts (tests/data/tokenizers).
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "support/json_numbers.h"
#include "support/print_error.h"
#include "support/temp_dir.h"
#include "tokenize/byte_bpe_counter.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

/// models/default with another normalizer.
std::unique_ptr<Tokenizer> variant(bool lowercase, json::value strip_accents) {
  json::value file = parse_json(read_text(PITH_SOURCE_DIR "/models/default/tokenizer.json"), "tokenizer.json").value();
  file.as_object()["normalizer"].as_object()["lowercase"] = lowercase;
  file.as_object()["normalizer"].as_object()["strip_accents"] = std::move(strip_accents);
  const TempDir dir;
  write_text(dir / "tokenizer.json", json::serialize(file));
  return load_tokenizer(dir.path()).value();
}

TEST(RecordedTokenizerCasesTest, IdsAndSpansAreThoseOfTheReferenceLibraries) {
  const struct {
    const char* name;
    std::unique_ptr<Tokenizer> tokenizer;
  } kWordPieces[] = {
      {"uncased", variant(true, nullptr)}, {"cased", variant(false, nullptr)}, {"accents", variant(true, false)}};
  const auto load = [](const std::string& name, BpePattern pattern) {
    return ByteBpeCounter(name, pattern,
                          BpeRanks::load(PITH_SOURCE_DIR "/models/tokenizers/" + name + ".ranks").value());
  };
  const ByteBpeCounter o200k = load("o200k_base", BpePattern::kO200k);
  const ByteBpeCounter cl100k = load("cl100k_base", BpePattern::kCl100k);

  std::istringstream lines(read_text(PITH_SOURCE_DIR "/tests/data/tokenizers/cases.jsonl"));
  std::string line;
  std::getline(lines, line);  // the header
  std::size_t n_cases = 0;
  for (; std::getline(lines, line); ++n_cases) {
    const json::value row = parse_json(line, "cases.jsonl").value();
    const std::string text(row.at("text").as_string());
    for (const auto& [name, tokenizer] : kWordPieces) {
      Encoding encoding;
      tokenizer->encode(text, &encoding);
      EXPECT_EQ(encoding.ids, numbers<TokenId>(row.at(name).at("ids"))) << name << ": " << line.substr(0, 100);
      std::vector<std::uint32_t> bounds;
      for (const ByteSpan span : encoding.spans) bounds.insert(bounds.end(), {span.begin, span.end});
      EXPECT_EQ(bounds, numbers<std::uint32_t>(row.at(name).at("spans"))) << name << ": " << line.substr(0, 100);
    }
    EXPECT_EQ(o200k.encode(text), numbers<std::int32_t>(row.at("o200k_base"))) << line.substr(0, 100);
    EXPECT_EQ(cl100k.encode(text), numbers<std::int32_t>(row.at("cl100k_base"))) << line.substr(0, 100);
  }
  EXPECT_GT(n_cases, 40u);
}

}  // namespace
}  // namespace pith
