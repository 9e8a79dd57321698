// A tokenizer that knows the texts it was recorded with, by hash, and the bytes of their tokens: a real model's
// tokenizer for a few cases, without its vocabulary.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "support/recorded_sentences.h"
#include "tokenize/tokenizer.h"

namespace pith::golden {

class RecordedTokenizer final : public Tokenizer {
 public:
  /// `text`: lines {"hash", "ids"} and {"id", "bytes"}, the latter as a list of numbers.
  explicit RecordedTokenizer(const std::string& text) {
    for (const json::object& row : parse_lines(text)) {
      if (row.contains("hash")) {
        std::vector<TokenId>& ids = ids_[std::string(std::string_view(row.at("hash").as_string()))];
        for (const json::value& id : row.at("ids").as_array()) ids.push_back(id.to_number<TokenId>());
      } else {
        std::string& bytes = bytes_[row.at("id").to_number<TokenId>()];
        for (const json::value& byte : row.at("bytes").as_array()) {
          bytes += static_cast<char>(byte.to_number<unsigned char>());
        }
      }
    }
  }

  void encode(std::string_view text, Encoding* out) const override {
    if (text.empty()) return;
    const auto found = ids_.find(text_hash(text));
    if (found == ids_.end()) throw std::runtime_error("no recorded tokens of: " + std::string(text));
    out->ids.insert(out->ids.end(), found->second.begin(), found->second.end());
  }
  [[nodiscard]] std::string_view piece(TokenId id) const override { return bytes_.at(id); }
  [[nodiscard]] TokenId id_of(std::string_view /*piece*/) const override { return kNoToken; }
  [[nodiscard]] std::size_t vocab_size() const override { return 49152; }
  [[nodiscard]] const SpecialTokens& special_tokens() const override { return special_; }
  [[nodiscard]] TokenizerFamily family() const override { return TokenizerFamily::kByteLevelBpe; }

 private:
  std::unordered_map<std::string, std::vector<TokenId>> ids_;
  std::unordered_map<TokenId, std::string> bytes_;
  SpecialTokens special_;
};

}  // namespace pith::golden
