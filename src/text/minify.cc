#include "text/minify.h"

#include <algorithm>
#include <utility>

#include "text/minify_passes.h"

namespace pith {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::vector<ByteSpan> whole(std::string_view text) {
  if (text.empty()) return {};
  return {{0, static_cast<std::uint32_t>(text.size())}};
}

std::vector<ByteSpan> without_marks(std::string_view text) {
  std::size_t begin = 0;
  while (text.substr(begin).starts_with(kByteOrderMark)) begin += kByteOrderMark.size();
  KeptSpans kept;
  kept.erase(0, begin);
  return kept.finish(text.size());
}

/// The text as passes narrow it down.
class Narrowing {
 public:
  explicit Narrowing(std::string_view original) : original_(original), spans_(whole(original)), text_(original) {}

  void apply(const std::vector<ByteSpan>& kept, std::uint32_t MinifySavings::*category, MinifySavings* savings) {
    std::size_t n_bytes = 0;
    for (const ByteSpan& span : kept) n_bytes += span.n_bytes();
    const std::size_t n_deleted = text_.size() - n_bytes;
    if (n_deleted == 0) return;
    if (savings != nullptr) savings->*category += static_cast<std::uint32_t>(n_deleted);
    spans_ = compose_spans(spans_, kept);
    buffer_ = text_of_spans(original_, spans_);
    text_ = buffer_;
  }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::vector<ByteSpan> take() { return std::move(spans_); }

 private:
  std::string_view original_;
  std::vector<ByteSpan> spans_;
  std::string buffer_;
  std::string_view text_;  // the original, or buffer_
};

bool is_json(Narrowing* narrowing, MinifySavings* savings) {
  const auto kept = without_json_space(narrowing->text());
  if (kept) narrowing->apply(*kept, &MinifySavings::json_bytes, savings);
  return kept.has_value();
}

}  // namespace

std::vector<ByteSpan> minify_spans(std::string_view text, MinifySavings* savings) {
  Narrowing narrowing(text);
  WithoutEscapes plain = without_escapes(text);
  narrowing.apply(plain.kept, &MinifySavings::escape_bytes, savings);
  const std::size_t n_bytes = narrowing.text().size();
  narrowing.apply(without_marks(narrowing.text()), &MinifySavings::mark_bytes, savings);
  const auto n_marks = static_cast<std::uint32_t>(n_bytes - narrowing.text().size());
  for (LineErasure& erasure : plain.erasures) erasure.at -= std::min(erasure.at, n_marks);
  // JSON first: its line breaks may be carriage returns. And again afterwards: a progress bar may hide it.
  if (is_json(&narrowing, savings)) return narrowing.take();
  narrowing.apply(without_overwritten(narrowing.text(), plain.erasures), &MinifySavings::overwritten_bytes, savings);
  narrowing.apply(without_marks(narrowing.text()), &MinifySavings::mark_bytes, savings);
  if (is_json(&narrowing, savings)) return narrowing.take();
  narrowing.apply(without_trailing_blanks(narrowing.text()), &MinifySavings::trailing_bytes, savings);
  narrowing.apply(without_blank_lines(narrowing.text()), &MinifySavings::blank_line_bytes, savings);
  return narrowing.take();
}

std::string text_of_spans(std::string_view text, std::span<const ByteSpan> spans) {
  std::string out;
  std::size_t n_bytes = 0;
  for (const ByteSpan& span : spans) n_bytes += span.n_bytes();
  out.reserve(n_bytes);
  for (const ByteSpan& span : spans) out += span.of(text);
  return out;
}

std::vector<ByteSpan> compose_spans(std::span<const ByteSpan> outer, std::span<const ByteSpan> inner) {
  std::vector<ByteSpan> composed;
  std::size_t o = 0;
  std::uint32_t outer_at = 0;  // where outer[o] begins in the text of outer
  for (const ByteSpan& span : inner) {
    std::uint32_t at = span.begin;
    while (at < span.end) {
      while (outer_at + outer[o].n_bytes() <= at) outer_at += outer[o++].n_bytes();
      const std::uint32_t begin = outer[o].begin + (at - outer_at);
      const std::uint32_t end = std::min(outer[o].end, begin + (span.end - at));
      at += end - begin;
      if (!composed.empty() && composed.back().end == begin) {
        composed.back().end = end;
      } else {
        composed.push_back({begin, end});
      }
    }
  }
  return composed;
}

std::vector<ByteSpan> spans_in_kept(std::span<const ByteSpan> outer, std::span<const ByteSpan> spans) {
  std::vector<std::uint32_t> begins;  // of outer's spans in their text
  begins.reserve(outer.size());
  std::uint32_t n_bytes = 0;
  for (const ByteSpan& span : outer) {
    begins.push_back(n_bytes);
    n_bytes += span.n_bytes();
  }
  // The number of kept bytes before `at` of the original.
  const auto kept_before = [&](std::uint32_t at) {
    const auto after = std::ranges::upper_bound(outer, at, {}, &ByteSpan::begin);
    if (after == outer.begin()) return 0U;
    const auto o = static_cast<std::size_t>(after - outer.begin()) - 1;
    return begins[o] + std::min(at, outer[o].end) - outer[o].begin;
  };
  std::vector<ByteSpan> mapped;
  mapped.reserve(spans.size());
  for (const ByteSpan& span : spans) mapped.push_back({kept_before(span.begin), kept_before(span.end)});
  return mapped;
}

}  // namespace pith
