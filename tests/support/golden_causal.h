// Recorded calls of llmlingua 0.2.2 with a causal model: the cases, the likelihoods the library computed in each, and a
// model that answers with those, in the order of the calls, so that the algorithm can be compared without a network.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json.h"
#include "compress/reference_llmlingua.h"
#include "model/causal_lm.h"
#include "pith/compress.h"
#include "support/golden_llmlingua2.h"

namespace pith::golden {

struct CausalCase {
  std::string id;
  CompressRequest request;
  std::string unreadable;  ///< why the call is no request at all; "" if it is one
  ReferenceLlmlinguaOptions options;
  json::object output;
  std::optional<double> min_margin;
  json::array trace;

  [[nodiscard]] bool is_error() const { return output.contains("error"); }
};

inline std::string text_of(const json::value& value) { return std::string(std::string_view(value.as_string())); }

/// Sets the field of `request` that one of the library's parameters is.
inline void set_parameter(std::string_view name, const json::value& value, CompressRequest* request) {
  const auto integer = [&] { return value.to_number<std::int64_t>(); };
  const std::unordered_map<std::string_view, std::function<void()>> setters{
      {"rate", [&] { request->rate = value.to_number<double>(); }},
      {"target_token", [&] { request->target_token = integer(); }},
      {"rank_method", [&] { request->rank_method = text_of(value); }},
      {"context_budget", [&] { request->context_budget = text_of(value); }},
      {"iterative_size", [&] { request->iterative_size = integer(); }},
      {"use_token_level_filter", [&] { request->use_token_level_filter = value.as_bool(); }},
      {"use_sentence_level_filter", [&] { request->use_sentence_level_filter = value.as_bool(); }},
      {"use_context_level_filter", [&] { request->use_context_level_filter = value.as_bool(); }},
      {"use_keyvalue_level_filter", [&] { request->use_context_level_filter = value.as_bool(); }},
      {"condition_in_question", [&] { request->condition_in_question = text_of(value); }},
      {"reorder_context", [&] { request->reorder_context = text_of(value); }},
      {"condition_compare", [&] { request->condition_compare = value.as_bool(); }},
      {"dynamic_context_compression_ratio",
       [&] { request->dynamic_context_compression_ratio = value.to_number<double>(); }},
      {"keep_split", [&] { request->keep_split = value.as_bool(); }},
      {"token_budget_ratio", [&] { request->token_budget_ratio = value.to_number<double>(); }},
      {"keep_first_sentence", [&] { request->keep_first_sentence = integer(); }},
      {"keep_last_sentence", [&] { request->keep_last_sentence = integer(); }},
      {"keep_sentence_number", [&] { request->keep_sentence_number = integer(); }},
      {"high_priority_bonus", [&] { request->high_priority_bonus = value.to_number<double>(); }},
      {"add_instruction", [&] { request->add_instruction = value.as_bool(); }},
      {"force_context_number", [&] { request->force_context_number = integer(); }},
      {"concate_question", [&] { request->concate_question = value.as_bool(); }},
      {"strict_preserve_uncompressed", [&] { request->strict_preserve_uncompressed = value.as_bool(); }},
      {"question", [&] { request->question = text_of(value); }},
      {"instruction", [&] { request->instruction = text_of(value); }},
      {"force_context_ids",
       [&] {
         for (const json::value& id : value.as_array()) {
           request->force_context_ids.push_back(id.to_number<std::int64_t>());
         }
       }},
      {"context",
       [&] {
         if (value.is_null()) return;
         if (const json::array* list = value.if_array()) {
           for (const json::value& element : *list) request->context.push_back(text_of(element));
         } else {
           request->context.push_back(text_of(value));
         }
       }},
      {"json_data", [&] { request->context.push_back(json::serialize(value)); }},
      {"json_config", [&] { request->json_config = json::serialize(value.as_object()); }},
  };
  const auto found = setters.find(name);
  if (found == setters.end()) throw std::runtime_error("no such parameter: " + std::string(name));
  found->second();
}

inline CausalCase to_causal_case(const json::object& row, const json::array& trace, const std::string& dir) {
  CausalCase out{.id = text_of(row.at("id")),
                 .request = {},
                 .unreadable = {},
                 .options = {},
                 .output = row.at("output").as_object(),
                 .min_margin = std::nullopt,
                 .trace = trace};
  out.request.method = "llmlingua";
  out.request.reference = true;
  out.request.structured = text_of(row.at("method")) == "structured";
  if (!row.at("min_margin").is_null()) out.min_margin = row.at("min_margin").to_number<double>();
  try {
    for (const auto& [name, value] : row.at("params").as_object()) set_parameter(name, value, &out.request);
    for (const auto& [name, value] : row.at("input").as_object()) {
      set_parameter(name, resolve_files(value, dir), &out.request);
    }
  } catch (const std::exception& error) {
    out.unreadable = error.what();
  }
  if (row.contains("engine")) {
    const json::object& engine = row.at("engine").as_object();
    const auto read = [&](const char* name, auto* field) {
      using T = std::remove_reference_t<decltype(*field)>;
      if (engine.contains(name)) *field = engine.at(name).to_number<T>();
    };
    read("max_position_embeddings", &out.options.max_positions);
    read("cache_bos_num", &out.options.n_sinks);
    read("split_token_id", &out.options.split_token);
  }
  return out;
}

/// Cases and their traces from the text of the two files; `dir` is where {"file": ...} is looked for.
inline std::vector<CausalCase> parse_causal_cases(const std::string& cases, std::string traces,
                                                  const std::string& dir) {
  for (std::size_t at = traces.find("NaN"); at != std::string::npos; at = traces.find("NaN", at)) {
    traces.replace(at, 3, "null");
  }
  std::unordered_map<std::string, json::array> trace_of;
  for (const json::object& row : parse_lines(traces)) trace_of[text_of(row.at("id"))] = row.at("trace").as_array();
  std::vector<CausalCase> all;
  for (const json::object& row : parse_lines(cases)) {
    all.push_back(to_causal_case(row, trace_of[text_of(row.at("id"))], dir));
  }
  return all;
}

/// Answers calls with the recorded likelihoods, in their order. A call that is not the recorded one is an error
/// (kInternal). One case, one thread.
class PlaybackCausalLm final : public CausalLm {
 public:
  PlaybackCausalLm(const Tokenizer& tokenizer, const json::array& trace) : tokenizer_(tokenizer), trace_(trace) {}

  [[nodiscard]] Result<std::vector<float>> score(const CausalBatch& batch,
                                                 const ProgressCallback& /*progress*/ = {}) const override {
    std::vector<float> all;
    for (std::size_t i = 0; i < batch.sequences.n_sequences(); ++i) {
      const std::size_t n = batch.sequences.sequence(i).size();
      const json::object* step = next();
      if (step != nullptr && step->at("call").as_string() == "ppl_text") {
        const json::value& mean = step->at("value");
        all.insert(all.end(), n, mean.is_null() ? std::numeric_limits<float>::quiet_NaN() : mean.to_number<float>());
      } else if (auto ok = read(step, 0, n, &all); !ok) {
        return tl::unexpected(ok.error());
      }
    }
    return all;
  }
  [[nodiscard]] Result<std::unique_ptr<CausalSession>> new_session() const override {
    return std::make_unique<Session>(*this);
  }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return tokenizer_; }
  [[nodiscard]] TokenId bos() const override { return kNoToken; }
  [[nodiscard]] std::size_t max_context_tokens() const override { return 8192; }
  [[nodiscard]] std::string description() const override { return "recorded likelihoods"; }

  /// Whether all that was recorded has been asked for.
  [[nodiscard]] bool is_used_up() const { return next() == nullptr; }

 private:
  class Session final : public CausalSession {
   public:
    explicit Session(const PlaybackCausalLm& lm) : lm_(lm) {}
    Result<void> append(std::span<const TokenId> ids, std::vector<float>* nll,
                        const ProgressCallback& /*progress*/) override {
      if (auto ok = lm_.read(lm_.next(), n_tokens_, ids.size(), nll); !ok) return ok;
      n_tokens_ += ids.size();
      return {};
    }
    [[nodiscard]] std::size_t n_tokens() const override { return n_tokens_; }
    Result<void> truncate(std::size_t n_tokens) override {
      if (n_tokens > n_tokens_) return fail(ErrorCode::kInvalidArgument, "fewer tokens are remembered");
      n_tokens_ = n_tokens;
      return {};
    }
    Result<void> remove(std::size_t begin, std::size_t end, Positions /*positions*/) override {
      if (begin > end || end > n_tokens_) return fail(ErrorCode::kInvalidArgument, "no such range");
      n_tokens_ -= end - begin;
      return {};
    }
    [[nodiscard]] Result<std::unique_ptr<CausalSession>> fork() const override {
      return fail(ErrorCode::kUnsupported, "recorded sessions do not fork");
    }

   private:
    const PlaybackCausalLm& lm_;
    std::size_t n_tokens_ = 0;
  };

  /// The next step that was a call to the model.
  const json::object* next() const {
    while (at_ < trace_.size()) {
      const json::object& step = trace_[at_++].as_object();
      const std::string_view call = step.at("call").as_string();
      if (call == "ppl_text" || call == "ppl_tokens") return &step;
    }
    return nullptr;
  }
  Result<void> read(const json::object* step, std::size_t n_past, std::size_t n_ids, std::vector<float>* nll) const {
    if (step == nullptr || step->at("call").as_string() != "ppl_tokens" ||
        step->at("past").to_number<std::size_t>() != n_past || step->at("nll").as_array().size() + 1 != n_ids) {
      return fail(ErrorCode::kInternal, step == nullptr
                                            ? "no more calls were recorded"
                                            : fmt::format("{} ids behind {} were asked for, and recorded is {}", n_ids,
                                                          n_past, json::serialize(*step).substr(0, 60)));
    }
    nll->push_back(std::numeric_limits<float>::quiet_NaN());
    for (const json::value& value : step->at("nll").as_array()) nll->push_back(value.to_number<float>());
    return {};
  }

  const Tokenizer& tokenizer_;
  const json::array& trace_;
  mutable std::size_t at_ = 0;
};

/// Compares thresholds with the recorded ones as they are taken. The first that differs is described in `first`.
class ThresholdCheck {
 public:
  explicit ThresholdCheck(const json::array& trace, double tolerance) : tolerance_(tolerance) {
    for (const json::value& step : trace) {
      if (step.at("call").as_string() == "threshold") recorded_.push_back(&step.as_object());
    }
  }
  void operator()(const ReferenceThreshold& found) {
    const std::size_t number = n_seen_++;
    if (!first.empty()) return;
    if (number >= recorded_.size()) {
      first = fmt::format("threshold {} of {}", number + 1, recorded_.size());
      return;
    }
    const json::object& recorded = *recorded_[number];
    const json::value& value = recorded.at("value");
    const double expected = value.is_string() ? -std::numeric_limits<double>::infinity() : value.to_number<double>();
    const auto difference = static_cast<double>(found.threshold) - expected;
    const bool is_equal = value.is_string() ? std::isinf(found.threshold) : std::abs(difference) <= tolerance_;
    if (recorded.at("n").to_number<std::size_t>() != found.values.size() || !is_equal ||
        std::abs(recorded.at("ratio").to_number<double>() - found.ratio) > 1e-6) {
      first = fmt::format("threshold {}: {} of {} values at {}, recorded {}", number + 1, found.threshold,
                          found.values.size(), found.ratio, json::serialize(recorded));
      first += fmt::format("; the one before: {}",
                           number == 0 ? "none" : json::serialize(recorded_[number - 1]->at("margin")));
    }
  }
  std::string first;

 private:
  double tolerance_;
  std::vector<const json::object*> recorded_;
  std::size_t n_seen_ = 0;
};

/// What of `result` is not what was recorded; "" if it is identical.
inline std::string causal_differences(const CausalCase& expected, const CompressResult& result) {
  const ResultFigures figures = result_figures(result.origin_tokens, result.compressed_tokens);
  const json::object found{
      {"origin_tokens", result.origin_tokens},
      {"compressed_tokens", result.compressed_tokens},
      {"ratio", figures.ratio},
      {"rate", figures.rate},
      {"saving", figures.saving},
  };
  std::string names;
  for (const auto& [name, value] : expected.output) {
    const bool is_json = name == "compressed_prompt" && value.is_object();
    const json::value mine = name != "compressed_prompt" ? found.at(name)
                             : is_json                   ? json::parse(result.compressed_prompt)
                                                         : json::value(result.compressed_prompt);
    if (mine != value) names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

}  // namespace pith::golden
