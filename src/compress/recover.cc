#include "compress/recover.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "compress/bm25.h"
#include "compress/fold_word.h"
#include "compress/suffix_automaton.h"
#include "pith/compress.h"
#include "text/char_class.h"
#include "text/utf8.h"

namespace pith {
namespace {

/// Calls `visit(begin, end)` with each word of `text`.
template <class Visit>
void for_each_word(std::string_view text, Visit visit) {
  std::size_t begin = text.size();
  bool is_in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    const CharBits bits = char_bits(c.value);
    const bool is_alone = (bits & kDictionary) != 0;
    const bool is_of_word = (bits & (kLetter | kDigit)) != 0 && !is_alone;
    if (is_in_word && !is_of_word) visit(begin, at);
    if (is_of_word && !is_in_word) begin = at;
    is_in_word = is_of_word;
    if (is_alone) visit(at, at + c.n_bytes);
    at += c.n_bytes;
  }
  if (is_in_word) visit(begin, text.size());
}

/// A kept word and where it stands.
struct Place {
  std::uint32_t context = 0;
  ByteSpan span;
};

/// The kept words of all contexts, numbered, in rows that a quotation may not leave.
class KeptWords {
 public:
  KeptWords(std::span<const std::string_view> contexts, std::span<const std::vector<ByteSpan>> spans,
            std::size_t max_gap_bytes) {
    for (std::size_t c = 0; c < contexts.size(); ++c) {
      automaton_.start_row();
      std::size_t end_of_last = 0;
      for (std::size_t s = 0; s < spans[c].size();) {
        const std::uint32_t begin = spans[c][s].begin;
        std::uint32_t end = spans[c][s].end;
        while (++s < spans[c].size() && spans[c][s].begin == end) end = spans[c][s].end;  // a word may go on there
        for_each_word(contexts[c].substr(begin, end - begin), [&](std::size_t from, std::size_t to) {
          const ByteSpan span{static_cast<std::uint32_t>(begin + from), static_cast<std::uint32_t>(begin + to)};
          if (span.begin - end_of_last > max_gap_bytes) automaton_.start_row();
          end_of_last = span.end;
          const std::string_view word = contexts[c].substr(span.begin, span.end - span.begin);
          automaton_.append(numbers_.try_emplace(word, static_cast<std::uint32_t>(numbers_.size())).first->second);
          places_.push_back({static_cast<std::uint32_t>(c), span});
        });
      }
    }
  }

  [[nodiscard]] std::optional<std::uint32_t> number_of(std::string_view word) const {
    const auto found = numbers_.find(word);
    if (found == numbers_.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] const SuffixAutomaton& automaton() const { return automaton_; }
  [[nodiscard]] const Place& place(std::size_t i) const { return places_[i]; }

 private:
  SuffixAutomaton automaton_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::vector<Place> places_;
};

Result<void> check(std::span<const std::string_view> contexts, std::span<const std::vector<ByteSpan>> spans,
                   std::string_view response, const RecoverOptions& options) {
  if (options.min_words == 0) return fail(ErrorCode::kInvalidArgument, "recover: min_words must be at least 1");
  if (contexts.size() != spans.size()) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("recover: {} lists of spans for {} contexts; give one for each", spans.size(), contexts.size()));
  }
  std::size_t n_bytes = response.size();
  for (const std::string_view context : contexts) n_bytes += context.size();
  if (n_bytes > kMaxInputBytes) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("recover: {} bytes, of which {} at most can be read", n_bytes, kMaxInputBytes));
  }
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    std::uint32_t last_end = 0;
    for (const ByteSpan& span : spans[c]) {
      if (span.begin < last_end || span.end < span.begin || span.end > contexts[c].size()) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("recover: span {}..{} of context {}, which has {} bytes, is out of order or out of "
                                "range; give the spans of the result and the contexts of the request",
                                span.begin, span.end, c, contexts[c].size()));
      }
      last_end = span.end;
    }
  }
  return {};
}

}  // namespace

Result<Recovery> recover(std::span<const std::string_view> contexts, std::span<const std::vector<ByteSpan>> spans,
                         std::string_view response, const RecoverOptions& options) {
  if (auto ok = check(contexts, spans, response, options); !ok) return tl::unexpected(ok.error());
  const KeptWords kept(contexts, spans, options.max_gap_bytes);
  std::vector<ByteSpan> words;
  for_each_word(response, [&](std::size_t begin, std::size_t end) {
    words.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  });
  const auto text_of = [&](const ByteSpan& word) { return response.substr(word.begin, word.end - word.begin); };

  Recovery recovery;
  std::size_t n_copied = 0;
  for (std::size_t w = 0; w < words.size();) {
    SuffixAutomaton::State state = SuffixAutomaton::kStart;
    std::size_t n_words = 0;
    bool says_something = false;
    for (; w + n_words < words.size(); ++n_words) {
      const std::string_view word = text_of(words[w + n_words]);
      const auto number = kept.number_of(word);
      const auto next = number ? kept.automaton().next(state, *number) : std::nullopt;
      if (!next) break;
      state = *next;
      says_something = says_something || !is_function_word(fold_word(word));
    }
    if (n_words >= options.min_words && says_something) {
      const std::size_t last = kept.automaton().first_end(state);
      const Place& from = kept.place(last + 1 - n_words);
      const RecoveredStretch stretch{.response = {words[w].begin, words[w + n_words - 1].end},
                                     .context = from.context,
                                     .original = {from.span.begin, kept.place(last).span.end}};
      recovery.text += response.substr(n_copied, stretch.response.begin - n_copied);
      recovery.text +=
          contexts[stretch.context].substr(stretch.original.begin, stretch.original.end - stretch.original.begin);
      n_copied = stretch.response.end;
      recovery.stretches.push_back(stretch);
    }
    w += std::max<std::size_t>(n_words, 1);
  }
  recovery.text += response.substr(n_copied);
  return recovery;
}

}  // namespace pith
