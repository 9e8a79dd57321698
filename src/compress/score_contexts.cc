#include "compress/score_contexts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "compress/read_spans.h"
#include "compress/stopwatch.h"
#include "compress/windows.h"
#include "compress/word_scores.h"

namespace pith {
namespace {

constexpr std::size_t kDefaultWindowTokens = 256;
constexpr std::size_t kNSpecialTokens = 2;  // [CLS] ... [SEP]

/// 1 for every token after which a window may well end: it is a chunk-end string itself, or white space that holds one
/// follows.
std::vector<std::uint8_t> chunk_end_flags(std::string_view text, std::span<const ByteSpan> spans,
                                          std::span<const std::string> chunk_end_tokens) {
  std::vector<std::uint8_t> flags(spans.size(), 0);
  for (std::size_t t = 0; t < spans.size(); ++t) {
    const std::string_view token = spans[t].of(text);
    const std::size_t next = t + 1 < spans.size() ? spans[t + 1].begin : text.size();
    const std::string_view gap =
        next > spans[t].end ? text.substr(spans[t].end, next - spans[t].end) : std::string_view();
    for (const std::string& end : chunk_end_tokens) {
      if (token == end || (!end.empty() && !gap.empty() && gap.find(end) != std::string_view::npos)) flags[t] = 1;
    }
  }
  return flags;
}

Result<std::size_t> window_capacity(const WindowOptions& windows, const TokenClassifier& classifier) {
  const std::size_t longest = classifier.max_sequence_tokens();
  const std::size_t n_tokens = windows.n_tokens == 0 ? std::min(kDefaultWindowTokens, longest) : windows.n_tokens;
  if (n_tokens > longest || n_tokens < kNSpecialTokens + 2 || n_tokens - kNSpecialTokens <= windows.n_overlap_tokens) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("window_tokens {} with an overlap of {} does not fit this model: windows may have at most "
                            "{} tokens and must be at least {} longer than their overlap",
                            n_tokens, windows.n_overlap_tokens, longest, kNSpecialTokens + 1));
  }
  return n_tokens - kNSpecialTokens;
}

/// A context's tokens and where its windows' results lie in the classifier's output.
struct TokenizedContext {
  Encoding encoding;
  std::vector<Window> windows;
  std::size_t first_sequence = 0;
};

}  // namespace

Result<void> score_contexts(std::span<PreparedContext> contexts, const TokenClassifier& classifier,
                            const WindowOptions& window_options, std::span<const std::string> chunk_end_tokens,
                            TokenToWord token_to_word, const ProgressCallback& progress, Timings& timings) {
  Stopwatch watch;
  const auto capacity = window_capacity(window_options, classifier);
  if (!capacity) return tl::unexpected(capacity.error());
  const Tokenizer& tokenizer = classifier.tokenizer();
  const SpecialTokens& special = tokenizer.special_tokens();

  TokenSequences sequences;
  std::vector<TokenizedContext> tokenized(contexts.size());
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    TokenizedContext& t = tokenized[c];
    const std::vector<ByteSpan> spans = contexts[c].is_dropped ? std::vector<ByteSpan>() : read_spans(contexts[c]);
    if (!spans.empty()) tokenizer.encode(contexts[c].text, &t.encoding);
    if (!contexts[c].is_plain()) keep_tokens_in(spans, t.encoding);
    const auto ends = t.encoding.n_tokens() > *capacity
                          ? chunk_end_flags(contexts[c].text, t.encoding.spans, chunk_end_tokens)
                          : std::vector<std::uint8_t>();
    t.windows = plan_windows(t.encoding.n_tokens(), *capacity, window_options.n_overlap_tokens, ends);
    t.first_sequence = sequences.n_sequences();
    for (const Window& window : t.windows) {
      sequences.ids.push_back(special.cls);
      sequences.ids.insert(sequences.ids.end(), t.encoding.ids.begin() + static_cast<std::ptrdiff_t>(window.begin),
                           t.encoding.ids.begin() + static_cast<std::ptrdiff_t>(window.end));
      sequences.ids.push_back(special.sep);
      sequences.end_sequence();
    }
  }
  timings.tokenize += watch.lap();

  std::vector<float> probabilities;
  if (sequences.n_sequences() > 0) {
    auto result = classifier.keep_probabilities(sequences, progress);
    if (!result) return tl::unexpected(result.error());
    probabilities = std::move(*result);
  }
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    const TokenizedContext& t = tokenized[c];
    std::vector<float> token_probabilities(t.encoding.n_tokens());
    for (std::size_t i = 0; i < t.windows.size(); ++i) {
      const Window& window = t.windows[i];
      const std::size_t first = sequences.begin[t.first_sequence + i] + 1;  // behind [CLS]
      for (std::size_t at = window.use_begin; at < window.use_end; ++at) {
        token_probabilities[at] = probabilities[first + at - window.begin];
      }
    }
    contexts[c].scores =
        pool_word_scores(contexts[c].document.words, t.encoding.spans, token_probabilities, token_to_word);
  }
  timings.score += watch.lap();
  return {};
}

}  // namespace pith
