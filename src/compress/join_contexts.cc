#include "compress/join_contexts.h"

namespace pith {

std::string join_contexts(std::span<const std::string> texts) {
  std::string joined;
  bool has_text = false;
  for (const std::string& text : texts) {
    if (text.empty()) continue;
    if (has_text) joined += "\n\n";
    joined += text;
    has_text = true;
  }
  return joined;
}

}  // namespace pith
