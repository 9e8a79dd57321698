// Flags of the fields that rank several texts, and of those that only causal models heed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/flags.h"
#include "compress/rankers/make_ranker.h"

namespace pith::cli {
namespace {

constexpr const char* kOrders[] = {"original", "sort", "two_stage"};

}  // namespace

void add_ranking_flags(CLI::App* app, CompressRequest* r) {
  constexpr const char* kGroup = "Several texts";
  add_text(app, "--rank-method", &r->rank_method, "NAME",
           fmt::format("Rank the texts, best first, and drop the last ones before words are judged: {} (default: the "
                       "method's own for llmlingua and longllmlingua, else none)",
                       fmt::join(rank_methods(), ", ")))
      ->group(kGroup);
  add_text(app, "--context-budget", &r->context_budget, "EXPR",
           "What ranked texts may have before words are dropped: a suffix to the budget such as +100 or *1.5 (default: "
           "*2)")
      ->group(kGroup);
  add_integer(
      app, "--force-context-number", [r](std::int64_t v) { r->force_context_number = v; }, "N",
      "Keep at most so many ranked texts")
      ->group(kGroup);
  add_choice(
      app, "--reorder-context", {kOrders[0], kOrders[1], kOrders[2]},
      [r](std::size_t i) { r->reorder_context = kOrders[i]; },
      "Order of ranked texts: as given (default), best first, or best at both ends")
      ->group(kGroup);
  add_number(
      app, "--dynamic-context-compression-ratio", [r](double v) { r->dynamic_context_compression_ratio = v; }, "NUM",
      "How much more than the rate the best text keeps, and the last less; 0 to 1 (default: 0)")
      ->group(kGroup);
}

void add_causal_flags(CLI::App* app, CompressRequest* r) {
  constexpr const char* kGroup = "Causal models";
  add_text(
      app, "--condition-in-question", &r->condition_in_question, "MODE",
      "Where the question stands when texts are ranked by perplexity: none, before or after; with _condition behind "
      "it also before the texts when words are judged (default: none)")
      ->group(kGroup);
  add_switch(app, "--condition-compare", &r->condition_compare, "Judge words by how much the question explains them")
      ->group(kGroup);
  add_switch(app, "--add-instruction", &r->add_instruction, "Put the instruction beside the question that conditions")
      ->group(kGroup);
  add_integer(
      app, "--iterative-size", [r](std::int64_t v) { r->iterative_size = v; }, "N",
      "Model tokens judged at once, given what was kept before (default: 200)")
      ->group(kGroup);
  add_switch(app, "--sentence-level-filter", &r->use_sentence_level_filter, "Drop whole sentences before words")
      ->group(kGroup);
  add_number(
      app, "--token-budget-ratio", [r](double v) { r->token_budget_ratio = v; }, "NUM",
      "What the sentences kept may have, as a multiple of the budget (default: 1.4)")
      ->group(kGroup);
  const std::pair<const char*, std::int64_t CompressRequest::*> counts[] = {
      {"--keep-first-sentence", &CompressRequest::keep_first_sentence},
      {"--keep-last-sentence", &CompressRequest::keep_last_sentence},
      {"--keep-sentence-number", &CompressRequest::keep_sentence_number}};
  constexpr const char* kWhich[] = {"first sentences", "last sentences", "best sentences"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto member = counts[i].second;
    add_integer(
        app, counts[i].first, [r, member](std::int64_t v) { r->*member = v; }, "N",
        fmt::format("Prefer so many {} of each text in the sentence filter (default: 0)", kWhich[i]))
        ->group(kGroup);
  }
  add_number(
      app, "--high-priority-bonus", [r](double v) { r->high_priority_bonus = v; }, "NUM",
      "How much preferred sentences gain, in nats (default: 100)")
      ->group(kGroup);
  add_switch(app, "--keep-split", &r->keep_split, "Keep runs of line breaks as they are")->group(kGroup);
  app->add_flag_callback(
         "--no-question-in-result", [r] { r->concate_question = false; },
         "Leave the question out of the result of llmlingua and longllmlingua")
      ->group(kGroup);
  add_choice(
      app, "--reduce-level", {"token", "phrase", "sentence"},
      [r](std::size_t i) { r->reduce_level = i == 0   ? "token"
                                             : i == 1 ? "phrase"
                                                      : "sentence"; },
      "What selective_context keeps or drops as one (default: phrase)")
      ->group(kGroup);
  add_integer(
      app, "--seed", [r](std::int64_t v) { r->seed = v; }, "N", "Seed of method random (default: 0)")
      ->group(kGroup);
}

}  // namespace pith::cli
