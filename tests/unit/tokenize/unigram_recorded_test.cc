// What the Hugging Face `tokenizers` library said about the small XLM-R-like tokenizer of tests/data/tokenizers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "support/encoding_laws.h"
#include "support/json_numbers.h"
#include "support/print_error.h"
#include "support/temp_dir.h"
#include "support/zst_file.h"
#include "tokenize/load_tokenizer.h"

namespace pith {
namespace {

constexpr const char* kFolder = PITH_SOURCE_DIR "/tests/data/tokenizers/";

/// Gives every Precompiled in `part` the fixture's character map.
void set_charsmap(json::value* part, const json::value& charsmap) {
  if (auto* object = part->if_object()) {
    if (const json::value* type = object->if_contains("type"); type != nullptr && *type == "Precompiled") {
      (*object)["precompiled_charsmap"] = charsmap;
    }
    for (auto& [key, value] : *object) set_charsmap(&value, charsmap);
  } else if (auto* array = part->if_array()) {
    for (json::value& value : *array) set_charsmap(&value, charsmap);
  }
}

/// The model's text stays as it is: a number read and written again may change in its last bit.
std::unique_ptr<Tokenizer> load_variant(const std::string& fixture, const json::value& variant) {
  json::object file = parse_json(fixture, "unigram.json").value().as_object();
  const json::value charsmap = file["normalizer"].at("precompiled_charsmap");
  for (const char* key : {"normalizer", "pre_tokenizer"}) {
    file[key] = variant.at(key);
    set_charsmap(&file[key], charsmap);
  }
  file.erase("model");
  std::string model = fixture.substr(fixture.rfind("\"model\":"));
  if (variant.at("bytes").as_bool()) {
    constexpr std::string_view kEnd = "],\"byte_fallback\":false}}";
    model.resize(model.rfind(kEnd));
    for (int byte = 0; byte < 256; ++byte) model += fmt::format(",[\"<0x{:02X}>\",0.0]", byte);
    model += "],\"byte_fallback\":true}}";
  }
  std::string text = json::serialize(file);
  text.pop_back();
  const TempDir dir;
  write_text(dir / "tokenizer.json", text + "," + model);
  return load_tokenizer(dir.path()).value();
}

TEST(UnigramRecordedTest, IdsAndSpansAreThoseOfTheLibrary) {
  const std::string fixture = read_zst(std::string(kFolder) + "unigram.json.zst");
  std::istringstream lines(read_zst(std::string(kFolder) + "unigram_cases.jsonl.zst"));
  std::string line;
  std::getline(lines, line);
  const json::value header = parse_json(line, "header").value();
  const json::array& variants = header.at("variants").as_array();
  std::vector<std::unique_ptr<Tokenizer>> tokenizers;
  for (const json::value& variant : variants) tokenizers.push_back(load_variant(fixture, variant));

  std::size_t n_cases = 0;
  for (; std::getline(lines, line); ++n_cases) {
    const json::value row = parse_json(line, "unigram_cases.jsonl").value();
    const std::string text(row.at("text").as_string());
    for (std::size_t i = 0; i < tokenizers.size(); ++i) {
      Encoding encoding;
      tokenizers[i]->encode(text, &encoding);
      const std::string_view name = variants[i].at("name").as_string();
      EXPECT_EQ(encoding.ids, numbers<TokenId>(row.at("ids").at(i))) << name << ": " << line.substr(0, 100);
      std::vector<std::uint32_t> bounds;
      for (const ByteSpan span : encoding.spans) bounds.insert(bounds.end(), {span.begin, span.end});
      EXPECT_EQ(bounds, numbers<std::uint32_t>(row.at("spans").at(i))) << name << ": " << line.substr(0, 100);
      EXPECT_EQ(testing::broken_encoding_law(text, encoding, *tokenizers[i]), "")
          << name << ": " << line.substr(0, 100);
    }
  }
  EXPECT_GT(n_cases, 200u);
}

}  // namespace
}  // namespace pith
