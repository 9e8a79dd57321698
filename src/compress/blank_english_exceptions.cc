#include <algorithm>
#include <initializer_list>
#include <string>

#include "base/check.h"
#include "compress/blank_english.h"

namespace pith {
namespace {

using List = std::initializer_list<const char*>;

/// Builds the table from words whose cuts are marked by '|'.
class Builder {
 public:
  /// As it is, and with ’ for '.
  void add(const std::string& marked) {
    std::u32string word;
    std::vector<std::size_t> lengths{0};
    for (const char c : marked) {
      if (c == '|') {
        lengths.push_back(0);
      } else {
        word += static_cast<char32_t>(c);
        ++lengths.back();
      }
    }
    PITH_CHECK(word.size() <= kLongestTokenException, marked);
    std::u32string curly = word;
    std::ranges::replace(curly, U'\'', U'\u2019');
    table_.insert_or_assign(std::move(curly), lengths);
    table_.insert_or_assign(std::move(word), std::move(lengths));
  }
  void add(List words) {
    for (const char* word : words) add(std::string(word));
  }
  /// Every word, also with a capital, with every ending.
  void combine(List words, List endings) {
    for (const char* const word : words) {
      std::string spelled = word;
      for (int pass = 0; pass < 2; ++pass) {
        for (const char* const ending : endings) add(std::string(spelled).append(ending));
        if (spelled[0] >= 'a' && spelled[0] <= 'z') spelled[0] = static_cast<char>(spelled[0] - 'a' + 'A');
      }
    }
  }
  void remove(List words) {
    for (const std::string word : words) table_.erase(std::u32string(word.begin(), word.end()));
  }
  [[nodiscard]] TokenExceptions take() { return std::move(table_); }

 private:
  TokenExceptions table_;
};

TokenExceptions build() {
  Builder b;
  b.combine({"i"}, {"|'m", "|m", "|'m|a", "|m|a"});
  b.combine({"i", "you", "he", "she", "it", "we", "they", "who", "what", "when", "where", "why", "how", "there", "that",
             "this", "these", "those"},
            {"|'ll", "|ll", "|'ll|'ve", "|ll|ve", "|'d", "|d", "|'d|'ve", "|d|ve"});
  b.combine({"i", "you", "we", "they", "who", "what", "when", "where", "why", "how", "there", "these", "those"},
            {"|'ve", "|ve"});
  b.combine({"you", "we", "they", "who", "what", "when", "where", "why", "how", "there", "these", "those"},
            {"|'re", "|re"});
  b.combine({"he", "she", "it", "who", "what", "when", "where", "why", "how", "there", "that", "this"}, {"|'s", "|s"});
  b.combine({"ca", "could", "do", "does", "did", "had", "may", "might", "must", "need", "ought", "sha", "should", "wo",
             "would"},
            {"|n't", "|nt", "|n't|'ve", "|nt|ve"});
  b.combine({"could", "might", "must", "should", "would"}, {"|'ve", "|ve"});
  b.combine({"ai", "are", "is", "was", "were", "have", "has", "dare"}, {"|n't", "|nt"});
  b.combine({"doin", "goin", "nothin", "nuthin", "ol", "somethin", "lovin", "havin"}, {"", "'"});
  b.combine({"not"}, {"|'ve", "|ve"});
  b.combine({"can|not", "gon|na", "got|ta", "let|'s", "c'm|on", "how|'d|'y", "ma'am", "o'clock"}, {""});
  b.add({"em",   "'em",  "ll",     "'ll", "nuff",   "'nuff",  "y'|all", "y|all",   "'S",   "'s",
         "'re",  "'d",   "and/or", "w/o", "'Cause", "'cause", "'cos",   "'Cos",    "'coz", "'Coz",
         "'cuz", "'Cuz", "'bout",  "C++", "'",      "''",     "\\\")",  "<space>", "\\t",  "\\n"});
  for (int hour = 1; hour <= 12; ++hour) {
    for (const char* const half : {"|a.m.", "|am", "|p.m.", "|pm"}) b.add(std::to_string(hour).append(half));
  }
  for (char letter = 'a'; letter <= 'z'; ++letter) b.add(std::string(1, letter).append("."));
  b.add({"Mt.",     "Ak.",   "Ala.",  "Apr.",  "Ariz.", "Ark.",  "Aug.",  "Calif.", "Colo.", "Conn.", "Dec.",
         "Del.",    "Feb.",  "Fla.",  "Ga.",   "Ia.",   "Id.",   "Ill.",  "Ind.",   "Jan.",  "Jul.",  "Jun.",
         "Kan.",    "Kans.", "Ky.",   "La.",   "Mar.",  "Mass.", "Mich.", "Minn.",  "Miss.", "N.C.",  "N.D.",
         "N.H.",    "N.J.",  "N.M.",  "N.Y.",  "Neb.",  "Nebr.", "Nev.",  "Nov.",   "Oct.",  "Okla.", "Ore.",
         "Pa.",     "S.C.",  "Sep.",  "Sept.", "Tenn.", "Va.",   "Wash.", "Wis.",   "a.m.",  "Adm.",  "Bros.",
         "co.",     "Co.",   "Corp.", "D.C.",  "Dr.",   "e.g.",  "E.g.",  "E.G.",   "Gen.",  "Gov.",  "i.e.",
         "I.e.",    "I.E.",  "Inc.",  "Jr.",   "Ltd.",  "Md.",   "Mo.",   "Mont.",  "Mr.",   "Mrs.",  "Ms.",
         "Messrs.", "p.m.",  "Ph.D.", "Prof.", "Rep.",  "Rev.",  "Sen.",  "St.",    "vs.",   "v.s."});
  b.remove({"Ill", "ill", "Its", "its", "Hell", "hell", "Shell", "shell", "Shed", "shed", "were", "Were", "Well",
            "well", "Whore", "whore"});
  return b.take();
}

}  // namespace

const TokenExceptions& blank_english_exceptions() {
  static const TokenExceptions table = build();
  return table;
}

}  // namespace pith
