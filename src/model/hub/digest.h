// Checksums of files: SHA-256 as hubs publish it for large files, and the id git gives to a small one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pith/result.h"

struct evp_md_ctx_st;

namespace pith {

class Digest {
 public:
  enum class Kind { kSha1, kSha256 };

  explicit Digest(Kind kind);
  void add(std::string_view bytes);
  /// In lower-case hexadecimal digits. Ends the digest: nothing may follow.
  [[nodiscard]] std::string hex() &&;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

struct FileDigests {
  std::uint64_t n_bytes = 0;
  std::string sha256;
  std::string git_blob;  ///< SHA-1 of "blob N\0" and the file, as `git hash-object` prints it; "" if not asked for
};

/// Reads the file once, in pieces; `on_bytes(n)` is told after each how many bytes are done and returns false to
/// cancel. Errors: kNotFound, kIo, kCancelled.
[[nodiscard]] Result<FileDigests> digest_file(const std::string& path, bool with_git_blob,
                                              const std::function<bool(std::uint64_t n_done_bytes)>& on_bytes = {});

}  // namespace pith
