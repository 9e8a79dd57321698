#include "compress/reference_prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "compress/context_budget.h"
#include "compress/reference_condition.h"
#include "compress/reference_context_budget.h"
#include "compress/reference_itpc.h"
#include "compress/reference_python.h"
#include "compress/reference_ranking.h"
#include "compress/reference_schedule.h"
#include "compress/reference_sentence_budget.h"

namespace pith {
namespace {

void delete_all(std::string_view what, std::string* text) {
  std::string left;
  std::size_t begin = 0;
  for (std::size_t at = text->find(what); at != std::string::npos; at = text->find(what, begin)) {
    left.append(*text, begin, at - begin);
    begin = at + what.size();
  }
  left.append(*text, begin);
  *text = std::move(left);
}

class PromptRun {
 public:
  PromptRun(ReferencePrompt prompt, ReferenceCall& call)
      : request_(prompt.request),
        contexts_(prompt.request.context),
        rate_(prompt.rate),
        target_(prompt.target),
        runs_(std::move(prompt.runs)),
        call_(call) {}

  Result<CompressResult> run() {
    if (rate_ > 1) return fail(ErrorCode::kInvalidArgument, fmt::format("rate is {}; it must not exceed 1", rate_));
    if (request_.iterative_size <= 0 || request_.iterative_size > INT32_MAX) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("iterative_size is {}; it must be positive", request_.iterative_size));
    }
    if (auto ok = read_methods(); !ok) return tl::unexpected(ok.error());
    count_origin();
    if (target_ == -1) target_ = reference_target(request_, rate_, call_.text);
    dynamic_ratios_.assign(contexts_.size(), 0.0);
    result_.kept_context_ids.resize(contexts_.size());
    std::iota(result_.kept_context_ids.begin(), result_.kept_context_ids.end(), std::size_t{0});
    if (contexts_.size() > 1 && request_.use_context_level_filter.value_or(true)) {
      if (auto ok = filter_contexts(); !ok) return tl::unexpected(ok.error());
    }
    if (request_.use_sentence_level_filter) {
      if (auto ok = filter_sentences(); !ok) return tl::unexpected(ok.error());
    }
    auto text = request_.use_token_level_filter ? filter_tokens() : join_by_blank_lines(contexts_);
    if (!text) return tl::unexpected(text.error());
    assemble(*text);
    return std::move(result_);
  }

 private:
  Result<void> read_methods() {
    ranking_.method = request_.rank_method;
    if (ranking_.method.empty()) ranking_.method = request_.method == "longllmlingua" ? "longllmlingua" : "llmlingua";
    ranking_.question = request_.question;
    ranking_.max_positions = call_.max_positions;
    ranking_.ranker = call_.options.ranker;
    if (ranking_.method == "longllmlingua" && request_.question.empty()) {
      return fail(ErrorCode::kInvalidArgument, "longllmlingua ranks by the question; give one");
    }
    const auto condition =
        read_reference_condition(request_.condition_in_question, request_.condition_compare, ranking_.method);
    if (!condition) return tl::unexpected(condition.error());
    has_prefix_ = condition->has_prefix;
    ranking_.place = condition->place;
    return {};
  }

  void count_origin() {
    std::vector<std::string> parts{request_.instruction};
    parts.insert(parts.end(), contexts_.begin(), contexts_.end());
    parts.push_back(request_.question);
    result_.origin_tokens = static_cast<std::int64_t>(call_.counter.count(python_strip(join_by_blank_lines(parts))));
  }

  Result<void> filter_contexts() {
    const auto ranked = rank_reference_texts(contexts_, ranking_, call_.lm, &call_.progress);
    if (!ranked) return tl::unexpected(ranked.error());
    std::string_view suffix = request_.context_budget;
    if (suffix.empty()) suffix = "+100";
    const auto target = apply_context_budget(target_ < 0 ? 100 : target_, suffix);
    if (!target) return tl::unexpected(target.error());
    ReferenceContextBudget budget{.target = *target,
                                  .forced = request_.force_context_ids,
                                  .preserved = {},
                                  .force_context_number = request_.force_context_number,
                                  .reorder = request_.reorder_context,
                                  .dynamic_ratio = request_.dynamic_context_compression_ratio};
    if (runs_ && request_.strict_preserve_uncompressed) {
      for (std::size_t i = 0; i < runs_->size(); ++i) {
        const std::vector<ReferenceRun>& runs = (*runs_)[i];
        if (std::any_of(runs.begin(), runs.end(), [](const ReferenceRun& run) { return !run.compress; })) {
          budget.preserved.push_back(i);
        }
      }
    }
    std::vector<std::size_t> n_tokens;
    for (const std::string& context : contexts_) n_tokens.push_back(call_.text.n_ids_with_bos(context));
    auto choice = choose_reference_contexts(*ranked, n_tokens, budget);
    if (!choice) return tl::unexpected(choice.error());
    std::vector<std::string> chosen;
    std::vector<std::vector<ReferenceRun>> runs;
    for (const std::size_t context : choice->used) {
      chosen.push_back(contexts_[context]);
      if (runs_) runs.push_back((*runs_)[context]);
    }
    contexts_ = std::move(chosen);
    if (runs_) runs_ = std::move(runs);
    dynamic_ratios_ = std::move(choice->dynamic_ratios);
    result_.kept_context_ids = std::move(choice->used);
    return {};
  }

  Result<void> filter_sentences() {
    const ReferenceSentenceBudget budget{.target = target_,
                                         .ratio = request_.token_budget_ratio,
                                         .keep_first = request_.keep_first_sentence,
                                         .keep_last = request_.keep_last_sentence,
                                         .keep_lowest = request_.keep_sentence_number,
                                         .bonus = request_.high_priority_bonus,
                                         .ranking = ranking_};
    return filter_reference_sentences(budget, call_.split_sentences, call_.lm, &call_.progress, &contexts_,
                                      runs_ ? &*runs_ : nullptr);
  }

  Result<std::string> filter_tokens() {
    ReferenceItpcInput input{.ids = {},
                             .n_prefix = 0,
                             .schedule = {},
                             .window = static_cast<std::size_t>(request_.iterative_size),
                             .contrast = request_.condition_compare,
                             .keep_split = request_.keep_split,
                             .split_token = call_.options.split_token,
                             .max_positions = call_.max_positions,
                             .n_sinks = call_.options.n_sinks};
    std::string joined = join_by_blank_lines(contexts_);
    if (has_prefix_) {
      std::string text = request_.question;
      if (request_.add_instruction) text.append("\n\n").append(request_.instruction);
      auto prefix =
          make_reference_prefix(std::move(text), contexts_.front(), input.window, input.max_positions, call_.text);
      if (!prefix) return tl::unexpected(prefix.error());
      input.n_prefix = prefix->n_ids;
      input.ids = call_.text.ids(fmt::format("{}\n\n{}", prefix->text, joined));
    } else {
      input.ids = call_.text.ids(joined);
    }
    if (runs_) {
      auto schedule = schedule_of_runs(input, joined);
      if (!schedule) return tl::unexpected(schedule.error());
      input.schedule = std::move(*schedule);
    } else {
      std::vector<std::size_t> n_tokens;
      for (const std::string& context : contexts_) n_tokens.push_back(call_.text.n_ids(context) + 2);
      input.schedule = schedule_reference_windows(n_tokens, target_, input.window, dynamic_ratios_);
    }
    const auto kept = compress_reference_ids(input, call_.lm, &call_.progress, call_.options.observe);
    if (!kept) return tl::unexpected(kept.error());
    std::string text = call_.text.decode(*kept);
    delete_all("<s> ", &text);
    delete_all("<s>", &text);
    return text;
  }

  [[nodiscard]] Result<std::vector<std::vector<ReferencePiece>>> schedule_of_runs(const ReferenceItpcInput& input,
                                                                                  std::string_view joined) const {
    std::vector<ReferenceRun> all;
    std::size_t n_covered = 0;
    for (std::size_t i = 0; i < runs_->size(); ++i) {
      std::vector<ReferenceRun> runs = merge_reference_runs((*runs_)[i]);
      if (!runs.empty() && i + 1 < runs_->size()) runs.back().n_code_points += 2;
      for (ReferenceRun& run : runs) {
        n_covered += run.n_code_points;
        if (!run.compress) run.rate = 1;
      }
      all.insert(all.end(), runs.begin(), runs.end());
    }
    const auto ids = std::span(input.ids).subspan(std::min(input.n_prefix, input.ids.size()));
    if (n_covered != n_code_points(joined) || call_.text.decode(ids) != joined) {
      return fail(ErrorCode::kInvalidArgument,
                  "reference mode cannot place the tags' rates: a context without segments, or one that the model's "
                  "tokenizer does not give back");
    }
    return schedule_reference_tokens(ids.size(), input.window, all, [&](std::size_t first, std::size_t last) {
      return n_code_points(call_.text.decode(ids.subspan(first, last - first)));
    });
  }

  void assemble(const std::string& compressed) {
    std::vector<std::string> parts;
    if (!request_.instruction.empty()) parts.push_back(request_.instruction);
    if (!python_strip(compressed).empty()) parts.push_back(compressed);
    if (!request_.question.empty() && request_.concate_question) parts.push_back(request_.question);
    result_.id = request_.id;
    result_.tokenizer = call_.counter.name();
    result_.compressed_prompt = join_by_blank_lines(parts);
    result_.compressed_tokens = static_cast<std::int64_t>(call_.counter.count(result_.compressed_prompt));
  }

  const CompressRequest request_;
  std::vector<std::string> contexts_;
  double rate_;
  double target_;
  std::optional<std::vector<std::vector<ReferenceRun>>> runs_;
  ReferenceCall& call_;

  ReferenceRanking ranking_;
  bool has_prefix_ = false;
  std::vector<double> dynamic_ratios_;
  CompressResult result_;
};

}  // namespace

double reference_target(const CompressRequest& request, double rate, const ReferenceModelText& text) {
  const auto n_tokens = [&](std::string_view part) { return static_cast<std::int64_t>(text.n_ids_with_bos(part)); };
  const std::int64_t n_instruction = n_tokens(request.instruction), n_question = n_tokens(request.question);
  std::int64_t n_all = n_instruction + n_question;
  for (const std::string& context : request.context) n_all += n_tokens(context);
  return static_cast<double>(n_all) * rate - static_cast<double>(n_instruction) -
         static_cast<double>(request.concate_question ? n_question : 0);
}

Result<CompressResult> compress_reference_prompt(ReferencePrompt prompt, ReferenceCall& call) {
  return PromptRun(std::move(prompt), call).run();
}

}  // namespace pith
