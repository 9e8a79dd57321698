// minify_spans() keeps its laws for any bytes: ascending spans, idempotence, composition.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/minify_laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string broken_law = pith::testing::broken_minify_law(std::string(data, data + size));
  if (broken_law.empty()) return 0;
  std::fprintf(stderr, "minify_spans() breaks a law: %s\n", broken_law.c_str());
  std::abort();
}
