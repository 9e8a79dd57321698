// Flags that several commands share: one for each field of CompressRequest, and what chooses the engine.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/terminal.h"
#include "pith/compress.h"
#include "pith/engine.h"

namespace pith::cli {

// `*request` and `*options` must outlive the parse. Lists given on the command line replace the defaults.

/// --rate, --target-token, --tokenizer.
void add_budget_flags(CLI::App* app, CompressRequest* request);
/// --tokenizer: a name or a path that load_token_counter() takes.
CLI::Option* add_tokenizer_flag(CLI::App* app, std::string* tokenizer, const std::string& description);
/// How several texts are ranked and ordered, and what causal models do (ranking_flags.cc). Part of:
void add_ranking_flags(CLI::App* app, CompressRequest* request);
void add_causal_flags(CLI::App* app, CompressRequest* request);
/// All other fields.
void add_request_flags(CLI::App* app, CompressRequest* request);

/// --model, --engine, --device, --precision, --threads, --window-tokens, --window-overlap-tokens, --cache-dir,
/// --score-cache.
void add_engine_flags(CLI::App* app, EngineOptions* options);

/// --color auto|always|never
CLI::Option* add_color_flag(CLI::App* app, ColorMode* mode);

}  // namespace pith::cli
