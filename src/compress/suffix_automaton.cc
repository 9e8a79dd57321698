#include "compress/suffix_automaton.h"

namespace pith {

std::optional<SuffixAutomaton::State> SuffixAutomaton::next(State state, std::uint32_t number) const {
  const auto found = transitions_.find(key(state, number));
  if (found == transitions_.end()) return std::nullopt;
  return found->second;
}

SuffixAutomaton::State SuffixAutomaton::add_state(std::uint32_t length, std::uint32_t first_end) {
  states_.push_back({.length = length, .first_end = first_end});
  return static_cast<State>(states_.size() - 1);
}

void SuffixAutomaton::connect(State from, std::uint32_t number, State to) {
  if (transitions_.insert_or_assign(key(from, number), to).second) states_[from].numbers.push_back(number);
}

SuffixAutomaton::State SuffixAutomaton::split(State from, std::uint32_t number, State to) {
  const State copy = add_state(states_[from].length + 1, states_[to].first_end);
  const std::vector<std::uint32_t> numbers = states_[to].numbers;
  for (const std::uint32_t n : numbers) connect(copy, n, transitions_.at(key(to, n)));
  states_[copy].link = states_[to].link;
  states_[to].link = copy;
  for (State s = from; s != kNone; s = states_[s].link) {
    const auto found = transitions_.find(key(s, number));
    if (found == transitions_.end() || found->second != to) break;
    found->second = copy;
  }
  return copy;
}

void SuffixAutomaton::append(std::uint32_t number) {
  const std::uint32_t here = n_numbers_++;
  if (const auto known = next(last_, number)) {  // a later row repeats an earlier one
    const bool fits = states_[*known].length == states_[last_].length + 1;
    last_ = fits ? *known : split(last_, number, *known);
    return;
  }
  const State added = add_state(states_[last_].length + 1, here);
  State s = last_;
  for (; s != kNone && !next(s, number); s = states_[s].link) connect(s, number, added);
  if (s == kNone) {
    states_[added].link = kStart;
  } else {
    const State to = *next(s, number);
    states_[added].link = states_[to].length == states_[s].length + 1 ? to : split(s, number, to);
  }
  last_ = added;
}

}  // namespace pith
