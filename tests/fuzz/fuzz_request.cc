// Any text is either refused with a message or read as a request that writes itself back; whatever bytes a result or an
// error holds, its JSON parses.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "compress/request_json.h"
#include "compress/response_json.h"
#include "compress/validate.h"
#include "text/utf8.h"

namespace {

using namespace std::string_view_literals;

void require(bool holds, const char* law, const std::string& text) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s: %s\n", law, text.c_str());
  std::abort();
}

// The text with each broken sequence as U+FFFD, by the text layer's decoder.
std::string lossy(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const pith::CodePoint c = pith::decode_code_point(text, i);
    out += c.valid ? text.substr(i, c.n_bytes) : "\uFFFD"sv;
    i += c.n_bytes;
  }
  return out;
}

void check_request(const std::string& text) {
  const auto parsed = pith::parse_request(text, {.name = "fuzz"});
  if (!parsed) {
    require(!parsed.error().message.empty(), "errors have a message", text);
    require(parsed.error().code != pith::ErrorCode::kInternal, "bad input is no bug of ours", text);
    const auto json = pith::error_json(parsed.error(), pith::peek_request_id(text), 1);
    require(pith::parse_json(json, "error").has_value(), "errors are valid JSON", json);
    return;
  }
  const std::string once = pith::request_json(*parsed);
  const auto again = pith::parse_request(once, {.name = "again"});
  require(again.has_value(), "what was accepted is accepted again", once);
  require(pith::request_json(*again) == once, "a request reads back as it was", once);
  const auto valid = pith::validate(parsed->request);
  require(valid || !valid.error().message.empty(), "refusals have a message", text);
}

// Random bytes are seldom JSON; this makes an object of known names and odd values out of them.
std::string object_of(std::string_view bytes) {
  constexpr std::array kValues{"null"sv,    "true"sv,   "0"sv,     "-1"sv, "1"sv,           "0.5"sv,
                               "1e999"sv,   "200.0"sv,  "[]"sv,    "{}"sv, "\"\""sv,        "[\"a\",\"b\"]"sv,
                               "[0,1]"sv,   "[null]"sv, "[[1]]"sv, "-0"sv, "\"\\u0000\""sv, "18446744073709551615"sv,
                               "\"int8\""sv};
  const auto names = pith::request_field_names();
  std::string out = "{\"context\":\"x\"";
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto name = static_cast<std::uint8_t>(bytes[i]);
    const auto value = static_cast<std::uint8_t>(bytes[i + 1]);
    out += ",\"" + std::string(names[name % names.size()]) + "\":" + std::string(kValues[value % kValues.size()]);
  }
  return out + '}';
}

void check_response(const std::string& text) {
  pith::CompressResult result;
  result.id = text;
  result.compressed_prompt = text;
  result.warnings = {text};
  const std::string json = pith::response_json(result, {pith::IdKind::kString, true});
  const auto parsed = pith::parse_json(json, "response");
  require(parsed.has_value(), "responses are valid JSON", json);
  const auto& prompt = parsed->at("compressed_prompt").as_string();
  require(std::string_view(prompt.data(), prompt.size()) == lossy(text), "strings are the lossily decoded text", json);
  require(parsed->at("warnings").as_array().size() == (pith::is_valid_utf8(text) ? 1U : 2U), "replaced bytes are told",
          json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_request(text);
  check_request(object_of(text));
  check_response(text);
  return 0;
}
