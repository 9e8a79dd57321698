#include "compress/rankers/gzip_ranker.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "base/check.h"
#include "compress/rankers/ranked_by_key.h"

namespace pith {
namespace {

/// Counts what zlib writes, a buffer at a time.
class GzipCounter {
 public:
  GzipCounter() {
    constexpr int kLevel = 9;
    constexpr int kGzipWindowBits = 15 + 16;  // 16: the container is gzip's
    constexpr int kMemoryLevel = 8;
    PITH_CHECK(deflateInit2(&stream_, kLevel, Z_DEFLATED, kGzipWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK,
               "out of memory");
  }
  GzipCounter(const GzipCounter&) = delete;
  GzipCounter& operator=(const GzipCounter&) = delete;
  ~GzipCounter() { deflateEnd(&stream_); }

  std::size_t count(std::string_view text) {
    PITH_CHECK(text.size() <= std::numeric_limits<uInt>::max(), std::to_string(text.size()));
    PITH_CHECK(deflateReset(&stream_) == Z_OK, "");
    std::array<Bytef, 65'536> buffer;
    // zlib reads through this pointer only, in spite of its type.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    int status = Z_OK;
    while (status == Z_OK) {
      stream_.next_out = buffer.data();
      stream_.avail_out = static_cast<uInt>(buffer.size());
      status = deflate(&stream_, Z_FINISH);
    }
    PITH_CHECK(status == Z_STREAM_END, std::to_string(status));
    return stream_.total_out;
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::size_t gzip_bytes(std::string_view text) { return GzipCounter().count(text); }

Result<std::vector<double>> gzip_distances(std::string_view question, std::span<const std::string_view> contexts,
                                           const ProgressCallback& progress) {
  std::size_t n_bytes = 0;
  for (const std::string_view context : contexts) n_bytes += context.size();
  GzipCounter counter;
  const auto of_question = static_cast<double>(counter.count(question));
  std::vector<double> distances(contexts.size());
  std::size_t n_done = 0;
  std::string both;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    const auto of_context = static_cast<double>(counter.count(contexts[c]));
    both.assign(contexts[c]).append(" ").append(question);
    const auto of_both = static_cast<double>(counter.count(both));
    distances[c] = (of_both - std::min(of_context, of_question)) / std::max(of_context, of_question);
    n_done += contexts[c].size();
    if (progress && !progress(n_done, n_bytes)) return fail(ErrorCode::kCancelled, "cancelled");
  }
  return distances;
}

Result<std::vector<RankedContext>> GzipRanker::rank(std::string_view question,
                                                    std::span<const std::string_view> contexts,
                                                    const ProgressCallback& progress) const {
  const auto distances = gzip_distances(question, contexts, progress);
  if (!distances) return tl::unexpected(distances.error());
  return ranked_by_key(*distances, BestKey::kLowest);
}

}  // namespace pith
