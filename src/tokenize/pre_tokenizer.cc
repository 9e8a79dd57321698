#include "tokenize/pre_tokenizer.h"

#include <algorithm>

#include "text/utf8.h"

namespace pith {
namespace {

/// A space before each piece that does not begin with one.
void add_prefix_spaces(AlignedText* text, std::vector<TextPiece>* pieces) {
  const std::string_view bytes = text->bytes();
  const auto lacks_space = [&](const TextPiece& piece) { return bytes[piece.begin] != ' '; };
  if (std::none_of(pieces->begin(), pieces->end(), lacks_space)) return;
  AlignedText spaced;
  spaced.reserve(bytes.size() + pieces->size());
  AlignedText::Cursor cursor(*text);
  for (TextPiece& piece : *pieces) {
    const auto begin = static_cast<std::uint32_t>(spaced.bytes().size());
    std::uint32_t kept = piece.begin;
    if (lacks_space(piece)) {
      kept += decode_code_point(bytes, piece.begin).n_bytes;
      const ByteSpan source = cursor.source(piece.begin, kept);
      spaced.append(" ", source);
      spaced.append(bytes.substr(piece.begin, kept - piece.begin), source);
    }
    spaced.append_from(*text, &cursor, kept, piece.end);
    piece = {begin, static_cast<std::uint32_t>(spaced.bytes().size())};
  }
  *text = std::move(spaced);
}

}  // namespace

/// Splits by a search: find(at, &match) for the first match at or behind `at`, in offsets of the piece. As in
/// Oniguruma's own iteration an empty match does not follow another match directly.
template <class Find>
void SplitStep::find_all(std::string_view piece, std::uint32_t base, Find find, std::vector<Part>* parts) const {
  std::uint32_t done = 0;
  const auto n = static_cast<std::uint32_t>(piece.size());
  std::optional<std::uint32_t> last_end;
  for (std::uint32_t at = 0; at <= n;) {
    ByteSpan match;
    if (!find(at, &match)) break;
    if (match.empty() && match.end == last_end) {
      at += at < n ? decode_code_point(piece, at).n_bytes : 1;
      continue;
    }
    if (match.begin > done) parts->push_back({base + done, base + match.begin, false});
    parts->push_back({base + match.begin, base + match.end, true});
    done = match.end;
    last_end = match.end;
    at = match.end;
  }
  if (done < n) parts->push_back({base + done, base + n, false});
}

void SplitStep::find_parts(std::string_view text, std::uint32_t begin, std::uint32_t end, bool* usable,
                           std::vector<Part>* parts) const {
  const std::string_view piece = text.substr(begin, end - begin);
  if (known_) {  // these match everywhere
    for (std::size_t at = 0; at < piece.size();) {
      const std::size_t next = bpe_piece_end(*known_, piece, at);
      parts->push_back({begin + static_cast<std::uint32_t>(at), begin + static_cast<std::uint32_t>(next), true});
      at = next;
    }
  } else if (regex_) {
    const auto find = [&](std::uint32_t at, ByteSpan* match) {
      if (!*usable) return false;
      const SplitRegex::Outcome outcome = regex_->find(piece, at, match);
      if (outcome == SplitRegex::Outcome::kGaveUp) *usable = false;
      return outcome == SplitRegex::Outcome::kFound;
    };
    find_all(piece, begin, find, parts);
  } else if (digits_) {
    const auto find = [&](std::uint32_t at, ByteSpan* match) {
      while (at < piece.size()) {
        const CodePoint c = decode_code_point(piece, at);
        *match = {at, at + c.n_bytes};
        if (is_numeric(c.value)) return true;
        at += c.n_bytes;
      }
      return false;
    };
    find_all(piece, begin, find, parts);
  } else {
    const auto find = [&](std::uint32_t at, ByteSpan* match) {
      const std::size_t found = piece.find(literal_, at);  // the empty one is found everywhere
      if (found == std::string_view::npos) return false;
      *match = {static_cast<std::uint32_t>(found), static_cast<std::uint32_t>(found + literal_.size())};
      return true;
    };
    find_all(piece, begin, find, parts);
  }
}

void SplitStep::split(std::string_view text, const std::vector<TextPiece>& pieces, std::vector<TextPiece>* out) const {
  bool usable = true;
  std::vector<Part> parts;
  for (const TextPiece& piece : pieces) {
    const std::size_t first = out->size();
    parts.clear();
    find_parts(text, piece.begin, piece.end, &usable, &parts);
    const auto joins_left = [&](std::size_t i) {
      if (i == 0) return false;
      switch (behavior_) {
        case SplitBehavior::kMergedWithPrevious:
          return parts[i].matches && !parts[i - 1].matches;
        case SplitBehavior::kMergedWithNext:
          return parts[i - 1].matches && !parts[i].matches;
        case SplitBehavior::kContiguous:
          return parts[i].matches == parts[i - 1].matches;
        case SplitBehavior::kIsolated:
        case SplitBehavior::kRemoved:
          break;
      }
      return false;
    };
    if (invert_) {
      for (Part& part : parts) part.matches = !part.matches;
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (behavior_ == SplitBehavior::kRemoved && parts[i].matches) continue;
      if (joins_left(i)) {
        out->back().end = parts[i].end;
      } else {
        out->push_back({parts[i].begin, parts[i].end});
      }
    }
    const auto is_empty = [](const TextPiece& p) { return p.begin == p.end; };
    out->erase(std::remove_if(out->begin() + static_cast<std::ptrdiff_t>(first), out->end(), is_empty), out->end());
  }
}

std::vector<TextPiece> PreTokenizer::split(AlignedText* text) const {
  std::vector<TextPiece> pieces;
  std::vector<TextPiece> next;
  if (!text->bytes().empty()) pieces.push_back({0, static_cast<std::uint32_t>(text->bytes().size())});
  const auto apply = [&](const SplitStep& step) {
    next.clear();
    step.split(text->bytes(), pieces, &next);
    pieces.swap(next);
  };
  for (const SplitStep& step : splits_) apply(step);
  if (byte_level_) {
    if (byte_level_->add_prefix_space) add_prefix_spaces(text, &pieces);
    if (byte_level_->use_regex) apply(SplitStep(BpePattern::kGpt2, SplitBehavior::kIsolated, false));
  }
  return pieces;
}

}  // namespace pith
