#include "tokenize/metaspace.h"

#include <array>
#include <cstddef>
#include <utility>

#include "text/utf8.h"

namespace pith {
namespace {

enum class ByteClass : std::uint8_t { kOther, kSpace, kMayBeginSpace };

/// ASCII white space, and the first bytes of all other.
const std::array<ByteClass, 256>& byte_classes() {
  static const std::array<ByteClass, 256> kClasses = [] {
    std::array<ByteClass, 256> classes{};
    constexpr char32_t kLastWhiteSpace = 0x3000;
    for (char32_t c = 0; c <= kLastWhiteSpace; ++c) {
      if (!is_white_space(c)) continue;
      std::string utf8;
      append_utf8(c, &utf8);
      classes[static_cast<unsigned char>(utf8[0])] = c < 0x80 ? ByteClass::kSpace : ByteClass::kMayBeginSpace;
    }
    return classes;
  }();
  return kClasses;
}

}  // namespace

MetaspaceSplitter::MetaspaceSplitter(MetaspaceOptions options)
    : options_(std::move(options)),
      spaces_{" ", false, options_.metaspace ? options_.metaspace->replacement : std::string(" ")} {}

std::optional<AlignedText> MetaspaceSplitter::mark_spaces(const AlignedText& normalized) const {
  if (options_.whitespace_split || !options_.metaspace) return std::nullopt;
  return replace_all(normalized, spaces_);
}

void MetaspaceSplitter::find_white_space(std::string_view bytes, std::size_t at, std::size_t* begin, std::size_t* end) {
  static const std::array<ByteClass, 256>& classes = byte_classes();
  for (; at < bytes.size(); ++at) {
    const ByteClass byte_class = classes[static_cast<unsigned char>(bytes[at])];
    if (byte_class == ByteClass::kOther) continue;
    std::size_t n_bytes = 1;
    if (byte_class == ByteClass::kMayBeginSpace) {
      const CodePoint c = decode_code_point(bytes, at);
      if (!is_white_space(c.value)) {
        at += c.n_bytes - std::size_t{1};
        continue;
      }
      n_bytes = c.n_bytes;
    }
    *begin = at;
    *end = at + n_bytes;
    return;
  }
  *begin = *end = bytes.size();
}

}  // namespace pith
