// Contexts as parts of a prompt that grows (CompressRequest::independent_contexts): each is compressed as a pure
// function of itself and the options, so that appending a part never changes an earlier one, and what was sent before
// is sent again byte for byte. The price: the budget is not shared, so a part of little interest keeps its rate of
// words too.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/score_cache.h"
#include "pith/engine.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Results of parts, least recently used ones dropped above `max_bytes`. In memory only: results hold prompt text.
/// Thread-safe.
class PartCache {
 public:
  explicit PartCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Null if it is not there.
  [[nodiscard]] std::shared_ptr<const CompressResult> get(const BlobKey& key);
  void put(const BlobKey& key, std::shared_ptr<const CompressResult> result);
  [[nodiscard]] std::size_t n_bytes() const;

 private:
  struct Entry {
    BlobKey key;
    std::shared_ptr<const CompressResult> result;
    std::size_t n_bytes = 0;
  };

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first; these three are guarded by mutex_
  std::unordered_map<BlobKey, std::list<Entry>::iterator, BlobKeyHash> places_;
  std::size_t n_bytes_ = 0;
};

/// Compresses a request of one context that is not asked to be independent.
using CompressOne = std::function<Result<CompressResult>(const CompressRequest&, const CompressProgress&)>;

/// Compresses every context of a validated request by itself, those that `cache` (may be null) has not, one after the
/// other, and joins the results as one request's: texts by a blank line, lists in order, equal warnings once. The two
/// token counts are of the joined texts, as always; a part's budget is its own, so their sum may differ from it by the
/// tokens of the blank lines and of what merges with them. `model_identity` stands for all that `compress_one` depends
/// on beside the request. Progress counts tokens of the target's tokenizer of the parts that are computed.
/// Errors: those of `compress_one`, with the number of the context in front; kCancelled.
[[nodiscard]] Result<CompressResult> compress_independent_parts(const CompressRequest& request,
                                                                const TokenCounter& counter,
                                                                std::string_view model_identity, PartCache* cache,
                                                                const CompressOne& compress_one,
                                                                const CompressProgress& progress = {});

}  // namespace pith
