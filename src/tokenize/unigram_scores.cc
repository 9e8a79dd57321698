#include "tokenize/unigram_scores.h"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/json.h"

namespace pith {
namespace {

constexpr int kLargestPower = 308;

const std::array<double, kLargestPower + 1>& powers_of_ten() {
  static const std::array<double, kLargestPower + 1> kPowers = [] {
    std::array<double, kLargestPower + 1> powers;
    for (std::size_t i = 0; i < powers.size(); ++i) {
      const std::string text = "1e" + std::to_string(i);
      std::from_chars(text.data(), text.data() + text.size(), powers[i]);
    }
    return powers;
  }();
  return kPowers;
}

/// Listens to the parser and keeps the numbers of model.vocab's entries. Depths: 1 the file, 2 "model", 3 "vocab",
/// 4 an entry.
class ScoreHandler {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
  using ErrorCode = boost::system::error_code;

  std::vector<double> scores;

  bool on_document_begin(ErrorCode& /*error*/) { return true; }
  bool on_document_end(ErrorCode& /*error*/) { return true; }
  bool on_object_begin(ErrorCode& /*error*/) { return open(); }
  bool on_object_end(std::size_t /*n*/, ErrorCode& /*error*/) { return close(); }
  bool on_array_begin(ErrorCode& /*error*/) { return open(); }
  bool on_array_end(std::size_t /*n*/, ErrorCode& /*error*/) { return close(); }
  bool on_key_part(std::string_view part, std::size_t /*n*/, ErrorCode& /*error*/) {
    key_ += part;
    return true;
  }
  bool on_key(std::string_view part, std::size_t /*n*/, ErrorCode& /*error*/) {
    key_ += part;
    if (depth_ <= 2) {
      if (depth_ == 1) in_model_ = key_ == "model";
      in_vocab_ = depth_ == 2 && in_model_ && key_ == "vocab";
      if (in_vocab_ || (depth_ == 1 && in_model_)) scores.clear();  // of equal keys the last counts
    }
    key_.clear();
    return true;
  }
  bool on_string_part(std::string_view /*part*/, std::size_t /*n*/, ErrorCode& /*error*/) { return true; }
  bool on_string(std::string_view /*part*/, std::size_t /*n*/, ErrorCode& /*error*/) { return true; }
  bool on_number_part(std::string_view part, ErrorCode& /*error*/) {
    number_ += part;
    return true;
  }
  bool on_int64(std::int64_t /*value*/, std::string_view part, ErrorCode& /*error*/) { return number(part); }
  bool on_uint64(std::uint64_t /*value*/, std::string_view part, ErrorCode& /*error*/) { return number(part); }
  bool on_double(double /*value*/, std::string_view part, ErrorCode& /*error*/) { return number(part); }
  bool on_bool(bool /*value*/, ErrorCode& /*error*/) { return true; }
  bool on_null(ErrorCode& /*error*/) { return true; }
  bool on_comment_part(std::string_view /*part*/, ErrorCode& /*error*/) { return true; }
  bool on_comment(std::string_view /*part*/, ErrorCode& /*error*/) { return true; }

 private:
  bool open() {
    ++depth_;
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }
  bool number(std::string_view part) {
    number_ += part;
    if (depth_ == 4 && in_vocab_) scores.push_back(read_score(number_));
    number_.clear();
    return true;
  }

  std::string key_, number_;
  std::size_t depth_ = 0;
  bool in_model_ = false, in_vocab_ = false;
};

}  // namespace

double read_score(std::string_view number) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::size_t at = 0;
  const auto digit = [&] { return at < number.size() && number[at] >= '0' && number[at] <= '9'; };
  const bool negative = !number.empty() && number[0] == '-';
  if (negative) ++at;
  if (!digit()) return kNone;
  std::uint64_t digits = 0;
  std::int64_t exponent = 0;
  bool full = false;  // further digits do not fit
  const auto take = [&](std::int64_t step_if_taken, std::int64_t step_if_full) {
    const auto value = static_cast<std::uint64_t>(number[at] - '0');
    full = full || digits > (kLargest - value) / 10;
    if (!full) digits = digits * 10 + value;
    exponent += full ? step_if_full : step_if_taken;
  };
  for (; digit(); ++at) take(0, 1);
  if (at < number.size() && number[at] == '.') {
    full = false;  // the library tries anew
    for (++at; digit(); ++at) take(-1, 0);
  }
  if (at < number.size() && (number[at] == 'e' || number[at] == 'E')) {
    ++at;
    const bool below_one = at < number.size() && number[at] == '-';
    if (at < number.size() && (number[at] == '-' || number[at] == '+')) ++at;
    constexpr std::int64_t kHuge = 100000;
    std::int64_t power = 0;
    for (; digit(); ++at) power = std::min(kHuge, power * 10 + (number[at] - '0'));
    exponent += below_one ? -power : power;
  }
  auto value = static_cast<double>(digits);
  if (value != 0 && exponent > kLargestPower) return kNone;
  while (value != 0 && exponent < -kLargestPower) {
    value /= powers_of_ten()[kLargestPower];
    exponent += kLargestPower;
  }
  if (value != 0) {
    const double power = powers_of_ten()[static_cast<std::size_t>(std::abs(exponent))];
    value = exponent >= 0 ? value * power : value / power;
  }
  if (!std::isfinite(value)) return kNone;
  return negative ? -value : value;
}

std::vector<double> read_scores(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::basic_parser<ScoreHandler> parser(options);
  boost::system::error_code error;
  parser.write_some(false, text.data(), text.size(), error);
  return std::move(parser.handler().scores);
}

}  // namespace pith
