// Any bytes, any rate, any constraint: the laws of the default mode hold (tests/support/laws.h), and a smaller budget
// keeps a subset. The first bytes choose the options, the rest is the text, cut into contexts at 0x1E.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "compress/llmlingua2.h"
#include "compress/validate.h"
#include "support/fake_classifier.h"
#include "support/fake_counter.h"
#include "support/laws.h"

namespace {

void require(bool holds, const std::string& law) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", law.c_str());
  std::abort();
}

pith::CompressRequest make_request(std::string_view options, std::string_view texts) {
  const auto option = [&](std::size_t i) {
    return i < options.size() ? static_cast<unsigned char>(options[i]) : static_cast<unsigned char>(0);
  };
  pith::CompressRequest request;
  request.rate = (1 + option(0)) / 256.0;
  if ((option(1) & 1) != 0) request.force_tokens = {"\n", "?", "the", "+"};
  request.force_reserve_digit = (option(1) & 2) != 0;
  request.drop_consecutive = (option(1) & 4) != 0;
  if ((option(1) & 8) != 0) request.token_to_word = pith::TokenToWord::kFirst;
  if ((option(1) & 16) != 0) request.target_context = 1 + option(2) % 4;
  if ((option(1) & 32) != 0) request.context_level_rate = (1 + option(2)) / 256.0;
  request.return_word_label = (option(1) & 64) != 0;
  request.keep_references = (option(1) & 128) != 0;
  request.return_word_scores = true;
  while (request.context.size() < 8) {
    const std::size_t cut = texts.find('\x1E');
    request.context.emplace_back(texts.substr(0, cut));
    if (cut == std::string_view::npos) break;
    texts.remove_prefix(cut + 1);
  }
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pith::FakeClassifier classifier;
  static const pith::FakeCounter counter;
  constexpr std::size_t kOptionBytes = 3;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view options = bytes.substr(0, kOptionBytes);
  pith::CompressRequest request =
      make_request(options, bytes.size() > kOptionBytes ? bytes.substr(kOptionBytes) : std::string_view());
  require(pith::validate(request).has_value(), "the request is valid");
  const pith::WindowOptions windows{.n_tokens = 32, .n_overlap_tokens = 8};

  const auto result = pith::compress_llmlingua2(request, classifier, counter, windows);
  if (!result) {
    require(result.error().code == pith::ErrorCode::kBudgetTooSmall, result.error().message);
    return 0;
  }
  require(pith::testing::broken_law(request, *result, counter).empty(),
          pith::testing::broken_law(request, *result, counter));

  // The context filter depends on the budget, and of pieces one that does not fit is passed over, so nestedness is
  // promised for words that are not filtered.
  const bool is_filtered = request.target_context >= 0 || request.context_level_rate < 1;
  const bool is_words = std::ranges::all_of(result->formats, [](const std::string& name) { return name == "text"; });
  if (!is_filtered && is_words && !request.drop_consecutive) {
    request.rate = *request.rate / 2;
    const auto fewer = pith::compress_llmlingua2(request, classifier, counter, windows);
    if (fewer) require(pith::testing::is_nested(fewer->spans, result->word_scores), "a lower rate keeps a subset");
  }
  request.rate = 1.0;
  if (!is_filtered) {
    const auto all = pith::compress_llmlingua2(request, classifier, counter, windows);
    require(all.has_value() && all->compressed_prompt_list == request.context, "rate 1 is the input");
  }
  return 0;
}
