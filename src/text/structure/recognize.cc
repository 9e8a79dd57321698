#include "text/structure/recognize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

#include "base/suggest.h"
#include "text/structure/looks_like_code.h"
#include "text/structure/recognizers.h"

namespace pith {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 14> kFormats{{{"auto", Format::kAuto},
                                                                        {"text", Format::kText},
                                                                        {"markdown", Format::kMarkdown},
                                                                        {"json", Format::kJson},
                                                                        {"jsonl", Format::kJsonLines},
                                                                        {"yaml", Format::kYaml},
                                                                        {"toml", Format::kToml},
                                                                        {"csv", Format::kCsv},
                                                                        {"xml", Format::kXml},
                                                                        {"html", Format::kHtml},
                                                                        {"log", Format::kLog},
                                                                        {"diff", Format::kDiff},
                                                                        {"code", Format::kCode},
                                                                        {"chat", Format::kChat}}};

using Adder = bool (*)(std::string_view, ByteSpan, const Surroundings&, TreeBuilder&);

bool add_source(std::string_view text, ByteSpan span, const Surroundings& /*around*/, TreeBuilder& tree) {
  return add_code(text, span, "", tree);
}

Adder adder_of(Format format) {
  switch (format) {
    case Format::kMarkdown:
      return add_markdown;
    case Format::kJson:
      return add_json;
    case Format::kJsonLines:
      return add_json_lines;
    case Format::kYaml:
      return add_yaml;
    case Format::kToml:
      return add_toml;
    case Format::kCsv:
      return add_csv;
    case Format::kXml:
      return add_xml;
    case Format::kHtml:
      return add_html;
    case Format::kLog:
      return add_log;
    case Format::kDiff:
      return add_diff;
    case Format::kCode:
      return add_source;
    case Format::kChat:
      return add_chat;
    case Format::kAuto:
    case Format::kText:
      break;
  }
  return nullptr;
}

/// Whole-document formats in the order they are tried, the strictest first; source code comes between the two lists.
constexpr std::array kStrictFormats{Format::kJson, Format::kJsonLines, Format::kXml, Format::kHtml, Format::kDiff};
constexpr std::array kLineFormats{Format::kYaml, Format::kToml, Format::kCsv, Format::kChat, Format::kLog};

Format recognize_auto(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  const std::size_t first = span.of(text).find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Format::kText;
  // A lone number or word is JSON too, but nobody means it so.
  const char opening = span.of(text)[first];
  const bool may_be_json = opening == '{' || opening == '[';
  for (const Format format : kStrictFormats) {
    if (format == Format::kJson && !may_be_json) continue;
    if (adder_of(format)(text, span, around, tree)) return format;
  }
  if (looks_like_code(span.of(text)) && add_code(text, span, "", tree)) return Format::kCode;
  for (const Format format : kLineFormats) {
    if (adder_of(format)(text, span, around, tree)) return format;
  }
  return add_markdown(text, span, around, tree) ? Format::kMarkdown : Format::kText;
}

}  // namespace

std::string_view format_name(Format format) { return kFormats.at(static_cast<std::size_t>(format)).first; }

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, format] : kFormats) names.push_back(name);
  return names;
}

Result<Format> parse_format(std::string_view name) {
  for (const auto& [spelling, format] : kFormats) {
    if (spelling == name) return format;
  }
  const std::string hint = did_you_mean(name, format_names());
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("format: unknown value \"{}\"{}", name.substr(0, 64),
                          hint.empty() ? fmt::format("; use one of {}", fmt::join(format_names(), ", ")) : hint));
}

std::string_view recognize_span(std::string_view text, ByteSpan span, const RecognizeOptions& options,
                                TreeBuilder& tree) {
  if (options.format == Format::kText || span.empty()) return format_name(Format::kText);
  const Surroundings around{options.question};
  if (options.format != Format::kAuto) {
    if (adder_of(options.format)(text, span, around, tree)) return format_name(options.format);
    tree.warn(fmt::format("this is not {}; it is read as what it looks like", format_name(options.format)));
  }
  return format_name(recognize_auto(text, span, around, tree));
}

Structure recognize(std::string_view text, const RecognizeOptions& options) {
  TreeBuilder tree(static_cast<std::uint32_t>(text.size()));
  const ByteSpan all{0, static_cast<std::uint32_t>(text.size())};
  const std::string_view format = recognize_span(text, all, options, tree);
  return tree.finish(std::string(format));
}

}  // namespace pith
