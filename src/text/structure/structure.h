// What a text is made of, as a tree of byte spans that says what may be dropped and what must stay together. Prompts
// are not prose: recognisers (recognize.h) turn Markdown, JSON, logs and the rest into this one vocabulary, and
// selection and rendering know nothing else.
//
//   {"id": 7, "note": "call me back"}
//   group  {"id": ...}                      frame: the braces, here while any member is
//     whole      "id": 7                    one piece
//     separator  ,                          here while what is before it and something after it is
//     group      "note": "call me back"     frame: the key, the colon and the quotes
//       words    call me back               words, one by one
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "pith/byte_span.h"

namespace pith {

/// How the bytes of a node are kept or dropped. "Own bytes" are those of its span that no child covers; white space at
/// the edges of words and pieces never matters (rendering copies what stood between two kept neighbours).
enum class Policy : std::uint8_t {
  kWords,      ///< own bytes are words, chosen one by one; may have children (inline code in a paragraph)
  kGroup,      ///< own bytes are its frame, kept exactly when something of a child is; without children it is kWhole
  kWhole,      ///< leaf: kept or dropped in one piece
  kSeparator,  ///< leaf: kept exactly when the sibling right before it and any sibling after it have something kept
  kRemoved,    ///< leaf: never kept
};

/// What a node is, for people and tests; selection looks at Policy alone.
enum class Kind : std::uint8_t {
  kText,
  kParagraph,
  kHeading,
  kSection,
  kList,
  kListItem,
  kQuote,
  kTable,
  kTableRow,
  kTableCell,
  kCodeBlock,
  kCodeLine,
  kComment,
  kInlineCode,
  kLink,
  kEmphasis,
  kMarkup,
  kFrontMatter,
  kTag,
  kElement,
  kJsonObject,
  kJsonArray,
  kJsonMember,
  kJsonString,
  kJsonScalar,
  kRecord,
  kYamlEntry,
  kCsvHeader,
  kCsvRow,
  kLogLine,
  kStackTrace,
  kDiffFile,
  kDiffHunk,
  kDiffLine,
  kChatTurn,
  kRole,
  kPunctuation,
  kSegment,
};

/// A node without an importance of its own ranks by the scores of its words.
inline constexpr float kByScores = std::numeric_limits<float>::quiet_NaN();

/// One node. Children lie inside their parent's span, ascending and disjoint.
struct Node {
  ByteSpan span;
  Kind kind = Kind::kText;
  Policy policy = Policy::kWords;
  /// Enters as soon as its parent does: a kWhole whole, a kGroup with its frame and its own required children.
  bool is_required = false;
  /// Always in the result, with the frames of its ancestors (and its whole subtree).
  bool is_forced = false;
  /// Share of the text that may go before this does: in [0, 1], kByScores = the mean score of its words (kWhole), the
  /// best of its children (kGroup). Of 100 rows with importances spread over [0, 1], a rate of 0.3 keeps the rows above
  /// about 0.7. A kGroup with an importance enters at that place with its frame and required children, and nothing
  /// inside it ranks higher; the model does not read what ranks by importance alone.
  float importance = kByScores;
  std::uint32_t parent = 0;  ///< index; the root's is 0
  std::uint32_t end = 0;     ///< index behind the last node of its subtree: children are in [index + 1, end)
};

/// Nodes in the order of their begin, parents before children. nodes[0] covers the whole text.
struct Structure {
  std::vector<Node> nodes;
  std::string format;                 ///< what was recognised: "text", "markdown", "json", ...
  std::vector<std::string> warnings;  ///< for the caller: what looked like a format and is broken, with line and column

  /// The parent of none: a text of words.
  [[nodiscard]] bool is_plain() const { return nodes.size() <= 1; }
};

/// Nodes a text may have; a recogniser that would need more leaves the rest as kWhole or kWords. Bounds memory.
inline constexpr std::size_t kMaxNodes = std::size_t{1} << 22;
/// Nesting a recogniser follows; what is deeper becomes kWhole.
inline constexpr std::size_t kMaxDepth = 64;

/// "" if the tree keeps the rules above for `text`, else which one is broken; for tests and fuzzers.
[[nodiscard]] std::string broken_structure_law(const Structure& structure, std::string_view text);

/// The tree as indented lines, one a node: policy, kind, flags, importance, bytes (escaped, cut at 40); for tests.
[[nodiscard]] std::string structure_text(const Structure& structure, std::string_view text);

[[nodiscard]] std::string_view policy_name(Policy policy);
[[nodiscard]] std::string_view kind_name(Kind kind);

}  // namespace pith
