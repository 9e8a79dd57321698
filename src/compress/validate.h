// What a request may ask for. Every engine calls validate() first, so that the library, the command line and the server
// refuse the same requests with the same words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pith/compress.h"
#include "pith/result.h"

namespace pith {

inline constexpr std::size_t kMaxForceTokens = 100;       ///< entries of force_tokens and of chunk_end_tokens
inline constexpr std::size_t kMaxForceTokenBytes = 1024;  ///< of one such entry
inline constexpr std::size_t kMaxSeparatorBytes = 256;  ///< of word_sep and label_sep, which are written once per word

/// Ranges, caps and contradictions, without looking at the text beyond its size and where force_spans point. With
/// `reference` the published library's rules are kept where it has one: target_token wins over rate, ids out of range
/// have no effect. Errors: kInvalidArgument, kUnknownField (method), kUnsupported (a method of the family that is not
/// there yet), kTooLarge.
[[nodiscard]] Result<void> validate(const CompressRequest& request);

/// One sentence for each field that is set but does nothing with the request's method, for CompressResult::warnings.
[[nodiscard]] std::vector<std::string> unused_field_warnings(const CompressRequest& request);

}  // namespace pith
