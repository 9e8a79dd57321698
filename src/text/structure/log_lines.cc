#include "text/structure/log_lines.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "text/structure/text_lines.h"

namespace pith {
namespace {

/// d a digit, a a letter, anything else itself.
bool matches(std::string_view line, std::string_view pattern) {
  if (line.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char p = pattern[i];
    const bool is_match = p == 'd' ? is_digit_byte(line[i]) : p == 'a' ? is_letter_byte(line[i]) : line[i] == p;
    if (!is_match) return false;
  }
  return true;
}

constexpr auto kTimestamps = std::to_array<std::string_view>({"dddd-dd-ddTdd:dd:dd",
                                                              "dddd-dd-dd dd:dd:dd",
                                                              "dddd/dd/dd dd:dd:dd",
                                                              "dddd.dd.dd dd:dd:dd",
                                                              "dddd-dd-dd dd:dd",
                                                              "dddd-dd-dd_dd:dd:dd",
                                                              "dd/dd/dddd dd:dd:dd",
                                                              "dd-dd-dddd dd:dd:dd",
                                                              "dd.dd.dddd dd:dd:dd",
                                                              "dd/dd/dd dd:dd:dd",
                                                              "dd-aaa-dddd dd:dd:dd",
                                                              "dd/aaa/dddd:dd:dd:dd",
                                                              "dd/aaa/dddd dd:dd:dd",
                                                              "dd aaa dddd dd:dd:dd",
                                                              "aaa dd dd:dd:dd",
                                                              "aaa  d dd:dd:dd",
                                                              "aaa aaa dd dd:dd:dd",
                                                              "aaa aaa  d dd:dd:dd",
                                                              "aaa, dd aaa dddd dd:dd:dd",
                                                              "dddddd dd:dd:dd",
                                                              "adddd dd:dd:dd",
                                                              "ddddddddTdddddd",
                                                              "dd:dd:dd",
                                                              "dddddddddd.ddd",
                                                              "dddddddddd "});

constexpr auto kLevels = std::to_array<std::pair<std::string_view, Severity>>({{"TRACE", Severity::kDebug},
                                                                               {"DEBUG", Severity::kDebug},
                                                                               {"FINE", Severity::kDebug},
                                                                               {"FINEST", Severity::kDebug},
                                                                               {"VERBOSE", Severity::kDebug},
                                                                               {"INFO", Severity::kInfo},
                                                                               {"NOTICE", Severity::kInfo},
                                                                               {"WARN", Severity::kWarning},
                                                                               {"WARNING", Severity::kWarning},
                                                                               {"ERROR", Severity::kError},
                                                                               {"ERR", Severity::kError},
                                                                               {"SEVERE", Severity::kError},
                                                                               {"CRITICAL", Severity::kFatal},
                                                                               {"CRIT", Severity::kFatal},
                                                                               {"FATAL", Severity::kFatal},
                                                                               {"ALERT", Severity::kFatal},
                                                                               {"EMERG", Severity::kFatal},
                                                                               {"PANIC", Severity::kFatal}});

constexpr auto kTrouble = std::to_array<std::string_view>(
    {"fail",      "failed",  "failing", "failure",     "failures", "error",     "errors",
     "exception", "fatal",   "panic",   "traceback",   "abort",    "aborted",   "killed",
     "denied",    "refused", "timeout", "unreachable", "corrupt",  "corrupted", "segfault"});

constexpr std::size_t kLooked = 400;  ///< bytes of a line that are read for its severity

}  // namespace

std::size_t timestamp_bytes(std::string_view line) {
  std::size_t begin = 0;
  if (line.starts_with('<')) {
    // Syslog's priority, with a version behind it or not.
    std::size_t p = 1;
    while (p < line.size() && p < 5 && is_digit_byte(line[p])) ++p;
    if (p > 1 && p < line.size() && line[p] == '>') begin = p + 1;
    if (begin > 0 && line.substr(begin).starts_with("1 ")) begin += 2;
  }
  while (begin < line.size() && begin < 8 && (line[begin] == '[' || line[begin] == '(' || line[begin] == ' ')) ++begin;
  const std::string_view rest = line.substr(begin);
  for (const std::string_view pattern : kTimestamps) {
    if (!matches(rest, pattern)) continue;
    std::size_t end = begin + pattern.size();
    // Fractions and zones: +0100, .123Z, and the closing bracket.
    while (end < line.size() && end - begin < 48 &&
           (is_digit_byte(line[end]) || std::string_view(".,:+-Z])").find(line[end]) != std::string_view::npos)) {
      ++end;
    }
    return end;
  }
  // A kernel's seconds since boot: [   12.345678]
  if (line.starts_with('[')) {
    std::size_t p = begin;
    while (p < line.size() && p < 24 && is_digit_byte(line[p])) ++p;
    if (p > begin && p < line.size() && line[p] == '.') {
      const std::size_t dot = p++;
      while (p < line.size() && p < 32 && is_digit_byte(line[p])) ++p;
      if (p - dot > 3 && p < line.size() && line[p] == ']') return p + 1;
    }
  }
  return 0;
}

bool is_access_line(std::string_view line) {
  const std::size_t bracket = line.substr(0, 200).find('[');
  if (bracket == std::string_view::npos || bracket == 0) return false;
  return matches(line.substr(bracket + 1), "dd/aaa/dddd:dd:dd:dd");
}

bool is_key_value_line(std::string_view line) {
  line = line.substr(0, kLooked);
  std::size_t n_pairs = 0;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t p = at;
    while (p < line.size() &&
           (is_letter_byte(line[p]) || is_digit_byte(line[p]) || line[p] == '_' || line[p] == '.' || line[p] == '-')) {
      ++p;
    }
    n_pairs += p > at && p + 1 < line.size() && line[p] == '=' && !is_space_byte(line[p + 1]) ? 1U : 0U;
    while (p < line.size() && !is_space_byte(line[p])) ++p;
    while (p < line.size() && is_space_byte(line[p])) ++p;
    at = p;
  }
  return n_pairs >= 3;
}

LineSeverity severity_of(std::string_view line) {
  LineSeverity found;
  if (is_access_line(line)) {
    const std::size_t quote = line.find("\" ");
    const std::string_view status = quote == std::string_view::npos ? std::string_view() : line.substr(quote + 2, 3);
    if (status.starts_with('5')) found.severity = Severity::kError;
    if (status.starts_with('4') && status != "404") found.severity = Severity::kWarning;
    return found;
  }
  line = line.substr(0, kLooked);
  std::string word;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    const bool is_word_byte =
        at < line.size() && (is_letter_byte(line[at]) || is_digit_byte(line[at]) || line[at] == '_');
    if (is_word_byte) {
      word += line[at];
      continue;
    }
    if (!word.empty()) {
      std::string upper = word;
      for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      const auto level = std::ranges::find(kLevels, upper, &std::pair<std::string_view, Severity>::first);
      const std::size_t begin = at - word.size();
      const bool is_marked =
          word == upper ||
          (begin > 0 && (line[begin - 1] == '=' || line[begin - 1] == '[' || line[begin - 1] == '"')) ||
          (begin == 0 && at < line.size() && line[at] == ':');
      if (level != kLevels.end() && is_marked) return {level->second, true};
      std::string lower = word;
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      const bool is_exception = word.ends_with("Exception") || word.ends_with("Error");
      if (is_exception || std::ranges::find(kTrouble, lower) != kTrouble.end()) {
        const bool is_loud = is_exception || word == upper;
        found.severity = std::max(found.severity, is_loud ? Severity::kError : Severity::kWarning);
      }
      word.clear();
    }
  }
  return found;
}

}  // namespace pith
