#include "text/structure/looks_like_code.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pith {
namespace {

constexpr std::size_t kMostLines = 400;
constexpr std::size_t kFewestLines = 4;

constexpr std::array<std::string_view, 44> kOpenings{
    "#include ",  "#define ", "#ifdef ", "#ifndef ",   "#endif",    "#pragma ",   "#!/",      "import ", "from ",
    "def ",       "class ",   "return ", "return;",    "elif ",     "else:",      "try:",     "except ", "async def ",
    "function ",  "const ",   "let ",    "var ",       "export ",   "func ",      "package ", "fn ",     "pub ",
    "impl ",      "use ",     "struct ", "namespace ", "template<", "template <", "using ",   "public ", "private ",
    "protected ", "static ",  "void ",   "int ",       "@Override", "self.",      "this.",    "//"};

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

bool assigns(std::string_view line) {
  const std::size_t at = line.find(" = ");
  if (at == std::string_view::npos || at == 0) return false;
  // One name (with a type, at most) on the left: "x = 1", "auto x = 1", "a.b[c] = d".
  const std::string_view left = line.substr(0, at);
  return std::ranges::count(left, ' ') <= 2 && left.find_first_of(".,;!?") != left.size() - 1;
}

/// "name.name(...)" and nothing else.
bool is_call(std::string_view line) {
  const std::size_t open = line.find('(');
  if (open == std::string_view::npos || open == 0 || line.back() != ')') return false;
  return std::ranges::all_of(line.substr(0, open), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

enum class LineKind { kCode, kStrongCode, kOther };

LineKind classify(std::string_view line) {
  const bool opens = std::ranges::any_of(kOpenings, [&](std::string_view o) { return line.starts_with(o); });
  const char last = line.back();
  const bool ends = last == ';' || last == '{' || line == "}" || line == "};" || line == "})" || line == "});" ||
                    line == ")" || line == "]" || line == "],";
  // "from the start" opens prose as well: a keyword alone is weak, with a code-like end it is strong.
  const bool calls =
      line.find("()") != std::string_view::npos || line.ends_with("):") || line.ends_with("(") || is_call(line);
  if (ends || (opens && (calls || last == ':' || line.find_first_of("(<\"'{=") != std::string_view::npos))) {
    return LineKind::kStrongCode;
  }
  return opens || calls || assigns(line) ? LineKind::kCode : LineKind::kOther;
}

}  // namespace

bool looks_like_code(std::string_view text) {
  std::size_t n_lines = 0, n_code = 0, n_strong = 0;
  while (!text.empty() && n_lines < kMostLines) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.starts_with("```") || line.starts_with("~~~")) return false;
    ++n_lines;
    const LineKind kind = classify(line);
    n_code += kind != LineKind::kOther ? 1 : 0;
    n_strong += kind == LineKind::kStrongCode ? 1 : 0;
  }
  const bool is_mixed = 2 * n_code >= n_lines && 4 * n_strong >= n_lines;
  const bool is_pure = 10 * n_code >= 9 * n_lines && n_strong > 0;
  return n_lines >= kFewestLines && (is_mixed || is_pure);
}

}  // namespace pith
