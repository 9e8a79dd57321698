#include "tokenize/bert_words.h"

#include <algorithm>
#include <array>

#include "text/utf8.h"

namespace pith {
void BertWordSplitter::feed(char32_t c, ByteSpan source) {
  std::uint16_t record = chars_.record(c);
  if (options_.clean_text) {
    if ((record & kBertDrop) != 0) return;
    if ((record & kBertSpace) != 0) {
      c = U' ';
      record = chars_.record(c);
    }
  }
  if (options_.handle_chinese_chars && (record & kBertChinese) != 0) {
    flush_run();
    flush_word();
    decompose(c, record, source);  // compatibility ideographs do decompose
    flush_run();
    flush_word();
    return;
  }
  decompose(c, record, source);
}

void BertWordSplitter::decompose(char32_t c, std::uint16_t record, ByteSpan source) {
  if (!options_.strip_accents) return lower(c, record, source);
  if ((record & kBertDecomposes) == 0 && BertChars::combining_class(record) == 0) {
    flush_run();
    if ((record & kBertMark) == 0) lower(c, record, source);
    return;
  }
  const CodePoints parts = (record & kBertDecomposes) != 0 ? chars_.decompose(c) : CodePoints{{c}, 1};
  for (std::uint32_t i = 0; i < parts.n; ++i) {
    const std::uint16_t part = chars_.record(parts.at[i]);
    const bool dropped = (part & kBertMark) != 0;
    if (BertChars::combining_class(part) == 0) {
      flush_run();
      if (!dropped) lower(parts.at[i], part, source);
      continue;
    }
    run_.push_back({parts.at[i], BertChars::combining_class(part), dropped, i == 0});
    if (i == 0) run_sources_.push_back(source);
    if (run_.size() == 1) run_base_ = source;
    if (!dropped) run_survives_ = true;
  }
}

/// Ends a run of combining marks: canonical order (stable, by class), then the marks that stay. Hugging Face aligns the
/// reordered characters with the sources in their old order: the k-th mark that begins a source gets the k-th source,
/// and a later part of a decomposition gets that of the mark before it. Most runs are accents that vanish whole.
void BertWordSplitter::flush_run() {
  if (run_.empty()) return;
  if (run_survives_) {
    std::array<std::size_t, 257> begin{};
    for (const Mark& mark : run_) ++begin[mark.combining_class + 1u];
    for (std::size_t k = 1; k < begin.size(); ++k) begin[k] += begin[k - 1];
    std::vector<Mark> ordered(run_.size());
    for (const Mark& mark : run_) ordered[begin[mark.combining_class]++] = mark;
    ByteSpan source = run_base_;
    auto next_source = run_sources_.begin();
    for (const Mark& mark : ordered) {
      if (mark.begins_source) source = *next_source++;
      if (!mark.dropped) lower(mark.code_point, chars_.record(mark.code_point), source);
    }
  }
  run_.clear();
  run_sources_.clear();
  run_survives_ = false;
}

void BertWordSplitter::lower(char32_t c, std::uint16_t record, ByteSpan source) {
  if (!options_.lowercase || (record & kBertLowers) == 0) return split(c, record, source);
  const CodePoints lowered = chars_.lower(c);
  for (std::uint32_t i = 0; i < lowered.n; ++i) split(lowered.at[i], chars_.record(lowered.at[i]), source);
}

void BertWordSplitter::split(char32_t c, std::uint16_t record, ByteSpan source) {
  if ((record & kBertWhite) != 0) return flush_word();
  if ((record & kBertPunctuation) == 0) return append(c, source);
  flush_word();
  append(c, source);
  flush_word();
}

void BertWordSplitter::append(char32_t c, ByteSpan source) {
  if (word_.n_chars == 0) word_.span.begin = source.begin;
  word_.span.end = source.end;
  if (++word_.n_chars > max_word_chars_) return;
  const std::size_t n_bytes = append_utf8(c, &word_.bytes);
  word_.byte_spans.insert(word_.byte_spans.end(), n_bytes, source);
}

void BertWordSplitter::flush_word() {
  if (word_.n_chars == 0) return;
  sink_->on_word(word_);
  word_.clear();
}

}  // namespace pith
