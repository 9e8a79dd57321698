// From priorities to one ranking of everything that may be kept, in steps that never break a structure.
//
// What competes are free words, pieces (Policy::kWhole) and groups with an importance. Taking one also takes what the
// structure asks for: the frames of the groups around it, their required children, and the separators that now have
// something on both sides. All of that is one step. Every rule only ever adds, so a longer prefix keeps a superset.
#pragma once

#include <span>

#include "compress/prepared_context.h"
#include "compress/select.h"

namespace pith {

/// Forced steps first, then by priority, ties by position. A piece ranks by its importance or by the mean priority of
/// its words; an importance q stands at the q-quantile of the priorities of all free words, so that a rate of 0.3 takes
/// about three tenths of prose and of rows alike. A word that is forced forces its piece. Writes the priorities that
/// pieces and frames ended up with back into contexts[].priorities. O(n log n).
[[nodiscard]] Ranking rank_units(std::span<PreparedContext> contexts);

}  // namespace pith
