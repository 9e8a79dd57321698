#include "compress/baselines/characteristic_terms.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <unordered_map>
#include <vector>

#include "compress/bm25.h"
#include "text/utf8.h"

namespace pith {
namespace {

struct Term {
  std::string_view word;  ///< the run without white space it was first found in
  std::size_t n = 0;
  std::size_t n_passages = 0;
  std::size_t last_passage = std::numeric_limits<std::size_t>::max();
};

/// Calls `visit` with each run of bytes without white space.
template <class Visit>
void for_each_run(std::string_view text, const Visit& visit) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    if (is_white_space(c.value)) {
      if (at > begin) visit(text.substr(begin, at - begin));
      begin = at + c.n_bytes;
    }
    at += c.n_bytes;
  }
  if (text.size() > begin) visit(text.substr(begin));
}

}  // namespace

std::string characteristic_terms(std::span<const std::string_view> passages, std::size_t n_terms) {
  std::vector<Term> terms;
  std::unordered_map<std::string, std::size_t> number_of;
  for (std::size_t p = 0; p < passages.size(); ++p) {
    for_each_run(passages[p], [&](std::string_view run) {
      for_each_term(run, [&](std::string_view found) {
        if (found.size() < 2 || is_function_word(found)) return;
        const auto [at, is_new] = number_of.try_emplace(std::string(found), terms.size());
        if (is_new) terms.push_back({run});
        Term& term = terms[at->second];
        ++term.n;
        if (term.last_passage != p) ++term.n_passages;
        term.last_passage = p;
      });
    });
  }
  if (std::ranges::any_of(terms, [](const Term& term) { return term.n > 1; })) {
    std::erase_if(terms, [](const Term& term) { return term.n == 1; });
  }
  const auto weight = [n_passages = static_cast<double>(passages.size())](const Term& term) {
    return static_cast<double>(term.n) * std::log((n_passages + 1) / static_cast<double>(term.n_passages));
  };
  std::ranges::stable_sort(terms, std::ranges::greater(), weight);
  std::string query;
  for (std::size_t i = 0; i < std::min(n_terms, terms.size()); ++i) {
    if (!query.empty()) query += ' ';
    query += terms[i].word;
  }
  return query;
}

}  // namespace pith
