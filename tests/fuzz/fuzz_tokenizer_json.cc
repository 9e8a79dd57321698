// Any bytes as a tokenizer.json: a clear error, or a tokenizer whose tokens lie in the text, in order, and in the
// vocabulary. Bytes that do not begin with '{' change one of the files below in a few places.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "support/temp_dir.h"
#include "tokenize/load_tokenizer.h"

namespace {

constexpr std::string_view kText =
    "Hello,  world! \xEF\xAC\x81\xCC\x81 caf\xC3\xA9 A\xCC\x8A\r\n\t<s>[CLS]<mask> 12,345 I'm \xE4\xBB\x8A\xE5\xA4\xA9 "
    "\xE3\x80\x80\xED\x95\x9C\xEA\xB5\xAD \xD9\x85\xD8\xB1 \xE0\xA4\x95\xE0\xA5\x8D\xE0\xA4\xB7 "
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 \xE2\x96\x81x\xE2\x96\x81\xC2\xBD\xFF\xE2\x82 end  ";

void check_encoding(const pith::Tokenizer& tokenizer, std::string_view text) {
  pith::Encoding encoding;
  tokenizer.encode(text, &encoding);
  PITH_CHECK(encoding.ids.size() == encoding.spans.size(), "");
  pith::ByteSpan previous;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    const pith::ByteSpan span = encoding.spans[i];
    PITH_CHECK(encoding.ids[i] >= 0 && static_cast<std::size_t>(encoding.ids[i]) < tokenizer.vocab_size(),
               std::to_string(encoding.ids[i]));
    PITH_CHECK(span.begin <= span.end && span.end <= text.size(), std::to_string(span.end));
    PITH_CHECK(span.begin >= previous.begin && span.end >= previous.end, std::to_string(span.begin));
    (void)tokenizer.piece(encoding.ids[i]);
    previous = span;
  }
}

/// The first byte chooses the file, the second the number of changes; each is a place (two bytes), a way and a byte.
std::string changed_seed(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> seeds = [] {
    std::vector<std::string> texts;
    for (const char* name : {"unigram", "unigram_sequence", "wordpiece", "byte_bpe"}) {
      texts.push_back(
          pith::read_text(std::string(PITH_SOURCE_DIR "/tests/fuzz/corpus/tokenizer_json/") + name + ".json"));
    }
    return texts;
  }();
  if (size < 2) return {};
  std::string text = seeds[data[0] % seeds.size()];
  const std::size_t n_changes = data[1] % 4;
  for (std::size_t at = 2; at + 4 <= size && at < 2 + 4 * n_changes && !text.empty(); at += 4) {
    const std::size_t place = (data[at] | std::size_t{data[at + 1]} << 8) % text.size();
    const auto byte = static_cast<char>(data[at + 3]);
    if (data[at + 2] % 3 == 0) {
      text[place] = byte;
    } else if (data[at + 2] % 3 == 1) {
      text.erase(place, 1);
    } else {
      text.insert(place, 1, byte);
    }
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pith::TempDir dir;
  const std::string path = dir / "tokenizer.json";
  std::filesystem::remove(path);  // overwriting a file can wait for the disk
  pith::write_text(path, size > 0 && data[0] == '{' ? std::string(data, data + size) : changed_seed(data, size));
  const auto tokenizer = pith::load_tokenizer(dir.path());
  if (!tokenizer) {
    PITH_CHECK(!tokenizer.error().message.empty(), "");
    return 0;
  }
  check_encoding(**tokenizer, kText);
  check_encoding(**tokenizer, "");
  (void)(*tokenizer)->normalized(kText);
  return 0;
}
