// Character maps for tests, in the binary form that charsmap.h reads.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace pith::testing {

/// Key to replacement.
using CharsmapRules = std::map<std::string, std::string>;

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) out += at + i <= bytes.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

inline void append_u32(std::uint32_t value, std::string* out) {
  for (int i = 0; i < 4; ++i) out->push_back(static_cast<char>(static_cast<unsigned char>(value >> 8 * i & 0xFF)));
}

/// The map before base64: size of the trie, double array, replacements. Every node has 256 units of its own, its
/// children at their byte, its value at 0. REQUIRES: no NUL in keys or replacements; at most 4,000 nodes.
inline std::string pack_charsmap(const CharsmapRules& rules) {
  std::set<std::string> nodes = {""};
  for (const auto& [key, replacement] : rules) {
    for (std::size_t n = 1; n <= key.size(); ++n) nodes.insert(key.substr(0, n));
  }
  std::map<std::string, std::uint32_t> block_of;
  for (const std::string& node : nodes) block_of[node] = static_cast<std::uint32_t>(block_of.size() + 1) * 256;
  std::map<std::uint32_t, std::uint32_t> units;
  std::string values;
  for (const std::string& node : nodes) {
    const unsigned label = node.empty() ? 0U : static_cast<unsigned char>(node.back());
    const std::uint32_t at = node.empty() ? 0 : block_of.at(node.substr(0, node.size() - 1)) ^ label;
    const std::uint32_t offset = at ^ block_of.at(node);
    units[at] = label | (offset % 256 == 0 ? offset >> 8 << 10 | 1U << 9 : offset << 10);
    if (const auto rule = rules.find(node); rule != rules.end()) {
      units[at] |= 1U << 8;
      units[block_of.at(node)] = static_cast<std::uint32_t>(values.size()) | 1U << 31;
      values += rule->second + '\0';
    }
  }
  const std::uint32_t n_units = units.rbegin()->first + 256;
  std::string out;
  append_u32(n_units * 4, &out);
  for (std::uint32_t i = 0; i < n_units; ++i) append_u32(units.contains(i) ? units.at(i) : 0, &out);
  return out + values;
}

}  // namespace pith::testing
