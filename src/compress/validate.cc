#include "compress/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>

#include "base/suggest.h"
#include "compress/context_budget.h"
#include "compress/context_filter.h"
#include "compress/force_roles.h"
#include "compress/json_config.h"
#include "compress/llmlingua2.h"
#include "compress/methods.h"
#include "compress/protect.h"
#include "compress/rankers/make_ranker.h"
#include "compress/securitylingua.h"
#include "text/structure/recognize.h"

namespace pith {
namespace {

Result<void> check_method(const CompressRequest& request) {
  const MethodInfo* method = find_method(request.method);
  std::vector<std::string_view> names;
  for (const MethodInfo& known : all_methods()) {
    if (known.is_available) names.push_back(known.name);
  }
  if (method == nullptr) {
    return fail(ErrorCode::kUnknownField,
                fmt::format("unknown method \"{}\"{}", request.method, did_you_mean(request.method, names)));
  }
  if (!method->is_available) {
    return fail(ErrorCode::kUnsupported, fmt::format("method \"{}\" is not available in this version: use one of {}",
                                                     request.method, fmt::join(names, ", ")));
  }
  if (request.reference && !method->has_reference) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("reference is about published libraries, and none has method \"{}\": leave out reference",
                            request.method));
  }
  return {};
}

Result<void> check_budget(const CompressRequest& request) {
  // The library takes rates above 1 and then drops nothing.
  const double largest_rate = request.reference ? std::numeric_limits<double>::max() : 1.0;
  const bool may_be_zero = request.reference && find_method(request.method)->is_framed;
  if (request.rate && !((*request.rate > 0 || (may_be_zero && *request.rate == 0)) &&
                        *request.rate <= largest_rate)) {  // NaN fails both
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("rate is {}, outside (0, 1]: give the share of tokens to keep, e.g. 0.33", *request.rate));
  }
  if (request.target_token && *request.target_token < (request.reference ? 0 : 1)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("target_token is {}: give a positive number of tokens to keep", *request.target_token));
  }
  if (request.rate && request.target_token && !request.reference) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("rate ({}) and target_token ({}) are both given: give one of them", *request.rate,
                            *request.target_token));
  }
  return {};
}

Result<void> check_threshold(const CompressRequest& request) {
  if (!request.threshold) return {};
  if (!(*request.threshold >= 0 && *request.threshold < 1)) {  // NaN fails both
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("threshold is {}, outside [0, 1): give the score that a word must exceed, e.g. 0.5",
                            *request.threshold));
  }
  if (find_method(request.method)->scorer != Scorer::kTokenClassifier) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("threshold is about the scores of a token classifier, which method \"{}\" does not use: give "
                    "a rate or target_token",
                    request.method));
  }
  if (request.reference && request.method != kSecurityLingua) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("threshold has no counterpart in the library's {}: leave out reference, or use method "
                            "\"{}\"",
                            request.method, kSecurityLingua));
  }
  return {};
}

Result<void> check_size(const CompressRequest& request) {
  if (request.context.empty()) {
    return fail(ErrorCode::kInvalidArgument, "context is empty: give at least one text");
  }
  std::size_t n_bytes = 2 * (request.context.size() - 1);  // contexts are joined by a blank line
  for (const std::string& text : request.context) n_bytes += text.size();
  n_bytes += request.instruction.size() + request.question.size();
  if (n_bytes > kMaxInputBytes) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("the input has {} bytes, more than the limit of {} ({} MiB): split it "
                            "into several requests",
                            n_bytes, kMaxInputBytes, kMaxInputBytes >> 20));
  }
  return {};
}

Result<void> check_force_strings(std::string_view field, const std::vector<std::string>& strings) {
  if (strings.size() > kMaxForceTokens) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} has {} entries, more than the limit of {}: give fewer",
                                                         field, strings.size(), kMaxForceTokens));
  }
  for (std::size_t i = 0; i < strings.size(); ++i) {
    if (strings[i].empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}[{}] is an empty string: remove it or give the text to look for", field, i));
    }
    if (strings[i].size() > kMaxForceTokenBytes) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{}[{}] has {} bytes, more than the limit of {}: give a word or a phrase", field, i,
                              strings[i].size(), kMaxForceTokenBytes));
    }
  }
  return {};
}

Result<void> check_separator(std::string_view field, const std::string& separator) {
  if (separator.size() <= kMaxSeparatorBytes) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} has {} bytes, more than the limit of {}: give a shorter one",
                                                       field, separator.size(), kMaxSeparatorBytes));
}

Result<void> check_positive_or_unset(std::string_view field, std::int64_t value, bool reference) {
  if (value == -1 || value > 0 || (reference && value == 0)) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} is {}: give a positive number, or -1 for none", field, value));
}

Result<void> check_context_filter(const CompressRequest& request) {
  if (auto ok = check_positive_or_unset("target_context", request.target_context, request.reference); !ok) return ok;
  if (auto ok =
          check_positive_or_unset("context_level_target_token", request.context_level_target_token, request.reference);
      !ok) {
    return ok;
  }
  if (!(request.context_level_rate > 0 && request.context_level_rate <= 1)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("context_level_rate is {}, outside (0, 1]: give the share to keep, or 1 for all",
                            request.context_level_rate));
  }
  if (request.reference) return {};
  for (std::size_t i = 0; i < request.force_context_ids.size(); ++i) {
    const std::int64_t id = request.force_context_ids[i];
    if (id < 0 || static_cast<std::uint64_t>(id) >= request.context.size()) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("force_context_ids[{}] is {}: contexts are counted from 0, and the last of the {} given is {}", i,
                      id, request.context.size(), request.context.size() - 1));
    }
  }
  return {};
}

/// What ties contexts together contradicts compressing each by itself.
Result<void> check_independent(const CompressRequest& request) {
  if (!request.independent_contexts) return {};
  const auto conflict = [](std::string_view field, std::string_view why) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("independent_contexts contradicts {}: {}", field, why));
  };
  if (request.target_token) {
    return conflict("target_token",
                    "a total shared by all contexts would change them when one is appended; give a rate");
  }
  if (request.reference) return conflict("reference", "the library has nothing of the kind; leave one of them out");
  if (wants_context_filter(request)) {
    return conflict("the context-level filter", "which contexts it drops depends on the others; leave one of them out");
  }
  return {};
}

Result<void> check_roles(const CompressRequest& request) {
  if (auto ok = check_force_strings("force_roles", request.force_roles); !ok) return ok;
  for (std::size_t i = 0; i < request.force_roles.size(); ++i) {
    if (role_words(request.force_roles[i]).empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("force_roles[{}] \"{}\" has no letter or digit: give a role's name, e.g. system", i,
                              request.force_roles[i]));
    }
  }
  return {};
}

Result<void> check_json_config(const CompressRequest& request) {
  if (request.json_config.empty()) return {};
  if (request.context.size() != 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("json_config is for one context, a JSON object, but there are {}: send them one by one",
                            request.context.size()));
  }
  if (request.structured) {
    return fail(ErrorCode::kInvalidArgument, "json_config and structured contradict: leave one of them out");
  }
  if (request.format != "auto" && request.format != "json") {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("json_config needs a JSON object, but format is \"{}\": leave it out", request.format));
  }
  if (auto config = parse_json_config(request.json_config, "json_config"); !config) {
    return tl::unexpected(config.error());
  }
  return {};
}

/// A question ranks words by more than the score that a threshold is about.
Result<void> check_question(const CompressRequest& request) {
  if (!ranks_by_question(request) || !request.threshold) return {};
  return fail(ErrorCode::kInvalidArgument,
              "threshold is about the model's scores, but with a question words are ranked by the question too: leave "
              "one of them out");
}

Result<void> check_name(std::string_view field, const std::string& value, std::span<const std::string_view> names) {
  if (std::ranges::find(names, value) != names.end()) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} \"{}\" is not known{}; use one of {}", field, value.substr(0, 64),
                          did_you_mean(value, names), fmt::join(names, ", ")));
}

Result<void> check_range(std::string_view field, double value, double least, double most) {
  if (value >= least && value <= most) return {};  // NaN fails
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} is {}, outside {} to {}", field, value, least, most));
}

/// How contexts are ranked and what causal models do. With `reference` the library's laxer rules hold.
Result<void> check_ranking(const CompressRequest& request) {
  constexpr std::array<std::string_view, 6> kConditions{"none",           "before",           "after",
                                                        "none_condition", "before_condition", "after_condition"};
  constexpr std::array<std::string_view, 3> kOrders{"original", "sort", "two_stage"};
  constexpr std::array<std::string_view, 4> kLevels{"token", "phrase", "sentence", "sent"};
  if (auto ok = check_name("condition_in_question", request.condition_in_question, kConditions); !ok) return ok;
  if (auto ok = check_name("reduce_level", request.reduce_level, kLevels); !ok) return ok;
  if (const std::string_view name = rank_method_of(request); !name.empty() && !is_rank_method(name)) {
    return fail(ErrorCode::kUnknownField,
                fmt::format("unknown rank_method \"{}\"{}; use one of {}", name.substr(0, 64),
                            did_you_mean(name, rank_methods()), fmt::join(rank_methods(), ", ")));
  }
  if (rank_method_of(request) == "longllmlingua" && request.question.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "rank_method longllmlingua ranks contexts by a question, and there is none: give question, or use "
                "rank_method llmlingua");
  }
  if (auto ok = apply_context_budget(0, request.context_budget); !ok) return tl::unexpected(ok.error());
  constexpr double kMostTokens = 1e6;
  if (auto ok = check_range("iterative_size", static_cast<double>(request.iterative_size), 1, kMostTokens); !ok)
    return ok;
  if (request.reference) return {};
  if (auto ok = check_name("reorder_context", request.reorder_context, kOrders); !ok) return ok;
  const std::tuple<std::string_view, double, double, double> ranges[] = {
      {"dynamic_context_compression_ratio", request.dynamic_context_compression_ratio, 0, 1},
      {"token_budget_ratio", request.token_budget_ratio, 0.01, 1e6},
      {"keep_first_sentence", static_cast<double>(request.keep_first_sentence), 0, 1e9},
      {"keep_last_sentence", static_cast<double>(request.keep_last_sentence), 0, 1e9},
      {"keep_sentence_number", static_cast<double>(request.keep_sentence_number), 0, 1e9},
      {"high_priority_bonus", request.high_priority_bonus, 0, 1e9},
      {"force_context_number", static_cast<double>(request.force_context_number.value_or(1)), 1, 1e9}};
  for (const auto& [field, value, least, most] : ranges) {
    if (auto ok = check_range(field, value, least, most); !ok) return ok;
  }
  return {};
}

/// What the published library does not have.
Result<void> check_reference(const CompressRequest& request) {
  if (!request.reference) return {};
  const bool is_causal = find_method(request.method)->is_framed;  // structured prompts are theirs in the library
  const std::pair<std::string_view, bool> fields[] = {{"force_patterns", !request.force_patterns.empty()},
                                                      {"force_spans", !request.force_spans.empty()},
                                                      {"force_roles", !request.force_roles.empty()},
                                                      {"keep_references", request.keep_references},
                                                      {"minify", request.minify},
                                                      {"markers", request.markers},
                                                      {"structured", request.structured && !is_causal},
                                                      {"json_config", !request.json_config.empty() && !is_causal}};
  for (const auto& [name, is_given] : fields) {
    if (!is_given) continue;
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} has no counterpart in the library: leave out {} or reference", name, name));
  }
  return {};
}

}  // namespace

Result<void> validate(const CompressRequest& request) {
  if (auto ok = check_method(request); !ok) return ok;
  if (auto ok = check_budget(request); !ok) return ok;
  if (auto ok = check_threshold(request); !ok) return ok;
  if (auto ok = check_size(request); !ok) return ok;
  if (auto ok = check_force_strings("force_tokens", request.force_tokens); !ok) return ok;
  if (auto ok = check_force_strings("chunk_end_tokens", request.chunk_end_tokens); !ok) return ok;
  if (auto ok = check_separator("word_sep", request.word_sep); !ok) return ok;
  if (auto ok = check_separator("label_sep", request.label_sep); !ok) return ok;
  if (auto format = parse_format(request.format); !format) return tl::unexpected(format.error());
  if (auto ok = check_reference(request); !ok) return ok;
  if (auto ok = check_json_config(request); !ok) return ok;
  if (auto ok = check_question(request); !ok) return ok;
  if (auto ok = check_protection(request); !ok) return ok;
  if (auto ok = check_roles(request); !ok) return ok;
  if (auto ok = check_context_filter(request); !ok) return ok;
  if (auto ok = check_ranking(request); !ok) return ok;
  return check_independent(request);
}

std::vector<std::string> unused_field_warnings(const CompressRequest& request) {
  std::vector<std::string> warnings;
  const auto unused = [&](std::string_view field) {
    warnings.push_back(fmt::format("{} has no effect with method {}", field, request.method));
  };
  const CompressRequest standard;
  const MethodInfo* method = find_method(request.method);
  if (method == nullptr) return warnings;
  const bool is_classifier = method->scorer == Scorer::kTokenClassifier;
  const bool is_ranked = !rank_method_of(request).empty() && !(is_classifier && request.reference);
  if (!request.instruction.empty() && request.method != kSecurityLingua && !method->is_framed) unused("instruction");
  const bool asks = ranks_by_question(request) || method->is_framed || is_ranked || request.method == "bm25" ||
                    request.method == "tf_idf" || request.method == "pages";
  if (!request.question.empty() && !asks) {
    if (request.reference && request.method == "llmlingua2") {
      warnings.emplace_back("question has no effect with reference: the library's LLMLingua-2 does not use it");
    } else {
      unused("question");
    }
  }
  // name, whether it was given another value than its default, whether the method heeds it
  const bool is_long = method->is_framed;
  const std::tuple<std::string_view, bool, bool> fields[] = {
      {"iterative_size", request.iterative_size != standard.iterative_size, is_long},
      {"rank_method", !request.rank_method.empty() && !(is_classifier && request.rank_method == "llmlingua"),
       is_ranked},
      {"context_budget", !request.context_budget.empty() && request.context_budget != "+100", is_ranked},
      {"reorder_context", request.reorder_context != standard.reorder_context, is_ranked},
      {"dynamic_context_compression_ratio", request.dynamic_context_compression_ratio != 0, is_ranked},
      {"force_context_number", request.force_context_number.has_value(), is_ranked},
      {"condition_in_question", request.condition_in_question != standard.condition_in_question, is_long || is_ranked},
      {"condition_compare", request.condition_compare, is_long},
      {"add_instruction", request.add_instruction, is_long},
      {"use_sentence_level_filter", request.use_sentence_level_filter, is_long},
      {"token_budget_ratio", request.token_budget_ratio != standard.token_budget_ratio, is_long},
      {"keep_first_sentence", request.keep_first_sentence != 0, is_long},
      {"keep_last_sentence", request.keep_last_sentence != 0, is_long},
      {"keep_sentence_number", request.keep_sentence_number != 0, is_long},
      {"high_priority_bonus", request.high_priority_bonus != standard.high_priority_bonus, is_long},
      {"keep_split", request.keep_split, is_long},
      {"concate_question", !request.concate_question, is_long},
      {"reduce_level", request.reduce_level != standard.reduce_level, request.method == "selective_context"},
      {"seed", request.seed != 0, request.method == "random"}};
  for (const auto& [name, is_given, is_heeded] : fields) {
    if (is_given && !is_heeded) unused(name);
  }
  return warnings;
}

}  // namespace pith
