#include "compress/companion_words.h"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace pith {
namespace {

constexpr Companion kCompanions[] = {
    // English
    {"not", Scope::kNext, 2},
    {"no", Scope::kNext, 1},
    {"never", Scope::kNext, 2},
    {"none", Scope::kNext, 1},
    {"nobody", Scope::kNext, 1},
    {"nothing", Scope::kNext, 1},
    {"nowhere", Scope::kPrevious, 1},
    {"no longer", Scope::kNext, 1},
    {"neither", Scope::kNext, 1},
    {"nor", Scope::kNext, 1},
    {"without", Scope::kNext, 1},
    {"hardly", Scope::kNext, 1},
    {"barely", Scope::kNext, 1},
    {"scarcely", Scope::kNext, 1},
    {"rarely", Scope::kNext, 1},
    {"seldom", Scope::kNext, 1},
    {"unless", Scope::kNext, 2},
    {"except", Scope::kNext, 1},
    {"except for", Scope::kNext, 1},
    {"instead of", Scope::kNext, 1},
    {"rather than", Scope::kNext, 1},
    {"only", Scope::kNext, 1},
    {"at least", Scope::kNext, 1},
    {"at most", Scope::kNext, 1},
    {"less than", Scope::kNext, 1},
    {"more than", Scope::kNext, 1},
    {"fewer than", Scope::kNext, 1},
    {"greater than", Scope::kNext, 1},
    {"higher than", Scope::kNext, 1},
    {"lower than", Scope::kNext, 1},
    {"larger than", Scope::kNext, 1},
    {"smaller than", Scope::kNext, 1},
    {"older than", Scope::kNext, 1},
    {"younger than", Scope::kNext, 1},
    {"no more than", Scope::kNext, 1},
    {"no less than", Scope::kNext, 1},
    {"no fewer than", Scope::kNext, 1},
    {"up to", Scope::kNextNumber},
    {"over", Scope::kNextNumber},
    {"under", Scope::kNextNumber},
    {"above", Scope::kNextNumber},
    {"below", Scope::kNextNumber},
    {"nearly", Scope::kNextNumber},
    {"almost", Scope::kNextNumber},
    {"before", Scope::kNextNumber},
    {"after", Scope::kNextNumber},
    {"since", Scope::kNextNumber},
    {"until", Scope::kNext, 1},
    {"till", Scope::kNextNumber},
    {"between", Scope::kBetween},
    // German
    {"nicht", Scope::kNext, 1},
    {"nie", Scope::kNext, 1},
    {"niemals", Scope::kNext, 1},
    {"nirgends", Scope::kNext, 1},
    {"niemand", Scope::kNext, 1},
    {"nichts", Scope::kNext, 1},
    {"ohne", Scope::kNext, 1},
    {"weder", Scope::kNext, 1},
    {"kaum", Scope::kNext, 1},
    {"mindestens", Scope::kNext, 1},
    {"höchstens", Scope::kNext, 1},
    {"mehr als", Scope::kNext, 1},
    {"weniger als", Scope::kNext, 1},
    {"bis zu", Scope::kNextNumber},
    {"nur", Scope::kNext, 1},
    {"bis", Scope::kNextNumber},
    {"vor", Scope::kNextNumber},
    {"nach", Scope::kNextNumber},
    {"zwischen", Scope::kBetween},
    // Spanish
    {"nunca", Scope::kNext, 1},
    {"jamás", Scope::kNext, 1},
    {"tampoco", Scope::kNext, 1},
    {"sin", Scope::kNext, 1},
    {"ningún", Scope::kNext, 1},
    {"ninguno", Scope::kNext, 1},
    {"ninguna", Scope::kNext, 1},
    {"al menos", Scope::kNext, 1},
    {"más de", Scope::kNextNumber},
    {"menos de", Scope::kNextNumber},
    {"hasta", Scope::kNextNumber},
    // Portuguese
    {"não", Scope::kNext, 1},
    {"jamais", Scope::kBoth},
    {"sem", Scope::kNext, 1},
    {"nem", Scope::kNext, 1},
    {"nenhum", Scope::kNext, 1},
    {"nenhuma", Scope::kNext, 1},
    {"pelo menos", Scope::kNext, 1},
    {"mais de", Scope::kNextNumber},
    {"até", Scope::kNextNumber},
    // French
    {"ne", Scope::kNext, 1},
    {"non", Scope::kNext, 1},
    {"pas", Scope::kBothAfterNe},
    {"plus", Scope::kBothAfterNe},
    {"rien", Scope::kBothAfterNe},
    {"sans", Scope::kNext, 1},
    {"ni", Scope::kNext, 1},
    {"aucun", Scope::kNext, 1},
    {"aucune", Scope::kNext, 1},
    {"sauf", Scope::kNext, 1},
    {"au moins", Scope::kNext, 1},
    {"plus de", Scope::kNextNumber},
    {"moins de", Scope::kNextNumber},
    {"jusqu'à", Scope::kNextNumber},
    // Italian
    {"mai", Scope::kBoth},
    {"senza", Scope::kNext, 1},
    {"né", Scope::kNext, 1},
    {"nessun", Scope::kNext, 1},
    {"nessuna", Scope::kNext, 1},
    {"nessuno", Scope::kNext, 1},
    {"almeno", Scope::kNext, 1},
    {"più di", Scope::kNextNumber},
    {"meno di", Scope::kNextNumber},
    {"fino a", Scope::kNextNumber},
    // Russian
    {"не", Scope::kNext, 1},
    {"нет", Scope::kBoth},
    {"ни", Scope::kNext, 1},
    {"никогда", Scope::kNext, 1},
    {"без", Scope::kNext, 1},
    {"кроме", Scope::kNext, 1},
    {"более", Scope::kNextNumber},
    {"менее", Scope::kNextNumber},
    {"до", Scope::kNextNumber},
    // Chinese
    {"不", Scope::kNext, 1},
    {"没", Scope::kNext, 1},
    {"沒", Scope::kNext, 1},
    {"没有", Scope::kNext, 1},
    {"沒有", Scope::kNext, 1},
    {"不是", Scope::kNext, 1},
    {"不会", Scope::kNext, 1},
    {"不能", Scope::kNext, 1},
    {"未", Scope::kNext, 1},
    {"无", Scope::kNext, 1},
    {"至少", Scope::kNext, 1},
    {"超过", Scope::kNext, 1},
    // Japanese: behind the stem, where the dictionary makes it a word of its own
    {"ない", Scope::kPrevious},
    {"なかった", Scope::kPrevious},
    {"ません", Scope::kPrevious},
    {"せん", Scope::kPrevious},
    {"なく", Scope::kPrevious},
    {"ず", Scope::kPrevious},
    // Hindi
    {"नहीं", Scope::kBoth},
    {"मत", Scope::kNext, 1},
    {"बिना", Scope::kPrevious},
};

// Words that a negation or comparison reaches across to what it is about.
constexpr std::string_view kClosedClass =
    // English
    "a an the this that these those any some such my your his her its our their it he she they we you i me him them us "
    "of to in on at by for from with as into onto about than and or be is are was were been being am do does did have "
    "has had having will would shall should can could may might must there so very too much also even just yet ever "
    "all both each more most less fewer least at up longer only not no never who which what "
    // German
    "der die das den dem des ein eine einen einem einer eines und oder zu im in an am auf mit von für ist sind war "
    "waren hat haben hatte wird werden wurde kann können sich es er sie wir ihr ich du man mich mir dich dir uns so "
    "sehr mehr als nur auch "
    // Spanish, Portuguese
    "el la los las lo un una unos unas de del y o en por para con se le les su sus es son era fue ha han hay que más "
    "o os as um uma uns umas do da dos das e em no na nos nas por com seu sua é são foi há mais ao à "
    // French, Italian
    "le la les un une des du au aux et ou dans sur par pour avec se ce cette est sont était a ont été y en qui que je "
    "tu il elle nous vous ils elles on "
    "il lo la i gli le uno una del della dei e o di da in con su per si è sono era ha hanno che più "
    // Russian
    "и или в на с к по из у о об от до за для это был была было были бы же ли он она оно они его её их я ты мы вы "
    // Chinese, Japanese, Hindi
    "的 了 是 在 有 和 与 は が を に の と で も へ な だ です ます た て ま ら べ り れ け め し き का की के को में से "
    "पर है हैं था थी थे और";

std::unordered_set<std::string_view> split(std::string_view words) {
  std::unordered_set<std::string_view> set;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (end > at) set.insert(words.substr(at, end - at));
    at = end + 1;
  }
  return set;
}

}  // namespace

std::span<const Companion> companions() { return kCompanions; }

bool is_negation_by_form(std::string_view folded) {
  if (folded.ends_with("n't") || folded == "cannot") return true;
  constexpr std::string_view kKeinForms[] = {"kein", "keine", "keinen", "keinem", "keiner", "keines"};
  return std::ranges::find(kKeinForms, folded) != std::end(kKeinForms);
}

bool is_closed_class(std::string_view folded) {
  static const std::unordered_set<std::string_view> kWords = split(kClosedClass);
  return kWords.contains(folded);
}

}  // namespace pith
