// Recorded traces are stored as gzip files.
#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>

namespace pith {

inline std::string read_gz(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error("cannot read " + path);
  std::string text;
  std::string block(std::size_t{1} << 16, '\0');
  int n = 0;
  while ((n = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0) {
    text.append(block, 0, static_cast<std::size_t>(n));
  }
  gzclose(file);
  if (n < 0) throw std::runtime_error(path + " is damaged");
  return text;
}

}  // namespace pith
