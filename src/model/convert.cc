#include "model/convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "model/checkpoint.h"
#include "model/encoder_config.h"
#include "model/encoder_tensors.h"
#include "model/safetensors.h"
#include "model/weights.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

/// Files of a model folder that are copied when they are there. vocab.txt only without tokenizer.json, which holds it.
constexpr const char* kCopiedFiles[] = {"config.json", "tokenizer.json", "tokenizer_config.json",
                                        "special_tokens_map.json"};

/// A tensor of the result and where it comes from.
struct Piece {
  TensorSpec spec;
  std::string source;
  bool is_scale = false;
};

Result<std::vector<Piece>> plan(const EncoderConfig& config, const Checkpoint& checkpoint) {
  const WeightReader reader(checkpoint, config.architecture);
  std::vector<Piece> pieces;
  for (const EncoderTensor& tensor : encoder_tensors(config)) {
    const std::string name = tensor.in_encoder ? reader.encoder(tensor.name) : tensor.name;
    const auto stored = checkpoint.require(name, tensor.shape);
    if (!stored) return tl::unexpected(stored.error());
    if (tensor.is_quantized) {
      pieces.push_back({{name, Dtype::kI8, tensor.shape}, name});
      pieces.push_back({{name + std::string(kScaleSuffix), Dtype::kF32, {tensor.shape.front()}}, name, true});
    } else {
      const Dtype dtype =
          (*stored)->dtype == Dtype::kF16 || (*stored)->dtype == Dtype::kBF16 ? (*stored)->dtype : Dtype::kF32;
      pieces.push_back({{name, dtype, tensor.shape}, name});
    }
  }
  // Wide types first: everything stays aligned.
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return dtype_bytes(a.spec.dtype) > dtype_bytes(b.spec.dtype);
  });
  return pieces;
}

Result<void> write_piece(const Piece& piece, const Checkpoint& checkpoint, const WeightReader& reader,
                         SafeTensorsWriter* writer) {
  const Shape& shape = piece.spec.shape;
  if (piece.is_scale || piece.spec.dtype == Dtype::kI8) {
    const TensorView& source = *checkpoint.find(piece.source);
    const auto matrix = reader.int8_matrix(piece.source, source.shape[0], source.shape[1]);
    if (!matrix) return tl::unexpected(matrix.error());
    return writer->append(piece.is_scale ? as_bytes_view(std::span<const float>(matrix->scales))
                                         : as_bytes_view(matrix->values));
  }
  const auto values = reader.values(piece.source, shape);  // also checks that they are finite
  if (!values) return tl::unexpected(values.error());
  const TensorView& source = *checkpoint.find(piece.source);
  if (source.dtype == piece.spec.dtype) return writer->append(source.bytes);
  return writer->append(as_bytes_view(std::span<const float>(*values)));
}

/// Copies the bytes and not the permissions: a read-only original must not make a result that cannot be replaced.
Result<void> copy_model_file(const fs::path& from, const fs::path& to) {
  const auto bytes = read_file(from.string());
  if (!bytes) return tl::unexpected(bytes.error());
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
  if (!out.flush()) return fail(ErrorCode::kIo, "cannot write " + to.string());
  return {};
}

}  // namespace

Result<ConvertReport> convert_to_int8(const std::string& model_dir, const std::string& out_dir) {
  const fs::path in(model_dir);
  const fs::path out(out_dir);
  const auto loaded = load_encoder_config(model_dir);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto checkpoint = Checkpoint::open(model_dir);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const auto pieces = plan(loaded->config, *checkpoint);
  if (!pieces) return tl::unexpected(pieces.error());

  std::error_code error;
  fs::create_directories(out, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("cannot create {}: {}", out_dir, error.message()));
  if (fs::equivalent(in, out, error)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("cannot convert {} into itself: name another folder", model_dir));
  }
  const bool has_tokenizer_json = fs::exists(in / "tokenizer.json", error);
  for (const char* name : kCopiedFiles) {
    if (!fs::exists(in / name, error)) continue;
    if (auto ok = copy_model_file(in / name, out / name); !ok) return tl::unexpected(ok.error());
  }
  if (!has_tokenizer_json && fs::exists(in / "vocab.txt", error)) {
    if (auto ok = copy_model_file(in / "vocab.txt", out / "vocab.txt"); !ok) return tl::unexpected(ok.error());
  }

  ConvertReport report;
  const std::string out_path = (out / "model.safetensors").string();
  std::vector<TensorSpec> specs;
  for (const Piece& piece : *pieces) specs.push_back(piece.spec);
  auto writer = SafeTensorsWriter::create(out_path, specs, {{"format", "pt"}, {"pith_storage", "int8 rows"}});
  if (!writer) return tl::unexpected(writer.error());
  const WeightReader reader(*checkpoint, loaded->config.architecture);
  for (const Piece& piece : *pieces) {
    if (auto ok = write_piece(piece, *checkpoint, reader, &*writer); !ok) return tl::unexpected(ok.error());
    reader.drop(piece.source);
    if (!piece.is_scale) ++report.n_tensors;
    if (piece.spec.dtype == Dtype::kI8) ++report.n_int8_tensors;
  }
  if (auto ok = writer->finish(); !ok) return tl::unexpected(ok.error());
  report.n_bytes_before = static_cast<std::int64_t>(checkpoint->n_bytes());
  report.n_bytes_after = static_cast<std::int64_t>(fs::file_size(out_path, error));
  return report;
}

}  // namespace pith
