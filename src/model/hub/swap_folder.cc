#include "model/hub/swap_folder.h"

#include <fcntl.h>
#include <stdio.h>  // NOLINT(modernize-deprecated-headers): renameat2 is declared only there

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "model/hub/file_io.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

/// Folders change places in one step where the file system can, else by way of a third name.
Result<void> exchange(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return file_error(to, "cannot replace the folder");
  const std::string aside = from + ".old";
  if (::rename(to.c_str(), aside.c_str()) != 0) return file_error(to, "cannot move the folder aside");
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  auto failed = file_error(to, "cannot replace the folder");
  ::rename(aside.c_str(), to.c_str());
  return failed;
}

}  // namespace

Result<void> link_file(const std::string& from, const std::string& to) {
  if (from == to) return {};
  std::error_code error;
  fs::create_directories(fs::path(to).parent_path(), error);
  fs::remove(to, error);
  fs::create_hard_link(from, to, error);
  if (error) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) return {};
  errno = error.value();
  return file_error(to, "cannot link or copy to it");
}

Result<void> put_folder_in_place(const std::string& from, const std::string& to) {
  const std::string parent = fs::path(to).parent_path().string();
  if (auto ok = make_folders(parent); !ok) return ok;
  sync_path(from);
  std::error_code error;
  if (fs::exists(fs::path(to) / "pith.json", error)) {
    if (auto ok = exchange(from, to); !ok) return ok;
  } else if (fs::exists(to, error) && !fs::is_empty(to, error)) {
    return fail(ErrorCode::kIo, to + ": is in the way, and was not made by `pith models pull`: move or delete it");
  } else if (::rename(from.c_str(), to.c_str()) != 0) {
    return file_error(to, "cannot put the folder in place");
  }
  sync_path(parent);
  return {};
}

}  // namespace pith
