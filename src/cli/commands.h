// The commands of the program. Each adds itself to the set; its action runs after the command line was parsed.
#pragma once

#include "cli/arguments.h"
#include "cli/cli.h"

namespace pith::cli {

// `environment` and `commands` must outlive the actions.
void add_compress_command(CommandSet* commands, const Environment& environment);
void add_batch_command(CommandSet* commands, const Environment& environment);
void add_count_command(CommandSet* commands, const Environment& environment);
void add_minify_command(CommandSet* commands, const Environment& environment);
void add_models_command(CommandSet* commands, const Environment& environment);
// `pith models pull` and `pith models rm`; called by add_models_command().
void add_pull_command(CommandSet* commands, CLI::App* models, const Environment& environment);
void add_rm_command(CommandSet* commands, CLI::App* models, const Environment& environment);
void add_convert_command(CommandSet* commands, const Environment& environment);
void add_completion_command(CommandSet* commands, const Environment& environment);

}  // namespace pith::cli
