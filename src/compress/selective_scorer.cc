#include "compress/selective_scorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/check.h"
#include "compress/phrases.h"
#include "compress/stopwatch.h"
#include "compress/text_units.h"

namespace pith {
namespace {

/// The tokens of all sentences, with the words they touch.
struct ReadSentences {
  CausalBatch batch;
  /// Per sentence where its tokens lie among `spans`, and one more for the end.
  std::vector<std::size_t> first_token;
  std::vector<ByteSpan> spans;        ///< in the bytes of the sentence's context
  std::vector<std::size_t> place_of;  ///< of each token in the batch
};

ReadSentences read_sentences(const ScoringTask& task, const std::vector<TextUnit>& sentences, const CausalLm& model) {
  ReadSentences read;
  const TokenId lead = lead_token(model);
  const std::size_t n_lead = lead == kNoToken ? 0 : 1;
  const std::size_t capacity = std::max<std::size_t>(model.max_context_tokens(), n_lead + 1) - n_lead;
  Encoding encoding;
  for (const TextUnit& sentence : sentences) {
    read.first_token.push_back(read.spans.size());
    encoding.clear();
    model.tokenizer().encode(text_of(task, sentence), &encoding);
    const std::uint32_t begin = task.contexts[sentence.context].document.words[sentence.first_word].span.begin;
    for (std::size_t t = 0; t < encoding.n_tokens(); ++t) {
      std::vector<TokenId>& ids = read.batch.sequences.ids;
      if (t % capacity == 0) {
        if (t > 0) read.batch.sequences.end_sequence();
        if (lead != kNoToken) ids.push_back(lead);
        read.batch.wanted_from.push_back(n_lead);
      }
      read.place_of.push_back(ids.size());
      ids.push_back(encoding.ids[t]);
      read.spans.push_back({begin + encoding.spans[t].begin, begin + encoding.spans[t].end});
    }
    if (encoding.n_tokens() > 0) read.batch.sequences.end_sequence();
  }
  read.first_token.push_back(read.spans.size());
  return read;
}

/// The mean self-information of the tokens that touch each unit; 0 where there are none. `units` are cut from
/// `sentences`.
std::vector<double> unit_means(const ScoringTask& task, const std::vector<TextUnit>& sentences,
                               const std::vector<TextUnit>& units, const ReadSentences& read,
                               const std::vector<float>& nll) {
  std::vector<double> means;
  means.reserve(units.size());
  std::size_t s = 0;
  std::size_t t = 0;
  for (const TextUnit& unit : units) {
    while (sentences[s].context != unit.context || sentences[s].end_word <= unit.first_word) ++s;
    t = std::max(t, read.first_token[s]);
    const std::vector<Word>& words = task.contexts[unit.context].document.words;
    const ByteSpan span{words[unit.first_word].span.begin, words[unit.end_word - 1].span.end};
    while (t < read.first_token[s + 1] && read.spans[t].end <= span.begin) ++t;
    double sum = 0;
    std::size_t n = 0;
    for (std::size_t i = t; i < read.first_token[s + 1] && read.spans[i].begin < span.end; ++i) {
      const auto value = static_cast<double>(nll[read.place_of[i]]);
      if (std::isnan(value)) continue;  // the first token of a model without anything to read behind
      sum += value;
      ++n;
    }
    means.push_back(n == 0 ? 0 : sum / static_cast<double>(n));
  }
  return means;
}

std::vector<TextUnit> single_words(const std::vector<TextUnit>& sentences) {
  std::vector<TextUnit> words;
  for (const TextUnit& sentence : sentences) {
    for (std::uint32_t w = sentence.first_word; w < sentence.end_word; ++w)
      words.push_back({sentence.context, w, w + 1});
  }
  return words;
}

}  // namespace

TokenId lead_token(const CausalLm& model) {
  if (model.bos() != kNoToken) return model.bos();
  if (const TokenId id = model.tokenizer().id_of("<|endoftext|>"); id != kNoToken) return id;
  Encoding encoding;
  model.tokenizer().encode("\n", &encoding);
  return encoding.ids.empty() ? kNoToken : encoding.ids.back();
}

Result<void> SelectiveScorer::score(const ScoringTask& task) const {
  Stopwatch watch;
  const std::string& level = task.request.reduce_level;
  const bool is_sentence = level == "sentence" || level == "sent";
  if (!is_sentence && level != "phrase" && level != "token") {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("reduce_level \"{}\" is not one of token, phrase, sentence", level));
  }
  const std::vector<TextUnit> sentences = sentence_units(task);
  const ReadSentences read = read_sentences(task, sentences, model_);
  task.timings.tokenize += watch.lap();
  std::vector<float> nll;
  if (!read.spans.empty()) {
    auto scored = model_.score(read.batch, task.progress);
    if (!scored) return tl::unexpected(scored.error());
    PITH_CHECK(scored->size() == read.batch.sequences.ids.size(), "a model that does not score every token");
    nll = std::move(*scored);
  }
  const std::vector<TextUnit> units = is_sentence         ? sentences
                                      : level == "phrase" ? phrase_units(task, sentences)
                                                          : single_words(sentences);
  score_units(task, units, unit_means(task, sentences, units, read, nll));
  if (level == "token") {
    for (const std::size_t c : task.order) task.contexts[c].unit_of_word.clear();
  }
  task.timings.score += watch.lap();
  return {};
}

}  // namespace pith
