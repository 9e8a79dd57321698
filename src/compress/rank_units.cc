#include "compress/rank_units.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <vector>

namespace pith {
namespace {

constexpr float kNoCap = std::numeric_limits<float>::infinity();
constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// What competes for the budget: a free word, or a node (a piece, or a group with an importance).
struct Unit {
  float priority = 0;
  bool is_forced = false;
  bool is_punctuation = false;
  std::uint32_t context = 0;
  std::uint32_t word = 0;      ///< the word, or the node's first
  std::uint32_t node = kNone;  ///< kNone: a free word, or
  std::uint32_t n_words = 1;   ///< ... so many that stay or go together
};

/// How many of `words` from `at` on make one unit: neighbours in the text with equal numbers.
std::uint32_t unit_length(const PreparedContext& context, std::span<const std::uint32_t> words, std::size_t at) {
  if (context.unit_of_word.empty()) return 1;
  std::size_t n = 1;
  while (at + n < words.size() && words[at + n] == words[at] + n &&
         context.unit_of_word[words[at + n]] == context.unit_of_word[words[at]]) {
    ++n;
  }
  return static_cast<std::uint32_t>(n);
}

/// A total order: equal priorities put words before the marks that wait for them, then follow the text.
bool ranks_before(const Unit& a, const Unit& b) {
  if (a.is_forced != b.is_forced) return a.is_forced;
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.is_punctuation != b.is_punctuation) return b.is_punctuation;
  if (a.context != b.context) return a.context < b.context;
  if (a.word != b.word) return a.word < b.word;
  return a.node != kNone && (b.node == kNone || a.node < b.node);
}

/// The units of free words, given in order. One of several words ranks by the best of them and is forced if one is.
void add_free_words(const PreparedContext& context, std::span<const std::uint32_t> words, std::uint32_t index,
                    bool is_forced, std::vector<Unit>& units) {
  for (std::size_t at = 0; at < words.size();) {
    const std::uint32_t w = words[at];
    const std::uint32_t n_words = unit_length(context, words, at);
    at += n_words;
    if (!context.excluded.empty() && context.excluded[w] != 0) continue;
    Unit unit{context.priorities[w], is_forced, context.document.words[w].is_punctuation, index, w, kNone, n_words};
    for (std::uint32_t m = w; m < w + n_words; ++m) {
      unit.priority = std::max(unit.priority, context.priorities[m]);
      unit.is_forced |= context.forced[m] != 0;
      unit.is_punctuation &= context.document.words[m].is_punctuation;
    }
    units.push_back(unit);
  }
}

/// Importances to priorities: the quantiles of what free words rank by.
class ImportanceScale {
 public:
  explicit ImportanceScale(std::span<const PreparedContext> contexts) {
    for (const PreparedContext& context : contexts) {
      if (context.is_dropped) continue;
      is_identity_ |= context.importances_are_priorities;
      for (std::size_t w = 0; w < context.n_words(); ++w) {
        if (context.is_free(w)) sorted_.push_back(context.priorities[w]);
      }
    }
    std::ranges::sort(sorted_);
  }

  [[nodiscard]] float priority(float importance) const {
    if (sorted_.empty() || is_identity_) return importance;
    const double at = static_cast<double>(importance) * static_cast<double>(sorted_.size() - 1);
    return sorted_[static_cast<std::size_t>(std::lround(at))];
  }

 private:
  std::vector<float> sorted_;
  bool is_identity_ = false;
};

/// The words a node owns, and what the walk through the tree needs to know of it.
struct NodeState {
  std::uint32_t words_begin = 0;  ///< in TreeRanker::words_by_node_
  std::uint32_t words_end = 0;
  std::uint32_t separator_after = 0;  ///< node of the separator that follows this one; 0 = none
  std::uint32_t last_entered = 0;     ///< the last of its children (in the text) that has entered; 0 = none
  float cap = kNoCap;                 ///< nothing inside ranks higher: the least importance of it and its ancestors
  bool is_forced = false;             ///< it or an ancestor is
  bool has_choices_below = false;     ///< something in its subtree, itself apart, can be chosen
  bool has_entered = false;
};

/// One context's tree while the ranking is made.
class TreeRanker {
 public:
  TreeRanker(PreparedContext& context, std::uint32_t index) : context_(context), index_(index) {}

  void add_units(const ImportanceScale& scale, std::vector<Unit>& units) {
    group_words();
    const std::vector<Node>& nodes = context_.structure.nodes;
    find_choices();
    std::vector<std::uint32_t> elder(nodes.size(), 0);  // last child seen, per parent
    for (std::uint32_t n = 0; n < nodes.size(); ++n) {
      const Node& node = nodes[n];
      NodeState& state = states_[n];
      if (n > 0) {
        const NodeState& parent = states_[node.parent];
        state.cap = parent.cap;
        state.is_forced = parent.is_forced || node.is_forced;
        std::uint32_t& sibling = elder[node.parent];
        if (node.policy == Policy::kSeparator && sibling != 0) states_[sibling].separator_after = n;
        sibling = node.policy == Policy::kSeparator ? 0 : n;
      }
      if (node.policy == Policy::kSeparator || node.policy == Policy::kRemoved) continue;
      const bool has_importance = !std::isnan(node.importance) && n > 0;
      if (has_importance) state.cap = std::min(state.cap, scale.priority(node.importance));
      if (node.policy == Policy::kWords) {
        add_words(n, units);
      } else if (is_piece(n) || has_importance || state.is_forced || any_forced(n)) {
        add_node(n, has_importance, units);
      }
    }
  }

  /// Takes a unit with everything it needs; appends the words to `order`. Returns the outermost node that entered.
  std::uint32_t take(const Unit& unit, std::vector<WordRef>& order) {
    order_ = &order;
    priority_ = unit.priority;
    outermost_ = Step::kNoNode;
    if (unit.node != kNone) {
      enter(unit.node);
    } else {
      enter(context_.nodes[unit.word]);
      for (std::uint32_t w = unit.word; w < unit.word + unit.n_words; ++w) push(w);
    }
    return outermost_;
  }

 private:
  void group_words() {
    const std::size_t n_nodes = context_.structure.nodes.size();
    states_.assign(n_nodes, {});
    words_by_node_.resize(context_.n_words());
    for (const std::uint32_t n : context_.nodes) ++states_[n].words_end;
    std::uint32_t at = 0;
    for (NodeState& state : states_) {
      state.words_begin = at;
      at += state.words_end;
      state.words_end = state.words_begin;
    }
    for (std::uint32_t w = 0; w < context_.nodes.size(); ++w) {
      words_by_node_[states_[context_.nodes[w]].words_end++] = w;
    }
  }

  [[nodiscard]] std::span<const std::uint32_t> words_of(std::uint32_t n) const {
    return std::span(words_by_node_).subspan(states_[n].words_begin, states_[n].words_end - states_[n].words_begin);
  }

  /// Marks the nodes with something to choose below them. A group without (a table row of empty cells) is a piece.
  void find_choices() {
    const std::vector<Node>& nodes = context_.structure.nodes;
    for (std::size_t n = nodes.size(); n-- > 1;) {
      const NodeState& state = states_[n];
      bool is_choice = state.has_choices_below;
      switch (nodes[n].policy) {
        case Policy::kWhole:
          is_choice = true;
          break;
        case Policy::kWords:
        case Policy::kGroup:
          is_choice |= state.words_begin < state.words_end;
          break;
        case Policy::kSeparator:
        case Policy::kRemoved:
          break;
      }
      if (is_choice) states_[nodes[n].parent].has_choices_below = true;
    }
  }

  [[nodiscard]] bool is_piece(std::uint32_t n) const {
    const Policy policy = context_.structure.nodes[n].policy;
    return policy == Policy::kWhole || (policy == Policy::kGroup && !states_[n].has_choices_below);
  }
  [[nodiscard]] bool any_forced(std::uint32_t n) const {
    return std::ranges::any_of(words_of(n), [this](std::uint32_t w) { return context_.forced[w] != 0; });
  }

  [[nodiscard]] bool is_excluded(std::uint32_t w) const {
    return !context_.excluded.empty() && context_.excluded[w] != 0;
  }

  void add_words(std::uint32_t n, std::vector<Unit>& units) {
    const std::span<const std::uint32_t> words = words_of(n);
    for (const std::uint32_t w : words) context_.priorities[w] = std::min(context_.priorities[w], states_[n].cap);
    add_free_words(context_, words, index_, states_[n].is_forced, units);
  }

  void add_node(std::uint32_t n, bool has_importance, std::vector<Unit>& units) {
    const std::span<const std::uint32_t> words = words_of(n);
    if (std::ranges::any_of(words, [this](std::uint32_t w) { return is_excluded(w); })) return;
    float priority = states_[n].cap;
    if (!has_importance) {
      double sum = 0;
      for (const std::uint32_t w : words) sum += static_cast<double>(context_.priorities[w]);
      if (!words.empty()) sum /= static_cast<double>(words.size());
      priority = std::min(priority, static_cast<float>(sum));
    }
    units.push_back({priority, states_[n].is_forced || any_forced(n), false, index_, first_word(n), n, 0});
  }

  [[nodiscard]] std::uint32_t first_word(std::uint32_t n) const {
    const std::uint32_t begin = context_.structure.nodes[n].span.begin;
    const auto first =
        std::ranges::lower_bound(context_.document.words, begin, {}, [](const Word& word) { return word.span.begin; });
    return static_cast<std::uint32_t>(first - context_.document.words.begin());
  }

  /// Node n has something kept.
  void enter(std::uint32_t n) {
    const std::vector<Node>& nodes = context_.structure.nodes;
    pending_.assign(1, n);
    while (!pending_.empty()) {
      const std::uint32_t at = pending_.back();
      pending_.pop_back();
      for (std::uint32_t m = at; !states_[m].has_entered; m = nodes[m].parent) {
        states_[m].has_entered = true;
        if (nodes[m].policy != Policy::kWords) {
          outermost_ = std::min(outermost_, m);
          for (const std::uint32_t w : words_of(m)) push(w);
          if (is_piece(m)) push_subtree(m);
        }
        for (std::uint32_t child = m + 1; child < nodes[m].end; child = nodes[child].end) {
          const bool brings_words = nodes[child].policy == Policy::kWhole || nodes[child].policy == Policy::kGroup;
          if (nodes[child].is_required && brings_words) pending_.push_back(child);
        }
        if (m == 0) break;
        note_child(nodes[m].parent, m);
      }
    }
  }

  /// The separators that child `n` of `parent` brings: they stand between two children that are there.
  void note_child(std::uint32_t parent, std::uint32_t n) {
    std::uint32_t& last = states_[parent].last_entered;
    std::uint32_t separator = 0;
    if (last == 0) {
      last = n;
    } else if (n < last) {
      separator = states_[n].separator_after;
    } else {
      separator = states_[last].separator_after;
      last = n;
    }
    if (separator != 0) {
      for (const std::uint32_t w : words_of(separator)) push(w);
    }
  }

  /// A group that is a piece brings the marks between its empty children along.
  void push_subtree(std::uint32_t n) {
    const std::vector<Node>& nodes = context_.structure.nodes;
    for (std::uint32_t child = n + 1; child < nodes[n].end; ++child) {
      if (nodes[child].policy == Policy::kRemoved || states_[child].has_entered) continue;
      states_[child].has_entered = true;
      for (const std::uint32_t w : words_of(child)) push(w);
    }
  }

  void push(std::uint32_t w) {
    if (!context_.is_free(w)) context_.priorities[w] = priority_;
    order_->push_back({index_, w});
  }

  PreparedContext& context_;
  std::uint32_t index_;
  std::vector<NodeState> states_;
  std::vector<std::uint32_t> words_by_node_;
  std::vector<std::uint32_t> pending_;
  std::vector<WordRef>* order_ = nullptr;
  float priority_ = 0;
  std::uint32_t outermost_ = Step::kNoNode;
};

void add_plain_units(const PreparedContext& context, std::uint32_t index, std::vector<Unit>& units) {
  std::vector<std::uint32_t> words(context.n_words());
  std::iota(words.begin(), words.end(), 0U);
  add_free_words(context, words, index, false, units);
}

}  // namespace

Ranking rank_units(std::span<PreparedContext> contexts) {
  const ImportanceScale scale(contexts);
  std::vector<Unit> units;
  std::vector<std::optional<TreeRanker>> trees(contexts.size());
  for (std::uint32_t c = 0; c < contexts.size(); ++c) {
    if (contexts[c].is_dropped) continue;
    if (contexts[c].is_plain()) {
      add_plain_units(contexts[c], c, units);
    } else {
      trees[c].emplace(contexts[c], c).add_units(scale, units);
    }
  }
  std::ranges::sort(units, ranks_before);
  Ranking ranking;
  ranking.order.reserve(units.size());
  ranking.steps.reserve(units.size());
  for (const Unit& unit : units) {
    const std::size_t n_before = ranking.order.size();
    std::uint32_t node = Step::kNoNode;
    if (trees[unit.context]) {
      node = trees[unit.context]->take(unit, ranking.order);
    } else {
      for (std::uint32_t w = unit.word; w < unit.word + unit.n_words; ++w) ranking.order.push_back({unit.context, w});
    }
    if (ranking.order.size() == n_before) continue;  // came along with something better
    ranking.steps.push_back({static_cast<std::uint32_t>(ranking.order.size()), unit.priority, unit.context, node});
    if (unit.is_forced) ++ranking.n_forced;
  }
  return ranking;
}

}  // namespace pith
