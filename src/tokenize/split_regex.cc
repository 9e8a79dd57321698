#include "tokenize/split_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8  // NOLINT(readability-identifier-naming): PCRE2's own switch
#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <cstdint>
#include <set>

#include "base/check.h"
#include "text/utf8.h"
#include "tokenize/onig_dialect.h"

namespace pith {
namespace {

struct CompileContextDeleter {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};
struct MatchContextDeleter {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct JitStackDeleter {
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};
struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};

/// What one thread matches with; one pair of offsets is all that is asked for.
struct Matcher {
  std::unique_ptr<pcre2_match_context, MatchContextDeleter> context{pcre2_match_context_create(nullptr)};
  std::unique_ptr<pcre2_match_data, MatchDataDeleter> data{pcre2_match_data_create(1, nullptr)};
  std::unique_ptr<pcre2_jit_stack, JitStackDeleter> stack{pcre2_jit_stack_create(32 << 10, 1 << 20, nullptr)};

  Matcher() {
    PITH_CHECK(context != nullptr && data != nullptr && stack != nullptr, "out of memory");
    pcre2_set_match_limit(context.get(), SplitRegex::kMaxSteps);
    pcre2_set_heap_limit(context.get(), SplitRegex::kMaxMemoryKib);
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  }
};

Matcher& matcher_of_this_thread() {
  thread_local Matcher matcher;
  return matcher;
}

PCRE2_SPTR units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

tl::unexpected<Error> refuse(ErrorCode code, const std::string& name, std::string_view pattern, std::string_view why) {
  return fail(code, fmt::format("{}: the pattern \"{}\" cannot be used: {}", name, pattern, why));
}

}  // namespace

struct SplitRegex::Code {
  std::unique_ptr<pcre2_code, CodeDeleter> compiled;
};

Result<SplitRegex> SplitRegex::compile(std::string_view pattern, const std::string& name) {
  if (pattern.size() > kMaxPatternBytes) {
    return refuse(ErrorCode::kBadModel, name, pattern.substr(0, 100),
                  fmt::format("it has {} bytes, {} are allowed", pattern.size(), kMaxPatternBytes));
  }
  const auto translated = translate_onig_pattern(pattern);
  if (!translated) return refuse(translated.error().code, name, pattern, translated.error().message);
  const std::unique_ptr<pcre2_compile_context, CompileContextDeleter> context(pcre2_compile_context_create(nullptr));
  PITH_CHECK(context != nullptr, "out of memory");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_parens_nest_limit(context.get(), 100);
  constexpr std::uint32_t kOptions = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;
  int error = 0;
  const auto compile_with = [&](std::uint32_t options) {
    PCRE2_SIZE error_at = 0;
    auto code = std::make_shared<Code>();
    code->compiled.reset(
        pcre2_compile(units(*translated), translated->size(), options, &error, &error_at, context.get()));
    // Where there is no JIT compiler, pcre2_match() interprets.
    if (code->compiled != nullptr) pcre2_jit_compile(code->compiled.get(), PCRE2_JIT_COMPLETE);
    return code;
  };
  SplitRegex regex(compile_with(kOptions));
  if (regex.code_->compiled == nullptr) {
    std::array<PCRE2_UCHAR, 200> message{};
    pcre2_get_error_message(error, message.data(), message.size());
    return refuse(ErrorCode::kBadModel, name, pattern, reinterpret_cast<const char*>(message.data()));
  }

  // Probed without the check that a character which every match needs is there: in other texts it will be.
  const SplitRegex probe(compile_with(kOptions | PCRE2_NO_START_OPTIMIZE));
  PITH_CHECK(probe.code_->compiled != nullptr, std::string(pattern));
  std::set<char32_t> probes = {U'a', U'A', U'1', U' ', U'\n', U'.', U'\'', U'_', U'\u00E9', U'\u4E2D', U'\u0301'};
  for (std::size_t at = 0; at < pattern.size();) {
    const CodePoint c = decode_code_point(pattern, at);
    probes.insert(c.value);
    at += c.n_bytes;
  }
  for (const char32_t c : probes) {
    if (probe.gives_up_on(c)) return refuse(ErrorCode::kBadModel, name, pattern, "it needs too many steps");
  }
  return regex;
}

/// Whether a search in a short text of one character, or of it and a line end, runs into a limit.
bool SplitRegex::gives_up_on(char32_t c) const {
  std::string text;
  for (int i = 0; i < 64; ++i) append_utf8(c, &text);
  for (const std::string_view end : {"", "\n", "\x01"}) {
    const std::string probe = text + std::string(end);
    ByteSpan match;
    if (find(probe, 0, &match) == Outcome::kGaveUp) return true;
  }
  return false;
}

SplitRegex::Outcome SplitRegex::find(std::string_view text, std::size_t from, ByteSpan* match) const {
  const Matcher& matcher = matcher_of_this_thread();
  pcre2_code* const code = code_->compiled.get();
  int n =
      pcre2_match(code, units(text), text.size(), from, PCRE2_NO_UTF_CHECK, matcher.data.get(), matcher.context.get());
  if (n == PCRE2_ERROR_JIT_STACKLIMIT) {  // the interpreter keeps its backtracking points on the heap
    n = pcre2_match(code, units(text), text.size(), from, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, matcher.data.get(),
                    matcher.context.get());
  }
  if (n == PCRE2_ERROR_NOMATCH) return Outcome::kNone;
  if (n < 0) return Outcome::kGaveUp;
  const PCRE2_SIZE* const offsets = pcre2_get_ovector_pointer(matcher.data.get());
  *match = {static_cast<std::uint32_t>(offsets[0]), static_cast<std::uint32_t>(offsets[1])};
  return Outcome::kFound;
}

}  // namespace pith
