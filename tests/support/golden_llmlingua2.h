// The recorded cases of tests/data/golden_llmlingua2 (outputs of llmlingua 0.2.2), and how to compare with them.
// The cases left out of the tree for their licence are added when the shared material lies beside the source
// ($PITH_SHARED, else ../shared).
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "pith/compress.h"
#include "support/zst_file.h"

namespace pith::golden {

inline std::string data_dir() { return PITH_SOURCE_DIR "/tests/data/golden_llmlingua2"; }

inline std::string shared_golden_dir() {
  const char* shared = std::getenv("PITH_SHARED");
  return (shared != nullptr ? std::string(shared) : PITH_SOURCE_DIR "/../shared") + "/golden";
}

/// Byte for byte: some inputs hold \r\n or NUL.
inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

using pith::read_zst;

inline std::vector<json::object> parse_lines(const std::string& text) {
  std::vector<json::object> rows;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    rows.push_back(json::parse(text.substr(begin, end - begin)).as_object());
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  return rows;
}

struct Case {
  std::string id;
  json::object params;               ///< of the library's compress_prompt
  json::value context;               ///< what it was given: a string, a list of strings, or something wrong
  json::object output;               ///< its result, or {"error": {"type", "message"}}
  std::optional<double> min_margin;  ///< distance of the nearest score to a threshold; none without a decision

  [[nodiscard]] bool is_error() const { return output.contains("error"); }
  /// The same call as a request in Pith's JSON.
  [[nodiscard]] std::string request_json() const {
    json::object request = params;
    request["context"] = context;
    request["reference"] = true;
    return json::serialize(request);
  }
};

/// Puts the texts of {"file": ...} in their place.
inline json::value resolve_files(const json::value& value, const std::string& dir) {
  if (const json::object* object = value.if_object(); object != nullptr && object->contains("file")) {
    return json::string(read_bytes(dir + "/" + std::string(object->at("file").as_string())));
  }
  if (const json::array* array = value.if_array()) {
    json::array resolved;
    for (const json::value& element : *array) resolved.push_back(resolve_files(element, dir));
    return resolved;
  }
  return value;
}

inline Case to_case(const json::object& row, const std::string& dir) {
  Case out{.id = std::string(row.at("id").as_string()),
           .params = row.at("params").as_object(),
           .context = resolve_files(row.at("input").as_object().at("context"), dir),
           .output = row.at("output").as_object(),
           .min_margin = std::nullopt};
  if (!row.at("min_margin").is_null()) out.min_margin = row.at("min_margin").to_number<double>();
  return out;
}

inline std::vector<Case> load_cases() {
  std::vector<Case> cases;
  std::set<std::string> ids;
  for (const json::object& row : parse_lines(read_zst(data_dir() + "/cases.jsonl.zst"))) {
    cases.push_back(to_case(row, data_dir()));
    ids.insert(cases.back().id);
  }
  const std::string more = shared_golden_dir() + "/llmlingua2/cases.jsonl";
  if (std::filesystem::exists(more)) {
    for (const json::object& row : parse_lines(read_bytes(more))) {
      if (!ids.contains(std::string(row.at("id").as_string()))) cases.push_back(to_case(row, shared_golden_dir()));
    }
  }
  return cases;
}

/// Names of the fields in which `result` is not what the library returned; "" if it is identical.
inline std::string differences(const Case& expected, const CompressResult& result) {
  const ResultFigures figures = result_figures(result.origin_tokens, result.compressed_tokens);
  json::object found{{"compressed_prompt", result.compressed_prompt},
                     {"compressed_prompt_list", json::value_from(result.compressed_prompt_list)},
                     {"origin_tokens", result.origin_tokens},
                     {"compressed_tokens", result.compressed_tokens},
                     {"ratio", figures.ratio},
                     {"rate", figures.rate},
                     {"saving", figures.saving}};
  if (result.fn_labeled_original_prompt) found["fn_labeled_original_prompt"] = *result.fn_labeled_original_prompt;
  std::string names;
  for (const auto& [name, value] : expected.output) {
    if (!found.contains(name) || found.at(name) != value) names += (names.empty() ? "" : ", ") + std::string(name);
  }
  for (const auto& [name, value] : found) {
    if (!expected.output.contains(name)) names += (names.empty() ? "" : ", ") + std::string(name) + " (unexpected)";
  }
  return names;
}

}  // namespace pith::golden
