#include "model/openvino/decoder_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "model/llama/gguf_weights.h"

namespace pith {
namespace {

constexpr double kDefaultRopeBase = 10000;

/// Reads one architecture's keys and remembers which.
class Keys {
 public:
  Keys(const GgufFile& file, std::string_view architecture) : file_(file), prefix_(fmt::format("{}.", architecture)) {}

  /// A whole number from 1 to `largest`; `fallback` where it is missing, 0 meaning that it may not be.
  Result<std::int64_t> count(std::string_view name, std::uint64_t largest, std::int64_t fallback) {
    const GgufValue* const value = find(name);
    if (value == nullptr && fallback != 0) return fallback;
    const auto* const n = value == nullptr ? nullptr : std::get_if<std::uint64_t>(value);
    if (n == nullptr || *n == 0 || *n > largest) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: \"{}{}\" must be a whole number from 1 to {}", file_.path(),
                                                    prefix_, name, largest));
    }
    return static_cast<std::int64_t>(*n);
  }

  /// A number within [smallest, largest].
  Result<double> number(std::string_view name, double smallest, double largest, std::optional<double> fallback) {
    const GgufValue* const value = find(name);
    if (value == nullptr && fallback) return *fallback;
    const auto* const x = value == nullptr ? nullptr : std::get_if<double>(value);
    if (x == nullptr || !(*x >= smallest && *x <= largest)) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: \"{}{}\" must be a number from {} to {}", file_.path(),
                                                    prefix_, name, smallest, largest));
    }
    return *x;
  }

  const GgufValue* find(std::string_view name) {
    std::string key = prefix_ + std::string(name);
    const GgufValue* const value = file_.find(key);
    known_.insert(std::move(key));
    return value;
  }

  /// Whether nothing was left out.
  Result<void> all_known() const {
    for (const auto& [key, value] : file_.values()) {
      if (key.starts_with(prefix_) && !known_.contains(key)) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("{}: the OpenVINO decoder does not know the key \"{}\"", file_.path(), key));
      }
    }
    return {};
  }

 private:
  const GgufFile& file_;
  std::string prefix_;
  std::set<std::string, std::less<>> known_;
};

Result<void> read_sizes(Keys& keys, DecoderConfig* config) {
  const auto read = [&](std::string_view name, std::uint64_t largest, std::int64_t fallback, std::int64_t* target) {
    const auto n = keys.count(name, largest, fallback);
    if (n) *target = *n;
    return n;
  };
  if (auto n = read("block_count", 512, 0, &config->n_layers); !n) return tl::unexpected(n.error());
  if (auto n = read("embedding_length", 1U << 16, 0, &config->hidden_size); !n) return tl::unexpected(n.error());
  if (auto n = read("feed_forward_length", 1U << 18, 0, &config->intermediate_size); !n) {
    return tl::unexpected(n.error());
  }
  if (auto n = read("attention.head_count", 1024, 0, &config->n_heads); !n) return tl::unexpected(n.error());
  if (auto n = read("attention.head_count_kv", 1024, config->n_heads, &config->n_kv_heads); !n) {
    return tl::unexpected(n.error());
  }
  const std::int64_t plain_head = std::max<std::int64_t>(config->hidden_size / config->n_heads, 1);
  if (auto n = read("attention.key_length", 1024, plain_head, &config->head_size); !n) return tl::unexpected(n.error());
  return {};
}

Result<void> check_heads(const GgufFile& file, Keys& keys, const DecoderConfig& config) {
  const auto n_value = keys.count("attention.value_length", 1024, config.head_size);
  if (!n_value) return tl::unexpected(n_value.error());
  const auto n_rotated = keys.count("rope.dimension_count", 1024, config.head_size);
  if (!n_rotated) return tl::unexpected(n_rotated.error());
  const bool derived = keys.find("attention.key_length") == nullptr;
  if (config.n_heads % config.n_kv_heads != 0 || (derived && config.hidden_size % config.n_heads != 0) ||
      config.head_size % 2 != 0 || *n_rotated > config.head_size) {
    return fail(
        ErrorCode::kBadModel,
        fmt::format("{}: {} values in {} heads of {}, {} of them for keys, {} values rotated, do not fit", file.path(),
                    config.hidden_size, config.n_heads, config.head_size, config.n_kv_heads, *n_rotated));
  }
  if (*n_value != config.head_size || *n_rotated != config.head_size) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("{}: the OpenVINO decoder rotates heads as a whole, and its keys and values are of one size",
                    file.path()));
  }
  return {};
}

Result<void> read_rotation(const GgufFile& file, Keys& keys, DecoderConfig* config) {
  const auto base = keys.number("rope.freq_base", 1, 1e12, kDefaultRopeBase);
  if (!base) return tl::unexpected(base.error());
  if (const GgufValue* const scaling = keys.find("rope.scaling.type"); scaling != nullptr) {
    const auto* const text = std::get_if<std::string_view>(scaling);
    if (text == nullptr || *text != "none") {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{}: the OpenVINO decoder does not scale rotary positions", file.path()));
    }
  }
  const std::int64_t n_angles = config->head_size / 2;
  for (std::int64_t i = 0; i < n_angles; ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(config->head_size);
    config->angle_per_token.push_back(std::pow(*base, exponent));
  }
  if (file.find_tensor("rope_freqs.weight") == nullptr) return {};
  const auto tensor = file.require_tensor("rope_freqs.weight", {n_angles});
  if (!tensor) return tl::unexpected(tensor.error());
  if (!is_readable_gguf(**tensor)) return fail(ErrorCode::kUnsupported, file.path() + ": rope_freqs.weight");
  const auto factors = read_gguf_values(file, **tensor);
  if (!factors) return tl::unexpected(factors.error());
  for (std::size_t i = 0; i < factors->size(); ++i) {
    if (!((*factors)[i] > 0)) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: rope_freqs.weight must be above 0", file.path()));
    }
    config->angle_per_token[i] /= static_cast<double>((*factors)[i]);
  }
  return {};
}

/// Looks at every tensor that the graph reads, and whether there are others.
Result<void> check_tensors(const GgufFile& file, const DecoderConfig& config) {
  std::set<std::string, std::less<>> known{"rope_freqs.weight"};
  Result<void> result;
  const auto require = [&](std::string name, const Shape& shape) {
    if (!result) return;
    const auto tensor = file.require_tensor(name, shape);
    if (!tensor) {
      result = tl::unexpected(tensor.error());
    } else if (!is_readable_gguf(**tensor)) {
      result = fail(ErrorCode::kUnsupported, fmt::format("{}: tensor {} is of a type that the OpenVINO decoder does "
                                                         "not read",
                                                         file.path(), name));
    }
    known.insert(std::move(name));
  };
  const std::int64_t h = config.hidden_size;
  const std::int64_t n_q = config.n_heads * config.head_size;
  const std::int64_t n_kv = config.n_kv_heads * config.head_size;
  require("token_embd.weight", {config.n_vocab, h});
  require("output_norm.weight", {h});
  if (!config.tied) require("output.weight", {config.n_vocab, h});
  for (std::int64_t i = 0; i < config.n_layers && result; ++i) {
    const auto part = [&](std::string_view name) { return fmt::format("blk.{}.{}", i, name); };
    require(part("attn_norm.weight"), {h});
    require(part("attn_q.weight"), {n_q, h});
    require(part("attn_k.weight"), {n_kv, h});
    require(part("attn_v.weight"), {n_kv, h});
    require(part("attn_output.weight"), {h, n_q});
    require(part("ffn_norm.weight"), {h});
    require(part("ffn_gate.weight"), {config.intermediate_size, h});
    require(part("ffn_up.weight"), {config.intermediate_size, h});
    require(part("ffn_down.weight"), {h, config.intermediate_size});
    if (config.query_bias) {
      require(part("attn_q.bias"), {n_q});
      require(part("attn_k.bias"), {n_kv});
      require(part("attn_v.bias"), {n_kv});
    }
    if (config.head_norm) {
      require(part("attn_q_norm.weight"), {config.head_size});
      require(part("attn_k_norm.weight"), {config.head_size});
    }
  }
  if (!result) return result;
  for (const auto& [name, tensor] : file.tensors()) {
    if (!known.contains(name)) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{}: the OpenVINO decoder does not know the tensor {}", file.path(), name));
    }
  }
  return {};
}

}  // namespace

Result<DecoderConfig> read_decoder_config(const GgufFile& file) {
  constexpr std::array<std::string_view, 3> kArchitectures{"llama", "qwen2", "qwen3"};
  const auto architecture = file.text("general.architecture");
  if (!architecture) return tl::unexpected(architecture.error());
  if (std::ranges::find(kArchitectures, *architecture) == kArchitectures.end()) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: the OpenVINO decoder reads the architectures llama, qwen2 and qwen3, not \"{}\"",
                            file.path(), *architecture));
  }
  DecoderConfig config;
  config.architecture = *architecture;
  if (const auto name = file.text("general.name"); name) config.name = *name;
  Keys keys(file, *architecture);
  if (auto ok = read_sizes(keys, &config); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_heads(file, keys, config); !ok) return tl::unexpected(ok.error());
  if (auto ok = read_rotation(file, keys, &config); !ok) return tl::unexpected(ok.error());
  const auto context = keys.count("context_length", 1U << 24, 0);
  if (!context) return tl::unexpected(context.error());
  config.context_tokens = static_cast<std::size_t>(*context);
  const auto eps = keys.number("attention.layer_norm_rms_epsilon", 1e-12, 1e-2, std::nullopt);
  if (!eps) return tl::unexpected(eps.error());
  config.norm_eps = *eps;
  static_cast<void>(keys.find("vocab_size"));  // the table of words is the word on it
  if (auto ok = keys.all_known(); !ok) return tl::unexpected(ok.error());

  const GgufTensor* const table = file.find_tensor("token_embd.weight");
  if (table == nullptr || table->shape.size() != 2 || table->shape[0] <= 0 || table->shape[0] > (1 << 22)) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: token_embd.weight must be rows of {} values", file.path(), config.hidden_size));
  }
  config.n_vocab = table->shape[0];
  config.interleaved = config.architecture == "llama";
  config.head_norm = config.architecture == "qwen3";
  config.query_bias = file.find_tensor("blk.0.attn_q.bias") != nullptr;
  config.tied = file.find_tensor("output.weight") == nullptr;
  if (auto ok = check_tensors(file, config); !ok) return tl::unexpected(ok.error());
  return config;
}

}  // namespace pith
