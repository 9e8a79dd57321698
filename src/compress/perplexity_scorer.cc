#include "compress/perplexity_scorer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "compress/iterative_windows.h"
#include "compress/model_text.h"
#include "compress/sentence_filter.h"
#include "compress/stopwatch.h"

namespace pith {
namespace {

constexpr double kWindowShare = 0.5;  // of a word's rank: its quantile in its window
/// Where the scores of sentences that stay begin; those of the others end just below.
constexpr float kStayingBand = 0.5F;
constexpr float kLeavingBand = 0.499F;

std::vector<TokenId> condition_ids(const CompressRequest& request, const Tokenizer& tokenizer) {
  std::string condition = request.question;
  if (request.add_instruction && !request.instruction.empty()) condition.append("\n\n").append(request.instruction);
  condition.append("\n\n");
  Encoding encoding;
  tokenizer.encode(condition, &encoding);
  return std::move(encoding.ids);
}

/// Per word what the windows keep of it, and whether it is forced.
struct Keeping {
  std::vector<float> share;
  std::vector<std::uint8_t> forced;
};

/// Per node whether it or an ancestor is forced.
std::vector<std::uint8_t> forced_nodes(const Structure& structure) {
  std::vector<std::uint8_t> forced(structure.nodes.size(), 0);
  for (std::size_t n = 0; n < forced.size(); ++n) {
    const Node& node = structure.nodes[n];
    forced[n] = node.is_forced || (n > 0 && forced[node.parent] != 0) ? 1 : 0;
  }
  return forced;
}

Keeping keeping_of(const ScoringTask& task, const ModelText& text) {
  Keeping keeping;
  keeping.share.reserve(text.n_words());
  keeping.forced.reserve(text.n_words());
  for (const std::size_t c : task.order) {
    const PreparedContext& context = task.contexts[c];
    const double offset = task.rate_offsets.empty() ? 0 : task.rate_offsets[c];
    const std::vector<std::uint8_t> forced = forced_nodes(context.structure);
    const auto share = static_cast<float>(std::clamp(task.rate + offset, 0.0, 1.0));
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      const bool is_in_forced_node = !context.is_plain() && forced[context.nodes[w]] != 0;
      const bool is_forced = !context.forced.empty() && context.forced[w] != 0;
      keeping.share.push_back(share);
      keeping.forced.push_back(is_forced || is_in_forced_node ? 1 : 0);
    }
  }
  return keeping;
}

/// The words that were judged, in order, with their surprises.
struct Judged {
  std::vector<std::uint32_t> words;
  std::vector<float> surprise;
};

Judged judged_words(const IterativeScores& scores) {
  Judged judged;
  for (std::uint32_t w = 0; w < scores.surprise.size(); ++w) {
    if (scores.window_of_word[w] == IterativeScores::kNone) continue;
    judged.words.push_back(w);
    judged.surprise.push_back(scores.surprise[w]);
  }
  return judged;
}

/// Quantiles in each word's own window; words of a window are neighbours.
std::vector<float> window_quantiles(const Judged& judged, const IterativeScores& scores) {
  std::vector<float> quantiles;
  quantiles.reserve(judged.words.size());
  const std::span<const float> surprise(judged.surprise);
  for (std::size_t begin = 0; begin < judged.words.size();) {
    std::size_t end = begin + 1;
    const std::uint32_t window = scores.window_of_word[judged.words[begin]];
    while (end < judged.words.size() && scores.window_of_word[judged.words[end]] == window) ++end;
    const std::vector<float> own = quantiles_of(surprise.subspan(begin, end - begin));
    quantiles.insert(quantiles.end(), own.begin(), own.end());
    begin = end;
  }
  return quantiles;
}

/// Per word of the text a score in [0, 1]; 0 for words that were not judged.
std::vector<float> ranks_of(const IterativeScores& scores) {
  const Judged judged = judged_words(scores);
  const std::vector<float> in_window = window_quantiles(judged, scores);
  std::vector<float> mixed = quantiles_of(judged.surprise);
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    const double rank =
        kWindowShare * static_cast<double>(in_window[i]) + (1 - kWindowShare) * static_cast<double>(mixed[i]);
    mixed[i] = static_cast<float>(rank);
  }
  const std::vector<float> quantiles = quantiles_of(mixed);
  std::vector<float> ranks(scores.surprise.size(), 0.0F);
  for (std::size_t i = 0; i < quantiles.size(); ++i) ranks[judged.words[i]] = quantiles[i];
  return ranks;
}

/// Writes a context's scores: its words' ranks, moved by its offset within what all offsets span.
void set_scores(const ScoringTask& task, const ModelText& text, std::span<const float> ranks,
                const IterativeScores& scores) {
  double least = 0;
  double most = 1;
  for (const std::size_t c : task.order) {
    if (task.rate_offsets.empty()) break;
    least = std::min(least, task.rate_offsets[c]);
    most = std::max(most, 1 + task.rate_offsets[c]);
  }
  for (std::size_t i = 0; i < task.order.size(); ++i) {
    const std::size_t c = task.order[i];
    PreparedContext& context = task.contexts[c];
    const double offset = task.rate_offsets.empty() ? 0 : task.rate_offsets[c];
    context.scores.assign(context.n_words(), 0.0F);
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      const std::size_t word = text.words_begin[i] + w;
      if (scores.window_of_word[word] == IterativeScores::kNone) continue;
      const double moved = (static_cast<double>(ranks[word]) + offset - least) / (most - least);
      context.scores[w] = static_cast<float>(std::clamp(moved, 0.0, 1.0));
    }
  }
}

/// Moves the words of sentences that do not stay below all others.
void apply_sentence_filter(const ScoringTask& task, const ModelText& text, const IterativeScores& scores) {
  const std::span<const float> surprise(scores.surprise);
  const std::span<const std::uint32_t> n_tokens(scores.n_tokens);
  std::vector<SentenceInput> inputs;
  for (std::size_t i = 0; i < task.order.size(); ++i) {
    const PreparedContext& context = task.contexts[task.order[i]];
    inputs.push_back({context, surprise.subspan(text.words_begin[i], context.n_words()),
                      n_tokens.subspan(text.words_begin[i], context.n_words())});
  }
  const auto stays = filter_sentences(inputs, task.request, task.rate);
  for (std::size_t i = 0; i < task.order.size(); ++i) {
    PreparedContext& context = task.contexts[task.order[i]];
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      if (inputs[i].n_tokens[w] == 0) continue;
      float& score = context.scores[w];
      score = stays[i][w] != 0 ? kStayingBand + (1 - kStayingBand) * score : kLeavingBand * score;
    }
  }
}

}  // namespace

bool is_contrastive(const CompressRequest& request) {
  return !request.question.empty() && (request.condition_compare || request.method == "longllmlingua");
}

bool is_conditioned(const CompressRequest& request) {
  return is_contrastive(request) ||
         (!request.question.empty() && request.condition_in_question.ends_with("_condition"));
}

PerplexityScorer::PerplexityScorer(std::shared_ptr<const CausalLm> lm, PerplexityOptions options)
    : lm_(std::move(lm)), options_(options) {}

Result<void> PerplexityScorer::score(const ScoringTask& task) const {
  Stopwatch watch;
  const CompressRequest& request = task.request;
  const ModelText text = make_model_text(task.contexts, task.order, lm_->tokenizer());
  std::vector<TokenId> condition;
  if (is_conditioned(request)) condition = condition_ids(request, lm_->tokenizer());
  const Keeping keeping = keeping_of(task, text);
  task.timings.tokenize += watch.lap();

  const IterativeInput input{text, condition, keeping.share, keeping.forced};
  const IterativeOptions options{
      .window_tokens = static_cast<std::size_t>(std::max<std::int64_t>(1, request.iterative_size)),
      .max_past_tokens = options_.max_past_tokens,
      .is_contrastive = is_contrastive(request)};
  const auto scores = read_iteratively(*lm_, input, options, task.progress);
  if (!scores) return tl::unexpected(scores.error());
  set_scores(task, text, ranks_of(*scores), *scores);
  if (request.use_sentence_level_filter) apply_sentence_filter(task, text, *scores);
  task.timings.score += watch.lap();
  return {};
}

}  // namespace pith
