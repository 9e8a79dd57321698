// Files as the store of pulled models handles them: descriptors that close themselves, whole writes, and errors that
// say what to do when a disk is full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "pith/result.h"

namespace pith {

class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd();

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// "PATH: WHAT: <what errno says>": kNotFound for a missing file, else kIo; a full disk gets its remedy.
[[nodiscard]] tl::unexpected<Error> file_error(const std::string& path, std::string_view what);

/// Size of a regular file, 0 when there is none.
[[nodiscard]] std::uint64_t file_bytes(const std::string& path);

[[nodiscard]] Result<void> write_whole(int fd, std::string_view bytes, const std::string& path);

/// Writes a small file, on disk when it returns. Errors: kNotFound (no such folder), kIo.
[[nodiscard]] Result<void> write_small_file(const std::string& path, std::string_view text);

/// Makes a file's or folder's state last through a power cut; best effort, as some file systems cannot.
void sync_path(const std::string& path);

/// Makes a folder and those above it. Errors: kIo.
[[nodiscard]] Result<void> make_folders(const std::string& path);

}  // namespace pith
