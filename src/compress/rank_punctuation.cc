#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "compress/constraints.h"

namespace pith {
namespace {

constexpr float kNoContent = -1.0F;  // below every score

enum class Mark { kWord, kTerminal, kSeparator, kColon, kOpening, kClosing, kOther, kNothing, kBorder };

bool is_one_of(std::string_view mark, std::initializer_list<std::string_view> marks) {
  return std::ranges::find(marks, mark) != marks.end();
}

Mark classify(const Word& word, std::string_view text) {
  if (!word.is_punctuation) return Mark::kWord;
  const std::string_view bytes = word.span.of(text);
  if (is_one_of(bytes, {",", ";", "\uFF0C", "\u3001", "\uFF1B", "\u060C", "\u061B"})) return Mark::kSeparator;
  if (is_one_of(bytes, {":", "\uFF1A"})) return Mark::kColon;
  if (bytes.find_first_not_of(".!?") == std::string_view::npos ||
      is_one_of(bytes, {"\u3002", "\uFF01", "\uFF1F", "\u2026", "\u0964", "\u06D4", "\u061F"})) {
    return Mark::kTerminal;
  }
  if (word.is_opening) return Mark::kOpening;
  if (word.is_closing) return Mark::kClosing;
  return Mark::kOther;
}

/// What word w is to the marks around it. Inside running words a piece (inline code) is content and a frame (the stars
/// of emphasis) is nothing; any other piece or frame ends sentence and line.
Mark mark_of(const PreparedContext& context, std::size_t w) {
  if (context.is_free(w)) return classify(context.document.words[w], context.text);
  const Node& node = context.node_of(w);
  const Node* around = &node;
  do {
    around = &context.structure.nodes[around->parent];
  } while (around->policy == Policy::kGroup && around->kind == Kind::kEmphasis);
  if (around->policy != Policy::kWords) return Mark::kBorder;
  return node.policy == Policy::kWhole ? Mark::kWord : Mark::kNothing;
}

/// A half-open range of words and the best score of a content word in it.
struct Segment {
  std::size_t begin = 0;
  float best = kNoContent;

  void take(float score) { best = std::max(best, score); }
  void restart(std::size_t at) { *this = {at, kNoContent}; }
};

class PunctuationRanker {
 public:
  explicit PunctuationRanker(PreparedContext& context) : context_(context), words_(context.document.words) {
    marks_.reserve(words_.size());
    for (std::size_t w = 0; w < words_.size(); ++w) marks_.push_back(mark_of(context, w));
  }

  void run() {
    forward();
    backward();
    pairs();
    for (std::size_t w = 0; w < words_.size(); ++w) {
      // A segment without a single word asks for nothing: a line of dashes may stand alone.
      if (limit_[w] == kNoContent) limit_[w] = kFree;
      context_.priorities[w] = std::min(context_.priorities[w], limit_[w]);
    }
  }

 private:
  static constexpr float kFree = std::numeric_limits<float>::infinity();

  [[nodiscard]] bool line_breaks_before(std::size_t w) const { return context_.gaps[w].n_line_breaks > 0; }
  [[nodiscard]] float score(std::size_t w) const { return context_.forced[w] != 0 ? kFree : context_.scores[w]; }

  /// Left to right: sentence, clause and line so far.
  void forward() {
    limit_.assign(words_.size(), kFree);
    Segment sentence, clause;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      if (line_breaks_before(w)) {
        sentence.restart(w);
        clause.restart(w);
      }
      switch (marks_[w]) {
        case Mark::kWord:
          sentence.take(score(w));
          clause.take(score(w));
          break;
        case Mark::kTerminal:
          limit_[w] = sentence.best;
          sentence.restart(w + 1);
          clause.restart(w + 1);
          break;
        case Mark::kSeparator:
        case Mark::kColon:
          limit_[w] = clause.best;
          clause.restart(w + 1);
          break;
        case Mark::kBorder:
          sentence.restart(w + 1);
          clause.restart(w + 1);
          break;
        default:
          break;
      }
    }
  }

  /// Right to left: what follows a comma within its sentence; the line of any other mark.
  void backward() {
    Segment rest;  // of the sentence, line breaks crossed
    std::size_t line_end = words_.size();
    float line_best = kNoContent;
    for (std::size_t w = words_.size(); w-- > 0;) {
      if (marks_[w] == Mark::kTerminal) {
        rest.restart(w);
      } else if (marks_[w] == Mark::kWord) {
        rest.take(score(w));
        line_best = std::max(line_best, score(w));
      } else if (marks_[w] == Mark::kSeparator && rest.best != kNoContent) {
        limit_[w] = std::min(limit_[w], rest.best);
      }
      if (marks_[w] == Mark::kBorder) rest.restart(w);
      if (line_breaks_before(w) || w == 0 || marks_[w] == Mark::kBorder) {
        for (std::size_t i = w; i < line_end; ++i) {
          const bool needs_line =
              marks_[i] == Mark::kOther || marks_[i] == Mark::kOpening || marks_[i] == Mark::kClosing;
          if (needs_line) limit_[i] = line_best;
        }
        line_end = w;
        line_best = kNoContent;
      }
    }
  }

  /// Brackets and quotes that match within a paragraph: both rank as the better of the two, and no higher than what is
  /// inside.
  void pairs() {
    struct Open {
      std::size_t word;
      float best_inside;
    };
    std::vector<Open> stack;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      if (context_.gaps[w].n_line_breaks > 1 || marks_[w] == Mark::kBorder) stack.clear();
      if (marks_[w] == Mark::kWord) {
        if (!stack.empty()) stack.back().best_inside = std::max(stack.back().best_inside, score(w));
      } else if (marks_[w] == Mark::kOpening && is_single(w)) {
        stack.push_back({w, kNoContent});
      } else if (marks_[w] == Mark::kClosing && is_single(w) && !stack.empty() && match(stack.back().word, w)) {
        const Open open = stack.back();
        stack.pop_back();
        if (!stack.empty()) stack.back().best_inside = std::max(stack.back().best_inside, open.best_inside);
        if (open.best_inside == kNoContent) continue;
        const float both = std::max(context_.priorities[open.word], context_.priorities[w]);
        for (const std::size_t mark : {open.word, w}) {
          context_.priorities[mark] = both;
          limit_[mark] = open.best_inside;
        }
      }
    }
  }

  [[nodiscard]] bool is_single(std::size_t w) const { return words_[w].span.n_bytes() <= 4; }

  [[nodiscard]] bool match(std::size_t open, std::size_t close) const {
    struct Pair {
      std::string_view open, close;
    };
    static constexpr Pair kPairs[] = {
        {"(", ")"},           {"[", "]"},           {"{", "}"},           {"\"", "\""},         {"'", "'"},
        {"`", "`"},           {"\u201C", "\u201D"}, {"\u2018", "\u2019"}, {"\u00AB", "\u00BB"}, {"\u300C", "\u300D"},
        {"\u300E", "\u300F"}, {"\u3010", "\u3011"}, {"\uFF08", "\uFF09"}, {"\u300A", "\u300B"}};
    const std::string_view a = words_[open].span.of(context_.text);
    const std::string_view b = words_[close].span.of(context_.text);
    return std::ranges::any_of(kPairs, [&](const Pair& pair) { return pair.open == a && pair.close == b; });
  }

  PreparedContext& context_;
  const std::vector<Word>& words_;
  std::vector<Mark> marks_;
  std::vector<float> limit_;
};

}  // namespace

void rank_punctuation(PreparedContext& context) {
  context.priorities = context.scores;
  PunctuationRanker(context).run();
}

}  // namespace pith
