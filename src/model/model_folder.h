// What loading a model folder begins with, whatever the model is for.
#pragma once

#include <memory>
#include <string>

#include "model/encoder_config.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"

namespace pith {

struct ModelFolder {
  EncoderConfig config;
  std::string config_text;
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// Reads configuration and tokenizer (unless one is given) of `model_dir`, and whether they fit each other.
/// Errors: kNotFound, kIo, kBadModel, kUnsupported.
[[nodiscard]] Result<ModelFolder> open_model_folder(const std::string& model_dir, EncoderTask task,
                                                    std::shared_ptr<const Tokenizer> tokenizer);

/// n_threads as asked, or usable_cores() for 0. Errors: kInvalidArgument.
[[nodiscard]] Result<int> chosen_threads(int n_threads);

}  // namespace pith
