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

struct FileDescriptor {
  int fd;
  ~FileDescriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path) {
  const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return io_error(path, "open");
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) return io_error(path, "read");
  if (!S_ISREG(info.st_mode)) return fail(ErrorCode::kIo, "cannot read " + path + ": not a regular file");
  MappedFile mapped;
  mapped.n_bytes_ = static_cast<std::size_t>(info.st_size);
  if (mapped.n_bytes_ == 0) return mapped;  // mmap refuses empty ranges
  void* data = ::mmap(nullptr, mapped.n_bytes_, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (data == MAP_FAILED) {
    mapped.n_bytes_ = 0;
    return io_error(path, "map");
  }
  mapped.data_ = static_cast<const char*>(data);
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), n_bytes_(std::exchange(other.n_bytes_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(n_bytes_, other.n_bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), n_bytes_);
}

Result<std::string> read_file(const std::string& path) {
  auto mapped = MappedFile::open(path);
  if (!mapped) return tl::unexpected(mapped.error());
  return std::string(mapped->bytes());
}

}  // namespace pith
