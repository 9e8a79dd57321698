// Any bytes, read as any format: the tree keeps the laws of structure.h, so does what each prefix of the ranking keeps,
// a shortened JSON document parses, and a text is recognised the same way twice. The first byte chooses the format
// (0 = auto, then in the order of format_names()), the rest is the text.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compress/constraints.h"
#include "compress/rank_units.h"
#include "compress/render.h"
#include "support/structure_laws.h"
#include "text/structure/recognize.h"

namespace {

void require(bool holds, const std::string& law) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", law.c_str());
  std::abort();
}

/// Deeper than base/json's parser goes: what lies beyond kMaxDepth is kept whole, and so as deep as it was.
bool is_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 5000;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  static_cast<void>(boost::json::parse({text.data(), text.size()}, error, {}, options));
  return !error;
}

/// Scores that depend on nothing but the word's place.
float score_of(std::size_t word, std::uint8_t seed) {
  return static_cast<float>((word * 2654435761U + seed * 40503U) % 1009U) / 1009.0F;
}

void check_prefix(const pith::PreparedContext& context, const pith::Ranking& ranking, std::size_t n_steps,
                  std::vector<std::uint8_t>& before) {
  const pith::KeepFlags flags = pith::keep_flags(std::span(&context, 1), ranking, n_steps);
  if (!context.is_plain()) {
    const std::string broken_law = pith::testing::StructureLaws(context, flags[0]).broken();
    require(broken_law.empty(), broken_law);
  }
  for (std::size_t w = 0; w < before.size(); ++w) require(before[w] <= flags[0][w], "a longer prefix keeps a superset");
  before = flags[0];
  std::string out;
  pith::render(context, flags[0], {}, &out);
  if (context.structure.format == "json" && !out.empty()) require(is_json(out), "shortened JSON parses: " + out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = static_cast<pith::Format>(data[0] % pith::format_names().size());
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // A word of the text is the question, so that records are matched against something.
  const pith::RecognizeOptions options{format, text.substr(text.size() / 2, 12)};

  pith::Structure structure = pith::recognize(text, options);
  const std::string broken_law = pith::broken_structure_law(structure, text);
  require(broken_law.empty(), broken_law);
  const pith::Structure again = pith::recognize(text, options);
  require(again.format == structure.format && again.warnings == structure.warnings &&
              pith::structure_text(again, text) == pith::structure_text(structure, text),
          "a text is recognised the same way twice");

  auto prepared = pith::prepare_context(text, std::move(structure));
  if (!prepared) return 0;
  std::vector<pith::PreparedContext> contexts;
  contexts.push_back(std::move(*prepared));
  pith::PreparedContext& context = contexts[0];
  for (std::size_t w = 0; w < context.n_words(); ++w) context.scores.push_back(score_of(w, data[0]));
  pith::mark_forced({}, context);
  context.priorities = context.scores;
  const pith::Ranking ranking = pith::rank_units(contexts);

  constexpr std::size_t kPrefixes = 6;
  std::vector<std::uint8_t> before(context.n_words(), 0);
  for (std::size_t i = 0; i <= kPrefixes; ++i) {
    check_prefix(context, ranking, ranking.steps.size() * i / kPrefixes, before);
  }
  return 0;
}
