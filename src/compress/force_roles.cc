#include "compress/force_roles.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <vector>

#include "compress/fold_word.h"
#include "text/utf8.h"

namespace pith {
namespace {

constexpr std::array<std::string_view, 8> kTemplateWords{"im_start",      "im_end",        "start_header_id",
                                                         "end_header_id", "start_of_turn", "end_of_turn",
                                                         "start_of_role", "end_of_role"};

bool is_name_character(char32_t c) {
  return c == '_' || u_isalnum(static_cast<UChar32>(c)) != 0 ||
         (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_M_MASK) != 0;
}

}  // namespace

std::string role_words(std::string_view role) {
  std::string words;
  for (std::size_t at = 0; at < role.size();) {
    const std::size_t begin = at;
    while (at < role.size()) {
      const CodePoint c = decode_code_point(role, at);
      if (!c.valid || !is_name_character(c.value)) break;
      at += c.n_bytes;
    }
    if (at == begin) {
      at += decode_code_point(role, at).n_bytes;
      continue;
    }
    const std::string word = fold_word(role.substr(begin, at - begin));
    if (std::ranges::find(kTemplateWords, word) != kTemplateWords.end()) continue;
    if (!words.empty()) words += ' ';
    words += word;
  }
  return words;
}

void force_roles(std::span<const std::string> roles, std::string_view text, Structure* structure) {
  std::vector<std::string> wanted;
  for (const std::string& role : roles) wanted.push_back(role_words(role));
  std::vector<Node>& nodes = structure->nodes;
  for (const Node& role : nodes) {
    if (role.kind != Kind::kRole) continue;
    std::uint32_t turn = role.parent;  // at most kMaxDepth steps up
    while (turn != 0 && nodes[turn].kind != Kind::kChatTurn) turn = nodes[turn].parent;
    if (nodes[turn].kind != Kind::kChatTurn) continue;
    const std::string name = role_words(role.span.of(text));
    if (!name.empty() && std::ranges::find(wanted, name) != wanted.end()) nodes[turn].is_forced = true;
  }
}

}  // namespace pith
