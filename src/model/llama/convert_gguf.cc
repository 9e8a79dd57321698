#include "model/llama/convert_gguf.h"

#include <fmt/format.h>
#include <ggml.h>
#include <gguf.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/mapped_file.h"
#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "model/llama/gguf_encoder.h"
#include "model/weights.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

constexpr float kMaxFloat16 = 65504;

struct FreeGguf {
  void operator()(gguf_context* context) const { gguf_free(context); }
};
struct FreeGgml {
  void operator()(ggml_context* context) const { ggml_free(context); }
};

ggml_type type_of(const GgufEncoderTensor& tensor, GgufStorage storage) {
  if (!tensor.is_matrix || storage == GgufStorage::kF32) return GGML_TYPE_F32;
  const bool fills_blocks = tensor.shape.back() % ggml_blck_size(GGML_TYPE_Q8_0) == 0;
  return storage == GgufStorage::kQ8 && fills_blocks ? GGML_TYPE_Q8_0 : GGML_TYPE_F16;
}

/// Sets keys of the header.
class Header {
 public:
  Header() : context_(gguf_init_empty()) {}

  void text(std::string_view key, const std::string& value) { gguf_set_val_str(get(), name(key), value.c_str()); }
  void natural(std::string_view key, std::int64_t value) {
    gguf_set_val_u32(get(), name(key), static_cast<std::uint32_t>(value));
  }
  void real(std::string_view key, double value) { gguf_set_val_f32(get(), name(key), static_cast<float>(value)); }
  void flag(std::string_view key, bool value) { gguf_set_val_bool(get(), name(key), value); }
  void reals(std::string_view key, std::span<const float> values) {
    gguf_set_arr_data(get(), name(key), GGUF_TYPE_FLOAT32, values.data(), values.size());
  }
  void flags(std::string_view key, const std::vector<bool>& values) {
    const std::vector<std::int8_t> bytes(values.begin(), values.end());
    gguf_set_arr_data(get(), name(key), GGUF_TYPE_BOOL, bytes.data(), bytes.size());
  }
  void texts(std::string_view key, std::vector<const char*> values) {
    gguf_set_arr_str(get(), name(key), values.data(), values.size());
  }
  void tensor(const ggml_tensor* tensor) { gguf_add_tensor(get(), tensor); }

  [[nodiscard]] std::string bytes() const {
    std::string bytes(gguf_get_meta_size(context_.get()), '\0');
    gguf_get_meta_data(context_.get(), bytes.data());
    return bytes;
  }
  [[nodiscard]] std::size_t alignment() const { return gguf_get_alignment(context_.get()); }

 private:
  [[nodiscard]] gguf_context* get() { return context_.get(); }
  const char* name(std::string_view key) { return (name_ = key).c_str(); }

  std::unique_ptr<gguf_context, FreeGguf> context_;
  std::string name_;
};

/// What llama.cpp wants to know. Pith itself reads the configuration's text only.
void describe(const EncoderConfig& config, const std::string& name, GgufStorage storage, Header* header) {
  const std::string architecture(gguf_architecture(config.architecture));
  const auto key = [&](std::string_view rest) { return architecture + "." + std::string(rest); };
  header->text("general.architecture", architecture);
  header->text("general.type", "model");
  header->text("general.name", name);
  constexpr std::array<int, 3> kFileTypes{0, 1, 7};  // llama.cpp's numbers for "all F32", "mostly F16", "mostly Q8_0"
  header->natural("general.file_type", kFileTypes.at(static_cast<std::size_t>(storage)));
  header->natural(key("vocab_size"), config.vocab_size);
  header->natural(key("context_length"), config.max_sequence_tokens);
  header->natural(key("embedding_length"), config.hidden_size);
  header->natural(key("feed_forward_length"), config.intermediate_size);
  header->natural(key("block_count"), config.n_layers);
  header->natural(key("attention.head_count"), config.n_heads);
  header->real(key("attention.layer_norm_epsilon"), config.layer_norm_eps);
  header->flag(key("attention.causal"), false);
  header->natural(key("pooling_type"), 0);
  const bool keeps_first = config.keep_label == 0;
  const char* keep = config.keep_label_name.c_str();
  header->texts(key("classifier.output_labels"), {keeps_first ? keep : "DROP", keeps_first ? "DROP" : keep});
  if (config.architecture == Architecture::kModernBert) {
    const ModernBertConfig& modern = config.modern;
    header->natural(key("attention.sliding_window"), 2 * modern.local_reach_tokens);
    header->flags(key("attention.sliding_window_pattern"), modern.is_local_layer);
    header->real(key("rope.freq_base"), modern.global_rope_theta);
    header->real(key("rope.freq_base_swa"), modern.local_rope_theta);
  } else {
    header->natural("tokenizer.ggml.token_type_count", std::max<std::int64_t>(1, config.type_vocab_size));
  }
  header->text("tokenizer.ggml.model", "none");  // ids come from Pith's tokenizer
}

/// The folder's texts. Errors: kNotFound, kIo; kBadModel when one cannot stand in a header.
Result<void> add_texts(const fs::path& dir, const std::string& config_text, Header* header) {
  header->natural(kGgufFormatKey, kGgufFormat);
  header->text(kGgufConfigKey, config_text);
  constexpr std::array<std::pair<const char*, std::string_view>, 3> kFiles{
      {{"tokenizer.json", kGgufTokenizerKey},
       {"tokenizer_config.json", kGgufTokenizerConfigKey},
       {"special_tokens_map.json", kGgufSpecialTokensKey}}};
  for (const auto& [file, key] : kFiles) {
    const std::string path = (dir / file).string();
    std::error_code error;
    if (key != kGgufTokenizerKey && !fs::exists(path, error)) continue;
    const auto text = read_file(path);
    if (!text && text.error().code == ErrorCode::kNotFound) {
      return fail(ErrorCode::kNotFound, path +
                                            " is missing: a GGUF file holds the tokenizer too. AutoTokenizer."
                                            "from_pretrained(DIR).save_pretrained(DIR) of transformers writes it");
    }
    if (!text) return tl::unexpected(text.error());
    if (text->find('\0') != std::string::npos) return fail(ErrorCode::kBadModel, path + ": holds a zero byte");
    header->text(key, *text);
  }
  return {};
}

/// Tensors of one checkpoint as bytes of another type, row by row.
class Rows {
 public:
  Rows(const Checkpoint& checkpoint, const EncoderConfig& config)
      : config_(config), reader_(checkpoint, config.architecture), path_(checkpoint.path()) {}

  [[nodiscard]] std::string stored_name(const GgufEncoderTensor& tensor) const {
    return tensor.in_encoder ? reader_.encoder(tensor.source) : tensor.source;
  }

  /// All values of a small tensor, in its shape in the checkpoint.
  [[nodiscard]] Result<std::vector<float>> all(const GgufEncoderTensor& tensor) const {
    Shape shape = tensor.shape;
    if (tensor.name == kGgufPositions) shape.front() = config_.n_positions;
    return reader_.values(stored_name(tensor), shape);
  }

  /// Writes the tensor's bytes; `out` keeps the first error of the stream.
  [[nodiscard]] Result<void> write(const GgufEncoderTensor& tensor, ggml_type type, std::ostream& out) const {
    if (!tensor.is_matrix) {
      const auto values = all(tensor);
      if (!values) return tl::unexpected(values.error());
      const std::size_t n_skipped =
          tensor.name == kGgufPositions ? static_cast<std::size_t>(config_.first_position * tensor.shape.back()) : 0;
      const std::string_view bytes = as_bytes_view(std::span(*values).subspan(n_skipped));
      out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      return {};
    }
    const std::string name = stored_name(tensor);
    const auto table = reader_.embedding(name, tensor.shape.at(0), tensor.shape.at(1));
    if (!table) return tl::unexpected(table.error());
    std::vector<float> row(static_cast<std::size_t>(table->n_cols()));
    std::vector<char> bytes(ggml_row_size(type, table->n_cols()));
    for (std::int64_t r = 0; r < table->n_rows(); ++r) {
      std::ranges::fill(row, 0.0F);
      if (auto ok = table->add_row(r, row); !ok) return ok;
      const float limit = type == GGML_TYPE_F32 ? std::numeric_limits<float>::max() : kMaxFloat16;
      const auto wrong = std::ranges::find_if_not(row, [&](float x) { return std::abs(x) <= limit; });
      if (wrong != row.end()) {
        return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' holds {}, which {} cannot", path_, name, *wrong,
                                                      ggml_type_name(type)));
      }
      ggml_quantize_chunk(type, row.data(), bytes.data(), 0, 1, table->n_cols(), nullptr);
      out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    reader_.drop(name);
    return {};
  }

 private:
  const EncoderConfig& config_;
  WeightReader reader_;
  std::string path_;
};

/// The position of padding, which a stripped table lacks; empty where there is none.
Result<std::vector<float>> padding_position(const EncoderConfig& config, const Rows& rows,
                                            const std::vector<GgufEncoderTensor>& tensors) {
  if (!config.counts_positions_from_padding()) return std::vector<float>();
  const auto table = rows.all(*std::ranges::find(tensors, kGgufPositions, &GgufEncoderTensor::name));
  if (!table) return tl::unexpected(table.error());
  const auto n = static_cast<std::size_t>(config.hidden_size);
  const auto row = std::span(*table).subspan(static_cast<std::size_t>(config.pad_token_id) * n, n);
  return std::vector<float>(row.begin(), row.end());
}

/// Writes header and tensors to `path`.
Result<void> write_file(const std::string& path, const Header& header, const Rows& rows,
                        const std::vector<GgufEncoderTensor>& tensors, GgufStorage storage) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const auto cannot_write = [&] { return fail(ErrorCode::kIo, "cannot write " + path + " (is the disk full?)"); };
  const std::string head = header.bytes();
  if (!out.write(head.data(), static_cast<std::streamsize>(head.size()))) return cannot_write();
  const std::vector<char> padding(header.alignment(), '\0');
  for (const GgufEncoderTensor& tensor : tensors) {
    if (auto ok = rows.write(tensor, type_of(tensor, storage), out); !ok) return ok;
    const auto n_over = static_cast<std::size_t>(out.tellp()) % padding.size();
    if (n_over != 0) out.write(padding.data(), static_cast<std::streamsize>(padding.size() - n_over));
    if (!out) return cannot_write();
  }
  if (!out.flush()) return cannot_write();
  return {};
}

}  // namespace

Result<ConvertReport> convert_to_gguf(const std::string& model_dir, const std::string& out_path, GgufStorage storage) {
  const fs::path dir(model_dir);
  const auto loaded = load_encoder_config(model_dir);
  if (!loaded) return tl::unexpected(loaded.error());
  const EncoderConfig& config = loaded->config;
  const auto checkpoint = Checkpoint::open(model_dir);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const Rows rows(*checkpoint, config);
  const std::vector<GgufEncoderTensor> tensors = gguf_encoder_tensors(config);

  Header header;
  describe(config, fs::absolute(dir).lexically_normal().filename().string(), storage, &header);
  if (auto ok = add_texts(dir, loaded->text, &header); !ok) return tl::unexpected(ok.error());
  const auto padding = padding_position(config, rows, tensors);
  if (!padding) return tl::unexpected(padding.error());
  if (!padding->empty()) header.reals(kGgufPaddingPositionKey, *padding);

  const std::unique_ptr<ggml_context, FreeGgml> shapes(
      ggml_init({.mem_size = (tensors.size() + 1) * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true}));
  ConvertReport report;
  for (const GgufEncoderTensor& tensor : tensors) {
    const std::vector<std::int64_t> ne(tensor.shape.rbegin(), tensor.shape.rend());
    const ggml_type type = type_of(tensor, storage);
    ggml_tensor* shape = ggml_new_tensor(shapes.get(), type, static_cast<int>(ne.size()), ne.data());
    ggml_set_name(shape, tensor.name.c_str());
    header.tensor(shape);
    ++report.n_tensors;
    if (type == GGML_TYPE_Q8_0) ++report.n_int8_tensors;
  }

  const std::string partial = out_path + ".partial";
  std::error_code error;
  auto ok = write_file(partial, header, rows, tensors, storage);
  if (ok) {
    fs::rename(partial, out_path, error);
    if (error) ok = fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", out_path, error.message()));
  }
  if (!ok) {
    fs::remove(partial, error);
    return tl::unexpected(ok.error());
  }
  report.n_bytes_before = static_cast<std::int64_t>(checkpoint->n_bytes());
  report.n_bytes_after = static_cast<std::int64_t>(fs::file_size(out_path, error));
  return report;
}

}  // namespace pith
