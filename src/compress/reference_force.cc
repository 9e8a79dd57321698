#include "compress/reference_force.h"

#include <algorithm>
#include <utility>

#include "compress/reference_text.h"

namespace pith {

Result<ReferenceForceTokens> ReferenceForceTokens::create(const std::vector<std::string>& force_tokens,
                                                          const ReferenceVocabulary& vocabulary) {
  if (force_tokens.size() > kMaxReferenceForceTokens) {
    return fail(ErrorCode::kInvalidArgument, "force_tokens has " + std::to_string(force_tokens.size()) +
                                                 " strings; reference mode takes at most " +
                                                 std::to_string(kMaxReferenceForceTokens));
  }
  ReferenceForceTokens force;
  for (std::size_t i = 0; i < force_tokens.size(); ++i) {
    const std::string& token = force_tokens[i];
    force.force_tokens_.insert(token);
    std::vector<TokenId> ids;
    vocabulary.encode(token, &ids);
    if (ids.size() == 1) continue;
    // A repeated string keeps its first place in the order and takes the last index (a Python dict).
    const auto repeated = std::find_if(force.mappings_.begin(), force.mappings_.end(),
                                       [&](const Mapping& mapping) { return mapping.force_token == token; });
    if (repeated != force.mappings_.end()) {
      repeated->added_piece = vocabulary.added_piece(i);
    } else {
      force.mappings_.push_back({token, vocabulary.added_piece(i)});
    }
  }
  for (const Mapping& mapping : force.mappings_) force.mapped_to_.insert(mapping.added_piece);
  return force;
}

Result<std::string> ReferenceForceTokens::map(std::string_view text) const {
  std::string mapped(text);
  for (const Mapping& mapping : mappings_) {
    mapped = replace_all(mapped, mapping.force_token, mapping.added_piece);
    if (mapped.size() > kMaxMappedBytes) {
      return fail(ErrorCode::kTooLarge, "replacing the force tokens by [NEWi] makes a context of " +
                                            std::to_string(text.size()) + " bytes longer than " +
                                            std::to_string(kMaxMappedBytes) +
                                            " bytes; use fewer or longer force tokens");
    }
  }
  return mapped;
}

std::string ReferenceForceTokens::restore(std::string text) const {
  for (const Mapping& mapping : mappings_) {
    if (text.find(mapping.added_piece) != std::string::npos) {
      text = replace_all(text, mapping.added_piece, mapping.force_token);
    }
  }
  return text;
}

std::string_view ReferenceForceTokens::mapped(std::string_view force_token) const {
  for (const Mapping& mapping : mappings_) {
    if (mapping.force_token == force_token) return mapping.added_piece;
  }
  return {};
}

}  // namespace pith
