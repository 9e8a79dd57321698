// A read-only file mapped into memory: model weights are read where they lie, and pages that nobody touches cost
// nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith {

/// Move-only owner of a mapping. Views of bytes() are valid until it is destroyed; moving keeps them valid.
class MappedFile {
 public:
  /// Errors: kNotFound (no such file), kIo (anything else, a folder included); the message names the path.
  [[nodiscard]] static Result<MappedFile> open(const std::string& path);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const { return {data_, n_bytes_}; }
  /// Copies `out.size()` bytes from `begin` on without mapping their pages: a kernel may map 2 MB around each byte that
  /// is touched, which makes a few thousand rows of a large table cost as much memory as the table. Thread-safe.
  /// Errors: kIo (the range is not in the file, or it was cut since it was opened).
  [[nodiscard]] Result<void> read_at(std::size_t begin, std::span<char> out) const;

 private:
  std::string path_;
  int fd_ = -1;
  const char* data_ = nullptr;
  std::size_t n_bytes_ = 0;
};

/// A whole file as a string, for small text files. Same errors as MappedFile::open.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

}  // namespace pith
