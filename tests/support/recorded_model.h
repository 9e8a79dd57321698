// What Hugging Face transformers computed for the models of tests/data/model (its README has the layout).
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/token_classifier.h"
#include "support/json_numbers.h"
#include "support/temp_dir.h"

namespace pith {

struct Recorded {
  std::string text;
  TokenSequences sequences;  // one
  std::vector<double> keep;
};

inline std::vector<Recorded> read_recorded(const std::string& path, std::string_view list = "sequences") {
  const auto document = parse_json(read_text(path), path).value();
  std::vector<Recorded> all;
  for (const json::value& row : document.at(list).as_array()) {
    Recorded recorded;
    if (const json::value* text = row.as_object().if_contains("text")) recorded.text = std::string(text->as_string());
    recorded.sequences.ids = numbers<TokenId>(row.at("ids"));
    recorded.sequences.end_sequence();
    if (const json::value* hidden = row.as_object().if_contains("hidden")) {
      recorded.sequences.hidden = numbers<std::size_t>(*hidden);
    }
    recorded.keep = numbers<double>(row.at("keep"));
    all.push_back(std::move(recorded));
  }
  return all;
}

inline double largest_difference(const std::vector<float>& found, const std::vector<double>& expected) {
  EXPECT_EQ(found.size(), expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(found[i]) - expected[i]));
  }
  return largest;
}

/// Hidden tokens apart, whose own probability is unspecified.
inline double largest_difference(const std::vector<float>& found, const Recorded& recorded) {
  std::vector<double> expected = recorded.keep;
  for (const std::size_t i : recorded.sequences.hidden) expected[i] = static_cast<double>(found[i]);
  return largest_difference(found, expected);
}

}  // namespace pith
