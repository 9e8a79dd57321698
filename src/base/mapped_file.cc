#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace pith {
namespace {

tl::unexpected<Error> io_error(const std::string& path, const char* what) {
  const int e = errno;
  const ErrorCode code = (e == ENOENT || e == ENOTDIR) ? ErrorCode::kNotFound : ErrorCode::kIo;
  return fail(code, std::string("cannot ") + what + " " + path + ": " + std::strerror(e));
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  MappedFile mapped;
  mapped.path_ = path;
  mapped.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (mapped.fd_ < 0) return io_error(path, "open");
  struct stat info {};
  if (::fstat(mapped.fd_, &info) != 0) return io_error(path, "read");
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::kIo, "cannot read " + path + ": not a regular file");
  mapped.n_bytes_ = static_cast<std::size_t>(info.st_size);
  if (mapped.n_bytes_ == 0) return mapped;  // mmap refuses empty ranges
  void* data = ::mmap(nullptr, mapped.n_bytes_, PROT_READ, MAP_PRIVATE, mapped.fd_, 0);
  if (data == MAP_FAILED) {
    mapped.n_bytes_ = 0;
    return io_error(path, "map");
  }
  mapped.data_ = static_cast<const char*>(data);
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      data_(std::exchange(other.data_, nullptr)),
      n_bytes_(std::exchange(other.n_bytes_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  std::swap(data_, other.data_);
  std::swap(n_bytes_, other.n_bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), n_bytes_);
  if (fd_ >= 0) ::close(fd_);
}

Result<void> MappedFile::read_at(std::size_t begin, std::span<char> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(begin));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error(path_, "read");
    if (n == 0) return fail(ErrorCode::kIo, "cannot read " + path_ + ": it ends before byte " + std::to_string(begin));
    begin += static_cast<std::size_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<std::string> read_file(const std::string& path) {
  auto mapped = MappedFile::open(path);
  if (!mapped) return tl::unexpected(mapped.error());
  return std::string(mapped->bytes());
}

}  // namespace pith
