// What a hub says a repository holds, and which of it a model needs. Everything here comes from the network and is
// checked before use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/hub/hub_name.h"
#include "pith/result.h"

namespace pith {

struct HubFile {
  std::string name;  ///< a safe path (is_safe_file_name)
  std::optional<std::uint64_t> n_bytes;
  std::string sha256;    ///< of large files ("LFS"); else ""
  std::string git_blob;  ///< of files that lie in git itself; else ""
};

struct HubListing {
  std::string commit;  ///< 40 hexadecimal digits
  std::vector<HubFile> files;
};

/// Parses the answer of GET /api/models/ID/revision/REVISION?blobs=true. `name` names it in errors.
/// Errors: kBadInput (not JSON, fields missing or of another type, no commit, a file name that is not safe).
[[nodiscard]] Result<HubListing> parse_listing(std::string_view text, std::string_view name);

/// The files of `listing` that the model `name` consists of: configuration, tokenizer and safetensors weights, whole or
/// in parts; or, of a name with a file or a quantisation, that GGUF file and its other parts.
/// Errors: kUnsupported (weights only in another format: the message says which, and what to do), kBadModel (parts or
/// the tokenizer missing), kNotFound (no such file, or several of that quantisation; the message lists the GGUF files
/// there are).
[[nodiscard]] Result<std::vector<HubFile>> choose_files(const HubListing& listing, const HubName& name);

}  // namespace pith
