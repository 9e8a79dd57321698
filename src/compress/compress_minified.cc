#include "compress/compress_minified.h"

#include <algorithm>

#include "compress/budget.h"
#include "compress/join_contexts.h"
#include "compress/protect.h"
#include "text/minify.h"

namespace pith {
namespace {

/// The rate that gives `part_tokens` the budget which the request's rate gives `all_tokens`.
double rate_of_the_rest(double rate, std::int64_t all_tokens, std::int64_t part_tokens) {
  constexpr double kAlmostNothing = 1e-12;  // a rate is above 0
  if (part_tokens == 0) return 1;
  const double share = static_cast<double>(share_of(all_tokens, rate)) / static_cast<double>(part_tokens);
  return std::clamp(share, kAlmostNothing, 1.0);
}

}  // namespace

Result<CompressResult> compress_minified(
    const CompressRequest& request, const TokenCounter& counter,
    const std::function<Result<CompressResult>(const CompressRequest&)>& compress_one) {
  const auto protected_bytes = protected_spans(request);
  if (!protected_bytes) return tl::unexpected(protected_bytes.error());
  CompressRequest small = request;
  small.minify = false;
  small.force_patterns.clear();
  small.force_spans.clear();
  std::vector<std::vector<ByteSpan>> kept;
  for (std::size_t c = 0; c < request.context.size(); ++c) {
    kept.push_back(minify_spans(request.context[c]));
    small.context[c] = text_of_spans(request.context[c], kept[c]);
    std::vector<ByteSpan> forced = spans_in_kept(kept[c], (*protected_bytes)[c]);
    std::erase_if(forced, [](ByteSpan span) { return span.empty(); });
    small.force_spans.push_back(std::move(forced));
  }
  const auto count = [&](const std::vector<std::string>& texts) {
    return static_cast<std::int64_t>(counter.count(join_contexts(texts)));
  };
  const std::int64_t origin_tokens = count(request.context);
  if (request.rate || (!request.target_token && !request.threshold)) {
    small.rate = rate_of_the_rest(request.rate.value_or(kDefaultRate), origin_tokens, count(small.context));
  }
  auto result = compress_one(small);
  if (!result) return result;
  result->origin_tokens = origin_tokens;
  for (std::size_t c = 0; c < result->spans.size(); ++c) {
    result->spans[c] = compose_spans(kept[c], result->spans[c]);
    if (c >= result->word_scores.size()) continue;
    for (WordScore& word : result->word_scores[c]) {
      const ByteSpan one[] = {word.span};
      const std::vector<ByteSpan> original = compose_spans(kept[c], one);
      word.span = {original.front().begin, original.back().end};
    }
  }
  return result;
}

}  // namespace pith
