#include "compress/request_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/json.h"
#include "base/suggest.h"
#include "model/precision.h"
#include "text/json_writer.h"

namespace pith {
namespace {

using Status = Result<void>;

// ---- Values: type checks that name the field, what was expected and what was found ----

std::string_view kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
  }
  return "something else";
}

tl::unexpected<Error> wrong_type(std::string_view field, std::string_view expected, std::string_view found) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("{}: expected {}, found {}", field, expected, found));
}

Status read(std::string_view field, const json::value& value, std::string* out) {
  if (!value.is_string()) return wrong_type(field, "a string", kind_of(value));
  const json::string& text = value.get_string();
  out->assign(text.data(), text.size());
  return {};
}

Status read(std::string_view field, const json::value& value, bool* out) {
  if (!value.is_bool()) return wrong_type(field, "true or false", kind_of(value));
  *out = value.get_bool();
  return {};
}

Status read(std::string_view field, const json::value& value, double* out) {
  if (!value.is_number()) return wrong_type(field, "a number", kind_of(value));
  *out = value.to_number<double>();
  if (!std::isfinite(*out)) return wrong_type(field, "a number", "one too large to represent");
  return {};
}

Status read(std::string_view field, const json::value& value, std::int64_t* out) {
  constexpr std::string_view kExpected = "a whole number";
  if (value.is_int64()) {
    *out = value.get_int64();
    return {};
  }
  if (!value.is_number()) return wrong_type(field, kExpected, kind_of(value));
  const double number = value.to_number<double>();
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it doubles skip whole numbers
  if (std::isfinite(number) && std::abs(number) <= kExact && number == std::floor(number)) {
    *out = static_cast<std::int64_t>(number);
    return {};
  }
  return wrong_type(field, kExpected, fmt::format("{}", number));
}

template <class T>
Status read(std::string_view field, const json::value& value, std::optional<T>* out) {
  return read(field, value, &out->emplace());
}

template <class T>
Status read(std::string_view field, const json::value& value, std::vector<T>* out) {
  constexpr bool kStrings = std::is_same_v<T, std::string>;
  if (!value.is_array()) {
    return wrong_type(field, kStrings ? "a list of strings" : "a list of whole numbers", kind_of(value));
  }
  out->clear();
  out->reserve(value.get_array().size());
  for (const json::value& entry : value.get_array()) {
    // The name is only needed for the error, so the common case does not format it.
    if (!read(field, entry, &out->emplace_back()))
      return read(fmt::format("{}[{}]", field, out->size() - 1), entry, &out->back());
  }
  return {};
}

Status read_span(const std::string& field, const json::value& value, ByteSpan* out) {
  constexpr std::string_view kExpected = "a pair of byte offsets [begin, end]";
  if (!value.is_array()) return wrong_type(field, kExpected, kind_of(value));
  const json::array& pair = value.get_array();
  if (pair.size() != 2) return wrong_type(field, kExpected, fmt::format("a list of {}", pair.size()));
  std::array<std::int64_t, 2> offsets{};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string name = fmt::format("{}[{}]", field, i);
    if (auto ok = read(name, pair[i], &offsets[i]); !ok) return ok;
    if (offsets[i] < 0 || offsets[i] > static_cast<std::int64_t>(kMaxInputBytes)) {
      return wrong_type(name, fmt::format("a byte offset from 0 to {}", kMaxInputBytes), std::to_string(offsets[i]));
    }
  }
  *out = {static_cast<std::uint32_t>(offsets[0]), static_cast<std::uint32_t>(offsets[1])};
  return {};
}

Status read_force_spans(std::string_view field, const json::value& value, std::vector<std::vector<ByteSpan>>* out) {
  if (!value.is_array()) return wrong_type(field, "a list with a list of spans per context", kind_of(value));
  out->clear();
  for (const json::value& entry : value.get_array()) {
    const std::string name = fmt::format("{}[{}]", field, out->size());
    if (!entry.is_array()) return wrong_type(name, "a list of spans [begin, end]", kind_of(entry));
    std::vector<ByteSpan>& spans = out->emplace_back();
    for (const json::value& span : entry.get_array()) {
      const std::string span_name = fmt::format("{}[{}]", name, spans.size());
      if (auto ok = read_span(span_name, span, &spans.emplace_back()); !ok) return ok;
    }
  }
  return {};
}

Status read_context(std::string_view field, const json::value& value, std::vector<std::string>* out) {
  if (value.is_string()) {
    out->resize(1);
    return read(field, value, &out->front());
  }
  if (!value.is_array()) return wrong_type(field, "a string or a list of strings", kind_of(value));
  return read(field, value, out);
}

/// An object as JSON text; a string as it is (YAML, or JSON that was quoted).
Status read_json_config(std::string_view field, const json::value& value, std::string* out) {
  if (value.is_string()) return read(field, value, out);
  if (!value.is_object()) return wrong_type(field, "an object", kind_of(value));
  *out = json::serialize(value);
  return {};
}

Status read_id(std::string_view field, const json::value& value, ParsedRequest* out) {
  if (value.is_int64() || value.is_uint64()) {
    out->request.id = value.is_int64() ? std::to_string(value.get_int64()) : std::to_string(value.get_uint64());
    out->id_kind = IdKind::kInteger;
    return {};
  }
  if (!value.is_string()) return wrong_type(field, "a string or a whole number", kind_of(value));
  out->id_kind = IdKind::kString;
  return read(field, value, &out->request.id);
}

template <class T>
Status read_named(std::string_view field, const json::value& value, Result<T> (*parse)(std::string_view), T* out) {
  std::string name;
  if (auto ok = read(field, value, &name); !ok) return ok;
  auto parsed = parse(name);
  if (!parsed) return tl::unexpected(parsed.error());
  *out = *parsed;
  return {};
}

// ---- Fields that change the request ----

using Reader = Status (*)(std::string_view field, const json::value& value, ParsedRequest* out);

template <auto member>
Status plain(std::string_view field, const json::value& value, ParsedRequest* out) {
  return read(field, value, &(out->request.*member));
}

Status target_token(std::string_view field, const json::value& value, ParsedRequest* out) {
  std::int64_t n_tokens = 0;
  if (auto ok = read(field, value, &n_tokens); !ok) return ok;
  if (n_tokens != -1) out->request.target_token = n_tokens;  // -1 is the library's "unset"
  return {};
}

struct Field {
  std::string_view name;
  Reader read;
};

using R = CompressRequest;
const std::array kFields{
    Field{"id", read_id},
    Field{"context", [](auto f, auto& v, auto* out) { return read_context(f, v, &out->request.context); }},
    Field{"independent_contexts", plain<&R::independent_contexts>},
    Field{"instruction", plain<&R::instruction>},
    Field{"question", plain<&R::question>},
    Field{"method", plain<&R::method>},
    Field{"model", [](auto f, auto& v, auto* out) { return read(f, v, &out->model); }},
    Field{"precision",
          [](auto f, auto& v, auto* out) { return read_named(f, v, parse_precision, &out->precision.emplace()); }},
    Field{"reference", plain<&R::reference>},
    Field{"rate", plain<&R::rate>},
    Field{"target_token", target_token},
    Field{"threshold", plain<&R::threshold>},
    Field{"tokenizer", plain<&R::tokenizer>},
    Field{
        "token_to_word",
        [](auto f, auto& v, auto* out) { return read_named(f, v, parse_token_to_word, &out->request.token_to_word); }},
    Field{"format", plain<&R::format>},
    Field{"structured", plain<&R::structured>},
    Field{"json_config", [](auto f, auto& v, auto* out) { return read_json_config(f, v, &out->request.json_config); }},
    Field{"force_tokens", plain<&R::force_tokens>},
    Field{"force_reserve_digit", plain<&R::force_reserve_digit>},
    Field{"force_patterns", plain<&R::force_patterns>},
    Field{"force_spans", [](auto f, auto& v, auto* out) { return read_force_spans(f, v, &out->request.force_spans); }},
    Field{"force_roles", plain<&R::force_roles>},
    Field{"keep_references", plain<&R::keep_references>},
    Field{"minify", plain<&R::minify>},
    Field{"markers", plain<&R::markers>},
    Field{"drop_consecutive", plain<&R::drop_consecutive>},
    Field{"chunk_end_tokens", plain<&R::chunk_end_tokens>},
    Field{"use_context_level_filter", plain<&R::use_context_level_filter>},
    Field{"use_token_level_filter", plain<&R::use_token_level_filter>},
    Field{"force_context_ids", plain<&R::force_context_ids>},
    Field{"target_context", plain<&R::target_context>},
    Field{"context_level_rate", plain<&R::context_level_rate>},
    Field{"context_level_target_token", plain<&R::context_level_target_token>},
    Field{"rank_method", plain<&R::rank_method>},
    Field{"context_budget", plain<&R::context_budget>},
    Field{"condition_in_question", plain<&R::condition_in_question>},
    Field{"condition_compare", plain<&R::condition_compare>},
    Field{"add_instruction", plain<&R::add_instruction>},
    Field{"reorder_context", plain<&R::reorder_context>},
    Field{"dynamic_context_compression_ratio", plain<&R::dynamic_context_compression_ratio>},
    Field{"force_context_number", plain<&R::force_context_number>},
    Field{"iterative_size", plain<&R::iterative_size>},
    Field{"use_sentence_level_filter", plain<&R::use_sentence_level_filter>},
    Field{"token_budget_ratio", plain<&R::token_budget_ratio>},
    Field{"keep_first_sentence", plain<&R::keep_first_sentence>},
    Field{"keep_last_sentence", plain<&R::keep_last_sentence>},
    Field{"keep_sentence_number", plain<&R::keep_sentence_number>},
    Field{"high_priority_bonus", plain<&R::high_priority_bonus>},
    Field{"keep_split", plain<&R::keep_split>},
    Field{"concate_question", plain<&R::concate_question>},
    Field{"strict_preserve_uncompressed", plain<&R::strict_preserve_uncompressed>},
    Field{"reduce_level", plain<&R::reduce_level>},
    Field{"seed", plain<&R::seed>},
    Field{"return_word_label", plain<&R::return_word_label>},
    Field{"word_sep", plain<&R::word_sep>},
    Field{"label_sep", plain<&R::label_sep>},
    Field{"return_word_scores", plain<&R::return_word_scores>},
};

// ---- What the published library's own wrappers pass to it; nothing for a caller to set ----

enum class Type { kBool, kInteger, kNumber, kString, kList };

struct IgnoredField {
  std::string_view name;
  Type type;
  std::string_view default_json;  // "" where the default is None
};

constexpr std::array kIgnoredFields{
    IgnoredField{"context_segs", Type::kList, ""},
    IgnoredField{"context_segs_rate", Type::kList, ""},
    IgnoredField{"context_segs_compress", Type::kList, ""},
};

Status check_type(const IgnoredField& field, const json::value& value) {
  switch (field.type) {
    case Type::kBool: {
      bool ignored = false;
      return read(field.name, value, &ignored);
    }
    case Type::kInteger: {
      std::int64_t ignored = 0;
      return read(field.name, value, &ignored);
    }
    case Type::kNumber: {
      double ignored = 0;
      return read(field.name, value, &ignored);
    }
    case Type::kString: {
      std::string ignored;
      return read(field.name, value, &ignored);
    }
    case Type::kList:
      if (!value.is_array()) return wrong_type(field.name, "a list", kind_of(value));
      return {};
  }
  return {};
}

bool is_default(const IgnoredField& field, const json::value& value) {
  if (field.default_json.empty()) return value.is_array() && value.get_array().empty();
  const json::value standard = json::parse(json::string_view(field.default_json.data(), field.default_json.size()));
  if (standard.is_number()) return value.to_number<double>() == standard.to_number<double>();
  return value == standard;
}

tl::unexpected<Error> unknown_field(std::string_view name) {
  if (name == "ratio") {  // the library's old name; too far from "rate" for the distance rule
    return fail(ErrorCode::kUnknownField,
                "unknown field \"ratio\"; did you mean \"rate\" (the share of tokens to keep)?");
  }
  std::string shown(name.substr(0, 64));
  if (name.size() > 64) shown += "...";
  return fail(ErrorCode::kUnknownField,
              fmt::format("unknown field \"{}\"{}", shown, did_you_mean(name, request_field_names())));
}

Status read_field(std::string_view name, const json::value& value, ParsedRequest* out) {
  for (const Field& field : kFields) {
    if (field.name != name) continue;
    if (value.is_null() && name != "context") return {};
    return field.read(name, value, out);
  }
  for (const IgnoredField& field : kIgnoredFields) {
    if (field.name != name) continue;
    if (value.is_null()) return {};
    if (auto ok = check_type(field, value); !ok) return ok;
    if (!is_default(field, value)) out->warnings.emplace_back(name);  // completed once the method is known
    return {};
  }
  return unknown_field(name);
}

std::string_view view(const json::string_view& text) { return {text.data(), text.size()}; }

template <class T>
Result<T> parse_name(std::string_view field, std::string_view name,
                     std::span<const std::pair<std::string_view, T>> known) {
  std::vector<std::string_view> names;
  for (const auto& [spelling, value] : known) {
    if (spelling == name) return value;
    names.push_back(spelling);
  }
  const std::string hint = did_you_mean(name, names);
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{}: unknown value \"{}\"{}", field, name.substr(0, 64),
                          hint.empty() ? fmt::format("; use \"{}\"", fmt::join(names, "\" or \"")) : hint));
}

constexpr std::array<std::pair<std::string_view, TokenToWord>, 2> kTokenToWord{
    {{"mean", TokenToWord::kMean}, {"first", TokenToWord::kFirst}}};

}  // namespace

Result<Precision> parse_precision(std::string_view name) {
  return parse_name<Precision>("precision", name, kPrecisions);
}

Result<TokenToWord> parse_token_to_word(std::string_view name) {
  return parse_name<TokenToWord>("token_to_word", name, kTokenToWord);
}

std::string_view token_to_word_name(TokenToWord mode) { return mode == TokenToWord::kMean ? "mean" : "first"; }

std::vector<std::string_view> request_field_names() {
  std::vector<std::string_view> names;
  for (const Field& field : kFields) names.push_back(field.name);
  for (const IgnoredField& field : kIgnoredFields) names.push_back(field.name);
  return names;
}

Result<ParsedRequest> parse_request(std::string_view text, const ParseOptions& options) {
  auto document = parse_json(text, options.name, options.first_line);
  if (!document) return tl::unexpected(document.error());
  if (!document->is_object()) {
    return fail(ErrorCode::kBadInput, fmt::format("{}:{}: expected a JSON object, found {}", options.name,
                                                  options.first_line, kind_of(*document)));
  }
  ParsedRequest parsed;
  const CompressRequest defaults = options.defaults == nullptr ? CompressRequest{} : *options.defaults;
  parsed.request = defaults;
  parsed.request.rate.reset();
  parsed.request.target_token.reset();
  for (const auto& member : document->get_object()) {
    if (auto ok = read_field(view(member.key()), member.value(), &parsed); !ok) return tl::unexpected(ok.error());
  }
  if (!parsed.request.rate && !parsed.request.target_token) {
    parsed.request.rate = defaults.rate;
    parsed.request.target_token = defaults.target_token;
  }
  if (parsed.request.context.empty() && !document->get_object().contains("context")) {
    return fail(ErrorCode::kInvalidArgument, "missing field \"context\": give the text to compress");
  }
  for (std::string& warning : parsed.warnings) {
    warning += fmt::format(" has no effect with method {}", parsed.request.method);
  }
  return parsed;
}

RequestId peek_request_id(std::string_view text) {
  const auto document = parse_json(text, "");
  if (!document || !document->is_object()) return {};
  const json::value* id = document->get_object().if_contains("id");
  ParsedRequest parsed;
  if (id == nullptr || !read_id("id", *id, &parsed)) return {};
  return {std::move(parsed.request.id), parsed.id_kind};
}

std::string request_json(const ParsedRequest& parsed) {
  const CompressRequest& r = parsed.request;
  JsonWriter w;
  const auto strings = [&w](std::string_view name, const std::vector<std::string>& list) {
    w.key(name).begin_array();
    for (const std::string& text : list) w.string(text);
    w.end_array();
  };
  w.begin_object();
  if (parsed.id_kind == IdKind::kString) w.key("id").string(r.id);
  if (parsed.id_kind == IdKind::kInteger) w.key("id").raw(r.id);
  strings("context", r.context);
  w.key("independent_contexts").boolean(r.independent_contexts);
  w.key("instruction").string(r.instruction);
  w.key("question").string(r.question);
  w.key("method").string(r.method);
  if (parsed.model) w.key("model").string(*parsed.model);
  if (parsed.precision) w.key("precision").string(precision_name(*parsed.precision));
  w.key("reference").boolean(r.reference);
  if (r.rate) w.key("rate").number(*r.rate);
  if (r.target_token) w.key("target_token").integer(*r.target_token);
  if (r.threshold) w.key("threshold").number(*r.threshold);
  w.key("tokenizer").string(r.tokenizer);
  w.key("token_to_word").string(token_to_word_name(r.token_to_word));
  w.key("format").string(r.format);
  w.key("structured").boolean(r.structured);
  if (!r.json_config.empty()) w.key("json_config").string(r.json_config);
  strings("force_tokens", r.force_tokens);
  w.key("force_reserve_digit").boolean(r.force_reserve_digit);
  strings("force_patterns", r.force_patterns);
  w.key("force_spans").begin_array();
  for (const std::vector<ByteSpan>& spans : r.force_spans) {
    w.begin_array();
    for (const ByteSpan& span : spans) w.begin_array().integer(span.begin).integer(span.end).end_array();
    w.end_array();
  }
  w.end_array();
  strings("force_roles", r.force_roles);
  w.key("keep_references").boolean(r.keep_references);
  w.key("minify").boolean(r.minify);
  w.key("markers").boolean(r.markers);
  w.key("drop_consecutive").boolean(r.drop_consecutive);
  strings("chunk_end_tokens", r.chunk_end_tokens);
  if (r.use_context_level_filter) w.key("use_context_level_filter").boolean(*r.use_context_level_filter);
  w.key("use_token_level_filter").boolean(r.use_token_level_filter);
  w.key("force_context_ids").begin_array();
  for (const std::int64_t id : r.force_context_ids) w.integer(id);
  w.end_array();
  w.key("target_context").integer(r.target_context);
  w.key("context_level_rate").number(r.context_level_rate);
  w.key("context_level_target_token").integer(r.context_level_target_token);
  w.key("rank_method").string(r.rank_method);
  w.key("context_budget").string(r.context_budget);
  w.key("condition_in_question").string(r.condition_in_question);
  w.key("condition_compare").boolean(r.condition_compare);
  w.key("add_instruction").boolean(r.add_instruction);
  w.key("reorder_context").string(r.reorder_context);
  w.key("dynamic_context_compression_ratio").number(r.dynamic_context_compression_ratio);
  if (r.force_context_number) w.key("force_context_number").integer(*r.force_context_number);
  w.key("iterative_size").integer(r.iterative_size);
  w.key("use_sentence_level_filter").boolean(r.use_sentence_level_filter);
  w.key("token_budget_ratio").number(r.token_budget_ratio);
  w.key("keep_first_sentence").integer(r.keep_first_sentence);
  w.key("keep_last_sentence").integer(r.keep_last_sentence);
  w.key("keep_sentence_number").integer(r.keep_sentence_number);
  w.key("high_priority_bonus").number(r.high_priority_bonus);
  w.key("keep_split").boolean(r.keep_split);
  w.key("concate_question").boolean(r.concate_question);
  w.key("strict_preserve_uncompressed").boolean(r.strict_preserve_uncompressed);
  w.key("reduce_level").string(r.reduce_level);
  w.key("seed").integer(r.seed);
  w.key("return_word_label").boolean(r.return_word_label);
  w.key("word_sep").string(r.word_sep);
  w.key("label_sep").string(r.label_sep);
  w.key("return_word_scores").boolean(r.return_word_scores);
  w.end_object();
  return std::move(w).text();
}

}  // namespace pith
