#include "text/structure/log_templates.h"

#include <algorithm>

#include "text/structure/record_sampling.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

constexpr std::size_t kMaxTokens = 48;        ///< of a line that are compared
constexpr std::size_t kMaxInBucket = 32;      ///< templates a line is compared with
constexpr std::size_t kBlankTokenBytes = 40;  ///< a longer token is a value

/// Numbers, ids, paths, quoted and compound names: what changes from line to line.
bool is_value(std::string_view token) {
  if (token.size() > kBlankTokenBytes) return true;
  std::string_view inner = token;
  while (!inner.empty() && !is_letter_byte(inner.back()) && !is_digit_byte(inner.back())) inner.remove_suffix(1);
  std::size_t n_front = 0;
  while (n_front < inner.size() && !is_letter_byte(inner[n_front]) && !is_digit_byte(inner[n_front])) ++n_front;
  inner.remove_prefix(n_front);
  if (inner.empty()) return false;
  if (token[0] == '\'' || token[0] == '"') return true;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const char c = inner[i];
    if (i > 0 && c >= 'A' && c <= 'Z' && inner[i - 1] >= 'a' && inner[i - 1] <= 'z') return true;  // camelCase
    if (is_digit_byte(c)) return true;
    if (!is_letter_byte(c) && c != '-' && c != '\'' && (static_cast<unsigned char>(c) & 0x80U) == 0) return true;
  }
  return false;
}

}  // namespace

std::size_t LogTemplates::n_fixed(std::uint32_t which) const {
  const std::vector<std::uint64_t>& tokens = templates_[which].tokens;
  return tokens.size() - static_cast<std::size_t>(std::ranges::count(tokens, std::uint64_t{0}));
}

std::uint32_t LogTemplates::add(std::string_view line) {
  tokens_.clear();
  std::size_t n_all = 0;
  for (std::size_t at = 0; at < line.size();) {
    while (at < line.size() && is_space_byte(line[at])) ++at;
    const std::size_t begin = at;
    while (at < line.size() && !is_space_byte(line[at])) ++at;
    if (at == begin) break;
    ++n_all;
    if (tokens_.size() == kMaxTokens) continue;
    const std::string_view token = line.substr(begin, at - begin);
    tokens_.push_back(is_value(token) ? 0 : RecordSampler::field_key(token) | 1U);
  }
  // The first word that is none of the values leads to the templates to compare with.
  const auto first = std::ranges::find_if(tokens_, [](std::uint64_t token) { return token != 0; });
  const std::uint64_t key = (first == tokens_.end() ? 0 : *first) * 1099511628211U + n_all;
  std::vector<std::uint32_t>& bucket = buckets_[key];
  for (const std::uint32_t which : bucket) {
    std::vector<std::uint64_t>& known = templates_[which].tokens;
    std::size_t n_same = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) n_same += known[i] == tokens_[i] || known[i] == 0 ? 1U : 0U;
    if (n_same * 10 < tokens_.size() * 7) continue;
    for (std::size_t i = 0; i < tokens_.size(); ++i) known[i] = known[i] == tokens_[i] ? known[i] : 0;
    ++templates_[which].n_lines;
    return which;
  }
  if (bucket.size() == kMaxInBucket) {
    ++templates_[bucket.back()].n_lines;
    return bucket.back();
  }
  const auto which = static_cast<std::uint32_t>(templates_.size());
  bucket.push_back(which);
  templates_.push_back({tokens_, 1});
  return which;
}

}  // namespace pith
