#include "text/structure/log_ranking.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "text/structure/record_sampling.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

/// Above this share of the lines a severity is nothing special.
constexpr std::size_t kSevereShare = 4;

/// The severity from which on lines stand out, if any does.
Severity standing_out(const std::vector<LogLineFacts>& lines) {
  for (const Severity severity : {Severity::kWarning, Severity::kError, Severity::kFatal}) {
    const auto n_severe = static_cast<std::size_t>(
        std::ranges::count_if(lines, [&](const LogLineFacts& line) { return line.severity >= severity; }));
    if (n_severe * kSevereShare <= lines.size()) return severity;
  }
  return Severity::kUnknown;
}

std::vector<float> question_weights(const std::vector<LogLineFacts>& lines, std::string_view question) {
  std::vector<float> weights(lines.size(), 0);
  const QuestionWords words(question);
  if (words.empty()) return weights;
  std::vector<std::uint64_t> found(lines.size());
  std::array<std::size_t, 64> n_having{};
  for (std::size_t n = 0; n < lines.size(); ++n) {
    found[n] = words.found_in(lines[n].bytes);
    for (std::uint64_t bits = found[n]; bits != 0; bits &= bits - 1) {
      ++n_having.at(static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
  for (std::size_t n = 0; n < lines.size(); ++n) {
    for (std::uint64_t bits = found[n]; bits != 0; bits &= bits - 1) {
      const std::size_t having = n_having.at(static_cast<std::size_t>(std::countr_zero(bits)));
      if (having * 2 > lines.size()) continue;
      weights[n] += std::log(static_cast<float>(lines.size()) / static_cast<float>(having));
    }
  }
  return weights;
}

}  // namespace

std::vector<float> log_importances(const std::vector<LogLineFacts>& lines, const LogTemplates& templates,
                                   std::string_view question) {
  enum Tier : int { kAsked, kSevere, kFirst, kLast, kRest, kRepeat };
  const std::size_t n = lines.size();
  const std::vector<float> weights = question_weights(lines, question);
  const Severity severe = standing_out(lines);
  std::vector<std::size_t> last_of(templates.size(), 0);
  for (std::size_t i = 0; i < n; ++i) last_of[lines[i].which] = i;

  std::vector<int> tiers(n, kRest);
  std::vector<std::uint8_t> has_template(templates.size(), 0);
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_severe = severe != Severity::kUnknown && lines[i].severity >= severe;
    const bool is_first = has_template[lines[i].which] == 0;
    has_template[lines[i].which] = 1;
    const bool is_repeat = !seen.insert(RecordSampler::field_key(lines[i].bytes)).second;
    if (is_repeat) {
      tiers[i] = is_severe ? kRest : kRepeat;
    } else if (weights[i] > 0) {
      tiers[i] = kAsked;
    } else if (is_severe) {
      tiers[i] = kSevere;
    } else if (is_first || i == 0) {
      tiers[i] = kFirst;
    } else if (last_of[lines[i].which] == i) {
      tiers[i] = kLast;
    }
  }
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    if (tiers[a] != tiers[b]) return tiers[a] < tiers[b];
    if (tiers[a] == kAsked && weights[a] != weights[b]) return weights[a] > weights[b];
    if (tiers[a] == kSevere && lines[a].severity != lines[b].severity) return lines[a].severity > lines[b].severity;
    return spread_order(a) < spread_order(b);
  });
  std::vector<float> importances(n, 0);
  for (std::size_t rank = 0; rank < n; ++rank) {
    importances[order[rank]] = (static_cast<float>(n - rank) - 0.5F) / static_cast<float>(n);
  }
  return importances;
}

}  // namespace pith
