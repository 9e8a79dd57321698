#include "text/structure/json_values.h"

#include <algorithm>
#include <array>
#include <string>

namespace pith {
namespace {

constexpr std::size_t kLongIdentifier = 20;
constexpr std::size_t kShortJsonString = 400;

constexpr std::array<std::string_view, 22> kTellingKeys{
    "category", "code",     "description", "error",  "event", "label",    "level", "message",
    "name",     "priority", "reason",      "result", "role",  "severity", "state", "status",
    "subject",  "summary",  "text",        "title",  "type",  "value"};
constexpr std::array<std::string_view, 16> kBookkeepingKeys{"checksum", "cursor",    "digest", "etag", "guid", "hash",
                                                            "id",       "ids",       "md5",    "oid",  "sha",  "sha1",
                                                            "sha256",   "signature", "token",  "uuid"};
constexpr std::array<std::string_view, 8> kLinkKeys{"avatar", "href", "link", "links", "uri", "uris", "url", "urls"};
static_assert(std::ranges::is_sorted(kTellingKeys) && std::ranges::is_sorted(kBookkeepingKeys) &&
              std::ranges::is_sorted(kLinkKeys));

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The last word of a key in lower case: "url" of "htmlUrl", "id" of "node_id".
std::string last_word(std::string_view key) {
  std::size_t begin = key.size();
  while (begin > 0 && (is_letter(key[begin - 1]) || is_digit(key[begin - 1]))) {
    --begin;
    const bool is_upper = key[begin] >= 'A' && key[begin] <= 'Z';
    if (is_upper && begin > 0 && key[begin - 1] >= 'a' && key[begin - 1] <= 'z') break;
  }
  std::string word(key.substr(begin));
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word;
}

/// One long word of letters and digits mixed, as machines make them.
bool is_long_identifier(std::string_view content) {
  if (content.size() < kLongIdentifier) return false;
  std::size_t n_digits = 0;
  for (const char c : content) {
    if (c == ' ' || (static_cast<unsigned char>(c) & 0x80U) != 0) return false;
    if (is_digit(c)) ++n_digits;
  }
  return n_digits * 10 >= content.size() || content.size() >= 2 * kLongIdentifier;
}

bool is_link(std::string_view content) {
  return content.starts_with("http://") || content.starts_with("https://") || content.starts_with("data:") ||
         content.starts_with("http:\\/\\/") || content.starts_with("https:\\/\\/");
}

float by_looks(std::string_view key, std::string_view bytes, const JsonValue& value) {
  if (value.type == JsonType::kNull || bytes == "\"\"" || (value.is_container() && value.span.n_bytes() == 2)) {
    return 0.1F;
  }
  if (value.type == JsonType::kFalse) return 0.15F;
  const std::string word = last_word(key);
  if (value.type == JsonType::kString) {
    const std::string_view content = bytes.substr(1, bytes.size() - 2);
    if (is_link(content) || std::ranges::binary_search(kLinkKeys, word)) return 0.15F;
    if (is_long_identifier(content)) return 0.2F;
  }
  if (std::ranges::binary_search(kBookkeepingKeys, word)) return 0.3F;
  return std::ranges::binary_search(kTellingKeys, word) ? 0.8F : 0.6F;
}

}  // namespace

bool is_json_prose(std::string_view content) {
  if (content.size() <= kShortJsonString && (content.starts_with("{\\\"") || content.starts_with("[{\\\"")))
    return false;
  std::size_t n_words = 0, n_letter_words = 0, n_wide = 0, n_bytes = 0, n_letters = 0;
  const auto end_word = [&] {
    if (n_bytes > 0) {
      ++n_words;
      n_letter_words += n_letters * 5 >= n_bytes * 3 && n_bytes <= 40 ? 1 : 0;
    }
    n_bytes = n_letters = 0;
  };
  for (std::size_t i = 0; i < content.size(); ++i) {
    const char c = content[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      end_word();
    } else if (c == '\\') {
      const char escaped = i + 1 < content.size() ? content[i + 1] : ' ';
      i += escaped == 'u' ? 5 : 1;
      if (escaped == 'u') {
        ++n_letters;
        ++n_bytes;
      } else if (escaped != '"') {
        end_word();
      }
    } else {
      n_wide += byte == 0xE0 || (byte >= 0xE3 && byte <= 0xED) ? 1 : 0;
      if (is_letter(c)) ++n_letters;
      ++n_bytes;
    }
  }
  end_word();
  return (n_words >= 4 && n_letter_words * 2 >= n_words) || n_wide >= 8;
}

float json_importance(std::string_view text, const JsonValue& value, std::size_t level, const QuestionWords& question) {
  const std::string_view key = value.key.empty() ? std::string_view() : inside_quotes(value.key).of(text);
  const std::string_view bytes = value.span.of(text);
  if (!question.empty() && (question.found_in(key) | question.found_in(bytes)) != 0) return 0.95F;
  const float nested = std::min(0.02F * static_cast<float>(level), 0.1F);
  return std::max(by_looks(key, bytes, value) - nested, 0.02F);
}

}  // namespace pith
