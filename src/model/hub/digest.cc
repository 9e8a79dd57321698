#include "model/hub/digest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "model/hub/file_io.h"

namespace pith {

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Digest::Digest(Kind kind) : context_(EVP_MD_CTX_new()) {
  PITH_CHECK(context_ != nullptr, "out of memory");
  const EVP_MD* const algorithm = kind == Kind::kSha1 ? EVP_sha1() : EVP_sha256();
  PITH_CHECK(EVP_DigestInit_ex(context_.get(), algorithm, nullptr) == 1, "the digest is switched off in OpenSSL");
}

void Digest::add(std::string_view bytes) {
  PITH_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "");
}

std::string Digest::hex() && {
  std::vector<unsigned char> bytes(EVP_MAX_MD_SIZE);
  unsigned n_bytes = 0;
  PITH_CHECK(EVP_DigestFinal_ex(context_.get(), bytes.data(), &n_bytes) == 1, "");
  std::string out;
  for (unsigned i = 0; i < n_bytes; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

Result<FileDigests> digest_file(const std::string& path, bool with_git_blob,
                                const std::function<bool(std::uint64_t)>& on_bytes) {
  const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return file_error(path, "cannot open");
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return file_error(path, "cannot read");
  FileDigests digests;
  Digest sha256(Digest::Kind::kSha256);
  Digest sha1(Digest::Kind::kSha1);
  sha1.add(fmt::format("blob {}", info.st_size));
  sha1.add(std::string_view("\0", 1));
  constexpr std::size_t kPieceBytes = 1 << 20;
  std::vector<char> piece(kPieceBytes);
  while (true) {
    const ssize_t n = ::read(file.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error(path, "cannot read");
    if (n == 0) break;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(n));
    sha256.add(bytes);
    if (with_git_blob) sha1.add(bytes);
    digests.n_bytes += bytes.size();
    if (on_bytes && !on_bytes(digests.n_bytes)) return fail(ErrorCode::kCancelled, "interrupted");
  }
  digests.sha256 = std::move(sha256).hex();
  if (with_git_blob) digests.git_blob = std::move(sha1).hex();
  return digests;
}

}  // namespace pith
