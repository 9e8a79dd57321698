// Files of a pulled model in JSON, alike in `pith models show --json` and `pith models pull --json`.
#pragma once

#include <vector>

#include "model/hub/store.h"
#include "text/json_writer.h"

namespace pith::cli {

/// The member "files" of the object that `out` is writing.
inline void write_files(const std::vector<PulledFile>& files, JsonWriter* out) {
  out->key("files").begin_array();
  for (const PulledFile& file : files) {
    out->begin_object();
    out->key("name").string(file.name);
    out->key("bytes").integer(file.n_bytes);
    out->key("sha256").string(file.sha256);
    out->end_object();
  }
  out->end_array();
}

}  // namespace pith::cli
