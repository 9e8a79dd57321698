#include "compress/weigh_by_question.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "compress/passages.h"
#include "compress/relevance.h"

namespace pith {
namespace {

/// Node importances, each with the relevance of the passage its first word lies in.
void weigh_importances(PreparedContext& context, std::span<const float> relevance_of_word) {
  const std::vector<Word>& words = context.document.words;
  for (Node& node : context.structure.nodes) {
    if (std::isnan(node.importance)) continue;
    const auto word = std::ranges::lower_bound(words, node.span.begin, {}, [](const Word& w) { return w.span.begin; });
    if (word == words.end()) continue;
    node.importance = weighed(node.importance, relevance_of_word[static_cast<std::size_t>(word - words.begin())]);
  }
  context.importances_are_priorities = true;
}

}  // namespace

Result<void> weigh_by_question(std::string_view question, const TextEmbedder* embedder,
                               const ProgressCallback& progress, std::span<PreparedContext> contexts) {
  std::vector<std::string_view> texts;
  std::vector<Passage> passages;
  std::vector<std::size_t> first_word;  // of each context, among all words
  std::size_t n_words = 0;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    texts.push_back(contexts[c].text);
    append_passages(static_cast<std::uint32_t>(c), contexts[c].text, contexts[c].document, &passages);
    first_word.push_back(n_words);
    n_words += contexts[c].n_words();
  }
  const auto relevance = passage_relevance(question, texts, passages, embedder, progress);
  if (!relevance) return tl::unexpected(relevance.error());

  std::vector<float> relevance_of_word(n_words, 0.0F);
  for (std::size_t p = 0; p < passages.size(); ++p) {
    const std::size_t first = first_word[passages[p].context];
    std::fill(relevance_of_word.begin() + static_cast<std::ptrdiff_t>(first + passages[p].first_word),
              relevance_of_word.begin() + static_cast<std::ptrdiff_t>(first + passages[p].end_word), (*relevance)[p]);
  }
  // Words the model did not read have no score of their own, and must not thin out the quantiles of those it did.
  std::vector<float> scores, relevance_of_score;
  const auto for_each_read_word = [&](auto&& visit) {
    for (std::size_t c = 0; c < contexts.size(); ++c) {
      for (std::size_t w = 0; w < contexts[c].n_words(); ++w) {
        if (contexts[c].is_free(w) || std::isnan(contexts[c].node_of(w).importance))
          visit(contexts[c].scores[w], first_word[c] + w);
      }
    }
  };
  for_each_read_word([&](float score, std::size_t w) {
    scores.push_back(score);
    relevance_of_score.push_back(relevance_of_word[w]);
  });
  weigh_by_relevance(relevance_of_score, scores);
  std::size_t next = 0;
  for_each_read_word([&](float& score, std::size_t) { score = scores[next++]; });
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    weigh_importances(contexts[c], std::span(relevance_of_word).subspan(first_word[c], contexts[c].n_words()));
  }
  return {};
}

}  // namespace pith
