// segment() keeps its laws for any bytes, and for any two texts joined by a blank line.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "support/segment_laws.h"
#include "text/segment.h"

namespace {

void require(const std::string& broken_law) {
  if (broken_law.empty()) return;
  std::fprintf(stderr, "segment() breaks a law: %s\n", broken_law.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto document = pith::segment(text);
  require(document ? pith::testing::broken_segment_law(text, *document) : document.error().message);
  require(document == pith::segment(text) ? "" : "two runs differ");
  const std::size_t half = size / 2;
  require(pith::testing::broken_concatenation_law(text.substr(0, half), text.substr(half)));
  return 0;
}
