#include "text/structure/code_language.h"

#include <array>
#include <utility>

namespace pith {
namespace {

constexpr CodeLanguage kUnknown{"", BlockStyle::kBraces, "", false, false, false, false, true};
constexpr CodeLanguage kText{"text", BlockStyle::kNone, "", false, false, false, false, false};
constexpr CodeLanguage kPython{"python", BlockStyle::kIndent, "#", false, true, false, false, true};
constexpr CodeLanguage kC{"c", BlockStyle::kBraces, "//", true, false, false, true, true};
constexpr CodeLanguage kScript{"javascript", BlockStyle::kBraces, "//", true, false, true, false, true};
constexpr CodeLanguage kPhp{"php", BlockStyle::kBraces, "//", true, false, false, false, true};
constexpr CodeLanguage kStyles{"css", BlockStyle::kBraces, "", true, false, false, false, true};
constexpr CodeLanguage kSql{"sql", BlockStyle::kBraces, "--", true, false, false, false, true};
constexpr CodeLanguage kLua{"lua", BlockStyle::kKeywords, "--", false, false, false, false, true};
constexpr CodeLanguage kRuby{"ruby", BlockStyle::kKeywords, "#", false, false, false, false, true};
constexpr CodeLanguage kShell{"shell", BlockStyle::kKeywords, "#", false, false, false, false, false};
constexpr CodeLanguage kHash{"r", BlockStyle::kBraces, "#", false, false, false, false, true};

using Entry = std::pair<std::string_view, const CodeLanguage*>;
constexpr auto kLanguages = std::to_array<Entry>({
    {"", &kUnknown},
    {"text", &kText},
    {"txt", &kText},
    {"plain", &kText},
    {"plaintext", &kText},
    {"none", &kText},
    {"console", &kText},
    {"output", &kText},
    {"shell-session", &kText},
    {"markdown", &kText},
    {"md", &kText},
    {"mermaid", &kText},
    {"python", &kPython},
    {"py", &kPython},
    {"python3", &kPython},
    {"c", &kC},
    {"h", &kC},
    {"cc", &kC},
    {"cpp", &kC},
    {"c++", &kC},
    {"hpp", &kC},
    {"cxx", &kC},
    {"java", &kC},
    {"kotlin", &kC},
    {"kt", &kC},
    {"scala", &kC},
    {"swift", &kC},
    {"rust", &kC},
    {"rs", &kC},
    {"cs", &kC},
    {"csharp", &kC},
    {"c#", &kC},
    {"objc", &kC},
    {"dart", &kScript},
    {"go", &kScript},
    {"golang", &kScript},
    {"js", &kScript},
    {"javascript", &kScript},
    {"jsx", &kScript},
    {"ts", &kScript},
    {"typescript", &kScript},
    {"tsx", &kScript},
    {"php", &kPhp},
    {"css", &kStyles},
    {"scss", &kStyles},
    {"less", &kStyles},
    {"sql", &kSql},
    {"lua", &kLua},
    {"ruby", &kRuby},
    {"rb", &kRuby},
    {"sh", &kShell},
    {"bash", &kShell},
    {"zsh", &kShell},
    {"shell", &kShell},
    {"r", &kHash},
    {"perl", &kHash},
    {"julia", &kRuby},
    {"elixir", &kRuby},
});

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

}  // namespace

const CodeLanguage& code_language(std::string_view name) {
  for (const auto& [known, language] : kLanguages) {
    if (known == name) return *language;
  }
  return kUnknown;
}

std::string_view guess_language(std::string_view code) {
  code = code.substr(0, 16384);
  const std::size_t n_python = count(code, ":\n    ") + count(code, "\ndef ") + count(code, "\nimport ") +
                               count(code, "\nfrom ") +
                               (code.starts_with("import ") || code.starts_with("def ") ? 1U : 0U);
  const std::size_t n_braces = count(code, "{\n") + count(code, "}\n") + count(code, ";\n");
  if (n_python >= 2 && n_python > n_braces) return "python";
  if (n_braces >= 3 && (count(code, "//") > 0 || count(code, "/*") > 0)) return "javascript";
  return "";
}

}  // namespace pith
