// Model names: what `--model` takes, what `pith models list` and `pith models show` print.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pith/result.h"

namespace pith {

/// A model Pith knows by name, from models/registry.json in data_dir().
struct KnownModel {
  std::string name;           ///< "default", "microsoft/llmlingua-2-..."
  std::string summary;        ///< one line
  std::string architecture;   ///< "bert", "xlm-roberta", ...
  std::string size;           ///< for people: "6 layers x 384, 22 M parameters, 23 MB"
  std::string licence;        ///< SPDX identifier
  std::string folder;         ///< below data_dir() when it ships with Pith, else ""
  bool is_supported = false;  ///< Pith has an engine for its architecture
};

/// Errors: kNotFound/kIo (no registry file), kBadModel (damaged).
[[nodiscard]] Result<std::vector<KnownModel>> known_models();

/// The folder of a model: `name` is a known name that ships with Pith, or a path to a folder.
/// Errors: kNotFound (neither; the message lists what is known and has a "did you mean"); kUnsupported (a published
/// model that Pith does not fetch: the message says to download it and pass the folder).
[[nodiscard]] Result<std::string> resolve_model(const std::string& name);

/// What a model folder holds, from its config.json and the header of its weights.
struct ModelInfo {
  std::string dir;
  std::string architecture;  ///< "bert"
  std::int64_t n_layers = 0;
  std::int64_t hidden_size = 0;
  std::int64_t n_heads = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t vocab_size = 0;
  std::int64_t max_sequence_tokens = 0;
  std::int64_t n_parameters = 0;
  std::int64_t n_weight_bytes = 0;  ///< size of model.safetensors
  std::string storage;              ///< "I8, F16", most bytes first
  std::string keep_label;           ///< "PRESERVE (1)"
};

/// Errors: kNotFound, kIo, kBadModel, kUnsupported.
[[nodiscard]] Result<ModelInfo> describe_model(const std::string& dir);

}  // namespace pith
