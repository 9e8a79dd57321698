// Recorded cases are stored compressed.
#pragma once

#include <zstd.h>

#include <stdexcept>
#include <string>

#include "support/temp_dir.h"

namespace pith {

inline std::string read_zst(const std::string& path) {
  const std::string packed = read_text(path);
  std::string out;
  std::string block(ZSTD_DStreamOutSize(), '\0');
  ZSTD_DCtx* context = ZSTD_createDCtx();
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size && ZSTD_isError(left) == 0) {
    ZSTD_outBuffer piece{block.data(), block.size(), 0};
    left = ZSTD_decompressStream(context, &piece, &in);
    out.append(block, 0, piece.pos);
  }
  ZSTD_freeDCtx(context);
  if (left != 0) throw std::runtime_error(path + " is missing or damaged");
  return out;
}

}  // namespace pith
