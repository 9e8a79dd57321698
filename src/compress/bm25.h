// BM25: how well passages match a query by the words they share with it, rare words counting more (Robertson and
// Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", section 3.4). The passages given are the
// whole collection: what is rare is rare among them.
//
//   bm25_scores("Who reached the pole?", {"Amundsen reached the South Pole in 1911.", "Penguins eat fish."})
//     -> about {0.9, 0}
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace pith {

struct Bm25Options {
  double k1 = 1.2;  ///< how much the second occurrence of a word still adds; 0: nothing
  double b = 0.75;  ///< how much long passages are marked down; 0: not at all
};

/// A score >= 0 per passage; 0 for one that shares no term with the query. A term is a run of letters and digits,
/// case-folded, without its English ending (-s, -ed, -ing, -ly, 's); in scripts without spaces each pair of
/// neighbouring characters is one. English function words count only in a query of nothing else. A term the query
/// repeats counts once. idf = ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.
///
/// A pure function of its arguments, for any bytes; linear in their length; thread-safe.
[[nodiscard]] std::vector<double> bm25_scores(std::string_view query, std::span<const std::string_view> passages,
                                              const Bm25Options& options = {});

/// Calls `visit` with each term of `text` as bm25_scores() sees it, function words included, in order. The view is
/// valid during the call.
void for_each_term(std::string_view text, const std::function<void(std::string_view term)>& visit);

/// Whether a term is an English function word ("the", "of", "who"), which says nothing about what a text is about.
[[nodiscard]] bool is_function_word(std::string_view term);

/// The scores of the Python package rank_bm25 (0.2.2) as the published library uses it, bit for bit: BM25Okapi with its
/// defaults (k1 1.5, b 0.75, epsilon 0.25) over tokens that single spaces separate, so that empty ones count and case
/// and punctuation matter. idf = ln(N - n + 0.5) - ln(n + 0.5), and where that is negative epsilon times the mean idf,
/// which may be negative itself. A word that the query repeats counts each time. For reference mode; thread-safe.
[[nodiscard]] std::vector<double> bm25_okapi_scores(std::string_view query, std::span<const std::string_view> passages);

}  // namespace pith
