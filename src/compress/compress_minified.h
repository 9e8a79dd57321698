// minify as a pre-step of compression: what carries nothing goes first, and the budget is for the rest.
#pragma once

#include <functional>

#include "pith/compress.h"
#include "tokenize/token_counter.h"

namespace pith {

/// Compresses the minified contexts (text/minify.h) with `compress_one` and gives spans, scores and counts in terms of
/// the originals: a rate is a share of the original's tokens. What the request protects by place or pattern is found in
/// the original. Errors: those of protected_spans() and of `compress_one`.
[[nodiscard]] Result<CompressResult> compress_minified(
    const CompressRequest& request, const TokenCounter& counter,
    const std::function<Result<CompressResult>(const CompressRequest&)>& compress_one);

}  // namespace pith
