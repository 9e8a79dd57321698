#include "model/hub/file_io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace pith {

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}

tl::unexpected<Error> file_error(const std::string& path, std::string_view what) {
  const int error = errno;
  const bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return fail(error == ENOENT || error == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kIo,
              fmt::format("{}: {}: {}{}", path, what, std::strerror(error),
                          is_full ? "; make room (or set PITH_CACHE to a folder elsewhere) and run the same command "
                                    "again: it goes on where it stopped"
                                  : ""));
}

std::uint64_t file_bytes(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return 0;
  return static_cast<std::uint64_t>(info.st_size);
}

Result<void> write_whole(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      return file_error(path, "cannot write");
    }
  }
  return {};
}

Result<void> write_small_file(const std::string& path, std::string_view text) {
  const OwnedFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (file.get() < 0) return file_error(path, "cannot write");
  if (auto ok = write_whole(file.get(), text, path); !ok) return ok;
  if (::fsync(file.get()) != 0 && errno != EINVAL && errno != ENOSYS) return file_error(path, "cannot write");
  return {};
}

void sync_path(const std::string& path) {
  const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() >= 0) ::fsync(file.get());
}

Result<void> make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  errno = error.value();
  return file_error(path, "cannot make the folder");
}

}  // namespace pith
