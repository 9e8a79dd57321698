#include "compress/rankers/perplexity_ranker.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/check.h"
#include "compress/rankers/ranked_by_key.h"

namespace pith {
namespace {

std::vector<TokenId> ids_of(const Tokenizer& tokenizer, std::string_view text) {
  Encoding encoding;
  tokenizer.encode(text, &encoding);
  return std::move(encoding.ids);
}

void append(std::span<const TokenId> ids, std::vector<TokenId>* all) {
  all->insert(all->end(), ids.begin(), ids.end());
}

/// The mean of what was asked for. Where a text has nothing before it (no bos), its first token has no likelihood.
double mean_nll(std::span<const float> nll, bool first_has_none) {
  const auto values = nll.subspan(first_has_none && !nll.empty() ? 1 : 0);
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

}  // namespace

Result<std::vector<RankedContext>> PerplexityRanker::rank(std::string_view question,
                                                          std::span<const std::string_view> contexts,
                                                          const ProgressCallback& progress) const {
  const Tokenizer& tokenizer = lm_->tokenizer();
  std::vector<TokenId> lead;
  if (lm_->bos() != kNoToken) lead.push_back(lm_->bos());
  const std::size_t n_window = lm_->max_context_tokens();
  std::vector<TokenId> asked;
  std::vector<TokenId> line_break;
  if (condition_ != RankCondition::kNone) {
    asked = ids_of(tokenizer, std::string(question).append(suffix_));
    asked.resize(std::min(asked.size(), n_window - n_window / 4));
    line_break = ids_of(tokenizer, "\n");
  }
  const std::size_t n_taken = lead.size() + asked.size() + line_break.size();
  const std::size_t n_room = n_window - std::min(n_window, n_taken);

  CausalBatch batch;
  std::vector<std::size_t> sequence_of(contexts.size(), contexts.size());  // contexts.size(): it has none
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    std::vector<TokenId> document = ids_of(tokenizer, contexts[c]);
    document.resize(std::min(document.size(), n_room));
    if (document.empty()) continue;
    std::vector<TokenId>& ids = batch.sequences.ids;
    append(lead, &ids);
    const bool question_first = condition_ == RankCondition::kBefore;
    if (condition_ != RankCondition::kNone) {
      append(question_first ? asked : document, &ids);
      append(line_break, &ids);
    }
    batch.wanted_from.push_back(ids.size() - batch.sequences.begin.back());
    append(condition_ == RankCondition::kAfter ? asked : document, &ids);
    sequence_of[c] = batch.sequences.n_sequences();
    batch.sequences.end_sequence();
  }
  std::vector<float> nll;
  if (batch.sequences.n_sequences() > 0) {
    auto scored = lm_->score(batch, progress);
    if (!scored) return tl::unexpected(scored.error());
    nll = std::move(*scored);
    PITH_CHECK(nll.size() == batch.sequences.ids.size(), std::to_string(nll.size()));
  }
  std::vector<double> keys(contexts.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    const std::size_t s = sequence_of[c];
    if (s == contexts.size()) continue;
    const std::size_t begin = batch.sequences.begin[s];
    const std::size_t wanted = batch.wanted_from[s];
    keys[c] =
        mean_nll(std::span(nll).subspan(begin + wanted, batch.sequences.begin[s + 1] - begin - wanted), wanted == 0);
  }
  return ranked_by_key(keys, condition_ == RankCondition::kNone ? BestKey::kHighest : BestKey::kLowest);
}

}  // namespace pith
