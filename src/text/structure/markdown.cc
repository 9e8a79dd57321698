#include <fmt/format.h>

#include "text/structure/front_matter.h"
#include "text/structure/markdown_blocks.h"
#include "text/structure/recognizers.h"

namespace pith {

bool add_markdown(std::string_view text, ByteSpan span, const Surroundings& around, TreeBuilder& tree) {
  const std::uint32_t begin = add_front_matter(text, span, around, tree);
  add_markdown_blocks(text, {begin, span.end}, around, {}, tree);
  return true;
}

}  // namespace pith
