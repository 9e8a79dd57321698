// The C++ side of tokenize_oracle.py: tokenizes strings from standard input and writes what it found, in binary, so
// that millions of strings are compared in a minute.
//
//   tokenize_dump wordpiece MODEL_DIR | counter NAME
//
// In: u32 n_bytes, the bytes; again until end of file. Out, for each: u32 n_tokens, i32 ids[n_tokens] and, for
// wordpiece, u32 {begin, end}[n_tokens]. For a counter it is an error (exit 3) if count() and encode() disagree.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenize/byte_bpe_counter.h"
#include "tokenize/load_tokenizer.h"

namespace {

template <class T>
void put(std::string* out, const T* data, std::size_t n) {
  out->append(reinterpret_cast<const char*>(data), n * sizeof(T));
}

int refuse(const std::string& message) {
  std::fprintf(stderr, "tokenize_dump: %s\n", message.c_str());
  return 2;
}

int serve(const std::function<bool(std::string_view, std::string*)>& answer) {
  std::string text;
  std::string out;
  std::uint32_t n_bytes = 0;
  while (std::fread(&n_bytes, sizeof n_bytes, 1, stdin) == 1) {
    text.resize(n_bytes);
    if (std::fread(text.data(), 1, n_bytes, stdin) != n_bytes) return refuse("input ends inside a string");
    out.clear();
    if (!answer(text, &out)) return 3;
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return refuse("cannot write");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return refuse("usage: tokenize_dump wordpiece MODEL_DIR | counter NAME");
  const std::string kind = argv[1];
  if (kind == "wordpiece") {
    const auto tokenizer = pith::load_tokenizer(argv[2]);
    if (!tokenizer) return refuse(tokenizer.error().message);
    pith::Encoding encoding;
    return serve([&](std::string_view text, std::string* out) {
      encoding.clear();
      (*tokenizer)->encode(text, &encoding);
      const auto n = static_cast<std::uint32_t>(encoding.n_tokens());
      put(out, &n, 1);
      put(out, encoding.ids.data(), n);
      put(out, encoding.spans.data(), n);
      return true;
    });
  }
  if (kind == "counter") {
    const auto loaded = pith::load_token_counter(argv[2]);
    if (!loaded) return refuse(loaded.error().message);
    const auto& counter = dynamic_cast<const pith::ByteBpeCounter&>(**loaded);
    return serve([&](std::string_view text, std::string* out) {
      const std::vector<std::int32_t> ids = counter.encode(text);
      const auto n = static_cast<std::uint32_t>(ids.size());
      put(out, &n, 1);
      put(out, ids.data(), n);
      return counter.count(text) == n;
    });
  }
  return refuse("unknown kind: " + kind);
}
