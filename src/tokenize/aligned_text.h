// A text on its way through normalisation, each character with the bytes of the original it came from, as Hugging
// Face's NormalizedString aligns them. Most texts stay as they are nearly everywhere, so the map is kept as runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

/// Built by appending from left to right; sources ascend. Always well-formed UTF-8.
class AlignedText {
 public:
  AlignedText() = default;
  /// The original itself. Well-formed text is viewed, so it must stay; otherwise each maximal broken sequence becomes
  /// U+FFFD in a copy.
  explicit AlignedText(std::string_view original);

  [[nodiscard]] std::string_view bytes() const { return is_view_ ? view_ : std::string_view(owned_); }

  void reserve(std::size_t n_bytes) { owned_.reserve(n_bytes); }
  /// Appends characters that all came from `source`. REQUIRES: this was made by the default constructor.
  void append(std::string_view characters, ByteSpan source);
  void append(char32_t c, ByteSpan source);
  /// Appends the bytes [begin, end) of `from`, whole characters, with their sources. REQUIRES: as above; `from` must
  /// not be this.
  class Cursor;
  void append_from(const AlignedText& from, Cursor* cursor, std::size_t begin, std::size_t end);

 private:
  /// Bytes from `begin` to the next run's. `kept`: copied from the original byte by byte; else all from `source`.
  struct Run {
    std::uint32_t begin = 0;
    ByteSpan source;
    bool kept = true;
  };

  void append_kept(std::string_view characters, std::uint32_t source_begin);
  [[nodiscard]] std::size_t end_of(std::size_t run) const {
    return run + 1 < runs_.size() ? runs_[run + 1].begin : bytes().size();
  }

  bool is_view_ = false;
  std::string_view view_;
  std::string owned_;
  std::vector<Run> runs_;
};

/// Looks sources up along a text; a step forward costs little, a step back a search.
class AlignedText::Cursor {
 public:
  /// `text` must outlive the cursor and stay as it is.
  explicit Cursor(const AlignedText& text) : text_(text) {}

  /// The bytes of the original behind [begin, end): from those of the first byte's character to those of the last
  /// byte's. REQUIRES: begin < end <= bytes().size().
  [[nodiscard]] ByteSpan source(std::size_t begin, std::size_t end) {
    return {source_at(begin, &run_).begin, source_at(end - 1, &last_run_).end};
  }

 private:
  friend class AlignedText;

  /// Moves `*run` to the run that holds byte `at`.
  void seek(std::size_t at, std::size_t* run) const;
  [[nodiscard]] ByteSpan source_at(std::size_t at, std::size_t* run) const;

  const AlignedText& text_;
  std::size_t run_ = 0;
  std::size_t last_run_ = 0;
};

}  // namespace pith
