#include "compress/reference_llmlingua2.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compress/label_line.h"
#include "compress/reference_chunks.h"
#include "compress/reference_force.h"
#include "compress/reference_select.h"
#include "compress/reference_text.h"
#include "compress/reference_vocabulary.h"
#include "compress/reference_words.h"
#include "compress/securitylingua.h"
#include "compress/stopwatch.h"

namespace pith {
namespace {

/// The settings that the context filter derives from what the caller gave.
struct ContextBudget {
  double context_rate = 1.0;
  double rate = kDefaultRate;      ///< of the token filter
  std::int64_t target_token = -1;  ///< replaces `rate` once the kept contexts are known; negative = unset
};

/// numerator / denominator, at most 1, in the library's arithmetic.
/// Errors: kInvalidArgument for a denominator of 0, which is the number of tokens (or contexts) of `what`.
Result<double> capped_share(double numerator, std::int64_t denominator, std::string_view what) {
  if (denominator == 0) {
    return fail(ErrorCode::kInvalidArgument, "reference mode needs text to apply a target to: " + std::string(what));
  }
  return std::min(numerator / static_cast<double>(denominator), 1.0);
}

/// One call. Stages in order: read the contexts, drop some of them, compress the rest.
class ReferenceRun {
 public:
  ReferenceRun(const CompressRequest& request, const TokenClassifier& classifier, const TokenCounter& counter,
               const ProgressCallback& progress, const ReferenceVocabulary& vocabulary, const ReferenceWordRules& rules,
               const ReferenceForceTokens& force)
      : request_(request),
        classifier_(classifier),
        counter_(counter),
        progress_(progress),
        vocabulary_(vocabulary),
        rules_(rules),
        force_(force),
        counts_(counter) {}

  Result<CompressResult> run() {
    Stopwatch watch;
    if (auto read = read_contexts(); !read) return tl::unexpected(read.error());
    std::vector<bool> keep_context(contexts_.size(), true);
    double rate = request_.rate.value_or(kDefaultRate);
    if (request_.use_context_level_filter.value_or(true) && contexts_.size() != 1) {
      auto filtered = filter_contexts(&rate);
      if (!filtered) return tl::unexpected(filtered.error());
      keep_context = std::move(*filtered);
    } else if (const std::int64_t target = request_.target_token.value_or(-1); target > 0) {
      const auto share = capped_share(static_cast<double>(target), result_.origin_tokens,
                                      "the contexts have no tokens (target_token)");
      if (!share) return tl::unexpected(share.error());
      rate = *share;
    }
    const double reduce_rate = request_.use_token_level_filter ? std::max(0.0, 1 - rate) : 0.0;
    if (auto compressed = compress(keep_context, reduce_rate); !compressed) return tl::unexpected(compressed.error());
    if (result_.origin_tokens == 0 && result_.compressed_tokens > 0) {  // only an empty force token can do this
      return fail(ErrorCode::kInvalidArgument,
                  "reference mode made text out of nothing; leave out the empty force token");
    }
    if (request_.return_word_scores) {
      result_.warnings.emplace_back(
          "return_word_scores has no effect with reference: its words are not spans of the input");
    }
    result_.timings_ms.total = watch.lap();
    return std::move(result_);
  }

 private:
  using ContextChunks = std::vector<std::size_t>;  // numbers in chunks_, in order

  Result<void> read_contexts() {
    Stopwatch watch;
    result_.id = request_.id;
    result_.tokenizer = counter_.name();
    const auto ends = reference_chunk_ends(request_.chunk_end_tokens, force_);
    for (const std::string& context : request_.context) {
      if (context.size() > kMaxInputBytes) {
        return fail(ErrorCode::kTooLarge, "a context has " + std::to_string(context.size()) + " bytes; at most " +
                                              std::to_string(kMaxInputBytes) + " are allowed");
      }
      result_.origin_tokens += n_tokens(context);
      const auto mapped = force_.map(context);
      if (!mapped) return tl::unexpected(mapped.error());
      ContextChunks numbers;
      for (std::string& chunk : reference_chunks(*mapped, ends, vocabulary_, rules_)) {
        numbers.push_back(chunks_.add(std::move(chunk)));
      }
      contexts_.push_back(std::move(numbers));
    }
    result_.timings_ms.tokenize += watch.lap();
    return {};
  }

  /// Runs the model over all chunks, once, and makes their words.
  Result<void> score_chunks() {
    if (has_scores_) return {};
    const auto scores = score_reference_chunks(chunks_, vocabulary_, classifier_, progress_, &result_.timings_ms);
    if (!scores) return tl::unexpected(scores.error());
    ReferenceWordMerger merger(vocabulary_, rules_, force_, request_.force_reserve_digit, request_.token_to_word);
    for (const ReferenceChunkScores& chunk : *scores) {
      auto words = merger.merge(chunk.ids, chunk.keep_probability);
      if (!words) {
        return fail(
            ErrorCode::kInvalidArgument,
            "reference mode cannot compress a chunk that begins with the rest of a word; use reference = false");
      }
      words_.push_back(std::move(*words));
    }
    has_scores_ = true;
    return {};
  }

  /// What the caller's context settings come down to. The library's rules, in its order; a later one wins.
  Result<ContextBudget> context_budget() const {
    ContextBudget budget{request_.context_level_rate, request_.rate.value_or(kDefaultRate),
                         request_.target_token.value_or(-1)};
    auto context_target = static_cast<double>(request_.context_level_target_token);
    const bool is_unspecified = request_.target_context <= 0 && budget.context_rate >= 1.0 && context_target <= 0;
    if (is_unspecified && budget.target_token < 0 && budget.rate < 1.0) {
      budget.context_rate = request_.use_token_level_filter ? (budget.rate + 1.0) / 2 : budget.rate;
    }
    if (is_unspecified && budget.target_token >= 0) {
      const auto target = static_cast<double>(budget.target_token);
      context_target = request_.use_token_level_filter ? target * 2 : target;
    }
    if (request_.target_context >= 0) {
      const auto n_contexts = static_cast<std::int64_t>(contexts_.size());
      const auto share = capped_share(static_cast<double>(request_.target_context), n_contexts,
                                      "there is no context (target_context)");
      if (!share) return tl::unexpected(share.error());
      budget.context_rate = *share;
    }
    if (context_target >= 0) {
      const auto share = capped_share(context_target, result_.origin_tokens, "the contexts have no tokens (target)");
      if (!share) return tl::unexpected(share.error());
      budget.context_rate = *share;
    }
    return budget;
  }

  /// The mean over a context's words of the unforced probability, summed in float32 as the library does.
  Result<float> context_score(std::size_t context) const {
    float sum = 0;
    std::size_t n_words = 0;
    for (const std::size_t chunk : contexts_[context]) {
      for (const ReferenceWord& word : words_[chunk]) sum += word.raw_probability;
      n_words += words_[chunk].size();
    }
    if (n_words == 0) {
      return fail(ErrorCode::kInvalidArgument,
                  "context " + std::to_string(context) +
                      " has no word the model knows, so reference mode cannot rank it; leave it out, or set "
                      "use_context_level_filter = false");
    }
    return sum / static_cast<float>(n_words);
  }

  /// Decides which contexts stay and replaces `*rate` by what remains for the token filter.
  Result<std::vector<bool>> filter_contexts(double* rate) {
    const auto budget = context_budget();
    if (!budget) return tl::unexpected(budget.error());
    if (auto scored = score_chunks(); !scored) return tl::unexpected(scored.error());
    std::vector<float> scores;
    for (std::size_t context = 0; context < contexts_.size(); ++context) {
      const auto score = context_score(context);
      if (!score) return tl::unexpected(score.error());
      scores.push_back(*score);
    }
    auto keep = select_reference_contexts(scores, budget->context_rate, request_.force_context_ids);
    if (!keep) return keep;
    *rate = budget->rate;
    if (budget->target_token >= 0) {
      std::int64_t n_kept_tokens = 0;  // of the chunk texts, [NEWi] still in place
      for (std::size_t context = 0; context < contexts_.size(); ++context) {
        if (!(*keep)[context]) continue;
        for (const std::size_t chunk : contexts_[context]) n_kept_tokens += n_tokens(chunks_.text(chunk));
      }
      const auto share =
          capped_share(static_cast<double>(budget->target_token), n_kept_tokens, "the kept contexts have no tokens");
      if (!share) return tl::unexpected(share.error());
      *rate = *share;
    }
    return keep;
  }

  Result<void> compress(const std::vector<bool>& keep_context, double reduce_rate) {
    const bool runs_model = reduce_rate > 0 && chunks_.n_chunks() > 0;
    if (runs_model) {
      // Refuse a rate that every chunk would refuse before the model runs.
      const auto percent =
          word_threshold(request_) ? Result<int>(0) : reference_percent(100 * reduce_rate + 1, "the rate");
      if (!percent) return tl::unexpected(percent.error());
      if (auto scored = score_chunks(); !scored) return scored;
    }
    Stopwatch watch;
    LabelLine labels(request_.word_sep, request_.label_sep);
    for (std::size_t context = 0; context < contexts_.size(); ++context) {
      if (!keep_context[context]) {
        label_dropped_context(context, &labels);
        continue;
      }
      std::string text;
      for (const std::size_t chunk : contexts_[context]) {
        if (!runs_model) {
          append_whole_chunk(chunk, &text, &labels);
        } else if (auto done = append_compressed_chunk(chunk, reduce_rate, &text, &labels); !done) {
          return done;
        }
      }
      result_.compressed_tokens += n_tokens(text);
      if (!result_.compressed_prompt_list.empty()) result_.compressed_prompt += "\n\n";
      result_.compressed_prompt += text;
      result_.compressed_prompt_list.push_back(std::move(text));
      result_.kept_context_ids.push_back(context);
    }
    if (request_.return_word_label) result_.fn_labeled_original_prompt = labels.take();
    result_.timings_ms.select += watch.lap();
    return {};
  }

  Result<void> append_compressed_chunk(std::size_t chunk, double reduce_rate, std::string* text, LabelLine* labels) {
    const std::vector<ReferenceWord>& words = words_[chunk];
    const auto keep = select_reference_words(words,
                                             {.reduce_rate = reduce_rate,
                                              .fixed_threshold = word_threshold(request_),
                                              .drop_consecutive = request_.drop_consecutive},
                                             force_, &counts_);
    if (!keep) return tl::unexpected(keep.error());
    std::vector<std::string_view> kept_words;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if ((*keep)[i]) kept_words.push_back(words[i].text);
      if (request_.return_word_label) labels->add(rules_.label(words[i].text), (*keep)[i]);
    }
    *text += rules_.decode(kept_words);
    return {};
  }

  void append_whole_chunk(std::size_t chunk, std::string* text, LabelLine* labels) const {
    const std::string restored = force_.restore(chunks_.text(chunk));
    if (request_.return_word_label) {
      for (const std::string_view word : split_reference_words(restored)) labels->add(word, true);
    }
    *text += restored;
  }

  void label_dropped_context(std::size_t context, LabelLine* labels) const {
    if (!request_.return_word_label) return;
    for (const std::size_t chunk : contexts_[context]) {
      for (const ReferenceWord& word : words_[chunk]) labels->add(rules_.label(word.text), false);
    }
  }

  [[nodiscard]] std::int64_t n_tokens(std::string_view text) const {
    return static_cast<std::int64_t>(counter_.count(text));
  }

  const CompressRequest& request_;
  const TokenClassifier& classifier_;
  const TokenCounter& counter_;
  const ProgressCallback& progress_;
  const ReferenceVocabulary& vocabulary_;
  const ReferenceWordRules& rules_;
  const ReferenceForceTokens& force_;
  WordCounts counts_;

  ReferenceChunkSet chunks_;
  std::vector<ContextChunks> contexts_;
  bool has_scores_ = false;
  std::vector<std::vector<ReferenceWord>> words_;  // by chunk number
  CompressResult result_;
};

}  // namespace

Result<CompressResult> compress_llmlingua2_reference(const CompressRequest& request, const TokenClassifier& classifier,
                                                     const TokenCounter& counter, const ProgressCallback& progress) {
  const ReferenceWordRules* rules =
      reference_word_rules(classifier.tokenizer().family(), request.method == kSecurityLingua);
  if (rules == nullptr) {
    return fail(ErrorCode::kUnsupported,
                "reference mode needs a model with a WordPiece (BERT) or Unigram (XLM-R) tokenizer: the library has no "
                "word rules for byte-level BPE (RoBERTa, ModernBERT); leave out reference");
  }
  for (const double value : {request.rate.value_or(kDefaultRate), request.context_level_rate}) {
    if (!std::isfinite(value)) return fail(ErrorCode::kInvalidArgument, "rate and context_level_rate must be numbers");
  }
  const ReferenceVocabulary vocabulary(classifier.tokenizer());
  const auto force = ReferenceForceTokens::create(request.force_tokens, vocabulary);
  if (!force) return tl::unexpected(force.error());
  return ReferenceRun(request, classifier, counter, progress, vocabulary, *rules, *force).run();
}

}  // namespace pith
