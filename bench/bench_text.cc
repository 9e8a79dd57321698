#include "bench_text.h"

#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "compress/constraints.h"
#include "text/structure/recognize.h"

namespace pith::bench {

std::string text_of(std::size_t n_bytes) {
  std::ifstream file(PITH_SOURCE_DIR "/bench/data/long.txt", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (whole.empty()) throw std::runtime_error("bench/data/long.txt is missing");
  std::string text;
  while (text.size() < n_bytes) text.append(whole, 0, n_bytes - text.size());
  // A character cut in two at the end would be the only invalid byte in it.
  while (!text.empty() && static_cast<unsigned char>(text.back()) >= 0x80) text.pop_back();
  return text;
}

PreparedContext prepare(std::string_view text) {
  PreparedContext context = prepare_context(text, recognize(text, {Format::kText, {}})).value();
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same scores in every run
  std::uniform_real_distribution<float> score(0, 1);
  for (std::size_t w = 0; w < context.n_words(); ++w) context.scores.push_back(score(random));
  mark_forced({}, context);
  rank_punctuation(context);
  return context;
}

}  // namespace pith::bench
