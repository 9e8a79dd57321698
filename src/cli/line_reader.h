// Reads a file or pipe line by line in bounded memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith::cli {

struct Line {
  std::size_t number = 0;   ///< from 1
  std::string text;         ///< without "\n" or "\r\n"; empty when `too_long`
  std::size_t n_bytes = 0;  ///< of the line, its end included
  bool too_long = false;    ///< more than the reader's limit; its bytes were passed over
};

/// Used by one thread.
class LineReader {
 public:
  /// `fd` must outlive it. `name` is for errors.
  LineReader(int fd, std::string name, std::size_t max_line_bytes);

  /// The next line; nullopt at the end of the input, or when a signal asked to stop (see stop_signal()).
  /// Waits in short steps, so that a stop is noticed while a pipe is silent. Errors: kIo.
  [[nodiscard]] Result<std::optional<Line>> next();

 private:
  [[nodiscard]] Result<bool> fill();  // false: nothing more to read
  void take(std::string_view bytes, Line* line);

  int fd_;
  std::string name_;
  std::size_t max_line_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;  // in buffer_
  std::size_t n_lines_ = 0;
};

}  // namespace pith::cli
