#include "compress/reference_llmlingua.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "compress/json_config.h"
#include "compress/python_text.h"
#include "compress/reference_json.h"
#include "compress/reference_prompt.h"
#include "compress/reference_python.h"
#include "compress/reference_tags.h"
#include "compress/stopwatch.h"
#include "text/structure/json_scan.h"

namespace pith {
namespace {

/// structured_compress_prompt: reads the tags, and counts them in the budget.
Result<CompressResult> compress_structured(ReferencePrompt prompt, ReferenceCall& call) {
  std::size_t n_all = 0;
  for (std::string& context : prompt.request.context) {
    context = call.text.decode(call.text.ids(context));
    n_all += call.text.n_ids_with_bos(context);
  }
  if (prompt.target == -1) {
    prompt.target = reference_target(prompt.request, prompt.rate, call.text);
  } else if (n_all == 0) {
    return fail(ErrorCode::kInvalidArgument, "target_token needs contexts with tokens");
  } else {
    prompt.rate = prompt.target / static_cast<double>(n_all);
  }
  prompt.runs.emplace();
  for (std::string& context : prompt.request.context) {
    const auto segments = segment_reference_context(context, prompt.rate);
    if (!segments) return tl::unexpected(segments.error());
    std::string clean;
    std::vector<ReferenceRun> runs;
    for (const ReferenceSegment& segment : *segments) {
      const std::string_view text = segment.span.of(context);
      clean += text;
      runs.push_back({n_code_points(text), segment.rate, segment.compress});
    }
    context = std::move(clean);
    prompt.runs->push_back(std::move(runs));
  }
  return compress_reference_prompt(std::move(prompt), call);
}

/// compress_json: writes the tags, and reads the result as JSON.
Result<CompressResult> compress_json(ReferencePrompt prompt, ReferenceCall& call) {
  CompressRequest& request = prompt.request;
  if (request.context.size() != 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("json_config is for one JSON object, not {} contexts", request.context.size()));
  }
  const auto config = parse_json_config(request.json_config, "json_config");
  if (!config) return tl::unexpected(config.error());
  auto made = make_reference_json(*config, request.context.front());
  if (!made) return tl::unexpected(made.error());
  request.context = std::move(made->contexts);
  request.force_context_ids.assign(made->forced_contexts.begin(), made->forced_contexts.end());
  request.force_context_number.reset();
  request.use_context_level_filter = request.use_context_level_filter.value_or(false);
  request.concate_question = false;
  request.add_instruction = false;
  request.strict_preserve_uncompressed = false;
  request.dynamic_context_compression_ratio = 0;
  auto result = compress_structured(std::move(prompt), call);
  if (!result) return result;

  const std::string text = clean_reference_commas(result->compressed_prompt);
  JsonTape tape;
  if (const auto broken = scan_json(text, {0, static_cast<std::uint32_t>(text.size())}, tape)) {
    return fail(ErrorCode::kBadInput,
                fmt::format("what reference mode made of the JSON is no JSON any more ({}: {}), as in the library; "
                            "leave out reference",
                            line_and_column(text, broken->at), broken->what));
  }
  result->compressed_prompt = python_dumps(text, tape, 0);
  result->kept_context_ids = {0};
  return result;
}

Result<void> check(const CompressRequest& request, const CausalLm& lm, const ReferenceLlmlinguaOptions& options) {
  std::size_t n_bytes = request.question.size() + request.instruction.size();
  for (const std::string& context : request.context) n_bytes += context.size();
  if (n_bytes > kMaxInputBytes) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("the request has {} bytes of text; at most {} are allowed", n_bytes, kMaxInputBytes));
  }
  for (const double value : {request.rate.value_or(kDefaultRate), request.dynamic_context_compression_ratio,
                             request.token_budget_ratio, request.high_priority_bonus}) {
    if (!std::isfinite(value)) return fail(ErrorCode::kInvalidArgument, "rates, ratios and bonuses must be numbers");
  }
  if (options.max_positions > lm.max_context_tokens()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the model reads {} tokens, not {}", lm.max_context_tokens(), options.max_positions));
  }
  return {};
}

}  // namespace

Result<CompressResult> compress_llmlingua_reference(const CompressRequest& request, const CausalLm& lm,
                                                    const TokenCounter& counter,
                                                    const SentenceSplitter& split_sentences,
                                                    const ProgressCallback& progress,
                                                    const ReferenceLlmlinguaOptions& options) {
  Stopwatch watch;
  if (auto ok = check(request, lm, options); !ok) return tl::unexpected(ok.error());
  ReferenceCall call{.lm = lm,
                     .counter = counter,
                     .split_sentences = split_sentences,
                     .options = options,
                     .text = ReferenceModelText(lm),
                     .max_positions = options.max_positions != 0 ? options.max_positions : lm.max_context_tokens(),
                     .progress = ReferenceProgress(progress)};
  ReferencePrompt prompt{.request = request,
                         .rate = request.rate.value_or(kDefaultRate),
                         .target = static_cast<double>(request.target_token.value_or(-1)),
                         .runs = std::nullopt};
  std::vector<std::string>& contexts = prompt.request.context;
  for (std::string* text : {&prompt.request.question, &prompt.request.instruction}) {
    *text = decode_utf8_with_replacement(*text);
  }
  for (std::string& context : contexts) context = decode_utf8_with_replacement(context);
  // The library takes an empty string for no context.
  if (contexts.empty() || (contexts.size() == 1 && contexts.front().empty())) contexts.assign(1, " ");
  auto result = !request.json_config.empty() ? compress_json(std::move(prompt), call)
                : request.structured         ? compress_structured(std::move(prompt), call)
                                             : compress_reference_prompt(std::move(prompt), call);
  if (result) result->timings_ms.total = watch.lap();
  return result;
}

}  // namespace pith
