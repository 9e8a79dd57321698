// Which lines of a log say the same with other values: `Rolled segment for 'test-3' in 3 ms` and `... 'test-5' in 2
// ms`. After Drain (He et al., 2017): tokens that are numbers, ids, paths or quoted are blanked, lines of one length
// and first word are compared with the templates seen so far, and what differs becomes a blank.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pith {

class LogTemplates {
 public:
  /// The template of the line, a number from 0 on; a new one if it is like none before. Linear in the line.
  std::uint32_t add(std::string_view line);

  [[nodiscard]] std::size_t size() const { return templates_.size(); }
  [[nodiscard]] std::size_t n_lines(std::uint32_t which) const { return templates_[which].n_lines; }
  /// Tokens that are the same in all its lines.
  [[nodiscard]] std::size_t n_fixed(std::uint32_t which) const;

 private:
  struct Template {
    std::vector<std::uint64_t> tokens;  ///< hashes, 0 for a blank
    std::size_t n_lines = 0;
  };

  std::vector<Template> templates_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> buckets_;
  std::vector<std::uint64_t> tokens_;
};

}  // namespace pith
