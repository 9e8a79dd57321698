#include "compress/baselines/stop_words.h"

#include <algorithm>
#include <array>
#include <string>

#include "compress/bm25.h"
#include "compress/fold_word.h"

namespace pith {
namespace {

/// Sorted; beside the function words of bm25.h.
constexpr std::array<std::string_view, 52> kMore{
    "above",  "again",     "against", "although",   "among",   "ca",      "cannot",  "down",   "during",
    "either", "even",      "ever",    "every",      "hers",    "herself", "himself", "itself", "let",
    "many",   "mine",      "much",    "myself",     "neither", "now",     "only",    "onto",   "ought",
    "ours",   "ourselves", "out",     "over",       "per",     "quite",   "rather",  "same",   "sha",
    "since",  "still",     "theirs",  "themselves", "though",  "upon",    "us",      "within", "without",
    "wo",     "would",     "yet",     "you",        "your",    "yours",   "yourself"};
static_assert(std::ranges::is_sorted(kMore));
constexpr std::array<std::string_view, 7> kEndings{"'d", "'ll", "'m", "'re", "'s", "'ve", "n't"};
constexpr std::size_t kMaxStopWordBytes = 32;

bool is_listed(std::string_view word) { return is_function_word(word) || std::ranges::binary_search(kMore, word); }

}  // namespace

bool is_stop_word(std::string_view word) {
  if (word.size() > kMaxStopWordBytes) return false;
  const std::string folded = fold_word(word);
  if (is_listed(folded)) return true;
  return std::ranges::any_of(kEndings, [&](std::string_view ending) {
    return folded.ends_with(ending) && is_listed(std::string_view(folded).substr(0, folded.size() - ending.size()));
  });
}

}  // namespace pith
