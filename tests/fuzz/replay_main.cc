// A fuzzer without libFuzzer: replays the files (or folders of files) given as arguments, then some thousand seeded
// random inputs, so that the ordinary test run builds every fuzzer and exercises it. Exit status 0, or the abort of a
// broken law.
//
//   fuzz_segment [FILE-OR-FOLDER...]
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/random_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void replay(const std::string& input) {
  // A copy of exactly that size, so that a sanitizer sees reads beyond it.
  const std::basic_string<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

void replay_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  replay(std::string((std::istreambuf_iterator<char>(file)), {}));
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::size_t kRandomInputs = 3000;
  constexpr std::size_t kMostBytes = 300;
  std::size_t n_files = 0;
  for (int i = 1; i < argc; ++i) {
    const std::filesystem::path path = argv[i];
    if (std::filesystem::is_directory(path)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
        if (!entry.is_regular_file()) continue;
        replay_file(entry.path());
        ++n_files;
      }
    } else if (std::filesystem::is_regular_file(path)) {
      replay_file(path);
      ++n_files;
    } else {
      std::fprintf(stderr, "no such file or folder: %s\n", argv[i]);
      return 2;
    }
  }
  pith::testing::Random random(1);
  for (std::size_t i = 0; i < kRandomInputs; ++i) {
    replay(pith::testing::random_text(random, pith::testing::random_below(random, kMostBytes)));
  }
  std::printf("replayed %zu files and %zu random inputs\n", n_files, kRandomInputs);
  return 0;
}
