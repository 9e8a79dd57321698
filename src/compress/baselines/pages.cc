#include "compress/baselines/pages.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/check.h"
#include "compress/baselines/characteristic_terms.h"
#include "compress/bm25.h"
#include "compress/stopwatch.h"

namespace pith {
namespace {

constexpr std::size_t kBytesPerToken = 6;
constexpr double kBeforeAllOthers = 2;  // values are at most 1

std::size_t n_tokens(const PreparedContext& context, std::size_t w) {
  return (context.document.words[w].span.n_bytes() + kBytesPerToken - 1) / kBytesPerToken;
}

std::size_t n_tokens(const ScoringTask& task, const TextUnit& unit) {
  std::size_t n = 0;
  for (std::size_t w = unit.first_word; w < unit.end_word; ++w) n += n_tokens(task.contexts[unit.context], w);
  return n;
}

/// Cuts units of more than two pages into pieces of a page.
std::vector<TextUnit> cut_long_units(const ScoringTask& task, const std::vector<TextUnit>& units) {
  std::vector<TextUnit> pieces;
  for (const TextUnit& unit : units) {
    if (n_tokens(task, unit) <= 2 * kPageTokens) {
      pieces.push_back(unit);
      continue;
    }
    std::uint32_t first = unit.first_word;
    std::size_t n = 0;
    for (std::uint32_t w = first; w < unit.end_word; ++w) {
      n += n_tokens(task.contexts[unit.context], w);
      if (n < kPageTokens && w + 1 < unit.end_word) continue;
      pieces.push_back({unit.context, first, w + 1});
      first = w + 1;
      n = 0;
    }
  }
  return pieces;
}

void as_shares_of_best(std::vector<double>* values) {
  double best = 0;
  for (double& value : *values) best = std::max(best, value = std::max(value, 0.0));
  for (double& value : *values) value = best > 0 ? value / best : 0;
}

/// Cosine of each text with the question, or without one with the mean of all.
Result<std::vector<double>> cosines(const TextEmbedder& embedder, std::string_view question,
                                    const std::vector<std::string_view>& pages, const ProgressCallback& progress) {
  std::vector<std::string_view> texts = pages;
  if (!question.empty()) texts.push_back(question);
  const auto vectors = embedder.embed(texts, progress);
  if (!vectors) return tl::unexpected(vectors.error());
  const std::size_t n_dims = embedder.n_dims();
  PITH_CHECK(vectors->size() == texts.size() * n_dims, "an embedder that does not give each text a vector");
  std::vector<double> target(n_dims, 0.0);
  for (std::size_t t = question.empty() ? 0 : pages.size(); t < texts.size(); ++t) {
    for (std::size_t d = 0; d < n_dims; ++d) target[d] += static_cast<double>((*vectors)[t * n_dims + d]);
  }
  std::vector<double> values(pages.size(), 0.0);
  for (std::size_t p = 0; p < pages.size(); ++p) {
    for (std::size_t d = 0; d < n_dims; ++d) {
      values[p] += target[d] * static_cast<double>((*vectors)[p * n_dims + d]);
    }
  }
  return values;  // the target's length is left in: shares of the best do not see it
}

}  // namespace

std::vector<Page> make_pages(const ScoringTask& task, std::vector<TextUnit>* units) {
  *units = cut_long_units(task, *units);
  std::vector<Page> pages;
  std::size_t n_on_page = 0;
  for (std::size_t u = 0; u < units->size(); ++u) {
    const std::size_t n = n_tokens(task, (*units)[u]);
    const bool is_same_context = u > 0 && (*units)[u].context == (*units)[u - 1].context;
    // One more unit would take the page further from its size than it is now.
    const bool is_full = n_on_page + n > kPageTokens && 2 * n_on_page + n > 2 * kPageTokens;
    if (pages.empty() || !is_same_context || is_full) {
      pages.push_back({u, u});
      n_on_page = 0;
    }
    pages.back().end_unit = u + 1;
    n_on_page += n;
  }
  return pages;
}

Result<void> PageScorer::score(const ScoringTask& task) const {
  Stopwatch watch;
  std::vector<TextUnit> units = sentence_units(task);
  const std::vector<Page> pages = make_pages(task, &units);
  std::vector<std::string_view> texts;
  for (const Page& page : pages) {
    const TextUnit& last = units[page.end_unit - 1];
    texts.push_back(text_of(task, {last.context, units[page.first_unit].first_word, last.end_word}));
  }
  const std::string& question = task.request.question;
  std::vector<double> values = bm25_scores(question.empty() ? characteristic_terms(texts) : question, texts);
  as_shares_of_best(&values);
  if (embedder_ != nullptr && !texts.empty()) {
    auto meanings = cosines(*embedder_, question, texts, task.progress);
    if (!meanings) return tl::unexpected(meanings.error());
    as_shares_of_best(&*meanings);
    for (std::size_t p = 0; p < values.size(); ++p) {
      values[p] = kLexicalWeight * values[p] + kSemanticWeight * (*meanings)[p];
    }
  }
  const double n_wanted = std::floor(task.rate * static_cast<double>(pages.size()) / 8);
  const std::size_t n_fixed = std::min(kFixedPages, static_cast<std::size_t>(std::max(n_wanted, 0.0)));
  for (std::size_t p = 0; p < n_fixed; ++p) {
    values[p] += kBeforeAllOthers;
    values[pages.size() - 1 - p] += kBeforeAllOthers;
  }
  // Pages first, so that no sentence of one comes between those of another.
  std::vector<TextUnit> page_units;
  for (const Page& page : pages) {
    page_units.push_back(
        {units[page.first_unit].context, units[page.first_unit].first_word, units[page.end_unit - 1].end_word});
  }
  score_units(task, page_units, values);
  for (std::size_t u = 0; u < units.size(); ++u) {
    std::vector<std::uint32_t>& unit_of_word = task.contexts[units[u].context].unit_of_word;
    for (std::uint32_t w = units[u].first_word; w < units[u].end_word; ++w) {
      unit_of_word[w] = static_cast<std::uint32_t>(u);
    }
  }
  task.timings.score += watch.lap();
  return {};
}

}  // namespace pith
