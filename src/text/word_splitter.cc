#include "text/word_splitter.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "text/mark_rules.h"
#include "text/number_rule.h"
#include "text/url_rule.h"

namespace pith {
namespace {

/// One pass from left to right. At each place one of four things begins: a stretch of a script without spaces, which
/// ICU cuts; a control or symbol; a token (starts_token), which then grows while its next symbol joins (joined_end); or
/// a mark, a run of punctuation that is a word of its own. Punctuation at a token's end never joins, since every joint
/// must have something to join on its far side.
template <class Chunk>
class ChunkSplitter {
 public:
  ChunkSplitter(std::string_view text, Chunk& chunk, IcuBreaks* breaks, std::vector<Word>& words)
      : text_(text), chunk_(chunk), breaks_(breaks), view_(chunk), commas_(view_), words_(words) {}

  [[nodiscard]] Result<void> split() {
    std::size_t at = 0;
    while (at < view_.size()) {
      if (view_.is(at, kDictionary)) {
        const auto end = take_dictionary(at);
        if (!end) return tl::unexpected(end.error());
        at = *end;
      } else if (view_.is(at, kControl)) {
        at = take_while(at, [this](std::size_t i) { return view_.is(i, kControl); });
      } else if (view_.is(at, kSymbol)) {
        at = emit_pieces(at, at + view_.run(at));
      } else if (view_.is(at, kAlnum) || starts_token(at)) {
        at = take_token(at);
      } else {
        at = take_mark(at);
      }
    }
    return {};
  }

 private:
  // ---- What a token may begin with, letters and digits apart.

  [[nodiscard]] bool starts_token(std::size_t at) {
    const char32_t c = view_.character(at);
    const std::size_t run = view_.run(at);
    const std::size_t next = at + run;
    const bool alnum = view_.is(next, kAlnum);
    const bool after_word = (view_.bits_before(at) & (kAlnum | kDictionary)) != 0;
    const auto decimal_point = [this](std::size_t i) { return view_.character(i) == '.' && view_.is(i + 1, kDigit); };
    switch (c) {
      case '-':  // -5, -v, --flag
        return !after_word && run <= 2 && (alnum || (run == 1 && (decimal_point(next) || is_currency(next))));
      case '+':
        return !after_word && run == 1 && (alnum || decimal_point(next) || is_currency(next));
      case 0x2212:  // minus sign
      case 0xB1:    // plus-minus
        return !after_word && run == 1 && (view_.is(next, kDigit) || decimal_point(next) || is_currency(next));
      case '.':  // ./a, ../a, .5, .gitignore
        return view_.character(next) == '/' || view_.character(next) == '\\' ||
               (run == 1 && (alnum || view_.character(next) == '_'));
      case ':':  // ::name
        return run == 2 && alnum;
      case '&':
        return run == 1 && (alnum || (view_.character(next) == '#' && view_.is(next + 1, kAlnum)));  // &#39;
      case '#':
      case '%':
      case '@':
      case '^':
        return run == 1 && alnum;
      case '~':
        return run == 1 && (alnum || view_.character(next) == '/');
      case '/':
        return run == 1 && (alnum || view_.is(next, kGlue) || decimal_point(next) ||
                            (view_.character(next) == '.' && view_.is(next + 1, kAlnum)));
      case '\\':
        return run <= 2 && alnum;
      case '=':
        return false;
      case '_':
        return alnum && !opens_emphasis(at);
      default:
        return view_.is(at, kGlue) && run <= 2 && (alnum || decimal_point(next));
    }
  }

  [[nodiscard]] bool is_currency(std::size_t at) const {
    const char32_t c = view_.character(at);
    return c == '$' || (c >= 0x80 && view_.is(at, kGlue));
  }

  /// "_word_" is emphasis, "_name" and "__name__" are identifiers.
  [[nodiscard]] bool opens_emphasis(std::size_t at) {
    if (at == emphasis_end_) return true;
    if (view_.run(at) != 1 || (view_.bits_before(at) & (kAlnum | kDictionary)) != 0) return false;
    std::size_t end = at + 1;
    while (view_.is(end, kLetter)) ++end;
    if (view_.character(end) != '_' || view_.run(end) != 1 || view_.is(end + 1, kAlnum)) return false;
    emphasis_end_ = end;
    return true;
  }

  // ---- How a token grows.

  [[nodiscard]] std::size_t take_token(std::size_t begin) {
    token_begin_ = begin;
    token_has_digit_ = false;
    token_has_slash_ = false;
    std::size_t at = begin;
    std::size_t url_end_at = begin;
    if (view_.character(begin) == '.' || view_.character(begin) == ':')
      at += view_.run(begin);  // as starts_token saw them
    if (begin_of_www(begin)) at = url_end_at = url_end(view_, begin + 4);
    while (at < view_.size()) {
      if (view_.is(at, kAlnum)) {
        token_has_digit_ = token_has_digit_ || view_.is(at, kDigit);
        ++at;
        continue;
      }
      if (begins_url(at)) {
        at = url_end_at = url_end(view_, at + 3);
        continue;
      }
      const std::size_t end = joined_end(at);
      if (end == at) break;
      token_has_slash_ = token_has_slash_ || view_.character(at) == '/';
      at = end;
      if (token_closed_) break;
    }
    token_closed_ = false;
    PITH_CHECK(at > begin, "a token that does not begin");
    if (view_.character(at) == '.' && view_.run(at) == 1 && is_dotted_acronym(begin, at)) ++at;
    emit_token(begin, at, url_end_at > begin);
    return at;
  }

  [[nodiscard]] bool begin_of_www(std::size_t at) const {
    return view_.character(at) == 'w' && view_.character(at + 1) == 'w' && view_.character(at + 2) == 'w' &&
           view_.character(at + 3) == '.' && view_.is(at + 4, kAlnum);
  }

  [[nodiscard]] bool begins_url(std::size_t at) const {
    return view_.character(at) == ':' && view_.character(at + 1) == '/' && view_.character(at + 2) == '/' &&
           at > token_begin_ && view_.is(at - 1, kAlnum) && view_.character(at - 1) < 0x80;
  }

  /// The end of the joint at `at`, which is no letter or digit, if the token goes on with it; else `at`.
  [[nodiscard]] std::size_t joined_end(std::size_t at) {
    const char32_t c = view_.character(at);
    const std::size_t next = at + 1;
    const bool alnum_before = at > token_begin_ && view_.is(at - 1, kAlnum);
    const bool alnum_after = view_.is(next, kAlnum);
    const auto join_if = [at](bool condition, std::size_t n = 1) { return condition ? at + n : at; };
    switch (c) {
      case '.':
        return dots_end(at);
      case ',':
        return join_if(commas_.joins(at, token_begin_));
      case ':':
        if (view_.character(next) == ':') return join_if(view_.run(at) == 2 && view_.is(at + 2, kAlnum), 2);
        if (alnum_before && (view_.character(next) == '\\' || view_.character(next) == '/')) return at + 1;  // C:/x
        if (alnum_after && is_mailto(at)) return at + 1;
        return join_if(alnum_before && alnum_after && (token_has_digit_ || view_.is(next, kDigit)));
      case '-':
      case '=':
        if (view_.character(next) == '>') return join_if(alnum_before && view_.is(at + 2, kAlnum), 2);  // a->b
        return c == '-' ? join_if(view_.run(at) == 1 || at == token_begin_, view_.run(at)) : at + 1;
      case '<':
      case '>':
        return join_if(view_.character(next) == '=' && view_.is(at + 2, kAlnum), 2);
      case '!':
        return join_if(view_.character(next) == '=' && view_.is(at + 2, kAlnum), 2);
      case '?':  // the query of an address without scheme
        return join_if(token_has_slash_ && alnum_after);
      case ';':  // &amp;
        if (view_.character(token_begin_) == '&' && alnum_before && is_entity(at)) {
          token_closed_ = true;
          return at + 1;
        }
        return at;
      case '*':
        return join_if(at > token_begin_ && view_.is(at - 1, kDigit) && view_.is(next, kDigit));
      case '_':
        return join_if(at != emphasis_end_);
      case '~':
        return join_if(view_.run(at) == 1);
      case 0x2013:  // 1990-1995 with an en dash
        return join_if(at > token_begin_ && view_.is(at - 1, kDigit) && view_.is(next, kDigit));
      default:
        break;
    }
    const CharBits bits = view_.bits(at);
    if ((bits & (kGlue | kHyphen)) != 0) return at + 1;
    if ((bits & kMiddleNumber) != 0)
      return join_if(at > token_begin_ && view_.is(at - 1, kDigit) && view_.is(next, kDigit));
    if ((bits & kMath) != 0) return join_if(at == token_begin_ || (alnum_before && alnum_after));
    return join_if((bits & (kApostrophe | kMiddle)) != 0 && alnum_before && alnum_after);
  }

  [[nodiscard]] std::size_t dots_end(std::size_t at) const {
    const auto is_slash = [](char32_t c) { return c == '/' || c == '\\'; };
    const std::size_t run = view_.run(at);
    const std::size_t next = at + run;
    const bool after_slash = at > token_begin_ && is_slash(view_.character(at - 1));
    if (is_slash(view_.character(next))) return next;                  // a/../b
    if (after_slash && run == 2 && next == view_.size()) return next;  // a/..
    return run == 1 && (view_.is(next, kAlnum) || view_.character(next) == '_') ? next : at;
  }

  [[nodiscard]] bool is_mailto(std::size_t colon) const {
    constexpr std::string_view kMailto = "mailto";
    if (colon != token_begin_ + kMailto.size()) return false;
    for (std::size_t i = 0; i < kMailto.size(); ++i) {
      if (view_.character(token_begin_ + i) != static_cast<unsigned char>(kMailto[i])) return false;
    }
    return true;
  }

  /// REQUIRES: the token begins with '&'. Entities are short, so the walk back is bounded.
  [[nodiscard]] bool is_entity(std::size_t semicolon) const {
    constexpr std::size_t kMaxEntityLength = 32;
    if (semicolon - token_begin_ > kMaxEntityLength) return false;
    for (std::size_t i = token_begin_ + 1; i < semicolon; ++i) {
      const bool number_sign = view_.character(i) == '#' && i == token_begin_ + 1;
      if (!number_sign && !view_.is(i, kAlnum)) return false;
    }
    return true;
  }

  /// "U.S", "e.g", "a.m", "Ph.D": the dot that follows is theirs.
  [[nodiscard]] bool is_dotted_acronym(std::size_t begin, std::size_t end) const {
    constexpr std::size_t kMaxAcronymLength = 24;
    if (end - begin < 3 || end - begin > kMaxAcronymLength) return false;
    if (end - begin == 4 && view_.character(begin) == 'P' && view_.character(begin + 1) == 'h' &&
        view_.character(begin + 2) == '.' && view_.character(begin + 3) == 'D') {
      return true;
    }
    if ((end - begin) % 2 == 0) return false;
    for (std::size_t i = begin; i < end; ++i) {
      const bool fits = (i - begin) % 2 == 0 ? view_.is(i, kLetter) : view_.character(i) == '.';
      if (!fits) return false;
    }
    return true;
  }

  // ---- The rest.

  [[nodiscard]] std::size_t take_mark(std::size_t at) {
    if (const std::size_t n = tag_length(view_, at); n > 0) return emit_pieces(at, at + n);
    const std::size_t n_run = view_.run(at);
    const std::size_t n_operator = operator_length(view_, at);
    const std::size_t end = at + std::max(n_run, n_operator);
    const bool has_sides = n_operator <= n_run || view_.is(at, kOpen);  // "()" has, "!=" has not
    const std::size_t first = words_.size();
    emit_pieces(at, end);
    const MarkSides sides = has_sides ? mark_sides(view_, at, end) : MarkSides{};
    for (std::size_t i = first; i < words_.size(); ++i) {
      words_[i].is_closing = sides.closing;
      words_[i].is_opening = sides.opening;
    }
    return end;
  }

  template <class Condition>
  [[nodiscard]] std::size_t take_while(std::size_t at, const Condition& condition) {
    std::size_t end = at + 1;
    while (end < view_.size() && condition(end)) ++end;
    return emit_pieces(at, end);
  }

  [[nodiscard]] Result<std::size_t> take_dictionary(std::size_t begin) {
    std::size_t end = begin + 1;
    while (view_.is(end, kDictionary)) ++end;
    if constexpr (std::is_same_v<Chunk, UnicodeChunk>) {
      const auto ends = chunk_.dictionary_ends(text_, begin, end, *breaks_);
      if (!ends) return tl::unexpected(ends.error());
      std::size_t at = begin;
      for (const std::size_t word_end : **ends) at = emit_pieces(at, word_end);
    }
    return end;
  }

  void emit_token(std::size_t begin, std::size_t end, bool has_url) {
    if (has_url && n_bytes(begin, end) <= kMaxUrlBytes) {
      emit(begin, end);
      return;
    }
    // The longest piece that ends after a joint; without one, as much as a word may have.
    while (n_bytes(begin, end) > kMaxJoinedBytes) {
      std::size_t cut = begin;
      std::size_t at = begin;
      for (; at < end && n_bytes(begin, at + 1) <= kMaxWordBytes; ++at) {
        if (!view_.is(at, kAlnum) && n_bytes(begin, at + 1) <= kMaxJoinedBytes) cut = at + 1;
      }
      if (cut == begin) cut = at;
      emit(begin, cut);
      begin = cut;
    }
    if (begin < end) emit(begin, end);
  }

  /// Emits [begin, end), cut so that no word is too long; returns `end`.
  std::size_t emit_pieces(std::size_t begin, std::size_t end) {
    std::size_t from = begin;
    if (n_bytes(begin, end) > kMaxWordBytes) {
      for (std::size_t at = begin + 1; at < end; ++at) {
        if (n_bytes(from, at + 1) > kMaxWordBytes) {
          emit(from, at);
          from = at;
        }
      }
    }
    emit(from, end);
    return end;
  }

  [[nodiscard]] std::size_t n_bytes(std::size_t begin, std::size_t end) const {
    return view_.byte_at(end) - view_.byte_at(begin);
  }

  void emit(std::size_t begin, std::size_t end) {
    CharBits all = 0;
    for (std::size_t i = begin; i < end; ++i) all |= view_.bits(i);
    append_word(view_.byte_at(begin), view_.byte_at(end), all, words_);
  }

  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  std::string_view text_;
  Chunk& chunk_;
  IcuBreaks* breaks_;
  ChunkView<Chunk> view_;
  NumberCommas<Chunk> commas_;
  std::vector<Word>& words_;

  std::size_t emphasis_end_ = kNowhere;  ///< the '_' that closes an emphasis
  std::size_t token_begin_ = 0;
  bool token_has_digit_ = false;
  bool token_has_slash_ = false;
  bool token_closed_ = false;
};

}  // namespace

void split_ascii_chunk(std::string_view text, std::uint32_t begin, std::uint32_t end, std::vector<Word>& words) {
  AsciiChunk chunk(text, begin, end);
  static_cast<void>(
      ChunkSplitter<AsciiChunk>(text, chunk, nullptr, words).split());  // only ICU fails, and is not called
}

Result<void> split_unicode_chunk(std::string_view text, std::uint32_t begin, std::uint32_t end, IcuBreaks& breaks,
                                 UnicodeChunk& chunk, std::vector<Word>& words) {
  auto assigned = chunk.assign(text, begin, end, breaks);
  if (!assigned) return assigned;
  return ChunkSplitter<UnicodeChunk>(text, chunk, &breaks, words).split();
}

void append_word(std::uint32_t begin, std::uint32_t end, CharBits all_bits, std::vector<Word>& words) {
  Word word;
  word.span = {begin, end};
  word.has_decimal_digit = (all_bits & kDecimal) != 0;
  word.is_punctuation = (all_bits & kContent) == 0;
  word.glued_left = !words.empty() && words.back().span.end == begin;
  words.push_back(word);
}

}  // namespace pith
