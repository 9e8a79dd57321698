#include "compress/reference_sentence_budget.h"

#include <algorithm>

#include "base/check.h"
#include "compress/reference_model_text.h"
#include "compress/reference_python.h"
#include "text/sentence_pieces.h"

namespace pith {
namespace {

/// All sentences of all contexts, in order.
struct Sentences {
  std::vector<std::string> texts;
  std::vector<std::size_t> begin{0};  ///< sentences of context i are [begin[i], begin[i + 1])
  std::vector<std::vector<ReferenceRun>> runs;
};

Sentences split(const std::vector<std::string>& contexts, const SentenceSplitter& split_sentences) {
  Sentences sentences;
  for (const std::string& context : contexts) {
    for (const ByteSpan span : sentence_pieces(context, split_sentences(context))) {
      sentences.texts.emplace_back(span.of(context));
    }
    sentences.begin.push_back(sentences.texts.size());
  }
  return sentences;
}

/// Cuts the runs of each context at the ends of its sentences.
void cut_runs(const std::vector<std::vector<ReferenceRun>>& runs, Sentences* sentences) {
  for (std::size_t context = 0; context < runs.size(); ++context) {
    std::size_t run = 0, n_seen = 0;  // of that run
    for (std::size_t s = sentences->begin[context]; s < sentences->begin[context + 1]; ++s) {
      std::vector<ReferenceRun>& cut = sentences->runs.emplace_back();
      for (std::size_t left = n_code_points(sentences->texts[s]); left > 0;) {
        PITH_CHECK(run < runs[context].size(), "");
        ReferenceRun part = runs[context][run];
        part.n_code_points = std::min(part.n_code_points - n_seen, left);
        left -= part.n_code_points;
        n_seen += part.n_code_points;
        cut.push_back(part);
        if (n_seen == runs[context][run].n_code_points) {
          ++run;
          n_seen = 0;
        }
      }
    }
  }
}

/// Scores of the likelihood method with the caller's bonuses.
Result<std::vector<std::size_t>> rank_by_question(const ReferenceSentenceBudget& budget, const Sentences& sentences,
                                                  const CausalLm& lm, ReferenceProgress* progress) {
  const ReferenceRanking& ranking = budget.ranking;
  const auto scored =
      reference_text_scores(sentences.texts, ranking.question, ranking.place, ranking.max_positions, lm, progress);
  if (!scored) return tl::unexpected(scored.error());
  std::vector<double> scores(scored->begin(), scored->end());
  const std::size_t n = scores.size();
  if (budget.keep_first != 0) {
    for (std::size_t i = 0; i < python_slice_bound(budget.keep_first, n); ++i) scores[i] += budget.bonus;
  }
  if (budget.keep_last != 0) {
    for (std::size_t i = python_slice_bound(-budget.keep_last, n); i < n; ++i) scores[i] += budget.bonus;
  }
  if (budget.keep_lowest != 0) {
    for (std::size_t context = 0; context + 1 < sentences.begin.size(); ++context) {
      const std::size_t begin = sentences.begin[context], end = sentences.begin[context + 1];
      const auto order = python_sort_order(std::span(scores).subspan(begin, end - begin));
      const std::size_t n_chosen = python_slice_bound(budget.keep_lowest, order.size());
      for (std::size_t i = 0; i < n_chosen; ++i) scores[begin + order[i]] += budget.bonus;
    }
  }
  return order_of_reference_scores(scores, ranking.place);
}

}  // namespace

Result<void> filter_reference_sentences(const ReferenceSentenceBudget& budget, const SentenceSplitter& split_sentences,
                                        const CausalLm& lm, ReferenceProgress* progress,
                                        std::vector<std::string>* contexts,
                                        std::vector<std::vector<ReferenceRun>>* runs) {
  Sentences sentences = split(*contexts, split_sentences);
  if (runs != nullptr) cut_runs(*runs, &sentences);
  if (sentences.texts.size() == 1) return {};
  const auto order = budget.ranking.method == "longllmlingua"
                         ? rank_by_question(budget, sentences, lm, progress)
                         : rank_reference_texts(sentences.texts, budget.ranking, lm, progress);
  if (!order) return tl::unexpected(order.error());

  const ReferenceModelText model_text(lm);
  std::vector<char> stays(sentences.texts.size(), 0);
  double left = (budget.target < 0 ? 100 : budget.target) * budget.ratio;
  for (const std::size_t sentence : *order) {
    left -= static_cast<double>(model_text.n_ids_with_bos(sentences.texts[sentence]));
    stays[sentence] = 1;
    if (left < 0) break;
  }
  for (std::size_t s = 0; s < sentences.runs.size(); ++s) {
    for (const ReferenceRun& run : sentences.runs[s])
      if (!run.compress) stays[s] = 1;
  }
  for (std::size_t context = 0; context < contexts->size(); ++context) {
    (*contexts)[context].clear();
    if (runs != nullptr) (*runs)[context].clear();
    for (std::size_t s = sentences.begin[context]; s < sentences.begin[context + 1]; ++s) {
      if (stays[s] == 0) continue;
      (*contexts)[context] += sentences.texts[s];
      if (runs == nullptr) continue;
      (*runs)[context].insert((*runs)[context].end(), sentences.runs[s].begin(), sentences.runs[s].end());
    }
  }
  return {};
}

}  // namespace pith
