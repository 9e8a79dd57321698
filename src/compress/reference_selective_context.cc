#include "compress/reference_selective_context.h"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "base/check.h"
#include "compress/blank_english.h"
#include "compress/join_contexts.h"
#include "compress/python_text.h"
#include "compress/selective_scorer.h"
#include "compress/stopwatch.h"
#include "text/utf8.h"

namespace pith {
namespace {

enum class Level { kToken, kPhrase, kSentence };

/// \s and \w of Python's re.
bool is_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }
bool is_word_character(char32_t c) {
  const auto at = static_cast<UChar32>(c);
  return c == '_' || u_isalpha(at) != 0 || u_getNumericValue(at) != U_NO_NUMERIC_VALUE;
}

std::u32string code_points(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    out += c.value;
    at += c.n_bytes;
  }
  return out;
}

/// Whether a sentence ends before the space at `at`: behind '.' or '?', but not behind "a.b." or "Dr.".
bool ends_sentence(std::u32string_view text, std::size_t at) {
  if (at == 0 || (text[at - 1] != '.' && text[at - 1] != '?')) return false;
  if (at >= 4 && is_word_character(text[at - 4]) && text[at - 3] == '.' && is_word_character(text[at - 2]))
    return false;
  return !(at >= 3 && text[at - 1] == '.' && text[at - 3] >= 'A' && text[at - 3] <= 'Z' && text[at - 2] >= 'a' &&
           text[at - 2] <= 'z');
}

/// A sentence's tokens as the package sees them.
struct Sentence {
  std::vector<std::u32string> tokens;  ///< decoded one by one
  std::size_t first = 0;               ///< of its likelihoods in the batch
};

void encode_sentence(std::string_view text, const Tokenizer& tokenizer, TokenId lead, std::vector<TokenId>* ids) {
  const std::string_view mark = lead == kNoToken ? std::string_view() : tokenizer.piece(lead);
  const bool is_mark = mark.starts_with("<|") && mark.ends_with("|>");
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = is_mark ? std::min(text.find(mark, begin), text.size()) : text.size();
    Encoding encoding;
    if (end > begin) tokenizer.encode(text.substr(begin, end - begin), &encoding);
    ids->insert(ids->end(), encoding.ids.begin(), encoding.ids.end());
    if (end == text.size()) break;
    ids->push_back(lead);
    begin = end + mark.size();
  }
}

/// The package's way to share out the tokens' information: a token that reaches over the end of a unit counts in equal
/// parts for all units it touches up to there, and nothing for the one it ends in; one of a lone space within a unit
/// counts for none. Nothing where it would run past the last unit.
std::optional<std::vector<double>> information_of(const std::vector<std::u32string>& tokens,
                                                  std::span<const float> information,
                                                  const std::vector<std::size_t>& lengths) {
  std::vector<double> sum(lengths.size(), 0.0);
  std::vector<std::size_t> n(lengths.size(), 0);
  const auto add = [&](std::size_t unit, double value) {
    sum[unit] += value;
    ++n[unit];
  };
  std::size_t unit = 0;
  std::size_t position = 0;
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const auto info = static_cast<double>(information[t]);
    if (unit >= lengths.size()) return std::nullopt;
    position += tokens[t].size();
    if (position < lengths[unit]) {
      if (tokens[t] != U" ") add(unit, info);
      continue;
    }
    const std::size_t first = unit;
    const bool fits = position == lengths[unit];
    position -= lengths[unit++];
    while (!fits) {
      if (unit >= lengths.size()) return std::nullopt;
      if (position < lengths[unit]) break;
      position -= lengths[unit++];
      if (unit >= lengths.size()) break;
    }
    for (std::size_t u = first; u < unit; ++u) add(u, info / static_cast<double>(unit - first));
  }
  for (std::size_t u = 0; u < sum.size(); ++u) {
    sum[u] = n[u] == 0 ? std::numeric_limits<double>::quiet_NaN() : sum[u] / static_cast<double>(n[u]);
  }
  return sum;
}

class Reference {
 public:
  Reference(const CausalLm& model, Level level, double reduce_ratio, const ProgressCallback& progress, Timings* timings)
      : model_(model), level_(level), reduce_ratio_(reduce_ratio), progress_(progress), timings_(timings) {}

  Result<std::string> shorten(std::string_view text) const {
    const auto units = units_of(text);
    if (!units) return tl::unexpected(units.error());
    const double threshold = nan_quantile(units->information, reduce_ratio_);
    std::string kept;
    for (std::size_t u = 0; u < units->texts.size(); ++u) {
      if (level_ == Level::kSentence && u > 0) kept += ' ';
      if (!(units->information[u] < threshold)) kept += units->texts[u];
    }
    return kept;
  }

 private:
  Result<SelectiveUnits> units_of(std::string_view text) const {
    Stopwatch watch;
    const std::vector<std::string> texts = selective_context_sentences(text);
    timings_->segment += watch.lap();
    const TokenId lead = lead_token(model_);
    CausalBatch batch;
    std::vector<Sentence> sentences;
    std::vector<TokenId>& ids = batch.sequences.ids;
    for (const std::string& sentence : texts) {
      if (lead != kNoToken) ids.push_back(lead);
      sentences.push_back({{}, ids.size()});
      encode_sentence(sentence, model_.tokenizer(), lead, &ids);
      for (std::size_t i = sentences.back().first; i < ids.size(); ++i) {
        std::string bytes;
        if (ids[i] == lead) {
          bytes = model_.tokenizer().piece(lead);
        } else {
          model_.tokenizer().append_bytes(ids[i], &bytes);
        }
        sentences.back().tokens.push_back(code_points(bytes));
      }
      batch.wanted_from.push_back(lead == kNoToken ? 0 : 1);
      batch.sequences.end_sequence();
    }
    timings_->tokenize += watch.lap();
    std::vector<float> nll;
    if (!texts.empty()) {
      auto scored = model_.score(batch, progress_);
      if (!scored) return tl::unexpected(scored.error());
      PITH_CHECK(scored->size() == ids.size(), "a model that does not score every token");
      nll = std::move(*scored);
    }
    SelectiveUnits units;
    for (std::size_t s = 0; s < sentences.size(); ++s) {
      const std::span<const float> information = std::span(nll).subspan(sentences[s].first, sentences[s].tokens.size());
      if (!append_units(texts[s], sentences[s].tokens, information, &units)) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("the library fails on this sentence, whose tokens and phrases do not match: \"{}\"",
                                texts[s].substr(0, 80)));
      }
    }
    timings_->score += watch.lap();
    return units;
  }

  bool append_units(const std::string& sentence, const std::vector<std::u32string>& tokens,
                    std::span<const float> information, SelectiveUnits* units) const {
    if (level_ == Level::kSentence) {
      const double sum = std::accumulate(information.begin(), information.end(), 0.0);
      units->texts.push_back(sentence);
      units->information.push_back(sum / static_cast<double>(information.size()));
      return true;
    }
    if (level_ == Level::kToken) {
      for (std::size_t t = 0; t < tokens.size(); ++t) {
        units->texts.push_back(utf8_of(tokens[t]));
        units->information.push_back(static_cast<double>(information[t]));
      }
      return true;
    }
    std::u32string text;
    for (const std::u32string& token : tokens) text += token;
    const std::vector<std::size_t> lengths = blank_english_tokens(text);
    const auto shares = information_of(tokens, information, lengths);
    if (!shares) return false;
    std::size_t begin = 0;
    for (std::size_t p = 0; p < lengths.size(); ++p) {
      const bool needs_space = p == 0 && !units->texts.empty();
      std::string phrase(needs_space ? 1 : 0, ' ');
      phrase.append(utf8_of(std::u32string_view(text).substr(begin, lengths[p])));
      units->texts.push_back(std::move(phrase));
      units->information.push_back((*shares)[p]);
      begin += lengths[p];
    }
    return true;
  }

  const CausalLm& model_;
  Level level_;
  double reduce_ratio_;
  const ProgressCallback& progress_;
  Timings* timings_;
};

Result<Level> level_of(const std::string& name) {
  if (name == "token") return Level::kToken;
  if (name == "phrase") return Level::kPhrase;
  if (name == "sent" || name == "sentence") return Level::kSentence;
  return fail(ErrorCode::kInvalidArgument, fmt::format("reduce_level \"{}\" is not one of token, phrase, sent", name));
}

}  // namespace

std::vector<std::string> selective_context_sentences(std::string_view text) {
  std::u32string collapsed;
  for (const char32_t c : code_points(text)) {
    if (!is_space(c)) {
      collapsed += c;
    } else if (!collapsed.ends_with(U' ')) {
      collapsed += U' ';
    }
  }
  std::vector<std::string> sentences;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= collapsed.size(); ++at) {
    if (at < collapsed.size() && (collapsed[at] != U' ' || !ends_sentence(collapsed, at))) continue;
    std::u32string_view sentence = std::u32string_view(collapsed).substr(begin, at - begin);
    if (sentence.starts_with(U' ')) sentence.remove_prefix(1);
    if (sentence.ends_with(U' ')) sentence.remove_suffix(1);
    if (!sentence.empty()) sentences.push_back(utf8_of(sentence));
    begin = at + 1;
  }
  return sentences;
}

double nan_quantile(std::vector<double> values, double q) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::sort(values);
  const double rank = q * static_cast<double>(values.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(std::max(rank, 0.0)), values.size() - 1);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double part = rank - std::floor(rank);
  const double difference = values[above] - values[below];
  return part < 0.5 ? values[below] + difference * part : values[above] - difference * (1 - part);
}

Result<CompressResult> compress_selective_context_reference(const CompressRequest& request, const CausalLm& model,
                                                            const TokenCounter& counter,
                                                            const ProgressCallback& progress) {
  Stopwatch total;
  const auto level = level_of(request.reduce_level);
  if (!level) return tl::unexpected(level.error());
  CompressResult result;
  result.id = request.id;
  result.tokenizer = std::string(counter.name());
  result.origin_tokens = static_cast<std::int64_t>(counter.count(join_contexts(request.context)));
  double rate = request.rate.value_or(kDefaultRate);
  if (request.target_token && result.origin_tokens > 0) {
    rate = static_cast<double>(*request.target_token) / static_cast<double>(result.origin_tokens);
  }
  const Reference reference(model, *level, std::clamp(1 - rate, 0.0, 1.0), progress, &result.timings_ms);
  for (std::size_t c = 0; c < request.context.size(); ++c) {
    auto text = reference.shorten(request.context[c]);
    if (!text) return tl::unexpected(text.error());
    result.compressed_prompt_list.push_back(std::move(*text));
    result.kept_context_ids.push_back(c);
  }
  result.compressed_prompt = join_contexts(result.compressed_prompt_list);
  result.compressed_tokens = static_cast<std::int64_t>(counter.count(result.compressed_prompt));
  if (request.return_word_scores) result.warnings.emplace_back("return_word_scores has no effect with reference");
  result.timings_ms.total = total.lap();
  return result;
}

}  // namespace pith
