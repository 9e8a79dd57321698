#include "tokenize/charsmap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "text/utf8.h"
#include "tokenize/graphemes.h"

namespace pith {
namespace {

std::optional<std::string> decode_base64(std::string_view text) {
  static const std::array<std::int8_t, 256> kValues = [] {
    std::array<std::int8_t, 256> values;
    values.fill(-1);
    std::int8_t value = 0;
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")) {
      values[static_cast<unsigned char>(c)] = value++;
    }
    return values;
  }();
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t n_padding = 0;
  while (n_padding < 2 && n_padding < text.size() && text[text.size() - 1 - n_padding] == '=') ++n_padding;
  text.remove_suffix(n_padding);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned n_bits = 0;
  for (const char c : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFF;
    n_bits += 6;
    if (n_bits >= 8) {
      n_bits -= 8;
      out.push_back(static_cast<char>(static_cast<unsigned char>(bits >> n_bits & 0xFF)));
    }
  }
  return out;
}

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// darts-clone's double array: unit 0 is the root; the child of a node along byte b is the unit at
/// (node ^ offset) ^ b, if its label is b; a node's value, if it has one, is the unit at node ^ offset.
class DoubleArray {
 public:
  explicit DoubleArray(std::string_view bytes) : bytes_(bytes), n_units_(bytes.size() / 4) {}

  struct Value {
    std::string key;
    std::uint32_t value;
  };

  /// The values of all keys of at most `max_bytes` that no other key begins. False: the array is damaged.
  bool list(std::size_t max_bytes, std::vector<Value>* out) const {
    if (n_units_ == 0) return false;
    std::string key;
    std::size_t n_visited = 0;
    return list_below(offset(unit(0)), max_bytes, &key, &n_visited, out);
  }

 private:
  [[nodiscard]] std::uint32_t unit(std::size_t at) const { return read_u32(bytes_, at * 4); }
  static std::size_t offset(std::uint32_t unit) { return std::size_t{unit >> 10} << ((unit & 1u << 9) >> 6); }
  static bool has_value(std::uint32_t unit) { return (unit & 1u << 8) != 0; }
  static std::uint32_t label(std::uint32_t unit) { return unit & (1u << 31 | 0xFFu); }

  // The depth is at most max_bytes. A sound trie visits no unit twice.
  bool list_below(std::size_t base, std::size_t max_bytes, std::string* key, std::size_t* n_visited,
                  std::vector<Value>* out) const {
    for (std::uint32_t byte = 1; byte < 256; ++byte) {
      const std::size_t at = base ^ byte;
      if (at >= n_units_) continue;
      const std::uint32_t child = unit(at);
      if (label(child) != byte) continue;
      if (++*n_visited > n_units_) return false;
      key->push_back(static_cast<char>(static_cast<unsigned char>(byte)));
      const std::size_t below = at ^ offset(child);
      if (has_value(child)) {
        if (below >= n_units_) return false;
        out->push_back({*key, unit(below) & 0x7FFFFFFFu});
      } else if (key->size() < max_bytes) {
        if (!list_below(below, max_bytes, key, n_visited, out)) return false;
      }
      key->pop_back();
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t n_units_;
};

/// decode_code_point() without its checks. REQUIRES: well-formed UTF-8, `at` begins a character.
CodePoint decode_well_formed(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return char32_t{static_cast<unsigned char>(text[at + i])}; };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2, true};
  if (lead < 0xF0) return {(lead & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3, true};
  return {(lead & 7) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4, true};
}

std::size_t count_chars(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

Result<Charsmap> Charsmap::parse(std::string_view base64, const std::string& name) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: precompiled_charsmap {}", name, why));
  };
  const auto bytes = decode_base64(base64);
  if (!bytes) return refuse("is not base64");
  if (bytes->size() < 4) return refuse("is too short");
  const std::size_t trie_bytes = read_u32(*bytes, 0);
  if (trie_bytes % 4 != 0 || trie_bytes > bytes->size() - 4) {
    return refuse(fmt::format("says its trie has {} bytes; {} follow", trie_bytes, bytes->size() - 4));
  }
  const std::string_view values = std::string_view(*bytes).substr(4 + trie_bytes);
  std::vector<DoubleArray::Value> found;
  if (!DoubleArray(std::string_view(*bytes).substr(4, trie_bytes)).list(kMaxKeyBytes, &found)) {
    return refuse("has a damaged trie");
  }
  std::vector<Rule> rules;
  std::vector<Replacement> replacements(1);
  std::string spelling;
  for (auto& [key, value] : found) {
    if (!is_valid_utf8(key)) return refuse("has a key that is not UTF-8");
    if (value > values.size()) return refuse(fmt::format("points to byte {} of {}", value, values.size()));
    const std::string_view rest = values.substr(value);
    const std::string_view replacement = rest.substr(0, rest.find('\0'));
    if (!is_valid_utf8(replacement)) return refuse("has a replacement that is not UTF-8");
    if (replacement.size() > kMaxReplacementBytes) {
      return refuse(fmt::format("has a replacement of {} bytes; at most {} are allowed", replacement.size(),
                                kMaxReplacementBytes));
    }
    rules.push_back({std::move(key), static_cast<std::uint32_t>(replacements.size())});
    replacements.push_back({static_cast<std::uint32_t>(spelling.size()), static_cast<std::uint32_t>(replacement.size()),
                            static_cast<std::uint32_t>(count_chars(replacement))});
    spelling += replacement;
  }
  return Charsmap(std::move(rules), std::move(replacements), std::move(spelling));
}

Charsmap::Charsmap(std::vector<Rule> rules, std::vector<Replacement> replacements, std::string spelling)
    : replacements_(std::move(replacements)), spelling_(std::move(spelling)) {
  struct Range {
    char32_t first;
    std::uint32_t replacement;
  };
  std::vector<Range> ranges{{0, 0}};
  for (Rule& rule : rules) {  // in the order of their bytes, which is that of code points
    const CodePoint c = decode_code_point(rule.key, 0);
    if (c.n_bytes < rule.key.size()) {
      sequences_.push_back(std::move(rule));
      continue;
    }
    if (ranges.back().first == c.value) ranges.pop_back();
    ranges.push_back({c.value, rule.replacement});
    ranges.push_back({c.value + 1, 0});
    if (c.value < 0x80) changes_ascii_[c.value] = true;
  }
  by_char_ = std::make_unique<CodePointTable<std::uint32_t>>(std::span<const Range>(ranges),
                                                             [](const Range& range) { return range.replacement; });
}

std::uint32_t Charsmap::find(std::string_view cluster) const {
  const CodePoint c = decode_code_point(cluster, 0);
  if (const std::uint32_t rule = (*by_char_)[c.value]; rule != 0) return rule;
  // No key begins another, so at most one begins the cluster: the last of those not above it.
  const auto above = std::upper_bound(sequences_.begin(), sequences_.end(), cluster,
                                      [](std::string_view text, const Rule& rule) { return text < rule.key; });
  if (above == sequences_.begin() || !cluster.starts_with(std::prev(above)->key)) return 0;
  return std::prev(above)->replacement;
}

/// The walk over one text.
class Charsmap::Pass {
 public:
  Pass(const Charsmap& map, const AlignedText& text) : map_(map), text_(text), bytes_(text.bytes()), cursor_(text) {
    out_.reserve(bytes_.size() + bytes_.size() / 8);
  }

  AlignedText run() {
    const std::size_t n = bytes_.size();
    for (std::size_t at = 0; at < n;) {
      // Plain ASCII; the character before a non-ASCII one may be joined to it.
      std::size_t end = at;
      while (end < n && is_plain(bytes_[end])) ++end;
      if (end > at && end < n && static_cast<unsigned char>(bytes_[end]) >= 0x80) --end;
      if (end > at) keep(at, end);
      at = end < n ? replace_others(end) : n;
    }
    flush();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_plain(char c) const {
    return static_cast<unsigned char>(c) < 0x80 && c != '\r' && !map_.changes_ascii_[static_cast<unsigned char>(c)];
  }
  [[nodiscard]] std::size_t next_char(std::size_t at) const { return at + decode_well_formed(bytes_, at).n_bytes; }

  /// Clusters from byte `at` on, until one of plain ASCII. Returns where that begins.
  std::size_t replace_others(std::size_t at) {
    const Graphemes& graphemes = Graphemes::instance();
    CodePoint c = decode_well_formed(bytes_, at);
    std::uint16_t flags = graphemes.flags(c.value);
    while (true) {
      const std::size_t end = at + c.n_bytes;
      if (end == bytes_.size()) {
        replace_char(at, c);
        return end;
      }
      const CodePoint next = decode_well_formed(bytes_, end);
      const std::uint16_t next_flags = graphemes.flags(next.value);
      if (Graphemes::may_join(flags, next_flags)) {
        const std::size_t cluster_end = graphemes.cluster_end(bytes_, at);
        replace_cluster(at, cluster_end, c);
        return cluster_end;
      }
      replace_char(at, c);
      if (is_plain(bytes_[end])) return end;
      at = end;
      c = next;
      flags = next_flags;
    }
  }

  void replace_cluster(std::size_t at, std::size_t end, const CodePoint& first) {
    if (end - at > first.n_bytes && end - at <= kMaxKeyBytes) {
      const std::string_view cluster = bytes_.substr(at, end - at);
      if (const std::uint32_t rule = map_.find(cluster); rule != 0) {
        replace(count_chars(cluster), map_.replacements_[rule]);
        return;
      }
    }
    while (at < end) {
      const CodePoint c = decode_well_formed(bytes_, at);
      replace_char(at, c);
      at += c.n_bytes;
    }
  }

  void replace_char(std::size_t at, const CodePoint& c) {
    const std::uint32_t rule = (*map_.by_char_)[c.value];
    if (rule == 0) {
      keep(at, at + c.n_bytes);
    } else {
      replace(1, map_.replacements_[rule]);
    }
  }

  void keep(std::size_t begin, std::size_t end) {
    if (!held_.empty()) flush();
    if (source_at_ != begin) {  // something vanished at the very start
      for (std::size_t at = begin; at < end;) {
        const std::size_t next = next_char(at);
        append(bytes_.substr(at, next - at));
        at = next;
      }
      return;
    }
    if (kept_end_ != begin) {
      flush();
      kept_begin_ = begin;
    }
    kept_end_ = source_at_ = end;
    any_ = true;
  }

  /// The next `n_old` characters become `replacement`.
  void replace(std::size_t n_old, const Replacement& replacement) {
    std::string_view chars = map_.spelling(replacement);
    if (chars.empty()) return vanish(n_old);
    flush();
    std::size_t n_left = replacement.n_chars;
    for (std::size_t i = 0; i < replacement.n_chars; ++i, --n_left) {
      const std::size_t n_bytes = decode_code_point(chars, 0).n_bytes;
      const std::string_view c = chars.substr(0, n_bytes);
      chars.remove_prefix(n_bytes);
      if (i < n_old) {
        append(c);
      } else if (n_left > 1) {
        out_.append(c, source_before());
      } else {
        held_ = c;
      }
    }
    for (std::size_t i = replacement.n_chars; i < n_old; ++i) source_at_ = next_char(source_at_);
  }

  void vanish(std::size_t n_chars) {
    if (!any_) return;
    if (!held_.empty()) {  // an added character that now stands for one that vanishes
      flush_kept();
      append(std::exchange(held_, {}));
      --n_chars;
    }
    for (; n_chars > 0; --n_chars) source_at_ = next_char(source_at_);
  }

  /// A character that takes the next source.
  void append(std::string_view c) {
    const std::size_t end = next_char(source_at_);
    out_.append(c, cursor_.source(source_at_, end));
    source_at_ = end;
    any_ = true;
  }
  [[nodiscard]] ByteSpan source_before() { return cursor_.source(source_at_ - 1, source_at_); }

  void flush_kept() {
    if (kept_begin_ < kept_end_) out_.append_from(text_, &cursor_, kept_begin_, kept_end_);
    kept_begin_ = kept_end_ = 0;
  }
  void flush() {
    flush_kept();
    if (!held_.empty()) out_.append(std::exchange(held_, {}), source_before());
  }

  const Charsmap& map_;
  const AlignedText& text_;
  const std::string_view bytes_;
  AlignedText::Cursor cursor_;
  AlignedText out_;
  std::size_t kept_begin_ = 0, kept_end_ = 0;  ///< characters that stay, not yet in out_
  std::size_t source_at_ = 0;                  ///< the next source, a place in bytes_
  std::string_view held_;  ///< the last character of an expansion: its source depends on what follows
  bool any_ = false;       ///< something has come out
};

AlignedText Charsmap::apply(const AlignedText& text) const { return Pass(*this, text).run(); }

}  // namespace pith
