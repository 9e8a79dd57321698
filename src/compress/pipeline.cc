#include "compress/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <string_view>

#include "compress/budget.h"
#include "compress/coarse_filter.h"
#include "compress/constraints.h"
#include "compress/context_filter.h"
#include "compress/join_contexts.h"
#include "compress/keep_references.h"
#include "compress/label_line.h"
#include "compress/lift_companions.h"
#include "compress/methods.h"
#include "compress/prepare_request.h"
#include "compress/protect.h"
#include "compress/rank_units.h"
#include "compress/render.h"
#include "compress/securitylingua.h"
#include "compress/segments.h"
#include "compress/select.h"
#include "compress/stopwatch.h"

namespace pith {
namespace {

/// Pieces too large for what is left of the budget that are passed over, and the share of the budget worth filling.
constexpr int kMostPassedOver = 12;
constexpr double kRoomWorthFilling = 0.005;
/// Below this share of the budget the caller is told.
constexpr double kWellUsedShare = 0.9;

/// Tokens the result may have; with a threshold alone, as many as there are.
std::int64_t budget(const CompressRequest& request, std::int64_t origin_tokens) {
  if (request.target_token) return *request.target_token;
  if (word_threshold(request) && !request.rate) return origin_tokens;
  return share_of(origin_tokens, request.rate.value_or(kDefaultRate));
}

/// Renders every kept context into its own text.
std::vector<std::string> render_texts(std::span<const PreparedContext> contexts, const KeepFlags& flags,
                                      const RenderOptions& options) {
  std::vector<std::string> texts(contexts.size());
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    if (!contexts[c].is_dropped) render(contexts[c], flags[c], options, &texts[c]);
  }
  return texts;
}

class Compression {
 public:
  Compression(const CompressRequest& request, const PipelineParts& parts, const TokenCounter& counter,
              const ProgressCallback& progress)
      : request_(request), parts_(parts), counter_(counter), progress_(progress) {}

  Result<CompressResult> run() {
    Stopwatch total;
    Stopwatch watch;
    result_.id = request_.id;
    result_.tokenizer = std::string(counter_.name());
    Timings& timings = result_.timings_ms;
    if (request_.structured) {
      // Tags count for nothing, so they have to be found before the budget is known.
      if (auto ok = prepare(); !ok) return tl::unexpected(ok.error());
      timings.segment += watch.lap();
    }
    const std::string original = framed(request_.structured ? clean_texts() : request_.context);
    result_.origin_tokens = count(original);
    budget_ = budget(request_, result_.origin_tokens);
    if (const std::int64_t n_frame = frame_tokens(); n_frame > budget_) {
      return fail(
          ErrorCode::kBudgetTooSmall,
          fmt::format("instruction and question alone have {} tokens, more than the budget of {}: raise rate or "
                      "target_token",
                      n_frame, budget_));
    }
    timings.select += watch.lap();

    threshold_ = word_threshold(request_);
    keeps_everything_ = budget_ >= result_.origin_tokens && !threshold_ && !request_.structured;
    const bool needs_words = request_.return_word_scores || request_.return_word_label || filters_contexts();
    if (keeps_everything_ && !needs_words) {
      copy_input(original);
      timings.total = total.lap();
      return std::move(result_);
    }

    if (!request_.structured) {
      if (auto ok = prepare(); !ok) return tl::unexpected(ok.error());
    }
    timings.segment += watch.lap();
    if (auto ok = rank_contexts(); !ok) return tl::unexpected(ok.error());
    timings.select += watch.lap();
    if (auto ok = score(); !ok) return tl::unexpected(ok.error());
    watch.lap();
    const ForceRules rules = make_force_rules(request_.force_tokens, request_.force_reserve_digit);
    const auto protected_bytes = protected_spans(request_);
    if (!protected_bytes) return tl::unexpected(protected_bytes.error());
    for (std::size_t c = 0; c < contexts_.size(); ++c) {
      PreparedContext& context = contexts_[c];
      mark_forced(rules, context);
      force_touched_words((*protected_bytes)[c], context);
      if (parts_.scorer.wants_linguistic_rules()) {
        rank_punctuation(context);
        if (request_.keep_references) keep_references(context);
        lift_companions(context);
      } else {
        context.priorities = context.scores;
      }
    }
    render_options_ = {rules.keep_line_breaks || request_.keep_split, request_.drop_consecutive, request_.markers};
    if (parts_.ranker == nullptr && wants_context_filter(request_)) filter();
    if (auto ok = choose_segments(); !ok) return tl::unexpected(ok.error());
    ranking_ = rank_units(contexts_);
    const auto n_kept = choose();
    if (!n_kept) return tl::unexpected(n_kept.error());
    timings.select += watch.lap();
    finish(keep_flags(contexts_, ranking_, *n_kept));
    warn_of_unused_budget(*n_kept);
    timings.render += watch.lap();
    timings.total = total.lap();
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::int64_t count(std::string_view text) const {
    return static_cast<std::int64_t>(counter_.count(text));
  }

  [[nodiscard]] Result<void> prepare() {
    auto contexts = prepare_request(request_, &result_.warnings);
    if (!contexts) return tl::unexpected(contexts.error());
    contexts_ = std::move(*contexts);
    for (const PreparedContext& context : contexts_) result_.formats.push_back(context.structure.format);
    return {};
  }

  [[nodiscard]] std::vector<std::string> clean_texts() const {
    std::vector<std::string> texts;
    for (const PreparedContext& context : contexts_) texts.push_back(without_removed(context));
    return texts;
  }

  [[nodiscard]] std::string framed(std::span<const std::string> texts) const {
    return parts_.is_framed ? framed_prompt(request_, texts) : join_contexts(texts);
  }

  [[nodiscard]] bool filters_contexts() const {
    if (parts_.ranker == nullptr) return wants_context_filter(request_);
    return contexts_ranked() && request_.use_context_level_filter.value_or(true);
  }
  [[nodiscard]] bool contexts_ranked() const { return parts_.ranker != nullptr && request_.context.size() > 1; }

  /// Drops the contexts that matter least and puts the others in order, before a model reads them.
  [[nodiscard]] Result<void> rank_contexts() {
    order_.resize(contexts_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (!contexts_ranked() || keeps_everything_) return {};
    const auto coarse =
        coarse_filter(request_, *parts_.ranker, contexts_, budget_ - frame_tokens(), counter_, progress_);
    if (!coarse) return tl::unexpected(coarse.error());
    order_ = coarse->order;
    rate_offsets_ = coarse->rate_offsets;
    return {};
  }

  [[nodiscard]] std::int64_t frame_tokens() const { return count(framed({})); }

  [[nodiscard]] Result<void> score() {
    std::int64_t n_tokens = 0;
    for (const std::size_t c : order_) n_tokens += count(contexts_[c].text);
    const auto wanted = static_cast<double>(budget_ - frame_tokens());
    const double rate = n_tokens == 0 ? 1.0 : std::clamp(wanted / static_cast<double>(n_tokens), 0.001, 1.0);
    const ScoringTask task{.request = request_,
                           .contexts = contexts_,
                           .order = order_,
                           .rate = threshold_ ? 1.0 : rate,
                           .rate_offsets = rate_offsets_,
                           .progress = progress_,
                           .timings = result_.timings_ms,
                           .warnings = result_.warnings};
    if (auto ok = parts_.scorer.score(task); !ok) return ok;
    if (!rate_offsets_.empty() && !parts_.scorer.heeds_rate_offsets()) shift_scores(rate_offsets_, contexts_);
    return {};
  }

  [[nodiscard]] bool has_own_budgets() const { return request_.structured || !request_.json_config.empty(); }

  /// Segments with a rate of their own are chosen first; the others share what a rate leaves them, or (a number of
  /// tokens) what the segments left over.
  [[nodiscard]] Result<void> choose_segments() {
    if (!has_own_budgets()) return {};
    SegmentTokens all;
    for (PreparedContext& context : contexts_) {
      const auto tokens =
          choose_in_segments(context, render_options_, [this](std::string_view text) { return count(text); });
      if (!tokens) return tl::unexpected(tokens.error());
      all.origin += tokens->origin;
      all.kept += tokens->kept;
    }
    if (request_.target_token) return {};
    const double rate = request_.rate.value_or(threshold_ ? 1.0 : kDefaultRate);
    budget_ = all.kept + share_of(std::max<std::int64_t>(0, result_.origin_tokens - all.origin), rate);
    return {};
  }

  void filter() {
    std::vector<std::int64_t> context_tokens;
    context_tokens.reserve(contexts_.size());
    for (const PreparedContext& context : contexts_) context_tokens.push_back(count(context.text));
    filter_contexts(request_, context_tokens, result_.origin_tokens, budget_, contexts_);
  }

  /// How many steps of the ranking stay.
  [[nodiscard]] Result<std::size_t> choose() {
    if (keeps_everything_ || !request_.use_token_level_filter) return ranking_.steps.size();
    const auto count_steps = [this](std::size_t n_steps) {
      return count(
          framed(in_order(render_texts(contexts_, keep_flags(contexts_, ranking_, n_steps), render_options_))));
    };
    // Segments were counted one by one; where they meet, the whole may have a token more than the sum.
    if (has_own_budgets() && !request_.target_token) budget_ = std::max(budget_, count_steps(ranking_.n_forced));
    auto n_fitting = select_prefix(ranking_, budget_, count_steps);
    if (!n_fitting) return n_fitting;
    if (threshold_) return std::min(count_above(ranking_, *threshold_), *n_fitting);
    for (int i = 0; i < kMostPassedOver && leaves_room(*n_fitting, count_steps); ++i) {
      pass_over(*n_fitting);
      ranking_ = rank_units(contexts_);
      n_fitting = select_prefix(ranking_, budget_, count_steps);
      if (!n_fitting) return n_fitting;
    }
    const bool has_units =
        std::ranges::any_of(contexts_, [](const PreparedContext& c) { return !c.unit_of_word.empty(); });
    const bool has_all = *n_fitting == ranking_.steps.size() && !has_passed_over();
    if (!has_units || has_all || has_own_budgets() || budget_ == count_steps(*n_fitting)) return n_fitting;
    take_units_apart(*n_fitting);
    ranking_ = rank_units(contexts_);
    return select_prefix(ranking_, budget_, count_steps);
  }

  [[nodiscard]] bool has_passed_over() const {
    return std::ranges::any_of(contexts_, [](const PreparedContext& c) { return !c.excluded.empty(); });
  }

  /// No unit fits any more, so the words of the best that are left fill the budget: what is kept stays, and the others
  /// compete each for itself.
  void take_units_apart(std::size_t n_steps) {
    const KeepFlags kept = keep_flags(contexts_, ranking_, n_steps);
    for (std::size_t c = 0; c < contexts_.size(); ++c) {
      PreparedContext& context = contexts_[c];
      if (context.unit_of_word.empty() || context.is_dropped) continue;
      context.unit_of_word.clear();
      context.excluded.clear();
      for (std::size_t w = 0; w < context.n_words(); ++w) context.forced[w] |= kept[c][w];
    }
  }

  /// Pieces that are too large for the budget are no error, but what they leave unused should surprise nobody.
  /// REQUIRES: finish() has counted the result.
  void warn_of_unused_budget(std::size_t n_steps) {
    if (keeps_everything_ || !request_.use_token_level_filter || threshold_) return;
    const std::int64_t n_tokens = result_.compressed_tokens;
    const bool has_pieces = std::ranges::any_of(
        contexts_, [](const PreparedContext& c) { return !c.is_plain() || !c.unit_of_word.empty(); });
    if (!has_pieces || has_own_budgets() || (n_steps == ranking_.steps.size() && !has_passed_over())) return;
    if (static_cast<double>(n_tokens) >= kWellUsedShare * static_cast<double>(budget_)) return;
    result_.warnings.push_back(
        fmt::format("{} of the {} tokens of the budget are used, because the pieces that are left are larger than the "
                    "rest; format \"text\" shortens inside them",
                    n_tokens, budget_));
  }

  /// The words that step `s` of the ranking adds.
  [[nodiscard]] std::span<const WordRef> words_of_step(std::size_t s) const {
    const std::uint32_t begin = s == 0 ? 0 : ranking_.steps[s - 1].order_end;
    return std::span(ranking_.order).subspan(begin, ranking_.steps[s].order_end - begin);
  }

  /// Whether a piece or a unit of several words comes next that is larger than what is left, and what is left is worth
  /// filling.
  [[nodiscard]] bool leaves_room(std::size_t n_steps,
                                 const std::function<std::int64_t(std::size_t)>& count_steps) const {
    if (n_steps == ranking_.steps.size()) return false;
    if (ranking_.steps[n_steps].node == Step::kNoNode && words_of_step(n_steps).size() < 2) return false;
    return static_cast<double>(budget_ - count_steps(n_steps)) > kRoomWorthFilling * static_cast<double>(budget_);
  }

  /// A piece that does not fit is passed over, so that smaller ones may fill the budget.
  void pass_over(std::size_t s) {
    const Step& step = ranking_.steps[s];
    PreparedContext& context = contexts_[step.context];
    context.excluded.resize(context.n_words(), 0);
    if (step.node == Step::kNoNode) {
      for (const WordRef& ref : words_of_step(s)) context.excluded[ref.word] = 1;
      return;
    }
    const ByteSpan span = context.structure.nodes[step.node].span;
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      const ByteSpan word = context.document.words[w].span;
      if (word.begin >= span.begin && word.end <= span.end) context.excluded[w] = 1;
    }
  }

  /// The texts of the contexts that stay, in the order of the result.
  [[nodiscard]] std::vector<std::string> in_order(std::vector<std::string> texts) const {
    std::vector<std::string> ordered;
    ordered.reserve(order_.size());
    for (const std::size_t c : order_) ordered.push_back(std::move(texts[c]));
    return ordered;
  }

  /// The whole input, byte for byte, as one span per context.
  void copy_input(const std::string& original) {
    result_.compressed_prompt = original;
    result_.compressed_tokens = result_.origin_tokens;
    result_.spans.resize(request_.context.size());
    for (std::size_t c = 0; c < request_.context.size(); ++c) keep_whole(c);
  }

  void keep_whole(std::size_t c) {
    const std::string& text = request_.context[c];
    std::vector<ByteSpan> spans;
    if (!text.empty()) spans.push_back({0, static_cast<std::uint32_t>(text.size())});
    keep(c, text, std::move(spans));
  }

  /// Context `c` goes into the result as `text`, which `spans` of it make up.
  void keep(std::size_t c, std::string text, std::vector<ByteSpan> spans) {
    result_.compressed_prompt_list.push_back(std::move(text));
    result_.kept_context_ids.push_back(c);
    result_.spans[c] = std::move(spans);
  }

  void finish(const KeepFlags& flags) {
    result_.spans.resize(contexts_.size());
    std::vector<std::vector<std::uint8_t>> emitted(contexts_.size());
    for (std::size_t c = 0; c < contexts_.size(); ++c) {
      emitted[c].assign(contexts_[c].n_words(), contexts_[c].is_dropped ? 0 : 1);
    }
    for (const std::size_t c : order_) {
      if (contexts_[c].is_dropped) continue;
      if (keeps_everything_) {
        keep_whole(c);
        continue;
      }
      std::string text;
      std::vector<ByteSpan> spans;
      render(contexts_[c], flags[c], render_options_, &text, &spans, &emitted[c]);
      keep(c, std::move(text), std::move(spans));
    }
    LabelLine labels(request_.word_sep, request_.label_sep);
    for (std::size_t c = 0; c < contexts_.size(); ++c) {
      if (request_.return_word_scores) add_word_scores(contexts_[c], emitted[c]);
      if (!request_.return_word_label) continue;
      for (std::size_t w = 0; w < contexts_[c].n_words(); ++w) {
        labels.add(contexts_[c].document.words[w].span.of(contexts_[c].text), emitted[c][w] != 0);
      }
    }
    result_.compressed_prompt = framed(result_.compressed_prompt_list);
    result_.compressed_tokens = count(result_.compressed_prompt);
    if (request_.return_word_label) result_.fn_labeled_original_prompt = labels.take();
  }

  void add_word_scores(const PreparedContext& context, std::span<const std::uint8_t> emitted) {
    std::vector<WordScore>& scores = result_.word_scores.emplace_back();
    scores.reserve(context.n_words());
    for (std::size_t w = 0; w < context.n_words(); ++w) {
      scores.push_back({context.document.words[w].span, context.priorities[w], emitted[w] != 0});
    }
  }

  const CompressRequest& request_;
  const PipelineParts& parts_;
  const TokenCounter& counter_;
  const ProgressCallback& progress_;
  std::int64_t budget_ = 0;
  std::optional<double> threshold_;  // a word of a lower score goes even if the budget would take it
  bool keeps_everything_ = false;    // the budget covers the input: its bytes are copied as they are
  std::vector<PreparedContext> contexts_;
  std::vector<std::size_t> order_;    // the contexts of the result, as they follow each other
  std::vector<double> rate_offsets_;  // per context how much more than the others it keeps; empty = nothing asked
  RenderOptions render_options_;
  Ranking ranking_;
  CompressResult result_;
};

}  // namespace

Result<CompressResult> compress_by_scores(const CompressRequest& request, const PipelineParts& parts,
                                          const TokenCounter& counter, const ProgressCallback& progress) {
  return Compression(request, parts, counter, progress).run();
}

}  // namespace pith
