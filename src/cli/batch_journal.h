// The output file of a batch while it is being written, and what makes it resumable.
//
//   OUT.part           results so far, one line each
//   OUT.part.journal   "pith batch journal 1 settings=<hex>", then a record after each write to OUT.part:
//                      "line=<input lines done> bytes=<size of OUT.part> failed=<failed lines> input=<hash of them>"
//
// Both are only appended to, so a killed run leaves at most half a line at the end of either. The next run reads the
// last whole record whose bytes are there, cuts OUT.part to that size, checks that the input's first lines have that
// hash, and goes on. finish() renames OUT.part to OUT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/files.h"
#include "pith/result.h"

struct XXH3_state_s;

namespace pith::cli {

/// How far a run came. input_hash covers the input's first n_lines lines, as LineHash makes it.
struct BatchPosition {
  std::size_t n_lines = 0;
  std::size_t n_output_bytes = 0;
  std::size_t n_failed = 0;
  std::uint64_t input_hash = 0;

  friend bool operator==(const BatchPosition&, const BatchPosition&) = default;
};

/// XXH3 over the lines read so far.
class LineHash {
 public:
  LineHash();

  void add(std::string_view line);
  [[nodiscard]] std::uint64_t value() const;

 private:
  struct FreeState {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, FreeState> state_;
};

[[nodiscard]] std::uint64_t hash_of(std::string_view text);

class BatchJournal {
 public:
  /// Opens or creates OUT.part and its journal. `settings` identifies everything but the input that decides the
  /// results. `restart` forgets an earlier run. Errors: kIo; kNotFound (no such folder); kInvalidArgument when another
  /// process is writing the same file, or when an earlier run had other settings or left a journal that cannot be used.
  [[nodiscard]] static Result<BatchJournal> open(const std::string& output_path, std::uint64_t settings, bool restart);

  /// Where the earlier run stopped; all zero for a fresh start. The caller must check input_hash against the input.
  [[nodiscard]] const BatchPosition& start() const { return start_; }
  [[nodiscard]] const std::string& part_path() const { return part_path_; }

  /// Appends result lines and records where that leaves the run. Errors: kIo.
  [[nodiscard]] Result<void> append(std::string_view results, const BatchPosition& position);
  /// Removes both files: for a run that failed before its first line, which leaves nothing to continue.
  void abandon();
  /// Puts the results on disk under their final name and removes the journal. Errors: kIo.
  [[nodiscard]] Result<void> finish();

 private:
  BatchJournal() = default;
  [[nodiscard]] Result<void> begin(std::uint64_t settings);

  std::string output_path_;
  std::string part_path_;
  std::string journal_path_;
  FileDescriptor part_;
  FileDescriptor journal_;
  BatchPosition start_;
};

/// Reads a journal's text: the last whole record with at most `n_part_bytes` bytes, or all zero without one.
/// Errors: kInvalidArgument when the first line is not that of a journal with these settings.
[[nodiscard]] Result<BatchPosition> read_journal(std::string_view text, std::uint64_t settings,
                                                 std::size_t n_part_bytes);

}  // namespace pith::cli
