#include "compress/methods.h"

#include <algorithm>
#include <array>
#include <vector>

#include "compress/join_contexts.h"

namespace pith {
namespace {

constexpr std::array kMethods{
    MethodInfo{.name = "llmlingua2"},
    MethodInfo{.name = "securitylingua"},
    MethodInfo{.name = "llmlingua", .scorer = Scorer::kCausalLm, .rank_method = "llmlingua", .is_framed = true},
    MethodInfo{.name = "longllmlingua", .scorer = Scorer::kCausalLm, .rank_method = "longllmlingua", .is_framed = true},
    MethodInfo{.name = "selective_context", .scorer = Scorer::kCausalLm},
    MethodInfo{.name = "head", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "tail", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "ends", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "random", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "stop_words", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "bm25", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "tf_idf", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "pages", .scorer = Scorer::kBaseline, .has_reference = false},
    MethodInfo{.name = "taco", .is_available = false},
};

}  // namespace

std::span<const MethodInfo> all_methods() { return kMethods; }

const MethodInfo* find_method(std::string_view name) {
  const auto found = std::ranges::find(kMethods, name, &MethodInfo::name);
  return found == kMethods.end() ? nullptr : &*found;
}

std::string_view rank_method_of(const CompressRequest& request) {
  if (!request.rank_method.empty()) return request.rank_method;
  const MethodInfo* method = find_method(request.method);
  return method == nullptr ? std::string_view() : method->rank_method;
}

std::string framed_prompt(const CompressRequest& request, std::span<const std::string> texts) {
  const MethodInfo* method = find_method(request.method);
  if (method == nullptr || !method->is_framed) return join_contexts(texts);
  std::vector<std::string> all{request.instruction};
  all.insert(all.end(), texts.begin(), texts.end());
  if (request.concate_question) all.push_back(request.question);
  return join_contexts(all);
}

}  // namespace pith
