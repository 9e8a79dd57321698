#include "compress/constraints.h"

#include <algorithm>
#include <string_view>

namespace pith {
namespace {

bool is_line_breaks(std::string_view token) {
  return !token.empty() && token.find_first_not_of("\r\n") == std::string_view::npos;
}

bool is_ascii_white_space(std::string_view token) {
  return std::ranges::all_of(token, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

bool is_operator_signs(std::string_view token) {
  constexpr std::string_view kAscii = "+*/=<>|&%$#@~^";
  constexpr std::string_view kTimes = "\u00D7";
  constexpr std::string_view kDivide = "\u00F7";
  while (!token.empty()) {
    if (kAscii.find(token.front()) != std::string_view::npos) {
      token.remove_prefix(1);
    } else if (token.starts_with(kTimes) || token.starts_with(kDivide)) {
      token.remove_prefix(kTimes.size());
    } else {
      return false;
    }
  }
  return true;
}

void mark_matches(std::string_view token, PreparedContext& context) {
  const std::vector<Word>& words = context.document.words;
  const bool inside_words = is_operator_signs(token);
  std::size_t w = 0;  // first word that ends after the match begins
  for (std::size_t at = context.text.find(token); at != std::string_view::npos; at = context.text.find(token, at + 1)) {
    const std::size_t end = at + token.size();
    while (w < words.size() && words[w].span.end <= at) ++w;
    std::size_t last = w;
    while (last < words.size() && words[last].span.end < end) ++last;
    if (last >= words.size()) return;  // every word that remains begins before the match ends and reaches past the text
    const bool whole = words[w].span.begin == at && words[last].span.end == end;
    const bool inside = inside_words && last == w && words[w].span.begin <= at;
    if (!whole && !inside) continue;
    for (std::size_t i = w; i <= last; ++i) {
      context.forced[i] = 1;
      context.matched[i] = 1;
    }
  }
}

}  // namespace

ForceRules make_force_rules(std::span<const std::string> force_tokens, bool reserve_digit) {
  ForceRules rules;
  rules.reserve_digit = reserve_digit;
  for (const std::string& token : force_tokens) {
    if (is_line_breaks(token)) {
      rules.keep_line_breaks = true;
    } else if (!is_ascii_white_space(token)) {
      rules.tokens.push_back(token);
    }
  }
  return rules;
}

void mark_forced(const ForceRules& rules, PreparedContext& context) {
  context.forced.assign(context.n_words(), 0);
  context.matched.assign(context.n_words(), 0);
  for (const std::string& token : rules.tokens) mark_matches(token, context);
  if (rules.reserve_digit) {
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      if (context.document.words[w].has_decimal_digit) context.forced[w] = 1;
    }
  }
}

}  // namespace pith
