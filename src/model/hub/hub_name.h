// Names of models on a hub: "hf:ORG/NAME", with an optional file and revision.
//
//   hf:microsoft/llmlingua-2-xlm-roberta-large-meetingbank
//   hf:org/name@v1.0               a branch, tag or commit
//   hf:org/name/model-q4.gguf      one GGUF file of a repository
//   hf:org/name:model-q4.gguf      the same
//   hf:org/name:Q4_K_M             the GGUF file whose name ends in that quantisation
//   hf:org/name:Q4_K_M@v1.0
#pragma once

#include <string>
#include <string_view>

#include "pith/result.h"

namespace pith {

struct HubName {
  std::string org;
  std::string name;
  std::string file{};          ///< a *.gguf file's path in the repository, or ""
  std::string revision{};      ///< "" = the main branch
  std::string quantization{};  ///< which of a repository's GGUF files, by the end of its name; "" where `file` is given

  [[nodiscard]] std::string id() const { return org + '/' + name; }

  friend bool operator==(const HubName&, const HubName&) = default;
};

/// "hf:ORG/NAME[/FILE|:QUANTISATION][@REVISION]", as parse_hub_name() reads it.
[[nodiscard]] std::string to_text(const HubName& name);

/// True for "hf:...", whatever follows.
[[nodiscard]] bool has_hub_prefix(std::string_view text);

/// Parses a name; the prefix "hf:" may be left out. The parts are safe as names of folders and in URLs.
/// Errors: kInvalidArgument, with the expected form.
[[nodiscard]] Result<HubName> parse_hub_name(std::string_view text);

/// Whether a file's name without folder, ".gguf" and "-00001-of-00002" ends in `quantization`, behind '-' or '.', in
/// capitals or not: "x/model-Q4_K_M.gguf" is of q4_k_m and not of K_M.
[[nodiscard]] bool is_of_quantization(std::string_view file_name, std::string_view quantization);

/// "x-00002-of-00003.gguf": a part of a model that is not its first.
[[nodiscard]] bool is_later_part(std::string_view file_name);

/// A branch, tag or commit: letters, digits and "._-/+", at most 200 bytes, no "..". Errors: kInvalidArgument.
[[nodiscard]] Result<void> check_revision(std::string_view revision);

/// Whether a file name that a hub sent may be used below a folder: relative, no empty, "." or ".." segment, no
/// backslash, colon or control character, UTF-8, segments of at most 200 bytes, at most 1,000 in all.
[[nodiscard]] bool is_safe_file_name(std::string_view path);

/// 40 hexadecimal digits: a whole commit id.
[[nodiscard]] bool is_commit(std::string_view text);

/// `n_digits` lower-case hexadecimal digits and nothing else.
[[nodiscard]] bool is_hex(std::string_view text, std::size_t n_digits);

/// `text` with control characters and bytes beyond ASCII replaced by '?', cut at 100 bytes: names from the network in
/// messages must not steer a terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace pith
