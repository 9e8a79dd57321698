// The default pipeline in many scripts: the laws hold, no user-perceived character is cut, words are words.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "compress/llmlingua2.h"
#include "support/fake_classifier.h"
#include "support/fake_counter.h"
#include "support/laws.h"
#include "support/segment_laws.h"

namespace pith {
namespace {

struct Sample {
  std::string_view language;
  std::string_view text;
  std::size_t least_words;  ///< that a reader would count, or a little fewer
};

// Sentences written for this test.
const std::vector<Sample> kSamples{
    {"Chinese", "会议在星期三下午三点开始。委员会讨论了明年的预算，并决定增加图书馆的经费。", 18},
    {"Japanese",
     "会議は水曜日の午後三時に始まりました。委員会は来年の予算について話し合い、図書館の費用を増やすことを決めました。",
     24},
    {"Thai", "การประชุมเริ่มตอนบ่ายสามโมงวันพุธ คณะกรรมการหารือเรื่องงบประมาณปีหน้าและตัดสินใจเพิ่มเงินให้ห้องสมุด", 16},
    {"Khmer", "ការប្រជុំបានចាប់ផ្តើមនៅម៉ោងបីរសៀលថ្ងៃពុធ។ គណៈកម្មាធិការបានពិភាក្សាអំពីថវិកាឆ្នាំក្រោយ។", 12},
    {"Lao", "ກອງປະຊຸມເລີ່ມຕົ້ນຕອນບ່າຍສາມໂມງວັນພຸດ ແລະ ຄະນະກຳມະການໄດ້ປຶກສາຫາລືກ່ຽວກັບງົບປະມານ", 8},
    {"Burmese", "အစည်းအဝေးကို ဗုဒ္ဓဟူးနေ့ မွန်းလွဲသုံးနာရီတွင် စတင်ခဲ့သည်။ ကော်မတီက နောက်နှစ်ဘတ်ဂျက်ကို ဆွေးနွေးခဲ့သည်။", 10},
    {"Korean", "회의는 수요일 오후 세 시에 시작되었다. 위원회는 내년 예산을 논의하고 도서관 비용을 늘리기로 했다.", 15},
    {"Hindi", "बैठक बुधवार को दोपहर तीन बजे शुरू हुई। समिति ने अगले साल के बजट पर चर्चा की और पुस्तकालय के लिए ज़्यादा पैसा दिया।", 20},
    {"Tamil", "கூட்டம் புதன்கிழமை மதியம் மூன்று மணிக்கு தொடங்கியது. குழு அடுத்த ஆண்டின் பட்ஜெட்டைப் பற்றி பேசியது.", 12},
    {"Tibetan", "ཚོགས་འདུ་གཟའ་ལྷག་པའི་ཉིན་འགོ་ཚུགས། ཨུ་ཡོན་ལྷན་ཁང་གིས་སང་ལོའི་སྔོན་རྩིས་སྐོར་གྲོས་བསྡུར་བྱས།", 2},
    {"Arabic",
     "بدأ الاجتماع يوم الأربعاء في الساعة الثالثة. ناقشت اللجنةُ ميزانيةَ العام المقبل، وقرّرت زيادة تمويل المكتبة.", 15},
    {"Hebrew", "הישיבה התחילה ביום רביעי בשעה שלוש. הוועדה דנה בתקציב \"השנה הבאה\" (2027) והחליטה להגדיל את המימון.",
     14},
    {"Persian",
     "جلسه روز چهارشنبه ساعت سه آغاز شد. کمیته دربارهٔ بودجهٔ سال آینده "
     "گفت‌وگو "
     "کرد "
     "و "
     "کتاب‌ها "
     "را "
     "خرید.",
     14},
    {"mixed directions",
     "The word \u2067שלום עולם\u2069 means “hello world”, and \u202Bمرحبا\u202C is \u200Fعربي\u200F.", 9},
    {"Greek", "Η συνεδρίαση άρχισε την Τετάρτη στις τρεις. Η επιτροπή συζήτησε τον προϋπολογισμό του επόμενου έτους.",
     14},
    {"Vietnamese, decomposed",
     "Cuo\u0323\u0302c ho\u0323p ba\u0306\u0301t d\u0302a\u0302\u0300u lu\u0301c 3 gio\u031B\u0300 chie\u0302\u0300u.",
     7},
    {"emoji",
     "Ship it 🚀! 👩‍👩‍👧‍👦 👍🏽 🇨🇭🇯🇵 1️⃣ ❤️‍🔥 "
     "🏴󠁧󠁢󠁳󠁣󠁴󠁿 "
     "done "
     "☑︎ "
     "\u00A9\uFE0F",
     9},
    {"Hangul in parts", "\u1112\u1161\u11AB\u1100\u1173\u11AF \u1103\u1161\u11AB\u110B\u1165", 2},
    {"marks without a letter", "\u0301a \u0301 \u0E31\u0E31 \u093F\u200D x\u20E3", 3},
};

class LanguagesTest : public ::testing::TestWithParam<Sample> {
 protected:
  CompressResult compress(double rate) {
    CompressRequest request;
    request.context = {std::string(GetParam().text)};
    request.rate = rate;
    request.return_word_scores = true;
    auto result = compress_llmlingua2(request, classifier_, counter_, {});
    EXPECT_TRUE(result) << result.error().message;
    if (!result) return {};
    EXPECT_EQ(testing::broken_law(request, *result, counter_), "") << rate;
    return std::move(*result);
  }

  FakeClassifier classifier_;
  FakeCounter counter_;
};

TEST_P(LanguagesTest, KeepsTheLawsAndWholeCharactersAtEveryRate) {
  const testing::ClusterMap clusters = testing::cluster_map(GetParam().text);
  CompressResult fewer;
  for (int percent = 5; percent <= 100; percent += 5) {
    CompressResult result = compress(percent / 100.0);
    ASSERT_EQ(result.spans.size(), 1U);
    for (const ByteSpan span : result.spans[0]) {
      // A combining mark behind a space belongs to the space by UAX #29, and may be parted from it.
      const auto is_edge = [&](std::size_t at) {
        return clusters.begins[at] || (at > 0 && GetParam().text[at - 1] == ' ');
      };
      EXPECT_TRUE(is_edge(span.begin)) << percent << " % cuts into a character at byte " << span.begin;
      EXPECT_TRUE(is_edge(span.end)) << percent << " % cuts into a character at byte " << span.end;
    }
    if (percent > 5) {
      EXPECT_TRUE(testing::is_nested(fewer.spans, result.word_scores)) << percent;
    }
    fewer = std::move(result);
  }
  EXPECT_EQ(fewer.compressed_prompt, GetParam().text) << "rate 1 is the text itself";
}

TEST_P(LanguagesTest, TheUnitIsAWordAndNotASentence) {
  EXPECT_GE(compress(0.5).word_scores[0].size(), GetParam().least_words);
}

INSTANTIATE_TEST_SUITE_P(Scripts, LanguagesTest, ::testing::ValuesIn(kSamples), [](const auto& sample) {
  std::string name(sample.param.language);
  std::erase_if(name, [](char c) { return c == ' ' || c == ','; });
  return name;
});

}  // namespace
}  // namespace pith
