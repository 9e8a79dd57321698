// Model names: what `--model` takes, what `pith models list` and `pith models show` print.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/hub/hub_name.h"
#include "model/model_info.h"
#include "pith/result.h"

namespace pith {

/// What a model is for.
enum class ModelKind {
  kClassifier,  ///< says of each word how likely it is kept
  kEmbedder,    ///< compares meanings
  kCausal,      ///< says how surprising each word is (load_causal_lm.h); a GGUF file
};

/// "classifier", "embedder" or "causal".
[[nodiscard]] std::string_view model_kind_name(ModelKind kind);

/// A model Pith knows by name, from models/registry.json in data_dir().
struct KnownModel {
  std::string name;  ///< "default", "microsoft/llmlingua-2-..."
  ModelKind kind = ModelKind::kClassifier;
  std::string summary;       ///< one line
  std::string architecture;  ///< "bert", "xlm-roberta", ...
  std::string size;          ///< for people: "6 layers x 384, 22 M parameters, 23 MB"
  std::string licence;       ///< SPDX identifier
  std::string folder;        ///< below data_dir() when it ships with Pith, else ""
  std::string hub;  ///< what `pith models pull` fetches ("hf:ORG/NAME[/FILE.gguf]"), else ""; one of the two is there
  bool is_supported = false;  ///< Pith has an engine for its architecture
};

/// Errors: kNotFound/kIo (no registry file), kBadModel (damaged).
[[nodiscard]] Result<std::vector<KnownModel>> known_models();

/// Where a name lies on the hub: "hf:ORG/NAME...", or a known name that has a place there.
/// Errors: kNotFound (neither; with a "did you mean"), kInvalidArgument (a malformed hub name, or a model that ships
/// with Pith); those of known_models().
[[nodiscard]] Result<HubName> hub_name_of(const std::string& name);

/// The folder of a model, or its GGUF file: `name` is a known name, "hf:ORG/NAME" or ORG/NAME of a model that was
/// pulled, or a path to a folder or a GGUF file. Nothing is downloaded.
/// Errors: kNotFound (not pulled yet: the message has the command; or neither a folder nor a name: the message lists
/// what is known and has a "did you mean"); kInvalidArgument (a malformed hub name); kBadModel (a damaged pith.json).
[[nodiscard]] Result<std::string> resolve_model(const std::string& name);

/// Errors: kNotFound, kIo, kBadModel, kUnsupported.
[[nodiscard]] Result<ModelInfo> describe_model(const std::string& dir);

}  // namespace pith
