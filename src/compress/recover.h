// From a model's response to a shortened prompt back to the words of the original: where the response quotes what is
// left of a stretch, the whole stretch is put in its place.
//
//   Original:    The cathedral, which burned down twice, was finished in 1312.
//   Shortened:   cathedral burned twice, finished 1312.
//   Response:    Records: cathedral burned twice. I am sure.
//   Recovered:   Records: cathedral, which burned down twice. I am sure.
//
// recover() knows from the result's spans where each kept word stood. recover_by_tokens() is the published library's
// function (llmlingua 0.2.2), which knows only the two texts and searches.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

struct RecoverOptions {
  /// Kept words that stood farther apart than this are not taken for one quotation: bytes between the two, whatever
  /// they are.
  std::size_t max_gap_bytes = 60;
  /// Words a quotation has at least, >= 1. One word cannot recover anything but itself.
  std::size_t min_words = 2;
};

/// One stretch that was put in.
struct RecoveredStretch {
  ByteSpan response;  ///< what it replaces in the response as given
  std::size_t context = 0;
  ByteSpan original;  ///< its bytes in that context

  friend bool operator==(const RecoveredStretch&, const RecoveredStretch&) = default;
};

struct Recovery {
  std::string text;
  std::vector<RecoveredStretch> stretches;  ///< in the order of the response; also those that change nothing
};

/// `spans` are those of CompressResult: per context the kept byte ranges, ascending and disjoint. Words are runs of
/// letters and digits (in scripts without spaces each character is one), compared as they are; white space and
/// punctuation between them do not matter. From left to right each longest run of words of the response that stands in
/// a row among the kept words of one context is replaced by the original from its first word to its last. Runs below
/// min_words, and runs of English function words only ("of the"), which stand everywhere, are left alone. Of several
/// places the first counts.
///
/// Near-linear in the texts' length, for any bytes; thread-safe. Errors: kInvalidArgument (not one list of spans for
/// each context, spans that are not ascending, disjoint or inside, min_words 0), kTooLarge (above kMaxInputBytes).
[[nodiscard]] Result<Recovery> recover(std::span<const std::string_view> contexts,
                                       std::span<const std::vector<ByteSpan>> spans, std::string_view response,
                                       const RecoverOptions& options = {});

/// The published library's recover(): words that single spaces separate; each longest run that is a substring of
/// `compressed` becomes the span of the original's tokens that holds most of its tokens in order, each at most ten
/// behind the one before (ties: the shorter, then the earlier), from the run's first token to the last found.
/// Tokenizers of byte-level BPE; bytes of broken characters become U+FFFD, as in decoding.
///
/// Time grows with the product of the texts' lengths in the worst case. Errors: kInvalidArgument where the library
/// raises IndexError (a run that has no tokens: an empty response, a double space), kTooLarge (above kMaxInputBytes, or
/// above a bound on the work, some seconds).
[[nodiscard]] Result<std::string> recover_by_tokens(const Tokenizer& tokenizer, std::string_view original,
                                                    std::string_view compressed, std::string_view response);

}  // namespace pith
