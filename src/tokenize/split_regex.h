// A regular expression of a tokenizer.json, on PCRE2 with its JIT compiler: the general way to cut texts. The patterns
// that nearly all files have do not come here (bpe_split.h).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "pith/byte_span.h"
#include "pith/result.h"

namespace pith {

/// Immutable and thread-safe.
class SplitRegex {
 public:
  /// `pattern` as the file spells it, in Oniguruma's dialect. `name` begins the message of errors.
  /// Errors: kUnsupported for what Pith does not translate (onig_dialect.h); kBadModel for what does not compile, is
  /// longer than kMaxPatternBytes, or runs into kMaxSteps on a short run of one of its own characters, as patterns like
  /// (a+)+b do.
  [[nodiscard]] static Result<SplitRegex> compile(std::string_view pattern, const std::string& name);

  static constexpr std::size_t kMaxPatternBytes = 10000;
  /// Of PCRE2's match limit in one search, so that no pattern hangs. No sensible one comes near on any text.
  static constexpr unsigned kMaxSteps = 1000000;
  static constexpr unsigned kMaxMemoryKib = 65536;

  enum class Outcome : unsigned char { kFound, kNone, kGaveUp };
  /// The first match in `text` that begins at or behind byte `from`. REQUIRES: `text` is well-formed UTF-8 and `from`
  /// on a boundary. kGaveUp: a limit was reached.
  [[nodiscard]] Outcome find(std::string_view text, std::size_t from, ByteSpan* match) const;

 private:
  struct Code;
  explicit SplitRegex(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  [[nodiscard]] bool gives_up_on(char32_t c) const;

  std::shared_ptr<const Code> code_;
};

}  // namespace pith
