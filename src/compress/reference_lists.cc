#include "compress/reference_lists.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace pith {
namespace {

using Set = std::unordered_set<std::string_view>;
using Map = std::unordered_map<std::string_view, Agreement>;

template <class Add>
void for_each_word(std::string_view words, Add add) {
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (end > at) add(words.substr(at, end - at));
    at = end + 1;
  }
}

Set make_set(std::string_view words) {
  Set set;
  for_each_word(words, [&](std::string_view word) { set.insert(word); });
  return set;
}

Map make_map(std::initializer_list<std::pair<Agreement, std::string_view>> lists) {
  Map map;
  for (const auto& [agreement, words] : lists) {
    for_each_word(words, [&, what = agreement](std::string_view word) { map.emplace(word, what); });
  }
  return map;
}

std::optional<Agreement> find(const Map& map, std::string_view word) {
  const auto found = map.find(word);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

constexpr std::string_view kPersonNouns =
    "man woman boy girl king queen president minister chancellor emperor empress pope bishop author writer poet artist "
    "singer composer musician actor actress director player coach quarterback captain general doctor professor "
    "scientist philosopher inventor engineer lawyer judge senator governor mayor officer patient defendant plaintiff "
    "customer manager founder owner ceo";
constexpr std::string_view kThingNouns =
    "company firm corporation organization organisation agency bank brand manufacturer team club band university "
    "college school institute museum hospital church city town village capital county state country nation region "
    "province river lake island mountain desert bridge building stadium airport station newspaper magazine network "
    "channel film movie book novel play song album game show series software product device treaty war battle "
    "empire dynasty kingdom party committee council court act bill league";

}  // namespace

std::optional<Agreement> personal_pronoun(std::string_view folded) {
  static const Map kPronouns = make_map({{Agreement::kMale, "he him his himself he's he'd he'll"},
                                         {Agreement::kFemale, "she her hers herself she's she'd she'll"},
                                         {Agreement::kThing, "it its itself it's"},
                                         {Agreement::kPlural, "they them their theirs themselves they're they've"}});
  return find(kPronouns, folded);
}

std::optional<Agreement> name_hint(std::string_view folded) {
  static const Map kHints = make_map(
      {{Agreement::kMale, "mr sir king prince lord emperor duke pope father brother son baron count"},
       {Agreement::kFemale, "mrs ms miss queen princess lady empress duchess sister madame mother daughter countess"},
       {Agreement::kThing,
        "inc corp corporation ltd llc co company university college institute school city county river lake "
        "mountain island church museum stadium league party street road park bridge act treaty war battle "
        "airport hospital bank group empire republic january february march april may june july august september "
        "october november december monday tuesday wednesday thursday friday saturday sunday"}});
  return find(kHints, folded);
}

std::optional<Agreement> class_noun(std::string_view folded) {
  static const Map kNouns = make_map({{Agreement::kMale, kPersonNouns}, {Agreement::kThing, kThingNouns}});
  return find(kNouns, folded);
}

bool names_a_person(std::string_view word) {
  static const Set kNouns = make_set(kPersonNouns);
  return kNouns.contains(word);
}

bool is_no_name(std::string_view folded) {
  static const Set kWords = make_set(
      "a an the this that these those some any each every all both no not none one two three four five six seven eight "
      "nine ten many most much few several other another such i you he she it we they me him her us them my your his "
      "its our their mine yours ours theirs who whom whose which what when where why how if then than as at by for "
      "from "
      "in into of off on onto out over to under up with within without about above across after against along among "
      "around before behind below beneath beside between beyond during despite since through throughout until upon "
      "while whereas although though because unless once so and but or nor yet also however moreover furthermore "
      "therefore thus hence meanwhile instead indeed finally first second third last later earlier now today "
      "yesterday tomorrow here there is are was were be been being am do does did have has had will would shall should "
      "can could may might must let yes ok okay well oh please thanks there's it's that's i'm i've i'll we're he's "
      "she's they're don't can't won't according like unlike additionally overall perhaps maybe often sometimes "
      "usually generally only even just still already never always");
  return kWords.contains(folded);
}

bool joins_names(std::string_view folded) {
  static const Set kWords = make_set("of de del der den van von la le du da di bin al for");
  return kWords.contains(folded);
}

}  // namespace pith
