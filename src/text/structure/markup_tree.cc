#include "text/structure/markup_tree.h"

#include <algorithm>
#include <unordered_map>

#include "text/structure/record_sampling.h"
#include "text/structure/text_lines.h"

namespace pith {
namespace {

/// So many siblings of one name are records.
constexpr std::size_t kFewestRecords = 8;
/// Elements with more text than this on average are prose in tags, which words rank better than samples do.
constexpr std::size_t kMaxTextBytes = 160;
constexpr std::size_t kMaxValueBytes = 256;

bool touches_entity(char c) {
  return is_letter_byte(c) || is_digit_byte(c) || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// The end of the entity that begins at `at`, or `at` if none does.
std::uint32_t entity_end(std::string_view text, std::uint32_t at, std::uint32_t end) {
  constexpr std::uint32_t kLongest = 34;
  std::uint32_t p = at + 1;
  while (p < end && p - at < kLongest && (is_letter_byte(text[p]) || is_digit_byte(text[p]) || text[p] == '#')) ++p;
  return p < end && text[p] == ';' && p > at + 1 ? p + 1 : at;
}

}  // namespace

void MarkupTree::name_node(std::uint32_t node, const MarkupToken& tag) {
  named_.resize(std::max<std::size_t>(named_.size(), node - first_node_ + 1));
  named_[node - first_node_] = {tag.name, tag.attributes};
}

void MarkupTree::open_element(const MarkupToken& tag, bool is_whole, const NodeOptions& options) {
  if (n_hidden_ > 0) {
    ++n_hidden_;
    return;
  }
  name_node(tree_.open(Kind::kElement, Policy::kGroup, tag.span.begin, options), tag);
  if (is_whole || tree_.depth() + 2 >= kMaxDepth || tree_.is_full()) n_hidden_ = 1;
}

void MarkupTree::close_element(std::uint32_t end) {
  if (n_hidden_ > 1) {
    --n_hidden_;
    return;
  }
  n_hidden_ = 0;
  tree_.close(end);
}

void MarkupTree::piece(Kind kind, const MarkupToken& token, const NodeOptions& options, Policy policy) {
  if (n_hidden_ > 0 || tree_.is_full()) return;
  const std::uint32_t node = tree_.leaf(kind, policy, token.span, options);
  if (kind == Kind::kElement) name_node(node, token);
}

void MarkupTree::words(ByteSpan span) {
  if (n_hidden_ > 0 || tree_.is_full()) return;
  span = trimmed(text_, span);
  if (span.empty()) return;
  tree_.open(Kind::kText, Policy::kWords, span.begin);
  std::uint32_t free = span.begin;
  for (std::uint32_t at = span.begin; at < span.end && !tree_.is_full();) {
    std::uint32_t end = at;
    if (text_[at] == '&') end = entity_end(text_, at, span.end);
    // `]]` and `>` must not meet when what stands between them goes.
    if (text_[at] == ']') end = at + 1;
    if (end == at) {
      ++at;
      continue;
    }
    std::uint32_t begin = at;
    while (begin > free && touches_entity(text_[begin - 1])) --begin;
    const bool is_bracket = text_[at] == ']';
    while (end < span.end) {
      if (is_bracket ? !is_space_byte(text_[end]) && text_[end] != '&' : touches_entity(text_[end])) {
        ++end;
      } else if (text_[end] == '&' && entity_end(text_, end, span.end) > end) {
        end = entity_end(text_, end, span.end);
      } else {
        break;
      }
    }
    tree_.leaf(Kind::kText, Policy::kWhole, {begin, end});
    free = at = end;
  }
  tree_.close(span.end);
}

void MarkupTree::lines(ByteSpan span) {
  for (const TextLine& line : lines_of(text_, span)) {
    if (!line.is_blank() && !tree_.is_full()) tree_.leaf(Kind::kCodeLine, Policy::kWhole, line.content);
  }
}

void MarkupTree::rank_children(std::uint32_t parent, const std::vector<std::string_view>& only) {
  std::vector<std::uint32_t> elements;
  std::unordered_map<std::string_view, std::size_t> counts;
  const auto name_of = [&](std::uint32_t node) -> std::string_view {
    const std::size_t index = node - first_node_;
    return index < named_.size() ? named_[index].name.of(text_) : std::string_view();
  };
  for (std::uint32_t child = parent + 1; child < tree_.node(parent).end; child = tree_.node(child).end) {
    if (tree_.node(child).kind != Kind::kElement || name_of(child).empty()) continue;
    elements.push_back(child);
    ++counts[name_of(child)];
  }
  if (elements.size() < kFewestRecords) return;
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  if (most->second < kFewestRecords || most->second * 3 < elements.size() * 2) return;
  if (!only.empty() && std::ranges::find(only, most->first) == only.end()) return;
  std::erase_if(elements, [&](std::uint32_t node) { return name_of(node) != most->first; });

  std::size_t n_text_bytes = 0;
  for (std::uint32_t node = elements.front(); node < tree_.node(elements.back()).end; ++node) {
    if (tree_.node(node).policy == Policy::kWords) n_text_bytes += tree_.node(node).span.n_bytes();
  }
  if (n_text_bytes > kMaxTextBytes * elements.size()) return;

  const QuestionWords question(around_.question);
  RecordSampler sampler(question);
  for (const std::uint32_t element : elements) {
    sampler.begin_record();
    for_each_attribute(named_[element - first_node_].attributes.of(text_),
                       [&](std::string_view name, std::string_view value) {
                         sampler.add_field(RecordSampler::field_key(name), value.substr(0, kMaxValueBytes));
                       });
    std::uint64_t column = 0;
    for (std::uint32_t child = element + 1; child < tree_.node(element).end; child = tree_.node(child).end) {
      const std::string_view name = name_of(child);
      const std::uint64_t field = RecordSampler::field_key(name) + (only.empty() ? 0 : ++column);
      sampler.add_field(field, tree_.node(child).span.of(text_).substr(0, kMaxValueBytes));
    }
    if (!around_.question.empty()) sampler.add_words(tree_.node(element).span.of(text_));
  }
  const std::vector<float> importances = sampler.importances();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!tree_.node(elements[i]).is_required) tree_.node(elements[i]).importance = importances[i];
  }
}

void MarkupTree::rank_records(const std::vector<std::string_view>& only) {
  for (std::uint32_t node = first_node_; node < tree_.n_nodes(); ++node) {
    if (tree_.node(node).kind == Kind::kElement && tree_.node(node).policy == Policy::kGroup) rank_children(node, only);
  }
}

}  // namespace pith
