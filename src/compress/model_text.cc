#include "compress/model_text.h"

#include <string>
#include <string_view>

#include "compress/read_spans.h"

namespace pith {
namespace {

constexpr std::string_view kBlankLine = "\n\n";

std::uint32_t to_u32(std::size_t n) { return static_cast<std::uint32_t>(n); }

}  // namespace

ModelText make_model_text(std::span<const PreparedContext> contexts, std::span<const std::size_t> order,
                          const Tokenizer& tokenizer) {
  ModelText text;
  std::string joined;
  std::vector<ByteSpan> read;   // of the joined text
  std::vector<ByteSpan> words;  // of the joined text
  bool is_all_read = true;
  for (const std::size_t c : order) {
    const PreparedContext& context = contexts[c];
    text.words_begin.push_back(to_u32(words.size()));
    const std::vector<ByteSpan> spans = read_spans(context);
    if (!joined.empty()) {
      const std::uint32_t at = to_u32(joined.size());
      joined.append(kBlankLine);
      if (!spans.empty()) read.push_back({at, to_u32(joined.size())});
    }
    const std::uint32_t base = to_u32(joined.size());
    joined.append(context.text);
    for (const ByteSpan span : spans) read.push_back({base + span.begin, base + span.end});
    is_all_read = is_all_read && context.is_plain();
    for (const Word& word : context.document.words) words.push_back({base + word.span.begin, base + word.span.end});
  }
  text.words_begin.push_back(to_u32(words.size()));

  Encoding encoding;
  if (!joined.empty() && !read.empty()) tokenizer.encode(joined, &encoding);
  if (!is_all_read) keep_tokens_in(read, encoding);
  text.ids = std::move(encoding.ids);
  text.first_word.reserve(text.ids.size());
  text.end_word.reserve(text.ids.size());
  std::size_t first = 0;  // the first word that a token may still touch
  for (const ByteSpan token : encoding.spans) {
    while (first < words.size() && words[first].end <= token.begin) ++first;
    std::size_t end = first;
    while (end < words.size() && words[end].begin < token.end) ++end;
    text.first_word.push_back(to_u32(first));
    text.end_word.push_back(to_u32(end));
  }
  return text;
}

}  // namespace pith
