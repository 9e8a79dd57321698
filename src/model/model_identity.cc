#include "model/model_identity.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/mapped_file.h"
#include "base/paths.h"
#include "model/checkpoint.h"
#include "model/resident.h"

namespace pith {
namespace {

Result<std::vector<std::string>> files_of(const std::string& model) {
  std::error_code error;
  if (std::filesystem::is_regular_file(model, error)) return std::vector<std::string>{model};
  const auto checkpoint = Checkpoint::open(model);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  std::vector<std::string> paths{model + "/config.json", checkpoint->path()};
  for (const SafeTensors& file : checkpoint->files()) {
    if (file.path() != checkpoint->path()) paths.push_back(file.path());  // shards, after their index
  }
  return paths;
}

/// Changes whenever a file does: its status-change time cannot be set back.
Result<BlobKey> stamp_of(const std::vector<std::string>& paths) {
  BlobKeyBuilder stamp;
  stamp.add("model identity 1");
  for (const std::string& path : paths) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
      return fail(ErrorCode::kNotFound, fmt::format("{}: {}", path, std::strerror(errno)));
    }
    std::error_code error;
    stamp.add(std::filesystem::absolute(path, error).string());
    stamp.add(fmt::format("{} {} {} {}.{} {}.{}", info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
                          info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec));
  }
  return stamp.key();
}

Result<BlobKey> hash_contents(const std::vector<std::string>& paths) {
  BlobKeyBuilder identity;
  for (const std::string& path : paths) {
    const auto file = MappedFile::open(path);
    if (!file) return tl::unexpected(file.error());
    const std::string_view bytes = file->bytes();
    // In pieces, so that a file larger than memory does not fill it.
    constexpr std::size_t kPieceBytes = std::size_t{16} << 20;
    identity.add(fmt::format("{}", bytes.size()));
    for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
      const std::string_view piece = bytes.substr(at, kPieceBytes);
      identity.add(piece);
      drop_resident_pages(piece);
    }
  }
  return identity.key();
}

}  // namespace

Result<BlobKey> model_identity(const std::string& model, const std::string& cache_dir) {
  const auto paths = files_of(model);
  if (!paths) return tl::unexpected(paths.error());
  if (cache_dir == "none") return hash_contents(*paths);
  const auto stamp = stamp_of(*paths);
  if (!stamp) return tl::unexpected(stamp.error());
  const BlobCache known((cache_dir.empty() ? pith::cache_dir() : cache_dir) + "/identities");
  BlobKey identity;
  if (const auto blob = known.find(*stamp); blob && blob->payload.size() == identity.bytes.size()) {
    std::memcpy(identity.bytes.data(), blob->payload.data(), identity.bytes.size());
    return identity;
  }
  auto hashed = hash_contents(*paths);
  if (!hashed) return hashed;
  known.store(*stamp, [&](std::ostream& out) {  // a folder that cannot be written costs time, not the answer
    out.write(reinterpret_cast<const char*>(hashed->bytes.data()), static_cast<std::streamsize>(hashed->bytes.size()));
  });
  return hashed;
}

}  // namespace pith
