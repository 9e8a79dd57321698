#include "model/load_embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/mapped_file.h"
#include "model/config_reader.h"
#include "model/model_folder.h"
#include "model/openvino/encoder_embedder.h"

namespace pith {
namespace {

/// What texts are cut to when the folder does not say: sentence encoders are trained on short ones.
constexpr std::int64_t kDefaultMaxTokens = 256;
/// A text must have room for a token between the special ones.
constexpr std::int64_t kLeastMaxTokens = 3;

/// The JSON object in a file that need not be there. Errors: kIo, kBadModel.
Result<std::optional<json::value>> read_optional(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::optional<json::value>();
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  auto document = parse_json(*text, path);
  if (!document) return fail(ErrorCode::kBadModel, document.error().message);
  if (!document->is_object()) return fail(ErrorCode::kBadModel, path + ": not a JSON object");
  return std::optional<json::value>(std::move(*document));
}

/// Errors: kUnsupported for anything but the mean or the first token alone.
Result<Pooling> read_pooling(const std::string& model_dir) {
  const std::string path = (std::filesystem::path(model_dir) / "1_Pooling" / "config.json").string();
  const auto document = read_optional(path);
  if (!document) return tl::unexpected(document.error());
  if (!*document) return Pooling::kMean;
  std::optional<Pooling> pooling;
  const json::object& object = (*document)->get_object();
  const ConfigReader reader(object, path);
  for (const auto& member : object) {
    const std::string_view mode(member.key());
    if (!mode.starts_with("pooling_mode_")) continue;
    const auto is_on = reader.boolean_or(mode, false);
    if (!is_on) return tl::unexpected(is_on.error());
    if (!*is_on) continue;
    const bool is_known = mode == "pooling_mode_mean_tokens" || mode == "pooling_mode_cls_token";
    if (!is_known || pooling) {
      return reader.unsupported(
          fmt::format("{}{} is not supported; supported: pooling_mode_mean_tokens or pooling_mode_cls_token alone",
                      mode, pooling ? " beside another one" : ""));
    }
    pooling = mode == "pooling_mode_cls_token" ? Pooling::kFirstToken : Pooling::kMean;
  }
  if (!pooling) return reader.bad("no pooling_mode is true");
  return *pooling;
}

/// Tokens of a text that are read, at most `n_most`.
Result<std::int64_t> read_max_tokens(const std::string& model_dir, std::int64_t n_most) {
  const std::string path = (std::filesystem::path(model_dir) / "sentence_bert_config.json").string();
  const auto document = read_optional(path);
  if (!document) return tl::unexpected(document.error());
  std::int64_t n_tokens = kDefaultMaxTokens;
  if (*document) {
    const ConfigReader reader((*document)->get_object(), path);
    const auto value = reader.integer_or("max_seq_length", kLeastMaxTokens, kMaxSequenceTokens, kDefaultMaxTokens);
    if (!value) return tl::unexpected(value.error());
    n_tokens = *value;
  }
  return std::min(n_tokens, n_most);
}

}  // namespace

Result<std::shared_ptr<const TextEmbedder>> load_embedder(const EmbedderOptions& options, ClassifierLoadInfo* info) {
  const auto n_threads = chosen_threads(options.n_threads);
  if (!n_threads) return tl::unexpected(n_threads.error());
  auto folder = open_model_folder(options.model_dir, EncoderTask::kTextEmbedder, options.tokenizer);
  if (!folder) return tl::unexpected(folder.error());
  const auto pooling = read_pooling(options.model_dir);
  if (!pooling) return tl::unexpected(pooling.error());
  const auto max_tokens = read_max_tokens(options.model_dir, folder->config.max_sequence_tokens);
  if (!max_tokens) return tl::unexpected(max_tokens.error());
  const SpecialTokens& special = folder->tokenizer->special_tokens();
  if (special.cls == kNoToken || special.sep == kNoToken || *max_tokens < kLeastMaxTokens) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: a text embedder needs a tokenizer with tokens for begin and end ([CLS] and [SEP]) and "
                            "room for a text between them",
                            options.model_dir));
  }
  EmbedderOptions complete = options;
  complete.n_threads = *n_threads;
  complete.tokenizer = std::move(folder->tokenizer);
  folder->config.max_sequence_tokens = *max_tokens;
  return load_openvino_embedder(complete, folder->config, folder->config_text, *pooling, info);
}

}  // namespace pith
