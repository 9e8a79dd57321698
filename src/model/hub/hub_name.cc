#include "model/hub/hub_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::string_view kPrefix = "hf:";
constexpr std::string_view kGguf = ".gguf";
constexpr std::string_view kPart = "-00001-of-00001";  // of a model in parts, with any digits, before ".gguf"
constexpr std::string_view kForm =
    "expected hf:ORG/NAME, hf:ORG/NAME@REVISION, hf:ORG/NAME:FILE.gguf or hf:ORG/NAME:QUANTISATION";

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

/// What hubs allow in an organisation's or a repository's name.
bool is_repository_word(std::string_view word) {
  constexpr std::size_t kMostBytes = 96;
  return !word.empty() && word.size() <= kMostBytes && word.front() != '.' && word.front() != '-' &&
         word.back() != '.' && word.back() != '-' && word.find("..") == std::string_view::npos &&
         std::all_of(word.begin(), word.end(), is_word_char);
}

/// What repositories name their files by: "Q4_K_M", "UD-Q2_K_XL", "f16".
bool is_quantization(std::string_view word) {
  constexpr std::size_t kMostBytes = 40;
  return !word.empty() && word.size() <= kMostBytes && std::all_of(word.begin(), word.end(), is_word_char);
}

char small_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool ends_as_part(std::string_view stem) {
  return stem.size() > kPart.size() &&
         std::ranges::equal(stem.substr(stem.size() - kPart.size()), kPart, [](char c, char form) {
           return form == '0' || form == '1' ? c >= '0' && c <= '9' : c == form;
         });
}

tl::unexpected<Error> bad_name(std::string_view text, std::string_view what) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("model name '{}': {}; {}", printable(text), what, kForm));
}

}  // namespace

std::string to_text(const HubName& name) {
  return std::string(kPrefix) + name.id() + (name.file.empty() ? "" : "/" + name.file) +
         (name.quantization.empty() ? "" : ":" + name.quantization) +
         (name.revision.empty() ? "" : "@" + name.revision);
}

bool has_hub_prefix(std::string_view text) { return text.starts_with(kPrefix); }

Result<HubName> parse_hub_name(std::string_view text) {
  const std::string_view whole = text;
  if (has_hub_prefix(text)) text.remove_prefix(kPrefix.size());
  HubName name;
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    name.revision = text.substr(at + 1);
    if (auto ok = check_revision(name.revision); !ok) return tl::unexpected(ok.error());
    text = text.substr(0, at);
  }
  std::string_view choice;
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    choice = text.substr(colon + 1);
    text = text.substr(0, colon);
    if (!choice.ends_with(".gguf") && !is_quantization(choice)) {
      return bad_name(whole,
                      fmt::format("'{}' is neither a .gguf file nor a quantisation such as Q4_K_M", printable(choice)));
    }
  }
  const std::size_t first = text.find('/');
  if (first == std::string_view::npos) return bad_name(whole, "no '/' in it");
  const std::size_t second = std::min(text.find('/', first + 1), text.size());
  name.org = text.substr(0, first);
  name.name = text.substr(first + 1, second - first - 1);
  for (const std::string& word : {name.org, name.name}) {
    if (!is_repository_word(word)) {
      return bad_name(whole, fmt::format("'{}' is not a name of letters, digits, '.', '-' and '_'", printable(word)));
    }
  }
  if (second < text.size() && colon != std::string_view::npos) {
    return bad_name(whole, "names a file twice");
  }
  const bool is_file = second < text.size() || choice.ends_with(".gguf");
  if (!is_file) name.quantization = choice;
  if (is_file) {
    name.file = choice.empty() ? text.substr(second + 1) : choice;
    if (!is_safe_file_name(name.file) || !name.file.ends_with(".gguf")) {
      return bad_name(whole, fmt::format("'{}' is not the path of a .gguf file", printable(name.file)));
    }
  }
  return name;
}

bool is_later_part(std::string_view file_name) {
  if (file_name.ends_with(kGguf)) file_name.remove_suffix(kGguf.size());
  return ends_as_part(file_name) && !file_name.substr(file_name.size() - kPart.size()).starts_with("-00001-");
}

bool is_of_quantization(std::string_view file_name, std::string_view quantization) {
  if (quantization.empty() || !file_name.ends_with(kGguf)) return false;
  file_name.remove_suffix(kGguf.size());
  file_name.remove_prefix(file_name.rfind('/') + 1);  // npos + 1 = 0
  if (ends_as_part(file_name)) file_name.remove_suffix(kPart.size());
  if (file_name.size() < quantization.size()) return false;
  const std::size_t n_before = file_name.size() - quantization.size();
  return (n_before == 0 || file_name[n_before - 1] == '-' || file_name[n_before - 1] == '.') &&
         std::ranges::equal(quantization, file_name.substr(n_before),
                            [](char a, char b) { return small_letter(a) == small_letter(b); });
}

Result<void> check_revision(std::string_view revision) {
  constexpr std::size_t kMostBytes = 200;
  const auto is_allowed = [](char c) { return is_word_char(c) || c == '/' || c == '+'; };
  if (revision.empty() || revision.size() > kMostBytes || revision.front() == '/' || revision.front() == '-' ||
      revision.back() == '/' || revision.find("..") != std::string_view::npos ||
      !std::all_of(revision.begin(), revision.end(), is_allowed)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("revision '{}': not the name of a branch, a tag or a commit", printable(revision)));
  }
  return {};
}

bool is_safe_file_name(std::string_view path) {
  constexpr std::size_t kMostBytes = 1000;
  constexpr std::size_t kMostSegmentBytes = 200;
  if (path.empty() || path.size() > kMostBytes || !is_valid_utf8(path)) return false;
  if (std::any_of(path.begin(), path.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == '\x7f' || c == '\\' || c == ':'; })) {
    return false;
  }
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment.empty() || segment == "." || segment == ".." || segment.size() > kMostSegmentBytes) return false;
    if (end == path.size()) return true;
    path.remove_prefix(end + 1);
  }
}

bool is_hex(std::string_view text, std::size_t n_digits) {
  return text.size() == n_digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_commit(std::string_view text) {
  constexpr std::size_t kCommitDigits = 40;
  return is_hex(text, kCommitDigits);
}

std::string printable(std::string_view text) {
  constexpr std::size_t kMostShown = 100;
  std::string out(text.substr(0, kMostShown));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  if (text.size() > kMostShown) out += "...";
  return out;
}

}  // namespace pith
