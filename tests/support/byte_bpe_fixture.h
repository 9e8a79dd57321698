// tests/data/tokenizers/byte_bpe.json.zst: small byte-level BPE tokenizers and what Hugging Face's library makes of
// texts.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "support/temp_dir.h"
#include "support/zst_file.h"
#include "tokenize/load_tokenizer.h"

namespace pith::testing {

class ByteBpeFixture {
 public:
  static const ByteBpeFixture& instance() {
    static const ByteBpeFixture fixture;
    return fixture;
  }

  /// The tokenizer.json of that name, whole.
  [[nodiscard]] json::value tokenizer_json(std::string_view name) const {
    json::value tokenizer = file_.at("tokenizers").at(name);
    json::object& model = tokenizer.at("model").as_object();
    if (!model.contains("vocab")) {
      for (const auto& [key, value] : file_.at("model").as_object()) model.emplace(key, value);
    }
    return tokenizer;
  }
  [[nodiscard]] std::unique_ptr<Tokenizer> load(std::string_view name) const { return load_json(tokenizer_json(name)); }
  [[nodiscard]] static std::unique_ptr<Tokenizer> load_json(const json::value& tokenizer) {
    auto loaded = load_tokenizer(TokenizerTexts{json::serialize(tokenizer)}, "fixture");
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : file_.at("tokenizers").as_object()) names.emplace_back(entry.key());
    return names;
  }
  [[nodiscard]] const json::array& cases() const { return file_.at("cases").as_array(); }
  /// Every text of the cases.
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (const json::value& row : cases()) texts.emplace_back(row.at("text").as_string());
    return texts;
  }

 private:
  ByteBpeFixture()
      : file_(parse_json(read_zst(PITH_SOURCE_DIR "/tests/data/tokenizers/byte_bpe.json.zst"), "byte_bpe").value()) {}

  json::value file_;
};

}  // namespace pith::testing
