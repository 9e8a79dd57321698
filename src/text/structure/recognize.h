// Recognising what a text is. A pure function of the text and the options, linear in its length, and never failing:
// what no recogniser knows is prose, and what looks like a format and is broken is prose with a warning.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pith/result.h"
#include "text/structure/structure.h"
#include "text/structure/tree_builder.h"

namespace pith {

/// How a text is to be read. kAuto tries the whole-document formats, then Markdown with whatever it contains.
enum class Format {
  kAuto,
  kText,  ///< plain words: nothing is recognised
  kMarkdown,
  kJson,
  kJsonLines,
  kYaml,
  kToml,
  kCsv,
  kXml,
  kHtml,
  kLog,
  kDiff,
  kCode,
  kChat,
};

[[nodiscard]] std::string_view format_name(Format format);
/// All of them, "auto" first.
[[nodiscard]] std::vector<std::string_view> format_names();
/// Errors: kInvalidArgument with the known names.
[[nodiscard]] Result<Format> parse_format(std::string_view name);

struct RecognizeOptions {
  Format format = Format::kAuto;
  /// What the caller is after; records, rows and log lines that share its words rank higher. May be empty.
  std::string_view question;
};

/// Recognises `span` of `text` as children of the builder's innermost open node, whose span covers it. Returns the name
/// of what it found ("text" for words alone).
[[nodiscard]] std::string_view recognize_span(std::string_view text, ByteSpan span, const RecognizeOptions& options,
                                              TreeBuilder& tree);

/// Thread-safe. A given format (not kAuto) that the text does not parse as gives a warning and is read as kAuto.
[[nodiscard]] Structure recognize(std::string_view text, const RecognizeOptions& options = {});

}  // namespace pith
