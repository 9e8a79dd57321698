#include "compress/reference_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "compress/reference_python.h"

namespace pith {
namespace {

constexpr std::string_view kSuffix = "_condition";

}  // namespace

Result<ReferenceCondition> read_reference_condition(std::string_view given, bool compare,
                                                    std::string_view rank_method) {
  ReferenceCondition condition;
  std::string_view place = given;
  condition.has_prefix = place.ends_with(kSuffix);
  if (condition.has_prefix) place.remove_suffix(kSuffix.size());
  if (place == "before") {
    condition.place = QuestionPlace::kBefore;
  } else if (place == "after") {
    condition.place = QuestionPlace::kAfter;
  } else if (place != "none") {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("condition_in_question is \"{}\"; it is one of none, before and after, with or without "
                            "_condition",
                            given.substr(0, 64)));
  }
  condition.has_prefix |= compare;
  if (rank_method == "llmlingua") condition.place = QuestionPlace::kNone;
  if (rank_method == "longllmlingua" && place == "none" && !condition.has_prefix) {
    condition.place = QuestionPlace::kAfter;
  }
  return condition;
}

Result<ReferencePrefix> make_reference_prefix(std::string text, std::string_view first_context, std::size_t window,
                                              std::size_t max_positions, const ReferenceModelText& model_text) {
  constexpr std::size_t kHeadIds = 100;
  constexpr std::size_t kSeenCodePoints = 100;
  if (model_text.n_ids_with_bos(text + "\n\n") + 2 * window > max_positions) {
    std::vector<TokenId> ids = model_text.ids(text);
    const auto signed_of = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    const std::size_t tail = python_slice_bound(
        signed_of(ids.size()) - signed_of(max_positions) + 2 + signed_of(kHeadIds + 2 * window), ids.size());
    std::vector<TokenId> kept(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(kHeadIds, ids.size())));
    kept.insert(kept.end(), ids.begin() + static_cast<std::ptrdiff_t>(tail), ids.end());
    text = model_text.decode(kept);
  }
  const std::string with_blank_line = text + "\n\n";
  const std::size_t n_alone = model_text.n_ids(with_blank_line);
  const std::vector<TokenId> ids =
      model_text.ids(with_blank_line + std::string(first_code_points(first_context, kSeenCodePoints)));
  const std::size_t first = std::max<std::size_t>(n_alone > 3 ? n_alone - 3 : 0, 1);
  if (first >= ids.size()) {
    return fail(ErrorCode::kInvalidArgument,
                "reference mode finds no place where the question ends: the first context is too short");
  }
  for (std::size_t n = first; n < ids.size(); ++n) {
    if (model_text.decode(std::span(ids).first(n)) == with_blank_line) return ReferencePrefix{std::move(text), n};
  }
  return ReferencePrefix{std::move(text), ids.size() - 1};
}

}  // namespace pith
