#include "compress/reference_python.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::size_t kShortestMergedList = 64;  // below it list.sort() is one binary insertion sort

/// CPython's way with a short list: the run it begins with (turned round if it descends), then binary insertion.
std::vector<std::size_t> insertion_order(std::span<const double> keys) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t run = std::min<std::size_t>(keys.size(), 1);
  if (keys.size() > 1) {
    const bool descends = keys[1] < keys[0];
    for (run = 2; run < keys.size() && (keys[run] < keys[run - 1]) == descends;) ++run;
    if (descends) std::reverse(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(run));
  }
  for (std::size_t i = run; i < order.size(); ++i) {
    const std::size_t item = order[i];
    std::size_t begin = 0, end = i;
    while (begin < end) {
      const std::size_t middle = begin + (end - begin) / 2;
      if (keys[item] < keys[order[middle]]) {
        end = middle;
      } else {
        begin = middle + 1;
      }
    }
    const auto at = order.begin() + static_cast<std::ptrdiff_t>(begin);
    std::move_backward(at, order.begin() + static_cast<std::ptrdiff_t>(i),
                       order.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    *at = item;
  }
  return order;
}

}  // namespace

std::size_t python_slice_bound(std::int64_t bound, std::size_t size) {
  const auto limit = static_cast<std::int64_t>(size);
  if (bound < 0) bound += limit;
  return static_cast<std::size_t>(std::clamp<std::int64_t>(bound, 0, limit));
}

std::vector<std::size_t> python_sort_order(std::span<const double> keys) {
  const bool has_nan = std::any_of(keys.begin(), keys.end(), [](double key) { return std::isnan(key); });
  if (has_nan || keys.size() < kShortestMergedList) return insertion_order(keys);
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
  return order;
}

bool is_python_white_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

std::string_view python_strip(std::string_view text) {
  std::size_t begin = text.size(), end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    if (!is_python_white_space(c.value)) {
      begin = std::min(begin, at);
      end = at + c.n_bytes;
    }
    at += c.n_bytes;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

std::string decode_utf8_with_replacement(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint c = decode_code_point(bytes, at);
    append_utf8(c.value, &text);
    at += c.n_bytes;
  }
  return text;
}

std::size_t n_code_points(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t at = 0; at < text.size(); ++n) at += decode_code_point(text, at).n_bytes;
  return n;
}

std::string_view first_code_points(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; n > 0 && at < text.size(); --n) at += decode_code_point(text, at).n_bytes;
  return text.substr(0, at);
}

std::string join_by_blank_lines(std::span<const std::string> parts) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += "\n\n";
    joined += parts[i];
  }
  return joined;
}

}  // namespace pith
