#include "compress/blank_english.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

namespace pith {
namespace {

UChar32 icu(char32_t c) { return static_cast<UChar32>(c); }
bool is_one_of(char32_t c, std::u32string_view set) { return set.find(c) != std::u32string_view::npos; }
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_letter(char32_t c) {
  return u_isUAlphabetic(icu(c)) != 0 || (U_MASK(u_charType(icu(c))) & (U_GC_MN_MASK | U_GC_MC_MASK)) != 0;
}
bool is_cased(char32_t c) { return u_isULowercase(icu(c)) != 0 || u_isUUppercase(icu(c)) != 0; }
bool is_lower(char32_t c) { return is_letter(c) && (u_isULowercase(icu(c)) != 0 || !is_cased(c)); }
bool is_upper(char32_t c) { return is_letter(c) && (u_isUUppercase(icu(c)) != 0 || !is_cased(c)); }
bool is_symbol(char32_t c) { return c >= 0x80 && u_charType(icu(c)) == U_OTHER_SYMBOL; }

constexpr std::u32string_view kMarks =
    U"\u2026,:;!?\u00BF\u061F\u00A1()[]{}<>_#*&\u3002\uFF1F\uFF01\uFF0C\u3001\uFF1B\uFF1A\uFF5E\u00B7\u0964\u060C\u06D4"
    U"\u061B\u066A";
constexpr std::u32string_view kQuotes =
    U"'\"\u201D\u201C`\u2018\u00B4\u2019\u201A,\u201E\u00BB\u00AB\u300C\u300D\u300E\u300F\uFF08\uFF09\u3014\u3015\u3010"
    U"\u3011\u300A\u300B\u3008\u3009\u27E6\u27E7";
bool is_quote(char32_t c) { return is_one_of(c, kQuotes); }
bool is_mark(char32_t c) { return is_one_of(c, kMarks) || is_quote(c) || is_symbol(c); }
bool is_currency(char32_t c) {
  return c == '$' || c == 0xA3 || c == 0xA5 || c == 0xE3F || c == 0xFDFC || (c >= 0x20A0 && c <= 0x20BF);
}
bool is_dollar_of(std::u32string_view s) {
  return s.starts_with(U"US$") || s.starts_with(U"C$") || s.starts_with(U"A$");
}

constexpr std::array<std::u32string_view, 48> kUnits{
    U"km",       U"km\u00B2", U"km\u00B3", U"m",        U"m\u00B2", U"m\u00B3",  U"dm",       U"dm\u00B2",
    U"dm\u00B3", U"cm",       U"cm\u00B2", U"cm\u00B3", U"mm",      U"mm\u00B2", U"mm\u00B3", U"ha",
    U"\u00B5m",  U"nm",       U"yd",       U"in",       U"ft",      U"kg",       U"g",        U"mg",
    U"\u00B5g",  U"t",        U"lb",       U"oz",       U"m/s",     U"km/h",     U"kmh",      U"mph",
    U"hPa",      U"Pa",       U"mbar",     U"mb",       U"MB",      U"kb",       U"KB",       U"gb",
    U"GB",       U"tb",       U"TB",       U"T",        U"G",       U"M",        U"K",        U"%"};

/// Marks that come off the front: their length, 0 if none does.
std::size_t prefix_length(std::u32string_view s) {
  if (s.empty()) return 0;
  const char32_t c = s[0];
  if (is_one_of(c, U"\u00A7%=\u2014\u2013") || is_mark(c) || is_currency(c)) return 1;
  if (c == '+') return s.size() > 1 && is_digit(s[1]) ? 0 : 1;
  if (s.starts_with(U"..")) return std::min(s.find_first_not_of(U'.'), s.size());
  if (is_dollar_of(s)) return s.find(U'$') + 1;
  return 0;
}

/// Whether a full stop behind `before` is a mark of its own.
bool takes_stop(std::u32string_view before) {
  if (before.empty()) return false;
  const char32_t c = before.back();
  if (is_digit(c) || is_lower(c) || is_one_of(c, U"%\u00B2-+|(?:)") || is_one_of(c, kMarks) || is_quote(c)) return true;
  if (before.size() < 2) return false;
  const char32_t d = before[before.size() - 2];
  return (is_upper(c) && is_upper(d)) || (d == 0xB0 && is_one_of(c, U"FfCcKk"));
}

/// The same for the end; of several that fit the longest.
std::size_t suffix_length(std::u32string_view s) {
  if (s.empty()) return 0;
  const char32_t c = s.back();
  std::size_t longest = is_mark(c) || c == 0x2014 || c == 0x2013 ? 1 : 0;
  const auto behind_digit = [&](std::size_t n) { return s.size() > n && is_digit(s[s.size() - n - 1]); };
  if (c == '.') {
    const std::size_t last = s.find_last_not_of(U'.');
    const std::size_t n_stops = s.size() - (last == std::u32string_view::npos ? 0 : last + 1);
    if (n_stops > 1) return n_stops;
    return takes_stop(s.substr(0, s.size() - 1)) ? 1 : 0;
  }
  if ((c == 's' || c == 'S') && s.size() > 1 && (s[s.size() - 2] == '\'' || s[s.size() - 2] == 0x2019)) longest = 2;
  if ((c == '+' || is_currency(c)) && behind_digit(1)) longest = std::max<std::size_t>(longest, 1);
  for (const std::u32string_view dollar :
       {std::u32string_view(U"US$"), std::u32string_view(U"C$"), std::u32string_view(U"A$")}) {
    if (s.ends_with(dollar) && behind_digit(dollar.size())) longest = std::max(longest, dollar.size());
  }
  for (const std::u32string_view unit : kUnits) {
    if (s.ends_with(unit) && behind_digit(unit.size())) longest = std::max(longest, unit.size());
  }
  return longest;
}

/// What cuts a word in two at `at`: its length, 0 if nothing does.
std::size_t infix_length(std::u32string_view s, std::size_t at) {
  const char32_t c = s[at];
  if (c == '.' && at + 1 < s.size() && s[at + 1] == '.') return std::min(s.find_first_not_of(U'.', at), s.size()) - at;
  if (c == 0x2026 || is_symbol(c)) return 1;
  if (at == 0 || at + 1 >= s.size()) return 0;
  const char32_t before = s[at - 1];
  const char32_t after = s[at + 1];
  if (is_one_of(c, U"+-*^") && is_digit(before) && (is_digit(after) || after == '-')) return 1;
  if (c == '.' && (is_lower(before) || is_quote(before)) && (is_upper(after) || is_quote(after))) return 1;
  if (c == ',' && is_letter(before) && is_letter(after)) return 1;
  if (!is_letter(before) && !is_digit(before)) return 0;
  if (is_one_of(c, U":<>=/") && is_letter(after)) return 1;
  if (c != '-' && c != 0x2013 && c != 0x2014 && c != '~') return 0;
  std::size_t end = at + 1;  // "--", "---" and two long dashes count as one
  const std::size_t most = c == '-' ? 3 : c == 0x2014 ? 2 : 1;
  while (end < s.size() && s[end] == c && end - at < most) ++end;
  return end < s.size() && is_letter(s[end]) ? end - at : 0;
}

bool is_host_character(char32_t c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xA1 && c <= 0xFFFF);
}

/// A number of at most three digits in [least, most], written as the pattern that spaCy builds on wants it; -1 if not.
int octet(std::u32string_view digits, int least, int most) {
  if (digits.empty() || digits.size() > 3 || (digits[0] == '0' && (digits.size() == 3 || least > 0))) return -1;
  int value = 0;
  for (const char32_t c : digits) {
    if (!is_digit(c)) return -1;
    value = 10 * value + static_cast<int>(c - '0');
  }
  return value >= least && value <= most ? value : -1;
}

/// The parts between the dots of a host.
std::vector<std::u32string_view> host_parts(std::u32string_view host) {
  std::vector<std::u32string_view> parts;
  for (std::size_t begin = 0; begin <= host.size();) {
    const std::size_t end = std::min(host.find(U'.', begin), host.size());
    parts.push_back(host.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Four numbers that are no private address.
bool is_address(const std::vector<std::u32string_view>& parts) {
  if (parts.size() != 4) return false;
  const int a = octet(parts[0], 1, 223);
  const int b = octet(parts[1], 0, 255);
  if (a < 0 || b < 0 || octet(parts[2], 0, 255) < 0 || octet(parts[3], 1, 254) < 0) return false;
  return a != 10 && a != 127 && !(a == 169 && b == 254) && !(a == 192 && b == 168) && !(a == 172 && b >= 16 && b <= 31);
}

bool is_name(const std::vector<std::u32string_view>& parts) {
  const std::u32string_view top = parts.back();
  if (parts.size() < 2 || top.size() < 2 || top.size() > 63 || !std::ranges::all_of(top, is_lower)) return false;
  return std::all_of(parts.begin(), parts.end() - 1, [](std::u32string_view part) {
    return !part.empty() && part.size() <= 64 && is_host_character(part.front()) && is_host_character(part.back());
  });
}

/// Whether `s` is a host name or public address, perhaps with a port and a path.
bool is_host_and_path(std::u32string_view s) {
  std::size_t end = 0;
  while (end < s.size() && (is_host_character(s[end]) || is_one_of(s[end], U"._-"))) ++end;
  std::size_t rest = end;
  if (rest < s.size() && s[rest] == ':') {
    std::size_t digits = rest + 1;
    while (digits < s.size() && is_digit(s[digits])) ++digits;
    const std::size_t n_digits = digits - rest - 1;
    if (n_digits < 2 || n_digits > 5) return false;
    rest = digits;
  }
  if (rest < s.size() && !is_one_of(s[rest], U"/?#")) return false;
  const std::vector<std::u32string_view> parts = host_parts(s.substr(0, end));
  return is_name(parts) || is_address(parts);
}

/// A host behind an optional scheme or anything that ends in '@'.
bool is_url(std::u32string_view s) {
  if (s.find(U'.') == std::u32string_view::npos) return false;
  if (is_host_and_path(s)) return true;
  const auto is_scheme = [](char32_t c) { return is_letter(c) || is_digit(c) || is_one_of(c, U"_+-."); };
  const std::size_t scheme = s.find(U"://");
  if (scheme != std::u32string_view::npos && scheme >= 2 && std::ranges::all_of(s.substr(0, scheme), is_scheme) &&
      is_host_and_path(s.substr(scheme + 3))) {
    return true;
  }
  for (std::size_t at = s.find(U'@', 1); at != std::u32string_view::npos; at = s.find(U'@', at + 1)) {
    if (is_host_and_path(s.substr(at + 1))) return true;
  }
  return false;
}

const std::vector<std::size_t>* find_exception(std::u32string_view s) {
  if (s.empty() || s.size() > kLongestTokenException) return nullptr;
  const TokenExceptions& table = blank_english_exceptions();
  const auto found = table.find(std::u32string(s));
  return found == table.end() ? nullptr : &found->second;
}

/// The tokens of a stretch without white space.
void cut_word(std::u32string_view s, std::vector<std::size_t>* lengths) {
  std::vector<std::size_t> suffixes;
  while (!s.empty() && find_exception(s) == nullptr) {
    const std::size_t n_prefix = prefix_length(s);
    if (n_prefix > 0 && find_exception(s.substr(n_prefix)) != nullptr) {
      lengths->push_back(n_prefix);
      s.remove_prefix(n_prefix);
      break;
    }
    const std::size_t n_suffix = suffix_length(s.substr(n_prefix));
    if (n_suffix > 0 && find_exception(s.substr(0, s.size() - n_suffix)) != nullptr) {
      suffixes.push_back(n_suffix);
      s.remove_suffix(n_suffix);
      break;
    }
    if (n_prefix == 0 && n_suffix == 0) break;
    if (n_prefix > 0) lengths->push_back(n_prefix);
    if (n_suffix > 0) suffixes.push_back(n_suffix);
    s.remove_prefix(n_prefix);
    s.remove_suffix(n_suffix);
  }
  if (const auto* pieces = find_exception(s); pieces != nullptr) {
    lengths->insert(lengths->end(), pieces->begin(), pieces->end());
  } else if (!s.empty() && is_url(s)) {
    lengths->push_back(s.size());
  } else {
    std::size_t begin = 0;
    for (std::size_t at = 0; at < s.size();) {
      const std::size_t n = infix_length(s, at);
      if (n > 0 && at > 0) {
        if (at > begin) lengths->push_back(at - begin);
        lengths->push_back(n);
        begin = at + n;
      }
      at += std::max<std::size_t>(n, 1);
    }
    if (s.size() > begin) lengths->push_back(s.size() - begin);
  }
  lengths->insert(lengths->end(), suffixes.rbegin(), suffixes.rend());
}

}  // namespace

std::vector<std::size_t> blank_english_tokens(std::u32string_view text) {
  std::vector<std::size_t> lengths;
  std::size_t n_spaces = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    if (text[begin] == U' ') {
      ++n_spaces;
      ++begin;
      continue;
    }
    const std::size_t end = std::min(text.find(U' ', begin), text.size());
    const std::size_t first = lengths.size();
    cut_word(text.substr(begin, end - begin), &lengths);
    if (lengths.size() > first) lengths[first] += n_spaces;
    n_spaces = 0;
    begin = end;
  }
  return lengths;
}

}  // namespace pith
