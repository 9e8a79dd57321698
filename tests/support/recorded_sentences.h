// Punkt's sentences of the recorded cases' texts, by hash, so that neither texts nor Punkt's parameters are stored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "pith/byte_span.h"
#include "support/golden_llmlingua2.h"

namespace pith::golden {

inline std::string text_hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return std::to_string(hash);
}

/// Throws for a text that is not recorded.
class RecordedSentences {
 public:
  explicit RecordedSentences(const std::string& path) {
    for (const json::object& row : parse_lines(read_bytes(path))) {
      std::vector<ByteSpan>& spans = spans_[std::string(std::string_view(row.at("hash").as_string()))];
      for (const json::value& span : row.at("spans").as_array()) {
        spans.push_back({span.at(0).to_number<std::uint32_t>(), span.at(1).to_number<std::uint32_t>()});
      }
    }
  }
  std::vector<ByteSpan> operator()(std::string_view text) const {
    const auto found = spans_.find(text_hash(text));
    if (found == spans_.end()) throw std::runtime_error("no recorded sentences of: " + std::string(text));
    return found->second;
  }

 private:
  std::unordered_map<std::string, std::vector<ByteSpan>> spans_;
};

}  // namespace pith::golden
