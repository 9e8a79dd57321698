// What some tools put before a document: YAML between lines of three dashes, or TOML between lines of three pluses.
#pragma once

#include "text/structure/recognizers.h"

namespace pith {

/// Adds the front matter `span` begins with and returns where the document itself begins; span.begin if there is none.
[[nodiscard]] std::uint32_t add_front_matter(std::string_view text, ByteSpan span, const Surroundings& around,
                                             TreeBuilder& tree);

}  // namespace pith
