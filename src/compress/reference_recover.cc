// recover_by_tokens() of recover.h.
#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compress/recover.h"
#include "pith/compress.h"
#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::size_t kLongestGap = 10;
constexpr std::size_t kMostScannedBytes = std::size_t{1} << 33;
constexpr std::size_t kMostTokenSteps = std::size_t{1} << 28;
constexpr std::size_t kNowhere = std::string_view::npos;

/// Where `needle` begins in `text` at or behind `from`. Linear, unlike string_view::find().
std::size_t find_from(std::string_view text, std::string_view needle, std::size_t from) {
  if (needle.empty()) return from;
  const void* const found = ::memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return found == nullptr ? kNowhere : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

/// Python's text.split(" "), as the ends of the words; each begins one byte behind the end before.
std::vector<std::size_t> word_ends(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') ends.push_back(i);
  }
  ends.push_back(text.size());
  return ends;
}

void append_lossy(std::string_view bytes, std::string* out) {
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint c = decode_code_point(bytes, at);
    append_utf8(c.value, out);
    at += c.n_bytes;
  }
}

tl::unexpected<Error> too_much_work() {
  return fail(ErrorCode::kTooLarge,
              "recover: the response and the prompts are too long to be searched word by word; "
              "recover by the spans of the result instead");
}

class TokenMatcher {
 public:
  TokenMatcher(const Tokenizer& tokenizer, std::string_view original) : tokenizer_(tokenizer) {
    Encoding encoding;
    tokenizer.encode(original, &encoding);
    original_ = std::move(encoding.ids);
    for (std::size_t i = 0; i < original_.size(); ++i) positions_[original_[i]].push_back(i);
  }

  Result<void> append_match(std::string_view run, std::string* out) {
    Encoding encoding;
    tokenizer_.encode(run, &encoding);
    const std::vector<TokenId>& ids = encoding.ids;
    if (ids.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  "recover: the response is empty or has an empty word (two spaces in a row), which the published "
                  "library cannot look up; remove doubled spaces, or recover by the spans of the result");
    }
    Best best;
    for (const std::size_t start : positions_of(ids[0])) {
      std::size_t last = start;
      std::size_t n_found = 1;
      for (std::size_t k = 1; k < ids.size(); ++k) {
        const std::size_t next = next_within_gap(ids[k], last);
        if (next == kNowhere) continue;
        ++n_found;
        last = next;
      }
      n_steps_ += ids.size();
      if (n_steps_ > kMostTokenSteps) return too_much_work();
      const std::size_t length = last - start + 1;
      if (n_found > best.n_found || (n_found == best.n_found && length < best.length)) best = {n_found, start, length};
      if (best.n_found == ids.size() && best.length == ids.size()) break;  // nothing is better
    }
    if (best.length == kNowhere) {
      out->append(run);
      return {};
    }
    std::string bytes;
    for (std::size_t i = 0; i < best.length; ++i) tokenizer_.append_bytes(original_[best.begin + i], &bytes);
    append_lossy(bytes, out);
    return {};
  }

 private:
  struct Best {
    std::size_t n_found = 1;
    std::size_t begin = 0;
    std::size_t length = kNowhere;
  };

  std::span<const std::size_t> positions_of(TokenId id) const {
    const auto found = positions_.find(id);
    if (found == positions_.end()) return {};
    return found->second;
  }
  std::size_t next_within_gap(TokenId id, std::size_t after) const {
    const std::size_t end = std::min(original_.size(), after + kLongestGap + 1);
    for (std::size_t i = after + 1; i < end; ++i) {
      if (original_[i] == id) return i;
    }
    return kNowhere;
  }

  const Tokenizer& tokenizer_;
  std::vector<TokenId> original_;
  std::unordered_map<TokenId, std::vector<std::size_t>> positions_;
  std::size_t n_steps_ = 0;
};

}  // namespace

Result<std::string> recover_by_tokens(const Tokenizer& tokenizer, std::string_view original,
                                      std::string_view compressed, std::string_view response) {
  if (std::max({original.size(), compressed.size(), response.size()}) > kMaxInputBytes) {
    return fail(ErrorCode::kTooLarge, "recover: a text is larger than " + std::to_string(kMaxInputBytes) + " bytes");
  }
  TokenMatcher matcher(tokenizer, original);
  const std::vector<std::size_t> ends = word_ends(response);
  std::string recovered;
  std::size_t n_scanned_bytes = 0;
  const auto find = [&](std::string_view words, std::size_t from) {
    const std::size_t at = find_from(compressed, words, from);
    n_scanned_bytes += words.size() + (at == kNowhere ? compressed.size() : at) - from;
    return at;
  };
  for (std::size_t l = 0; l < ends.size();) {
    if (l > 0) recovered += ' ';
    const std::size_t begin = l == 0 ? 0 : ends[l - 1] + 1;
    std::string_view run = response.substr(begin, ends[l] - begin);
    std::size_t at = find(run, 0);
    const bool is_there = at != kNowhere;
    while (++l < ends.size() && at != kNowhere) {
      const std::string_view longer = response.substr(begin, ends[l] - begin);
      // A longer text occurs nowhere before the shorter one does. Most often it goes on where that one ends.
      if (compressed.substr(at + run.size(), longer.size() - run.size()) != longer.substr(run.size())) {
        at = find(longer, at);
      }
      if (at == kNowhere) break;
      run = longer;
    }
    if (n_scanned_bytes > kMostScannedBytes) return too_much_work();
    if (!is_there) {
      recovered += run;
    } else if (auto ok = matcher.append_match(run, &recovered); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  return recovered;
}

}  // namespace pith
