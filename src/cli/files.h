// Reading texts and writing results, with errors that name the file and the next step.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith::cli {

/// Standard output's or an -o pipe's reader went away (EPIPE). Not an error to report: run() exits with 141, silently.
struct BrokenPipe {};

/// Owns a file descriptor.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  [[nodiscard]] int get() const { return fd_; }
  /// Closes and reports what close(2) says: on network file systems that is where a write fails.
  [[nodiscard]] bool close();

 private:
  int fd_;
};

/// Opens a file for reading; a folder is refused. Errors: kNotFound, kIo.
[[nodiscard]] Result<FileDescriptor> open_input(const std::string& path);

/// Opens a file, device or pipe for writing; a file is emptied. Errors: kNotFound (no such folder), kIo.
[[nodiscard]] Result<FileDescriptor> open_for_writing(const std::string& path);

/// A whole text, of at most `max_bytes`. A regular file that is larger is refused without being read.
/// Errors: kTooLarge, kIo, kCancelled (a signal asked to stop).
[[nodiscard]] Result<std::string> read_text(int fd, std::string_view name, std::size_t max_bytes);

/// Writes everything. Errors: kIo. Throws BrokenPipe.
[[nodiscard]] Result<void> write_all(int fd, std::string_view bytes, std::string_view name);

/// Replaces the content of the file `path`. Errors: those of open_for_writing and write_all.
[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view bytes);

/// For messages to people: errors are of no use here and are ignored.
void say(int fd, std::string_view text);

}  // namespace pith::cli
