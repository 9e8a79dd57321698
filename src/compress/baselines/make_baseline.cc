#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compress/baselines/baselines.h"
#include "compress/baselines/pages.h"
#include "compress/baselines/sentence_scorers.h"
#include "compress/baselines/word_order_scorers.h"

namespace pith {
namespace {

constexpr std::array<std::string_view, 8> kBaselines{"head",       "tail", "ends",   "random",
                                                     "stop_words", "bm25", "tf_idf", "pages"};

}  // namespace

bool is_baseline(std::string_view method) { return std::ranges::find(kBaselines, method) != kBaselines.end(); }

Result<std::unique_ptr<WordScorer>> make_baseline(std::string_view method, const BaselineSources& sources) {
  if (method == "head") return std::make_unique<TruncationScorer>(TruncationScorer::Keep::kHead);
  if (method == "tail") return std::make_unique<TruncationScorer>(TruncationScorer::Keep::kTail);
  if (method == "ends") return std::make_unique<TruncationScorer>(TruncationScorer::Keep::kEnds);
  if (method == "random") return std::make_unique<RandomScorer>();
  if (method == "stop_words") return std::make_unique<StopWordScorer>();
  if (method == "bm25") return std::make_unique<Bm25SentenceScorer>();
  if (method == "tf_idf") return std::make_unique<TfIdfSentenceScorer>();
  if (method == "pages") return std::make_unique<PageScorer>(sources.embedder);
  return fail(ErrorCode::kInvalidArgument, fmt::format("method \"{}\" is no baseline", method));
}

}  // namespace pith
