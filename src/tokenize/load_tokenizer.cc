#include "tokenize/load_tokenizer.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/mapped_file.h"
#include "tokenize/load_byte_bpe.h"
#include "tokenize/load_unigram.h"
#include "tokenize/load_wordpiece.h"
#include "tokenize/tokenizer_settings.h"

namespace pith {
namespace {

constexpr std::string_view kReadable = "WordPiece, Unigram and BPE models";

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

/// tokenizer_config.json; the members it lacks from special_tokens_map.json, where older models name special tokens.
Result<json::value> load_config(const std::string& path, const std::string& map_path) {
  json::value config = json::object();
  if (exists(path)) {
    auto read = load_json_object(path);
    if (!read) return read;
    config = std::move(*read);
  }
  if (exists(map_path)) {
    const auto map = load_json_object(map_path);
    if (!map) return tl::unexpected(map.error());
    for (const auto& [key, value] : map->get_object()) config.get_object().emplace(key, value);
  }
  return config;
}

/// `text` is that of the tokenizer.json `path`.
Result<std::unique_ptr<Tokenizer>> load_tokenizer_json(std::string_view text, const std::string& path,
                                                       const Settings& config) {
  const auto value = parse_json_object(text, path);
  if (!value) return tl::unexpected(value.error());
  const Settings file(&value->get_object(), path);
  const auto model = file.object("model");
  if (!model) return tl::unexpected(model.error());
  const auto type = model->type();
  if (!type) return tl::unexpected(type.error());
  if (*type == "WordPiece") return load_wordpiece(file, config);
  if (*type == "Unigram") return load_unigram(file, config, text);
  if (*type == "BPE") return load_byte_bpe(file, config);
  return unsupported_part(path, "a model", *type, kReadable);
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::string& model_dir) {
  const std::string config_path = model_dir + "/tokenizer_config.json";
  const auto config_value = load_config(config_path, model_dir + "/special_tokens_map.json");
  if (!config_value) return tl::unexpected(config_value.error());
  const Settings config(&config_value->get_object(), config_path);

  if (const std::string path = model_dir + "/tokenizer.json"; exists(path)) {
    const auto text = MappedFile::open(path);
    if (!text) return tl::unexpected(text.error());
    return load_tokenizer_json(text->bytes(), path, config);
  }
  if (const std::string path = model_dir + "/vocab.txt"; exists(path)) return load_vocab_txt(path, config);
  const std::string vocab = model_dir + "/vocab.json";
  const std::string merges = model_dir + "/merges.txt";
  if (exists(vocab) && exists(merges)) return load_byte_bpe_files(vocab, merges, config);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOthers{{
      {"sentencepiece.bpe.model", "SentencePiece"},
      {"spiece.model", "SentencePiece"},
      {"spm.model", "SentencePiece"},
      {"tokenizer.model", "SentencePiece"},
  }};
  for (const auto& [file, type] : kOthers) {
    if (exists(fmt::format("{}/{}", model_dir, file))) {
      return unsupported_part(fmt::format("{}/{}", model_dir, file), "a tokenizer", type, "tokenizer.json");
    }
  }
  return fail(ErrorCode::kNotFound,
              model_dir + ": no tokenizer.json, no vocab.txt, and no vocab.json with merges.txt in this folder");
}

Result<std::unique_ptr<Tokenizer>> load_tokenizer(const TokenizerTexts& texts, const std::string& name) {
  json::value config = json::object();
  const std::pair<std::string_view, std::string_view> settings[] = {
      {texts.tokenizer_config_json, " (tokenizer_config.json)"},
      {texts.special_tokens_map_json, " (special_tokens_map.json)"}};
  for (const auto& [text, file] : settings) {
    if (text.empty()) continue;
    const auto value = parse_json_object(text, name + std::string(file));
    if (!value) return tl::unexpected(value.error());
    for (const auto& [key, member] : value->get_object()) config.get_object().emplace(key, member);
  }
  const std::string path = name + " (tokenizer.json)";
  return load_tokenizer_json(texts.tokenizer_json, path,
                             Settings(&config.get_object(), name + std::string(settings[0].second)));
}

}  // namespace pith
