#include "compress/response_json.h"

#include "base/error_table.h"
#include "text/json_writer.h"

namespace pith {
namespace {

void write_id(const std::string& id, IdKind kind, JsonWriter* w) {
  w->key("id");
  switch (kind) {
    case IdKind::kNone:
      w->null();
      break;
    case IdKind::kString:
      w->string(id);
      break;
    case IdKind::kInteger:
      w->raw(id);
      break;
  }
}

void write_span(const ByteSpan& span, JsonWriter* w) { w->integer(span.begin).integer(span.end); }

void write_spans(const CompressResult& result, JsonWriter* w) {
  w->key("spans").begin_array();
  for (const auto& context : result.spans) {
    w->begin_array();
    for (const ByteSpan& span : context) {
      w->begin_array();
      write_span(span, w);
      w->end_array();
    }
    w->end_array();
  }
  w->end_array();
}

void write_word_scores(const CompressResult& result, JsonWriter* w) {
  if (result.word_scores.empty()) return;
  w->key("word_scores").begin_array();
  for (const auto& context : result.word_scores) {
    w->begin_array();
    for (const WordScore& word : context) {
      w->begin_array();
      write_span(word.span, w);
      w->number(word.score).end_array();
    }
    w->end_array();
  }
  w->end_array();
}

void write_timings(const Timings& timings, JsonWriter* w) {
  constexpr int kMicroseconds = 3;
  w->key("timings_ms").begin_object();
  w->key("segment").fixed(timings.segment, kMicroseconds);
  w->key("tokenize").fixed(timings.tokenize, kMicroseconds);
  w->key("score").fixed(timings.score, kMicroseconds);
  w->key("select").fixed(timings.select, kMicroseconds);
  w->key("render").fixed(timings.render, kMicroseconds);
  w->key("total").fixed(timings.total, kMicroseconds);
  w->end_object();
}

}  // namespace

std::string response_json(const CompressResult& result, const ResponseOptions& options) {
  JsonWriter w;
  w.begin_object();
  write_id(result.id, options.id_kind, &w);
  w.key("compressed_prompt").string(result.compressed_prompt);
  w.key("compressed_prompt_list").begin_array();
  for (const std::string& text : result.compressed_prompt_list) w.string(text);
  w.end_array();
  const ResultFigures figures = result_figures(result.origin_tokens, result.compressed_tokens);
  w.key("origin_tokens").integer(result.origin_tokens);
  w.key("compressed_tokens").integer(result.compressed_tokens);
  w.key("ratio").string(figures.ratio);
  w.key("rate").string(figures.rate);
  w.key("saving").string(figures.saving);
  w.key("tokenizer").string(result.tokenizer);
  if (result.fn_labeled_original_prompt) w.key("fn_labeled_original_prompt").string(*result.fn_labeled_original_prompt);
  if (result.system_prompt) w.key("system_prompt").string(*result.system_prompt);
  w.key("kept_context_ids").begin_array();
  for (const std::size_t id : result.kept_context_ids) w.integer(id);
  w.end_array();
  if (!result.formats.empty()) {
    w.key("formats").begin_array();
    for (const std::string& format : result.formats) w.string(format);
    w.end_array();
  }
  write_spans(result, &w);
  write_word_scores(result, &w);
  if (options.timings) write_timings(result.timings_ms, &w);
  w.key("warnings").begin_array();
  for (const std::string& warning : result.warnings) w.string(warning);
  if (w.replaced_bytes()) {
    w.string(
        "the text has bytes that are not UTF-8; they are written as U+FFFD in JSON, and kept in plain text output");
  }
  w.end_array();
  w.end_object();
  return std::move(w).text();
}

std::string error_json(const Error& error, const RequestId& id, std::optional<std::size_t> line) {
  JsonWriter w;
  w.begin_object();
  write_id(id.text, id.kind, &w);
  if (line) w.key("line").integer(*line);
  w.key("error").begin_object();
  w.key("code").string(error_info(error.code).name);
  w.key("message").string(error.message);
  w.end_object().end_object();
  return std::move(w).text();
}

}  // namespace pith
