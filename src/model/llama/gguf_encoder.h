// How Pith keeps a token classifier in a GGUF file. One file is a whole model: weights under the names that llama.cpp
// gives them, and in the header the texts of the Hugging Face folder it was made from, so that one reader of
// configurations and one of tokenizers serves both layouts. docs/gguf.md describes the file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/encoder_config.h"
#include "model/llama/gguf_file.h"
#include "model/safetensors.h"
#include "pith/result.h"

namespace pith {

// Keys of the header. Files of the folder, as they are:
inline constexpr std::string_view kGgufConfigKey = "pith.config.json";
inline constexpr std::string_view kGgufTokenizerKey = "pith.tokenizer.json";
inline constexpr std::string_view kGgufTokenizerConfigKey = "pith.tokenizer_config.json";  ///< may be missing
inline constexpr std::string_view kGgufSpecialTokensKey = "pith.special_tokens_map.json";  ///< may be missing
/// Version of what this header describes, kGgufFormat.
inline constexpr std::string_view kGgufFormatKey = "pith.format";
inline constexpr std::uint32_t kGgufFormat = 1;
/// RoBERTas only: the position of padding [hidden_size], a row that llama.cpp's table of positions does not have.
inline constexpr std::string_view kGgufPaddingPositionKey = "pith.padding_position";

struct GgufEncoderTensor {
  std::string source;  ///< its name in the checkpoint, see EncoderTensor
  std::string name;    ///< its name in the GGUF file
  Shape shape;         ///< in the GGUF file; the source's but for the RoBERTas' positions
  bool in_encoder = true;
  bool is_matrix = false;  ///< stored in the file's type; the others are float32
};

inline constexpr std::string_view kGgufPositions = "position_embd.weight";
inline constexpr std::string_view kGgufTokenTypes = "token_types.weight";
inline constexpr std::string_view kGgufWords = "token_embd.weight";

/// The configuration in a file's header. Errors: kBadModel; kUnsupported (no file of Pith's, a newer format, another
/// architecture).
[[nodiscard]] Result<EncoderConfig> read_gguf_config(const GgufFile& file);

/// llama.cpp's name of the architecture, "bert" or "modern-bert".
[[nodiscard]] std::string_view gguf_architecture(Architecture architecture);

/// Everything the network reads, in encoder_tensors()' order. The table of positions starts at first_position: the rows
/// before it are padding's and nobody's.
[[nodiscard]] std::vector<GgufEncoderTensor> gguf_encoder_tensors(const EncoderConfig& config);

}  // namespace pith
