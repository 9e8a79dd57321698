#include "cli/report.h"

#include <fmt/format.h>

#include <charconv>

namespace pith::cli {

std::string with_commas(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    out += digits[i];
    const std::size_t n_left = digits.size() - 1 - i;
    if (n_left > 0 && n_left % 3 == 0 && digits[i] != '-') out += ',';
  }
  return out;
}

namespace {

std::string kept_text(const CompressResult& result) {
  if (result.origin_tokens == 0) return "nothing to shorten";
  return fmt::format("{:.1f} % kept",
                     100.0 * static_cast<double>(result.compressed_tokens) / static_cast<double>(result.origin_tokens));
}

}  // namespace

std::string summary_line(const CompressResult& result) {
  return fmt::format("{} -> {} tokens ({}), {}", with_commas(result.origin_tokens),
                     with_commas(result.compressed_tokens), result.tokenizer, kept_text(result));
}

std::string stats_text(const CompressResult& result, std::size_t n_input_bytes, std::string_view model_description,
                       double load_ms) {
  const Timings& t = result.timings_ms;
  return fmt::format(
      "tokens  {} -> {} ({}), {}\n"
      "bytes   {} -> {}\n"
      "time    {:.1f} ms: segment {:.1f}, tokenize {:.1f}, score {:.1f}, select {:.1f}, render {:.1f}\n"
      "model   {}; loaded in {:.1f} ms\n",
      with_commas(result.origin_tokens), with_commas(result.compressed_tokens), result.tokenizer, kept_text(result),
      with_commas(static_cast<std::int64_t>(n_input_bytes)),
      with_commas(static_cast<std::int64_t>(result.compressed_prompt.size())), t.total, t.segment, t.tokenize, t.score,
      t.select, t.render, model_description, load_ms);
}

Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char kind = i + 1 < text.size() ? text[++i] : '\0';
    switch (kind) {
      case 'n':
        out += '\n';
        continue;
      case 't':
        out += '\t';
        continue;
      case 'r':
        out += '\r';
        continue;
      case '0':
        out += '\0';
        continue;
      case '\\':
        out += '\\';
        continue;
      default:
        break;
    }
    const std::string_view hex = text.substr(std::min(i + 1, text.size()), 2);
    unsigned value = 0;
    if (kind == 'x' && hex.size() == 2 &&
        std::from_chars(hex.data(), hex.data() + 2, value, 16).ptr == hex.data() + 2) {
      out += static_cast<char>(static_cast<unsigned char>(value));
      i += 2;
      continue;
    }
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\": a backslash must be followed by n, t, r, 0, xHH or another backslash", text));
  }
  return out;
}

}  // namespace pith::cli
