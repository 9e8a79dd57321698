// The suffix automaton of rows of numbers: reads any sequence that stands in a row somewhere, and tells where first
// (Blumer et al. 1985, "The smallest automaton recognizing the subwords of a text"; for several rows the last state is
// forgotten between them).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace pith {

/// Expected linear time and memory in the numbers appended: at most two states and three transitions for each.
class SuffixAutomaton {
 public:
  using State = std::uint32_t;
  static constexpr State kStart = 0;  ///< nothing has been read

  SuffixAutomaton() : states_(1) {}

  /// What is appended next does not follow on what was.
  void start_row() { last_ = kStart; }
  void append(std::uint32_t number);

  /// The state behind `number`; nothing when what has been read stands nowhere with it behind.
  [[nodiscard]] std::optional<State> next(State state, std::uint32_t number) const;

  /// How many numbers had been appended, over all rows, before the one that ends the first occurrence of what leads to
  /// `state`. REQUIRES: state != kStart.
  [[nodiscard]] std::size_t first_end(State state) const { return states_[state].first_end; }

 private:
  static constexpr State kNone = UINT32_MAX;
  struct StateData {
    std::uint32_t length = 0;  ///< of the longest sequence that leads here
    State link = kNone;        ///< of its longest suffix that leads elsewhere
    std::uint32_t first_end = 0;
    std::vector<std::uint32_t> numbers{};  ///< that have a transition
  };

  static std::uint64_t key(State state, std::uint32_t number) { return std::uint64_t{state} << 32 | number; }
  State add_state(std::uint32_t length, std::uint32_t first_end);
  void connect(State from, std::uint32_t number, State to);
  /// `from` leads by `number` to a state that stands for longer sequences too: splits off the one for this.
  State split(State from, std::uint32_t number, State to);

  std::vector<StateData> states_;
  std::unordered_map<std::uint64_t, State> transitions_;
  State last_ = kStart;
  std::uint32_t n_numbers_ = 0;
};

}  // namespace pith
