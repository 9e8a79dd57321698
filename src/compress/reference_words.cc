#include "compress/reference_words.h"

#include <cstddef>
#include <utility>

#include "base/check.h"
#include "compress/reference_text.h"

namespace pith {
namespace {

/// bert-base-multilingual-cased, TinyBERT, MobileBERT: `##` marks a continuation.
class BertWordRules final : public ReferenceWordRules {
 public:
  [[nodiscard]] bool begins_word(std::string_view piece, const ReferenceForceTokens& force) const override {
    return !piece.starts_with("##") || force.forces(pure(piece));
  }
  // Every leading '#' goes, not only the marker: the library's lstrip("##") removes a set of characters.
  [[nodiscard]] std::string_view pure(std::string_view piece) const override { return strip_leading(piece, "#"); }
  [[nodiscard]] std::string_view label(std::string_view word) const override { return word; }
  [[nodiscard]] std::string decode(std::span<const std::string_view> elements) const override {
    std::string text;
    for (std::size_t i = 0; i < elements.size(); ++i) append_wordpiece(elements[i], i == 0, &text);
    return text;
  }
};

/// xlm-roberta-large: U+2581 marks the begin of a word; ASCII punctuation begins one too.
class XlmRobertaWordRules final : public ReferenceWordRules {
 public:
  explicit XlmRobertaWordRules(bool strips_label) : strips_label_(strips_label) {}

  [[nodiscard]] bool begins_word(std::string_view piece, const ReferenceForceTokens& force) const override {
    // The library asks whether the piece is a substring of the punctuation characters, so "()" begins a word and
    // "..." continues one.
    constexpr std::string_view kPunctuation = R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)";
    return kPunctuation.find(piece) != std::string_view::npos || force.forces(piece) || piece.starts_with(kMarker);
  }
  [[nodiscard]] std::string_view pure(std::string_view piece) const override { return strip_leading(piece, kMarker); }
  [[nodiscard]] std::string_view label(std::string_view word) const override {
    return strips_label_ ? strip_leading(word, kMarker) : word;
  }
  [[nodiscard]] std::string decode(std::span<const std::string_view> elements) const override {
    std::string text;
    for (std::size_t i = 0; i < elements.size(); ++i) text += replace_all(elements[i], kMarker, i == 0 ? "" : " ");
    return text;
  }

 private:
  static constexpr std::string_view kMarker = "\xE2\x96\x81";
  bool strips_label_;
};

/// The mean of a word's piece probabilities, in the arithmetic of the library: Python floats (always 1.0, exact) until
/// the first float32 comes, float32 from then on.
struct RunningMean {
  float sum = 0;
  std::size_t n_pieces = 0;

  void add(float probability) {
    sum += probability;
    ++n_pieces;
  }
  [[nodiscard]] float value() const { return sum / static_cast<float>(n_pieces); }
};

}  // namespace

const ReferenceWordRules* reference_word_rules(TokenizerFamily family, bool is_securitylingua) {
  static const BertWordRules bert;
  static const XlmRobertaWordRules xlm_roberta(/*strips_label=*/true);
  static const XlmRobertaWordRules securitylingua(/*strips_label=*/false);
  switch (family) {
    case TokenizerFamily::kWordPiece:
      return &bert;
    case TokenizerFamily::kUnigram:
      return is_securitylingua ? &securitylingua : &xlm_roberta;
    case TokenizerFamily::kByteLevelBpe:
      break;
  }
  return nullptr;
}

ReferenceWordMerger::ReferenceWordMerger(const ReferenceVocabulary& vocabulary, const ReferenceWordRules& rules,
                                         const ReferenceForceTokens& force, bool force_reserve_digit,
                                         TokenToWord token_to_word)
    : vocabulary_(vocabulary),
      rules_(rules),
      force_(force),
      force_reserve_digit_(force_reserve_digit),
      token_to_word_(token_to_word) {}

const ReferenceWordMerger::PieceFacts& ReferenceWordMerger::facts(TokenId id) {
  const auto [entry, is_new] = facts_.try_emplace(id);
  PieceFacts& facts = entry->second;
  if (!is_new) return facts;
  const std::string_view piece = vocabulary_.piece(id);
  facts.is_special = vocabulary_.is_special(id);
  facts.begins = rules_.begins_word(piece, force_);
  if (facts.begins) {
    facts.text = force_.restore(std::string(piece));
    facts.is_forced_to_one =
        force_.forces(rules_.pure(piece)) || (force_reserve_digit_ && has_decimal_digit(facts.text));
  } else {
    facts.text = rules_.pure(piece);
    facts.is_forced_to_one = force_reserve_digit_ && has_decimal_digit(piece);
  }
  return facts;
}

std::optional<std::vector<ReferenceWord>> ReferenceWordMerger::merge(std::span<const TokenId> ids,
                                                                     std::span<const float> keep_probabilities) {
  PITH_CHECK(ids.size() == keep_probabilities.size(), "");
  std::vector<ReferenceWord> words;
  RunningMean mean;
  RunningMean raw_mean;
  float first_raw = 0;
  const auto close_word = [&] {
    if (words.empty() || token_to_word_ == TokenToWord::kFirst) return;
    words.back().probability = mean.value();
    words.back().raw_probability = raw_mean.value();
  };
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const PieceFacts& piece = facts(ids[i]);
    if (piece.is_special) continue;
    const float raw = keep_probabilities[i];
    const float probability = piece.is_forced_to_one ? 1.0F : raw;
    if (piece.begins) {
      close_word();
      words.push_back({piece.text, probability, raw, piece.is_forced_to_one});
      first_raw = raw;
      mean = raw_mean = RunningMean();
    } else {
      if (words.empty()) return std::nullopt;
      words.back().text += piece.text;
      if (token_to_word_ == TokenToWord::kMean) words.back().is_double &= piece.is_forced_to_one;
    }
    mean.add(probability);
    // Not a slip here but in the library: a continuation repeats the raw value of its word's first piece, so the "mean"
    // that ranks contexts is that value, up to the rounding of the sum.
    raw_mean.add(first_raw);
  }
  close_word();
  return words;
}

}  // namespace pith
