#include "base/paths.h"

#include <cstdlib>
#include <filesystem>

namespace pith {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::string cache_dir() {
  if (auto dir = environment("PITH_CACHE"); !dir.empty()) return dir;
  if (auto dir = environment("XDG_CACHE_HOME"); !dir.empty()) return dir + "/pith";
  if (auto home = environment("HOME"); !home.empty()) return home + "/.cache/pith";
  std::error_code error;
  return (std::filesystem::temp_directory_path(error) / "pith").string();
}

std::string data_dir() {
  if (auto dir = environment("PITH_DATA"); !dir.empty()) return dir;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto beside = program.parent_path().parent_path() / "share" / "pith";
    if (std::filesystem::is_directory(beside, error)) return beside.string();
  }
  return PITH_INSTALLED_DATA_DIR;
}

}  // namespace pith
