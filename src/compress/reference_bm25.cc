// bm25_okapi_scores() of bm25.h. The order of every sum is that of rank_bm25 0.2.2 (BM25Okapi._initialize, _calc_idf
// and get_scores), whose dictionaries keep words in the order of their first occurrence.
#include <cmath>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compress/bm25.h"

namespace pith {
namespace {

constexpr double kK1 = 1.5;
constexpr double kB = 0.75;
constexpr double kEpsilon = 0.25;

/// Python's text.split(" "): one token more than there are spaces.
template <class Visit>
void for_each_token(std::string_view text, Visit visit) {
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find(' ', begin);
    if (end == std::string_view::npos) break;
    visit(text.substr(begin, end - begin));
    begin = end + 1;
  }
  visit(text.substr(begin));
}

}  // namespace

std::vector<double> bm25_okapi_scores(std::string_view query, std::span<const std::string_view> passages) {
  std::vector<double> scores(passages.size(), 0.0);
  if (passages.empty()) return scores;
  std::unordered_map<std::string_view, std::size_t> number_of;
  std::vector<std::size_t> n_passages_with;  // [n_words]
  std::vector<std::unordered_map<std::size_t, std::size_t>> counts(passages.size());
  std::vector<double> n_tokens(passages.size(), 0.0);
  double n_tokens_in_all = 0;
  for (std::size_t p = 0; p < passages.size(); ++p) {
    for_each_token(passages[p], [&](std::string_view token) {
      const std::size_t number = number_of.try_emplace(token, n_passages_with.size()).first->second;
      if (number == n_passages_with.size()) n_passages_with.push_back(0);
      if (counts[p][number]++ == 0) ++n_passages_with[number];
      ++n_tokens[p];
    });
    n_tokens_in_all += n_tokens[p];
  }
  const auto n_passages = static_cast<double>(passages.size());
  const double mean_length = n_tokens_in_all / n_passages;
  std::vector<double> idf(n_passages_with.size());
  double idf_sum = 0;
  for (std::size_t w = 0; w < idf.size(); ++w) {
    const auto n_with = static_cast<double>(n_passages_with[w]);
    idf[w] = std::log(n_passages - n_with + 0.5) - std::log(n_with + 0.5);
    idf_sum += idf[w];
  }
  const double floor = kEpsilon * (idf_sum / static_cast<double>(idf.size()));
  for (double& value : idf) value = value < 0 ? floor : value;
  for_each_token(query, [&](std::string_view token) {
    const auto found = number_of.find(token);
    if (found == number_of.end()) return;
    for (std::size_t p = 0; p < passages.size(); ++p) {
      const auto count = counts[p].find(found->second);
      const double n = count == counts[p].end() ? 0 : static_cast<double>(count->second);
      scores[p] += idf[found->second] * (n * (kK1 + 1) / (n + kK1 * (1 - kB + kB * n_tokens[p] / mean_length)));
    }
  });
  return scores;
}

}  // namespace pith
