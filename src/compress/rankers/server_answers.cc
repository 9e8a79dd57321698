#include "compress/rankers/server_answers.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

#include "base/json.h"
#include "text/utf8.h"

namespace pith {
namespace {

std::string lossy(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string valid;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    append_utf8(c.value, &valid);
    at += c.n_bytes;
  }
  return valid;
}

json::array strings(std::string_view prefix, std::span<const std::string_view> texts) {
  json::array array;
  array.reserve(texts.size());
  for (const std::string_view text : texts) array.emplace_back(lossy(std::string(prefix).append(text)));
  return array;
}

/// One answer being read; what is wrong with it names its fields.
class Answer {
 public:
  explicit Answer(std::string_view name) : name_(name) {}

  tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorCode::kIo, fmt::format("{}: its answer is not what was asked for: {}; check base_url and whether "
                                            "the server speaks this interface",
                                            name_, what));
  }

  /// The list of the answer's items: the answer itself or its field `list`.
  Result<json::array> read_items(std::string_view answer, std::string_view list, bool may_be_bare,
                                 std::size_t n_items) const {
    auto parsed = parse_json(answer, "answer");
    if (!parsed) return wrong(fmt::format("no JSON ({})", parsed.error().message));
    json::value* items = &*parsed;
    if (!(may_be_bare && items->is_array())) {
      if (!items->is_object()) return wrong("not an object");
      items = items->as_object().if_contains(list);
      if (items == nullptr || !items->is_array()) return wrong(fmt::format("\"{}\" is no list", list));
    }
    if (items->as_array().size() != n_items) {
      return wrong(fmt::format("{} has {} items for {} texts", list, items->as_array().size(), n_items));
    }
    return std::move(items->as_array());
  }

  /// The item's index, which must be below seen.size() and not have come before.
  Result<std::size_t> read_index(const json::value& item, const std::string& place, std::vector<bool>* seen) const {
    const json::value* const field = item.is_object() ? item.as_object().if_contains("index") : nullptr;
    std::optional<std::uint64_t> index;
    if (field != nullptr && field->is_int64() && field->as_int64() >= 0) {
      index = static_cast<std::uint64_t>(field->as_int64());
    }
    if (!index) return wrong(fmt::format("{}.index is no number from 0 on", place));
    if (*index >= seen->size()) return wrong(fmt::format("{}.index is {} of {} texts", place, *index, seen->size()));
    if ((*seen)[*index]) return wrong(fmt::format("{}.index {} comes twice", place, *index));
    (*seen)[*index] = true;
    return static_cast<std::size_t>(*index);
  }

  Result<double> read_number(const json::value* field, const std::string& place) const {
    double value = 0;
    if (field != nullptr && field->is_double()) {
      value = field->as_double();
    } else if (field != nullptr && field->is_int64()) {
      value = static_cast<double>(field->as_int64());
    } else if (field != nullptr && field->is_uint64()) {
      value = static_cast<double>(field->as_uint64());
    } else {
      return wrong(fmt::format("{} is no number", place));
    }
    if (!std::isfinite(value)) return wrong(fmt::format("{} is no finite number", place));
    return value;
  }

  Result<std::vector<double>> read_vector(const json::value& item, const std::string& place) const {
    const json::value* const field = item.as_object().if_contains("embedding");
    if (field == nullptr || !field->is_array()) return wrong(fmt::format("{}.embedding is no list", place));
    std::vector<double> vector;
    vector.reserve(field->as_array().size());
    double largest = 0;
    for (const json::value& element : field->as_array()) {
      const auto value = read_number(&element, fmt::format("{}.embedding[{}]", place, vector.size()));
      if (!value) return tl::unexpected(value.error());
      largest = std::max(largest, std::abs(*value));
      vector.push_back(*value);
    }
    if (largest == 0) return wrong(fmt::format("{}.embedding has no direction", place));
    double square = 0;
    for (double& value : vector) {
      value /= largest;  // so that squares are finite
      square += value * value;
    }
    for (double& value : vector) value /= std::sqrt(square);
    return vector;
  }

 private:
  std::string_view name_;
};

}  // namespace

std::string embedding_request(const RankingServer& server, std::span<const std::string_view> texts, bool is_query) {
  json::object request{{"model", lossy(server.model)}};
  request["input"] = strings(is_query ? server.query_prefix : server.document_prefix, texts);
  if (server.dialect == ServerDialect::kVoyage) request["input_type"] = is_query ? "query" : "document";
  return json::serialize(request);
}

std::string rerank_request(const RankingServer& server, std::string_view question,
                           std::span<const std::string_view> documents) {
  json::object request{{"query", lossy(question)}};
  json::array texts = strings("", documents);
  if (server.dialect == ServerDialect::kAnyReranker) {
    // Text Embeddings Inference reads these three, Jina's shape the rest.
    request["texts"] = texts;
    request["raw_scores"] = true;
    request["truncate"] = true;
  }
  request["model"] = lossy(server.model);
  request["documents"] = std::move(texts);
  request["top_n"] = documents.size();
  if (server.dialect != ServerDialect::kCohere) request["return_documents"] = false;
  return json::serialize(request);
}

Result<std::vector<std::vector<double>>> read_embeddings(std::string_view name, std::string_view answer,
                                                         std::size_t n_texts) {
  const Answer reader(name);
  const auto items = reader.read_items(answer, "data", false, n_texts);
  if (!items) return tl::unexpected(items.error());
  std::vector<std::vector<double>> vectors(n_texts);
  std::vector<bool> seen(n_texts, false);
  std::size_t n_dims = 0;
  for (std::size_t i = 0; i < n_texts; ++i) {
    const std::string place = fmt::format("data[{}]", i);
    const auto index = reader.read_index((*items)[i], place, &seen);
    if (!index) return tl::unexpected(index.error());
    auto vector = reader.read_vector((*items)[i], place);
    if (!vector) return tl::unexpected(vector.error());
    if (i == 0) n_dims = vector->size();
    if (vector->size() != n_dims) {
      return reader.wrong(fmt::format("{}.embedding has {} numbers, data[0]'s {}", place, vector->size(), n_dims));
    }
    vectors[*index] = std::move(*vector);
  }
  return vectors;
}

Result<std::vector<double>> read_scores(std::string_view name, std::string_view answer, std::size_t n_documents) {
  const Answer reader(name);
  const auto items = reader.read_items(answer, "results", true, n_documents);
  if (!items) return tl::unexpected(items.error());
  std::vector<double> scores(n_documents, 0.0);
  std::vector<bool> seen(n_documents, false);
  for (std::size_t i = 0; i < n_documents; ++i) {
    const std::string place = fmt::format("results[{}]", i);
    const auto index = reader.read_index((*items)[i], place, &seen);
    if (!index) return tl::unexpected(index.error());
    const json::object& item = (*items)[i].as_object();
    const bool is_bare = item.contains("score");
    const auto score = reader.read_number(item.if_contains(is_bare ? "score" : "relevance_score"),
                                          fmt::format("{}.{}", place, is_bare ? "score" : "relevance_score"));
    if (!score) return tl::unexpected(score.error());
    scores[*index] = *score;
  }
  return scores;
}

}  // namespace pith
