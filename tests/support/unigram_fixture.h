// A small Unigram tokenizer together with what its slow twin reads.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reference/unigram_reference.h"
#include "support/charsmap_builder.h"
#include "support/show_tokens.h"
#include "tokenize/charsmap.h"
#include "tokenize/unigram.h"

namespace pith::testing {

struct UnigramFixture {
  reference::ScoredPieces pieces;
  CharsmapRules rules;
  UnigramOptions options;
  MetaspaceOptions splitting;
  double unk_score = 0;
  std::unique_ptr<Unigram> tokenizer;

  /// REQUIRES: a piece. Ids are places in `with`, from 1; the unknown token is the piece before all of them, id 0,
  /// without a score.
  UnigramFixture(const std::vector<std::pair<std::string, double>>& with, CharsmapRules charsmap,
                 MetaspaceOptions splitting_options, bool byte_fallback = false)
      : rules(std::move(charsmap)), options{0, byte_fallback}, splitting(std::move(splitting_options)) {
    Vocabulary::Entries entries;
    std::vector<double> scores = {0};
    for (const auto& [piece, score] : with) {
      const auto id = static_cast<TokenId>(scores.size());
      entries.emplace_back(piece, id);
      scores.push_back(score);
      pieces[piece] = {id, score};
    }
    const double lowest = *std::min_element(scores.begin() + 1, scores.end());
    unk_score = lowest - 10;
    std::vector<SentencePieceNormalizer::Step> steps;
    if (!rules.empty()) steps.emplace_back(Charsmap::parse(base64(pack_charsmap(rules)), "test").value());
    tokenizer = std::make_unique<Unigram>(Vocabulary::build(entries, {{"<unk>", 0}}, "test").value(), std::move(scores),
                                          lowest, options, SentencePieceNormalizer(std::move(steps)),
                                          MetaspaceSplitter(splitting), SpecialTokens{});
  }

  [[nodiscard]] Encoding twin(std::string_view text) const {
    return reference::encode_unigram(text, rules, pieces, unk_score, options, splitting);
  }

  /// "▁un[0,2) able[2,6)"
  [[nodiscard]] std::string show(std::string_view text) const {
    return show_tokens(*tokenizer, encode(*tokenizer, text));
  }
};

/// XLM-R's pre-tokenizers.
inline MetaspaceOptions words_and_marks() { return {true, Metaspace{}}; }

}  // namespace pith::testing
