#include "tokenize/sentencepiece_normalizer.h"

#include "text/utf8.h"

namespace pith {
namespace {

AlignedText strip(const AlignedText& text, const StripStep& step) {
  const std::string_view bytes = text.bytes();
  std::size_t begin = 0, end = bytes.size();
  while (step.left && begin < end) {
    const CodePoint c = decode_code_point(bytes, begin);
    if (!is_white_space(c.value)) break;
    begin += c.n_bytes;
  }
  while (step.right && end > begin) {
    std::size_t last = end - 1;
    while ((static_cast<unsigned char>(bytes[last]) & 0xC0) == 0x80) --last;
    if (!is_white_space(decode_code_point(bytes, last).value)) break;
    end = last;
  }
  AlignedText out;
  AlignedText::Cursor cursor(text);
  out.reserve(end - begin);
  out.append_from(text, &cursor, begin, end);
  return out;
}

AlignedText prepend(const AlignedText& text, const PrependStep& step) {
  const std::size_t n = text.bytes().size();
  AlignedText out;
  if (n == 0) return out;
  out.reserve(step.content.size() + n);
  AlignedText::Cursor cursor(text);
  out.append(step.content, cursor.source(0, 1));
  out.append_from(text, &cursor, 0, n);
  return out;
}

}  // namespace

AlignedText replace_all(const AlignedText& text, const ReplaceStep& step) {
  const std::string_view bytes = text.bytes();
  AlignedText out;
  out.reserve(bytes.size() + bytes.size() / 4);
  AlignedText::Cursor cursor(text);
  std::size_t kept = 0;
  for (std::size_t at = bytes.find(step.pattern); at != std::string_view::npos; at = bytes.find(step.pattern, at)) {
    std::size_t end = at + step.pattern.size();
    if (step.runs) {
      while (end < bytes.size() && bytes[end] == ' ') ++end;
      if (end == at + 1) {
        at = end;
        continue;
      }
    }
    out.append_from(text, &cursor, kept, at);
    out.append(step.content, cursor.source(end - 1, end));
    kept = at = end;
  }
  out.append_from(text, &cursor, kept, bytes.size());
  return out;
}

AlignedText SentencePieceNormalizer::apply(std::string_view text) const {
  AlignedText now(text);
  for (const Step& step : steps_) {
    struct {
      const AlignedText& text;
      AlignedText operator()(const Charsmap& map) const { return map.apply(text); }
      AlignedText operator()(const StripStep& strip_step) const { return strip(text, strip_step); }
      AlignedText operator()(const ReplaceStep& replace) const { return replace_all(text, replace); }
      AlignedText operator()(const PrependStep& prepend_step) const { return prepend(text, prepend_step); }
      AlignedText operator()(TextNormalizer normalizer) const { return normalize(normalizer, text); }
    } const visitor{now};
    AlignedText next = std::visit(visitor, step);
    now = std::move(next);
  }
  return now;
}

}  // namespace pith
