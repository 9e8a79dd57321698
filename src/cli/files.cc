#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/interrupt.h"

namespace pith::cli {
namespace {

tl::unexpected<Error> system_error(std::string_view name, std::string_view what) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}: {}", name, what, std::strerror(errno)));
}

tl::unexpected<Error> too_large(std::string_view name, std::string_view size, std::size_t max_bytes) {
  return fail(ErrorCode::kTooLarge,
              fmt::format("{}: {}, more than the limit of {} bytes ({} MiB) for one request: split it "
                          "into several",
                          name, size, max_bytes, max_bytes >> 20));
}

}  // namespace

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() { (void)close(); }

bool FileDescriptor::close() {
  const int fd = std::exchange(fd_, -1);
  return fd < 0 || ::close(fd) == 0;
}

Result<FileDescriptor> open_input(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(ErrorCode::kNotFound, path + ": no such file: check the path, or give \"-\" to read standard input");
    }
    return system_error(path, "cannot open");
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_error(path, "cannot read");
  if (S_ISDIR(info.st_mode)) return fail(ErrorCode::kIo, path + ": is a folder: give the files in it");
  return file;
}

Result<std::string> read_text(int fd, std::string_view name, std::size_t max_bytes) {
  struct stat info {};
  std::string text;
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    const auto n_bytes = static_cast<std::size_t>(info.st_size);
    if (n_bytes > max_bytes) return too_large(name, fmt::format("{} bytes", n_bytes), max_bytes);
    text.reserve(n_bytes);
  }
  constexpr std::size_t kBlockBytes = std::size_t{1} << 16;
  while (true) {
    const std::size_t n_before = text.size();
    text.resize(n_before + kBlockBytes);
    const ssize_t n = ::read(fd, text.data() + n_before, kBlockBytes);
    const int error = errno;
    text.resize(n_before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n == 0) return text;
    if (n < 0) {
      if (stop_signal() != 0) return fail(ErrorCode::kCancelled, "interrupted");
      if (error == EINTR) continue;
      errno = error;
      return system_error(name, "cannot read");
    }
    if (text.size() > max_bytes) return too_large(name, fmt::format("over {} bytes", max_bytes), max_bytes);
  }
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EPIPE) {
      throw BrokenPipe{};
    } else if (errno != EINTR) {
      return system_error(name, "cannot write");
    }
  }
  return {};
}

Result<FileDescriptor> open_for_writing(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(ErrorCode::kNotFound, path + ": no such folder: create it first");
    }
    return system_error(path, "cannot write");
  }
  return file;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  auto file = open_for_writing(path);
  if (!file) return tl::unexpected(file.error());
  if (auto ok = write_all(file->get(), bytes, path); !ok) return ok;
  if (!file->close()) return system_error(path, "cannot write");
  return {};
}

void say(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace pith::cli
