// A context ready for ranking and rendering, made from a text and scores a test chooses.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "compress/constraints.h"
#include "compress/prepared_context.h"
#include "text/structure/recognize.h"

namespace pith::testing {

/// Segments `text` (which must outlive the result); every word scores `score` unless it is named in `scores`.
inline PreparedContext prepare(std::string_view text, float score = 0.5F,
                               std::vector<std::pair<std::string_view, float>> scores = {},
                               std::optional<Structure> structure = std::nullopt) {
  if (!structure) structure = recognize(text, {Format::kText, {}});
  PreparedContext context = prepare_context(text, std::move(*structure)).value();
  for (const Word& word : context.document.words) {
    float s = score;
    for (const auto& [name, value] : scores) {
      if (word.span.of(text) == name) s = value;
    }
    context.scores.push_back(s);
  }
  mark_forced({}, context);
  context.priorities = context.scores;
  return context;
}

/// Keep flags for the words spelled like one of `kept`.
inline std::vector<std::uint8_t> keep(const PreparedContext& context, const std::vector<std::string_view>& kept) {
  std::vector<std::uint8_t> flags;
  for (const Word& word : context.document.words) {
    flags.push_back(std::find(kept.begin(), kept.end(), word.span.of(context.text)) != kept.end() ? 1 : 0);
  }
  return flags;
}

}  // namespace pith::testing
