// The two break iterators of ICU that segmentation uses, over UTF-16 copies of short stretches of text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pith/result.h"

namespace pith {

/// Not thread-safe: make one per call, which copies prototypes that the process loads once.
class IcuBreaks {
 public:
  /// Errors: kInternal if ICU's break rules or dictionaries cannot be loaded.
  [[nodiscard]] static Result<IcuBreaks> create();

  IcuBreaks(IcuBreaks&&) noexcept;
  IcuBreaks& operator=(IcuBreaks&&) noexcept;
  IcuBreaks(const IcuBreaks&) = delete;
  IcuBreaks& operator=(const IcuBreaks&) = delete;
  ~IcuBreaks();

  /// Ends of the grapheme clusters (UAX #29, extended) of `text`: ascending UTF-16 offsets, the last is text.size().
  /// Empty for an empty text. The reference is valid until the next call.
  [[nodiscard]] Result<const std::vector<std::int32_t>*> cluster_ends(const std::u16string& text);

  /// Likewise ends of words (UAX #29 with ICU's dictionaries, root locale).
  [[nodiscard]] Result<const std::vector<std::int32_t>*> word_ends(const std::u16string& text);

 private:
  struct Iterators;
  explicit IcuBreaks(std::unique_ptr<Iterators> iterators);

  std::unique_ptr<Iterators> iterators_;
};

}  // namespace pith
