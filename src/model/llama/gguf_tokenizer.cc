#include "model/llama/gguf_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenize/load_byte_bpe.h"
#include "tokenize/sentencepiece_bpe.h"

namespace pith {
namespace {

constexpr std::string_view kTokensKey = "tokenizer.ggml.tokens";
constexpr std::int64_t kNormal = 1;  // tokenizer.ggml.token_type: of tokens that text is made of
constexpr std::int64_t kByte = 6;

tl::unexpected<Error> bad(const GgufFile& file, std::string_view key, std::string_view expected) {
  return fail(ErrorCode::kBadModel, fmt::format("{}: \"{}\" must be {}", file.path(), key, expected));
}

/// An array of T, or null where the key is missing.
template <class T>
Result<const std::vector<T>*> read_list(const GgufFile& file, std::string_view key, std::string_view expected) {
  const GgufValue* const value = file.find(key);
  if (value == nullptr) return nullptr;
  const auto* const list = std::get_if<std::vector<T>>(value);
  if (list == nullptr) return bad(file, key, expected);
  return list;
}

/// An id below `n_tokens`, or kNoToken where the key is missing.
Result<TokenId> read_id(const GgufFile& file, std::string_view key, std::size_t n_tokens) {
  const GgufValue* const value = file.find(key);
  if (value == nullptr) return kNoToken;
  const auto* const id = std::get_if<std::uint64_t>(value);
  if (id == nullptr || *id >= n_tokens) return bad(file, key, fmt::format("an id below {}", n_tokens));
  return static_cast<TokenId>(*id);
}

/// How texts are cut, and what else the vocabularies that are cut so need.
Result<PreTokenizer> pre_tokenizer_of(const GgufFile& file, ByteBpeOptions* options) {
  std::string_view pre = "default";
  if (file.find("tokenizer.ggml.pre") != nullptr) {
    const auto text = file.text("tokenizer.ggml.pre");
    if (!text) return tl::unexpected(text.error());
    pre = *text;
  }
  const auto pattern = [](BpePattern known) {
    std::vector<SplitStep> steps;
    steps.emplace_back(known, SplitBehavior::kIsolated, false);
    return PreTokenizer(std::move(steps), ByteLevelStep{false, false});
  };
  if (pre == "gpt-2" || pre == "default") return PreTokenizer({}, ByteLevelStep{false, true});
  if (pre == "smollm") return PreTokenizer({SplitStep::digits(true)}, ByteLevelStep{false, true});
  if (pre == "llama-bpe" || pre == "llama3" || pre == "llama-v3") {
    options->ignore_merges = true;
    return pattern(BpePattern::kLlama3);
  }
  if (pre == "qwen2") {
    options->normalizers = {TextNormalizer::kNfc};
    return pattern(BpePattern::kQwen2);
  }
  if (pre == "gpt-4o") {
    options->ignore_merges = true;
    return pattern(BpePattern::kGpt4o);
  }
  return fail(
      ErrorCode::kUnsupported,
      fmt::format("{}: a pre-tokenizer \"{}\" (tokenizer.ggml.pre) is not supported; Pith knows gpt-2, default, "
                  "smollm, llama-bpe, qwen2 and gpt-4o",
                  file.path(), pre));
}

/// What all vocabularies have.
struct Common {
  std::span<const std::string_view> tokens;
  std::vector<TokenId> control_ids;
  std::vector<TokenId> byte_ids;
  SpecialTokens special;
};

Result<Common> read_common(const GgufFile& file) {
  const auto tokens = read_list<std::string_view>(file, kTokensKey, "an array of strings");
  if (!tokens) return tl::unexpected(tokens.error());
  if (*tokens == nullptr || (*tokens)->empty()) return bad(file, kTokensKey, "an array of at least one string");
  const std::size_t n_tokens = (*tokens)->size();
  const std::string one_each = fmt::format("an array of {} whole numbers, one for each token", n_tokens);
  const auto types = read_list<std::int64_t>(file, "tokenizer.ggml.token_type", one_each);
  if (!types) return tl::unexpected(types.error());
  if (*types != nullptr && (*types)->size() != n_tokens) return bad(file, "tokenizer.ggml.token_type", one_each);
  Common common;
  common.tokens = **tokens;
  if (*types != nullptr) {
    for (std::size_t id = 0; id < n_tokens; ++id) {
      const std::int64_t type = (**types)[id];
      if (type == kByte) common.byte_ids.push_back(static_cast<TokenId>(id));
      if (type != kNormal && type != kByte) common.control_ids.push_back(static_cast<TokenId>(id));
    }
  }
  for (const auto& [key, target] : {std::pair{"tokenizer.ggml.bos_token_id", &common.special.cls},
                                    {"tokenizer.ggml.eos_token_id", &common.special.sep},
                                    {"tokenizer.ggml.padding_token_id", &common.special.pad},
                                    {"tokenizer.ggml.unknown_token_id", &common.special.unk}}) {
    const auto id = read_id(file, key, n_tokens);
    if (!id) return tl::unexpected(id.error());
    *target = *id;
  }
  return common;
}

Result<std::unique_ptr<Tokenizer>> load_byte_level(const GgufFile& file) {
  const auto common = read_common(file);
  if (!common) return tl::unexpected(common.error());
  const auto merges = read_list<std::string_view>(file, "tokenizer.ggml.merges", "an array of strings");
  if (!merges) return tl::unexpected(merges.error());
  if (*merges == nullptr) return bad(file, "tokenizer.ggml.merges", "an array of strings");
  const ByteBpeParts parts{
      .tokens = common->tokens, .merges = **merges, .control_ids = common->control_ids, .special = common->special};
  // As transformers reads these files: what has no token becomes <0xHH> where there are such tokens, or unknown.
  ByteBpeOptions options;
  options.byte_fallback = true;
  options.fuse_unk = true;
  if (parts.special.unk != kNoToken) {
    options.unk_token = std::string(common->tokens[static_cast<std::size_t>(parts.special.unk)]);
  }
  auto pre_tokenizer = pre_tokenizer_of(file, &options);
  if (!pre_tokenizer) return tl::unexpected(std::move(pre_tokenizer.error()));
  return make_byte_bpe(parts, std::move(*pre_tokenizer), std::move(options), file.path());
}

Result<std::unique_ptr<Tokenizer>> load_sentencepiece(const GgufFile& file) {
  const auto common = read_common(file);
  if (!common) return tl::unexpected(common.error());
  const auto scores = read_list<float>(file, "tokenizer.ggml.scores", "an array of numbers");
  if (!scores) return tl::unexpected(scores.error());
  if (*scores == nullptr) return bad(file, "tokenizer.ggml.scores", "an array of numbers");
  constexpr std::size_t kBytes = 256;
  constexpr std::string_view kEachByte = "a list with one token <0xHH>, of type 6, for each of the 256 bytes";
  if (common->byte_ids.size() != kBytes) return bad(file, kTokensKey, kEachByte);
  std::vector<TokenId> byte_ids(kBytes, kNoToken);
  for (const TokenId id : common->byte_ids) {
    for (std::size_t byte = 0; byte < kBytes; ++byte) {
      if (common->tokens[static_cast<std::size_t>(id)] == fmt::format("<0x{:02X}>", byte)) byte_ids[byte] = id;
    }
  }
  if (std::ranges::find(byte_ids, kNoToken) != byte_ids.end()) return bad(file, kTokensKey, kEachByte);
  SentencePieceBpeParts parts{.tokens = common->tokens,
                              .scores = **scores,
                              .byte_ids = byte_ids,
                              .control_ids = common->control_ids,
                              .special = common->special};
  if (const GgufValue* const value = file.find("tokenizer.ggml.add_space_prefix")) {
    const bool* const adds = std::get_if<bool>(value);
    if (adds == nullptr) return bad(file, "tokenizer.ggml.add_space_prefix", "true or false");
    parts.add_space_prefix = *adds;
  }
  auto tokenizer = SentencePieceBpe::create(parts, file.path());
  if (!tokenizer) return tl::unexpected(std::move(tokenizer.error()));
  return std::move(*tokenizer);
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_gguf_tokenizer(const GgufFile& file) {
  const auto kind = file.text("tokenizer.ggml.model");
  if (!kind) return tl::unexpected(kind.error());
  if (*kind == "gpt2") return load_byte_level(file);
  if (*kind == "llama") return load_sentencepiece(file);
  return fail(ErrorCode::kUnsupported,
              fmt::format("{}: a tokenizer of model \"{}\" (tokenizer.ggml.model) is not supported; Pith reads "
                          "\"gpt2\", byte-level BPE, and \"llama\", SentencePiece's BPE",
                          file.path(), *kind));
}

Result<TokenId> read_gguf_bos(const GgufFile& file) {
  const GgufValue* const add = file.find("tokenizer.ggml.add_bos_token");
  bool adds = false;
  if (add != nullptr) {
    const bool* const value = std::get_if<bool>(add);
    if (value == nullptr) return bad(file, "tokenizer.ggml.add_bos_token", "true or false");
    adds = *value;
  } else if (const GgufValue* const kind = file.find("tokenizer.ggml.model");
             kind != nullptr && *kind == GgufValue(std::string_view("llama"))) {
    adds = true;
  } else if (const GgufValue* const pre = file.find("tokenizer.ggml.pre"); pre != nullptr) {
    // Llama 3's files often leave it out; llama.cpp adds it to theirs.
    const auto* const name = std::get_if<std::string_view>(pre);
    adds = name != nullptr && (*name == "llama-bpe" || *name == "llama3" || *name == "llama-v3");
  }
  if (!adds) return kNoToken;
  const auto tokens = read_list<std::string_view>(file, "tokenizer.ggml.tokens", "an array of strings");
  if (!tokens) return tl::unexpected(tokens.error());
  return read_id(file, "tokenizer.ggml.bos_token_id", *tokens == nullptr ? 0 : (*tokens)->size());
}

}  // namespace pith
