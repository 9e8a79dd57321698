// Every method a request may name, and what it needs.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pith/compress.h"

namespace pith {

/// The model that scores words.
enum class Scorer { kTokenClassifier, kCausalLm, kBaseline };

struct MethodInfo {
  std::string_view name;
  Scorer scorer = Scorer::kTokenClassifier;
  std::string_view rank_method{};  ///< how contexts are ranked if the request does not say; "" = not at all
  /// Instruction and question are part of the result and of the budget.
  bool is_framed = false;
  /// `reference` has a meaning: a published library has the method.
  bool has_reference = true;
  bool is_available = true;  ///< false: known, so that its absence can be told apart from a misspelling
};

[[nodiscard]] std::span<const MethodInfo> all_methods();
/// Null for a name that is no method.
[[nodiscard]] const MethodInfo* find_method(std::string_view name);

/// How the contexts of a request are to be ranked: its rank_method or its method's; "" = not at all.
[[nodiscard]] std::string_view rank_method_of(const CompressRequest& request);

/// The contexts of a result as the prompt that its method returns: between instruction and question where those are
/// part of it, joined by blank lines.
[[nodiscard]] std::string framed_prompt(const CompressRequest& request, std::span<const std::string> texts);

}  // namespace pith
