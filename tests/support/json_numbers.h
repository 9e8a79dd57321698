// Numbers of recorded answers.
#pragma once

#include <vector>

#include "base/json.h"

namespace pith {

template <class T>
std::vector<T> numbers(const json::value& array) {
  std::vector<T> out;
  for (const json::value& number : array.as_array()) out.push_back(number.to_number<T>());
  return out;
}

}  // namespace pith
