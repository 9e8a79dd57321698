#include "tokenize/aligned_text.h"

#include <algorithm>

#include "text/utf8.h"

namespace pith {
namespace {

constexpr bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

AlignedText::AlignedText(std::string_view original) {
  if (is_valid_utf8(original)) {
    is_view_ = true;
    view_ = original;
    if (!original.empty()) runs_.push_back({0, {0, static_cast<std::uint32_t>(original.size())}, true});
    return;
  }
  owned_.reserve(original.size() + original.size() / 8 + 16);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < original.size();) {
    const CodePoint c = decode_code_point(original, at);
    if (!c.valid) {
      append_kept(original.substr(kept, at - kept), static_cast<std::uint32_t>(kept));
      append(kReplacementCharacter,
             {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + std::size_t{c.n_bytes})});
      kept = at + c.n_bytes;
    }
    at += c.n_bytes;
  }
  append_kept(original.substr(kept), static_cast<std::uint32_t>(kept));
}

void AlignedText::append_kept(std::string_view characters, std::uint32_t source_begin) {
  if (characters.empty()) return;
  const auto source_end = source_begin + static_cast<std::uint32_t>(characters.size());
  if (!runs_.empty() && runs_.back().kept && runs_.back().source.end == source_begin) {
    runs_.back().source.end = source_end;
  } else {
    runs_.push_back({static_cast<std::uint32_t>(owned_.size()), {source_begin, source_end}, true});
  }
  owned_ += characters;
}

void AlignedText::append(std::string_view characters, ByteSpan source) {
  if (characters.empty()) return;
  if (runs_.empty() || runs_.back().kept || runs_.back().source != source) {
    runs_.push_back({static_cast<std::uint32_t>(owned_.size()), source, false});
  }
  owned_ += characters;
}

void AlignedText::append(char32_t c, ByteSpan source) {
  std::string utf8;
  append_utf8(c, &utf8);
  append(utf8, source);
}

void AlignedText::append_from(const AlignedText& from, Cursor* cursor, std::size_t begin, std::size_t end) {
  while (begin < end) {
    cursor->seek(begin, &cursor->run_);
    const Run& run = from.runs_[cursor->run_];
    const std::size_t part_end = std::min(end, from.end_of(cursor->run_));
    const std::string_view part = from.bytes().substr(begin, part_end - begin);
    if (run.kept) {
      append_kept(part, run.source.begin + static_cast<std::uint32_t>(begin - run.begin));
    } else {
      append(part, run.source);
    }
    begin = part_end;
  }
}

void AlignedText::Cursor::seek(std::size_t at, std::size_t* run) const {
  const auto& runs = text_.runs_;
  if (at < runs[*run].begin) {
    const auto above = std::upper_bound(runs.begin(), runs.end(), at,
                                        [](std::size_t byte, const Run& candidate) { return byte < candidate.begin; });
    *run = static_cast<std::size_t>(above - runs.begin()) - 1;
  }
  while (at >= text_.end_of(*run)) ++*run;
}

ByteSpan AlignedText::Cursor::source_at(std::size_t at, std::size_t* run) const {
  seek(at, run);
  const Run& found = text_.runs_[*run];
  if (!found.kept) return found.source;
  const std::string_view bytes = text_.bytes();
  std::size_t begin = at;
  while (continues(bytes[begin])) --begin;
  std::size_t end = at + 1;
  while (end < bytes.size() && continues(bytes[end])) ++end;
  const auto source = [&](std::size_t byte) {
    return found.source.begin + static_cast<std::uint32_t>(byte - found.begin);
  };
  return {source(begin), source(end)};
}

}  // namespace pith
