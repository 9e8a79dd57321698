// What `git log` writes, with --stat or without: commits, each with its header, message and changed files.
#pragma once

#include <string_view>
#include <vector>

#include "text/structure/recognizers.h"
#include "text/structure/text_lines.h"

namespace pith {

/// Adds one record a commit to the innermost open node: the `commit` and date lines and the first line of the message
/// required, the rest of the message words, the statistics low. False, with the builder as it was, if the lines are
/// something else.
bool add_git_log(std::string_view text, const std::vector<TextLine>& lines, const Surroundings& around,
                 TreeBuilder& tree);

}  // namespace pith
