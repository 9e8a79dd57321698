// The pieces a YAML line is made of. Each function looks at a position and says where what begins there ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

struct YamlKey {
  ByteSpan name;            ///< quotes included
  std::uint32_t after = 0;  ///< behind the colon
  bool is_simple = false;   ///< quoted, or one word
};

/// The implicit key that begins at `at` on a line that ends at `end`. Nothing if the line is no `key: ...`.
[[nodiscard]] std::optional<YamlKey> yaml_key(std::string_view text, std::uint32_t at, std::uint32_t end);

/// Behind the closing quote of the scalar at `at`, over as many lines as it takes before `end`.
[[nodiscard]] std::optional<std::uint32_t> yaml_quoted_end(std::string_view text, std::uint32_t at, std::uint32_t end);

/// Behind the bracket that closes the flow collection at `at`. Adds the anchors and aliases in it.
struct YamlReferences {
  std::vector<std::string_view> anchors;
  std::vector<std::string_view> aliases;
};
[[nodiscard]] std::optional<std::uint32_t> yaml_flow_end(std::string_view text, std::uint32_t at, std::uint32_t end,
                                                         YamlReferences& references);

/// Behind the last character of the plain text in [at, end): without a comment and trailing white space.
[[nodiscard]] std::uint32_t yaml_plain_end(std::string_view text, std::uint32_t at, std::uint32_t end);
/// Whether that plain text may be a scalar: no `: ` in it, and no indicator in front.
[[nodiscard]] bool is_yaml_plain(std::string_view scalar);
/// Nothing but white space and a comment in [at, end).
[[nodiscard]] bool is_yaml_line_end(std::string_view text, std::uint32_t at, std::uint32_t end);
/// `|`, `>`, with indentation and chomping indicators.
[[nodiscard]] bool is_yaml_block_header(std::string_view value);

}  // namespace pith
