// The promises of the default mode as one check that unit tests and fuzzers share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith::testing {

/// "" when `result` keeps the laws for `request`, else which one is broken:
/// faithful spans (ascending, disjoint, copied; only single spaces added), within budget, counts true.
inline std::string broken_law(const CompressRequest& request, const CompressResult& result,
                              const TokenCounter& counter) {
  if (result.spans.size() != request.context.size()) return "one list of spans per context";
  std::size_t list_index = 0;
  std::string joined;
  for (std::size_t c = 0; c < request.context.size(); ++c) {
    const bool is_kept = list_index < result.kept_context_ids.size() && result.kept_context_ids[list_index] == c;
    if (!is_kept) {
      if (!result.spans[c].empty()) return "a dropped context has spans";
      continue;
    }
    const std::string& text = request.context[c];
    const std::string& out = result.compressed_prompt_list[list_index++];
    if (!joined.empty() && !out.empty()) joined += "\n\n";
    joined += out;
    std::size_t at = 0;
    std::uint32_t last_end = 0;
    for (const ByteSpan span : result.spans[c]) {
      if (span.begin >= span.end || span.begin < last_end || span.end > text.size())
        return "spans ascend and are disjoint";
      last_end = span.end;
      const std::string_view bytes = span.of(text);
      if (out.compare(at, bytes.size(), bytes) != 0 || out.size() < at + bytes.size()) {
        if (at >= out.size() || out[at] != ' ') return "only single spaces are added";
        ++at;
        if (out.compare(at, bytes.size(), bytes) != 0) return "spans are copied";
      }
      at += bytes.size();
    }
    if (at != out.size()) return "nothing stands behind the last span";
  }
  if (list_index != result.compressed_prompt_list.size()) return "one text per kept context";
  if (joined != result.compressed_prompt) return "the prompt is the texts joined by blank lines";
  const auto n_tokens = static_cast<std::int64_t>(counter.count(result.compressed_prompt));
  if (n_tokens != result.compressed_tokens) return "compressed_tokens is what the counter says";
  const bool has_threshold = request.threshold || request.method == "securitylingua";
  const double rate = request.rate.value_or(has_threshold ? 1.0 : kDefaultRate);
  const auto budget = request.target_token
                          ? *request.target_token
                          : static_cast<std::int64_t>(rate * static_cast<double>(result.origin_tokens) + 1e-9);
  if (n_tokens > budget && request.use_token_level_filter) return "the result is within the budget";
  return "";
}

/// Is every byte that `fewer` copies also copied by `more`?
inline bool is_nested(const std::vector<std::vector<ByteSpan>>& fewer,
                      const std::vector<std::vector<WordScore>>& more) {
  for (std::size_t c = 0; c < fewer.size(); ++c) {
    std::size_t at = 0;
    for (const WordScore& word : more[c]) {
      if (word.kept) continue;
      while (at < fewer[c].size() && fewer[c][at].end <= word.span.begin) ++at;
      if (at < fewer[c].size() && fewer[c][at].begin < word.span.end) return false;  // dropped there, kept here
    }
  }
  return true;
}

}  // namespace pith::testing
