// From the tape to the tree of nodes: what of a JSON value may be dropped so that the rest still parses.
//
//   {"id": 7, "note": "caf\u00e9 is closed\nuntil noon today"}
//   group json object                          frame: the braces
//     whole json member |"id": 7|
//     separator |,|
//     group json member |"note": "..."|        frame: the key and the quotes
//       words json string |caf\u00e9 is closed|
//         whole |caf\u00e9|                    an escape and the letters around it are one piece
//       separator |\n|
//       words json string |until noon today|
//
// A member whose value is an object or array is one group as well, its frame the key and the brackets.
#pragma once

#include <cstdint>
#include <string_view>

#include "text/structure/json_scan.h"
#include "text/structure/record_sampling.h"
#include "text/structure/tree_builder.h"

namespace pith {

/// Adds value `index` to the innermost open node. What no longer fits into the builder becomes one kWhole leaf an array
/// or object, so the result parses whatever is chosen.
void write_json(std::string_view text, const JsonTape& tape, std::uint32_t index, const QuestionWords& question,
                TreeBuilder& tree);

/// Adds what stands between the quotes of a string: words, with line breaks as separators and escapes as pieces. Line
/// breaks at the edges are left to the innermost node, a kGroup.
void write_json_words(std::string_view text, ByteSpan content, TreeBuilder& tree);

}  // namespace pith
