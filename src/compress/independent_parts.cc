#include "compress/independent_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "compress/methods.h"
#include "compress/request_json.h"
#include "compress/stopwatch.h"

namespace pith {
namespace {

using ResultPtr = std::shared_ptr<const CompressResult>;

/// `request` for one context, which is to be filled in.
CompressRequest part_template(const CompressRequest& request) {
  CompressRequest part = request;
  part.id.clear();
  part.context.assign(1, "");
  part.independent_contexts = false;
  return part;
}

/// What all parts' keys share. JSON has every option but replaces bytes that are not UTF-8, so strings are added raw.
BlobKey options_key(const CompressRequest& part, std::string_view model_identity) {
  BlobKeyBuilder key;
  key.add("part")
      .add(model_identity)
      .add(request_json({.request = part, .model = {}, .precision = {}, .warnings = {}}));
  for (const std::string* text : {&part.instruction, &part.question, &part.method, &part.tokenizer, &part.word_sep,
                                  &part.label_sep, &part.json_config}) {
    key.add(*text);
  }
  for (const auto* list : {&part.force_tokens, &part.chunk_end_tokens, &part.force_patterns, &part.force_roles}) {
    for (const std::string& text : *list) key.add(text);
    key.add(fmt::format("{} strings", list->size()));
  }
  return key.key();
}

BlobKey part_key(const BlobKey& options, std::string_view text) {
  const auto* bytes = reinterpret_cast<const char*>(options.bytes.data());
  return BlobKeyBuilder().add({bytes, options.bytes.size()}).add(text).key();
}

std::size_t bytes_of(const CompressResult& result) {
  std::size_t n = sizeof(CompressResult) + 256;  // bookkeeping of the cache, allocators' headers
  n += result.compressed_prompt.size() + result.tokenizer.size();
  for (const std::string& text : result.compressed_prompt_list) n += sizeof(text) + text.size();
  for (const std::string& text : result.warnings) n += sizeof(text) + text.size();
  for (const auto& spans : result.spans) n += sizeof(spans) + spans.size() * sizeof(ByteSpan);
  for (const auto& words : result.word_scores) n += sizeof(words) + words.size() * sizeof(WordScore);
  if (result.fn_labeled_original_prompt) n += result.fn_labeled_original_prompt->size();
  return n;
}

void add_timings(const Timings& part, Timings* sum) {
  sum->segment += part.segment;
  sum->tokenize += part.tokenize;
  sum->score += part.score;
  sum->select += part.select;
  sum->render += part.render;
}

/// Appends the result of context `c` but for what is counted on the whole.
void append(const CompressResult& part, std::size_t c, const CompressRequest& request, CompressResult* whole) {
  for (const std::string& text : part.compressed_prompt_list) {
    whole->compressed_prompt_list.push_back(text);
    whole->kept_context_ids.push_back(c);
  }
  if (!part.formats.empty()) whole->formats.push_back(part.formats.front());
  whole->spans.push_back(part.spans.empty() ? std::vector<ByteSpan>() : part.spans.front());
  if (request.return_word_scores) {
    whole->word_scores.push_back(part.word_scores.empty() ? std::vector<WordScore>() : part.word_scores.front());
  }
  if (part.fn_labeled_original_prompt) {
    std::string& labels = whole->fn_labeled_original_prompt ? *whole->fn_labeled_original_prompt
                                                            : whole->fn_labeled_original_prompt.emplace();
    if (!labels.empty() && !part.fn_labeled_original_prompt->empty()) labels += request.word_sep;
    labels += *part.fn_labeled_original_prompt;
  }
  for (const std::string& warning : part.warnings) {
    if (std::ranges::find(whole->warnings, warning) == whole->warnings.end()) whole->warnings.push_back(warning);
  }
}

}  // namespace

ResultPtr PartCache::get(const BlobKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(key);
  if (found == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->result;
}

void PartCache::put(const BlobKey& key, ResultPtr result) {
  const std::size_t n_entry_bytes = bytes_of(*result);
  const std::lock_guard lock(mutex_);
  if (n_entry_bytes > max_bytes_ || places_.contains(key)) return;
  while (n_bytes_ + n_entry_bytes > max_bytes_) {
    n_bytes_ -= entries_.back().n_bytes;
    places_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front({key, std::move(result), n_entry_bytes});
  places_.emplace(key, entries_.begin());
  n_bytes_ += n_entry_bytes;
}

std::size_t PartCache::n_bytes() const {
  const std::lock_guard lock(mutex_);
  return n_bytes_;
}

Result<CompressResult> compress_independent_parts(const CompressRequest& request, const TokenCounter& counter,
                                                  std::string_view model_identity, PartCache* cache,
                                                  const CompressOne& compress_one, const CompressProgress& progress) {
  Stopwatch total;
  CompressRequest one = part_template(request);
  const BlobKey options = options_key(one, model_identity);
  const std::size_t n_parts = request.context.size();
  std::vector<ResultPtr> results(n_parts);
  std::vector<BlobKey> keys(n_parts);
  std::vector<std::size_t> n_tokens(n_parts, 0);  // of the parts that are to be computed
  std::size_t n_total = 0;
  for (std::size_t c = 0; c < n_parts; ++c) {
    keys[c] = part_key(options, request.context[c]);
    if (cache != nullptr) results[c] = cache->get(keys[c]);
    if (results[c] != nullptr || !progress) continue;
    n_tokens[c] = counter.count(request.context[c]);
    n_total += n_tokens[c];
  }

  CompressResult whole;
  std::size_t n_done = 0;
  for (std::size_t c = 0; c < n_parts; ++c) {
    if (results[c] == nullptr) {
      CompressProgress part_progress;
      if (progress) {
        part_progress = [&, c](std::size_t n_part_done, std::size_t n_part_total) {
          return progress(n_done + n_tokens[c] * n_part_done / std::max<std::size_t>(1, n_part_total), n_total);
        };
      }
      one.context[0] = request.context[c];
      auto computed = compress_one(one, part_progress);
      if (!computed) {
        return fail(computed.error().code, n_parts == 1 ? computed.error().message
                                                        : fmt::format("context[{}]: {}", c, computed.error().message));
      }
      add_timings(computed->timings_ms, &whole.timings_ms);
      results[c] = std::make_shared<const CompressResult>(std::move(*computed));
      if (cache != nullptr) cache->put(keys[c], results[c]);
      n_done += n_tokens[c];
      if (progress && !progress(n_done, n_total)) {
        return fail(ErrorCode::kCancelled, fmt::format("cancelled after {} of {} contexts", c + 1, n_parts));
      }
    }
    append(*results[c], c, request, &whole);
  }
  whole.id = request.id;
  whole.tokenizer = std::string(counter.name());
  whole.compressed_prompt = framed_prompt(request, whole.compressed_prompt_list);
  whole.origin_tokens = static_cast<std::int64_t>(counter.count(framed_prompt(request, request.context)));
  whole.compressed_tokens = static_cast<std::int64_t>(counter.count(whole.compressed_prompt));
  whole.timings_ms.total = total.lap();
  return whole;
}

}  // namespace pith
