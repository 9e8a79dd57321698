#include "text/segment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "pith/compress.h"
#include "support/random_text.h"
#include "support/segment_laws.h"
#include "text/word_splitter.h"

namespace pith {
namespace {

using testing::broken_concatenation_law;
using testing::broken_segment_law;

Document segmented(std::string_view text) {
  auto document = segment(text);
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return document ? *document : Document{};
}

/// Words with "·" where one touches the next and " " where white space lies between.
std::string shown(std::string_view text) {
  const Document document = segmented(text);
  EXPECT_EQ(broken_segment_law(text, document), "") << text;
  std::string out;
  for (const Word& word : document.words) {
    if (!out.empty()) out += word.glued_left ? "·" : " ";
    out += word.span.of(text);
  }
  return out;
}

struct Case {
  std::string text;
  std::string words;
};

class WordsTest : public ::testing::TestWithParam<Case> {};

TEST_P(WordsTest, AreThese) { EXPECT_EQ(shown(GetParam().text), GetParam().words); }

#define PITH_WORD_CASES(name, ...) \
  INSTANTIATE_TEST_SUITE_P(name, WordsTest, ::testing::ValuesIn(std::vector<Case>{__VA_ARGS__}))

PITH_WORD_CASES(PunctuationStandsAlone,                                                      //
                {"", ""}, {" \t\r\n ", ""}, {"word", "word"},                                //
                {"Hello, world!", "Hello·, world·!"},                                        //
                {"(see \"this\")", "(·see \"·this·\"·)"},                                    //
                {"[a] {b} <c", "[·a·] {·b·} <·c"},                                           //
                {"Wait...what?!", "Wait·...·what·?·!"},                                      //
                {"...and so", "...·and so"},                                                 //
                {"“Quoted” ‘single’ «guillemets»", "“·Quoted·” ‘·single·’ «·guillemets·»"},  //
                {"„Hallo“, sagte", "„·Hallo·“·, sagte"},                                     //
                {"¿Qué? ¡No!", "¿·Qué·? ¡·No·!"},                                            //
                {"a: b; c", "a·: b·; c"},                                                    //
                {"one,two", "one·,·two"},                                                    //
                {"really?Yes", "really·?·Yes"},                                              //
                {"'tis dogs' rock", "'·tis dogs·' rock"});

PITH_WORD_CASES(DashesSplit,                                                                       //
                {"foo—bar", "foo·—·bar"}, {"foo – bar", "foo – bar"}, {"foo--bar", "foo·--·bar"},  //
                {"a…b", "a·…·b"}, {"- item", "- item"});

PITH_WORD_CASES(HyphensAndApostrophesJoin,                                           //
                {"well-known Blanchette-Joncas", "well-known Blanchette-Joncas"},    //
                {"10-minute pre- and", "10-minute pre- and"},                        //
                {"don't it's don’t l’été O'Neil", "don't it's don’t l’été O'Neil"},  //
                {"rock'n'roll", "rock'n'roll"},                                      //
                {"non‑breaking", "non‑breaking"},                                    //
                {"col·lecció", "col·lecció"});

PITH_WORD_CASES(NumbersKeepTheirSignAndUnit,                                                                   //
                {"3.14 $3.50 70% -5°C 71km 5GB", "3.14 $3.50 70% -5°C 71km 5GB"},                              //
                {"1,234,567.89", "1,234,567.89"}, {"3,14 €", "3,14 €"}, {"1.000,50", "1.000,50"},              //
                {"1,00,000", "1,00,000"}, {"$1,234.", "$1,234·."},                                             //
                {"€5 5€ £1.2m ¥100", "€5 5€ £1.2m ¥100"},                                                      //
                {"10:30 16:9 12:30pm", "10:30 16:9 12:30pm"},                                                  //
                {"2024-01-05 2024-01-05T10:30:00Z 05/01/2024", "2024-01-05 2024-01-05T10:30:00Z 05/01/2024"},  //
                {"v1.2.3, 1.2.3-rc1+b5", "v1.2.3·, 1.2.3-rc1+b5"},                                             //
                {"-5 +1 ±3 −7 (-5)", "-5 +1 ±3 −7 (·-5·)"},                                                    //
                {"-$5 .5 -.5", "-$5 .5 -.5"},                                                                  //
                {"1990–1995, 3–5", "1990–1995·, 3–5"},                                                         //
                {"2*3 2^10 3×4 5%", "2*3 2^10 3×4 5%"},                                                        //
                {"50 %", "50 %"}, {"100%.", "100%·."},                                                         //
                {"#1 No.5", "#1 No.5"}, {"½ x²", "½ x²"},                                                      //
                {"٣٫١٤ ٥٪", "٣٫١٤ ٥٪"});

PITH_WORD_CASES(RowsOfNumbersSplitAtCommas,                                      //
                {"1,2,3", "1·,·2·,·3"}, {"[2,3]", "[·2·,·3·]"},                  //
                {"2012/01/01,0.0,12.8,rain", "2012/01/01·,·0.0·,·12.8·,·rain"},  //
                {"12,345,6", "12·,·345·,·6"});

PITH_WORD_CASES(IdentifiersStayWhole,                                                              //
                {"foo_bar __init__ _x snake_case_", "foo_bar __init__ _x snake_case_"},            //
                {"std::vector a->b x=>y a!=b a==b a<=b", "std::vector a->b x=>y a!=b a==b a<=b"},  //
                {"C++ C# F#, R&D AT&T", "C++ C# F#·, R&D AT&T"},                                   //
                {"key=value --flag -v --rate=0.5", "key=value --flag -v --rate=0.5"},              //
                {"@user #tag $HOME %s", "@user #tag $HOME %s"},                                    //
                {"U.S.A. U.S. e.g. i.e., p.m. Ph.D.", "U.S.A. U.S. e.g. i.e.·, p.m. Ph.D."},       //
                {"numpy.array example.com file.txt.", "numpy.array example.com file.txt·."},       //
                {"and/or src/text", "and/or src/text"},                                            //
                {"&amp; &#39;s", "&amp; &#39;·s"},                                                 //
                {"localhost:8080 key:value", "localhost:8080 key·:·value"},                        //
                {"00:1a:2b:ff", "00:1a:2b:ff"},                                                    //
                {"sha256:9f86d081884c", "sha256:9f86d081884c"});

PITH_WORD_CASES(PathsAndAddressesStayWhole,                                                          //
                {"/usr/bin/env ./run ../x ~/y /a/.git/b", "/usr/bin/env ./run ../x ~/y /a/.git/b"},  //
                {"C:\\path\\file.txt C:/x", "C:\\path\\file.txt C:/x"},                              //
                {"joe.b+c@example.co.uk,", "joe.b+c@example.co.uk·,"},                               //
                {"<joe@example.com>", "<·joe@example.com·>"},                                        //
                {"mailto:joe@example.com", "mailto:joe@example.com"},                                //
                {".gitignore .5", ".gitignore .5"});

PITH_WORD_CASES(UrlsStayWhole,                                                                   //
                {"https://e.com/a?b=c&d=e#f.", "https://e.com/a?b=c&d=e#f·."},                   //
                {"(http://x.y/z)", "(·http://x.y/z·)"},                                          //
                {"https://en.wikipedia.org/wiki/X_(y)", "https://en.wikipedia.org/wiki/X_(y)"},  //
                {"(https://x.y/w_(z)).", "(·https://x.y/w_(z)·)·."},                             //
                {"[text](https://x.y/z)", "[·text·]·(·https://x.y/z·)"},                         //
                {"\"https://x.y\",", "\"·https://x.y·\"·,"},                                     //
                {"<https://x.y>", "<·https://x.y·>"},                                            //
                {"www.e.com/a?x=1!", "www.e.com/a?x=1·!"},                                       //
                {"e.com/a?x=1", "e.com/a?x=1"},                                                  //
                {"http://a.b/c,http://d.e", "http://a.b/c·,·http://d.e"},                        //
                {"https://日本.jp/パス", "https://·日本·.jp/·パス"},                             //
                {"https://ja.wikipedia.org/wiki/日本", "https://ja.wikipedia.org/wiki/日本"},    //
                {"https://x.y/z。", "https://x.y/z·。"},                                         //
                {"url=https://x.y:80/z;", "url=https://x.y:80/z·;"});

PITH_WORD_CASES(MarkupIsPeeled,                                                                          //
                {"**bold** *it* _it_ `code` ~~del~~", "**·bold·** *·it·* _·it·_ `·code·` ~~·del·~~"},    //
                {"**bold**text", "**·bold·**·text"}, {"## Title", "## Title"}, {"##Title", "##·Title"},  //
                {"***", "***"}, {"-----", "-----"}, {"====", "===="}, {"|---|", "|·---·|"},              //
                {"```cpp", "```·cpp"}, {"> quote", "> quote"},                                           //
                {"<|user|>Hi<|x", "<|user|>·Hi·<·|·x"}, {"<p>Hello</p><br/>", "<p>·Hello·</p>·<br/>"},
                {"<a href=\"x\">", "<·a href=·\"·x·\"·>"});

PITH_WORD_CASES(CodeSplitsAtBrackets,                                                           //
                {"foo(bar)", "foo·(·bar·)"}, {"foo_bar(x)", "foo_bar·(·x·)"}, {"f()", "f·()"},  //
                {"a[i]", "a·[·i·]"}, {"{\"a\":1}", "{·\"·a·\"·:·1·}"}, {"\"\"", "\"\""},        //
                {"});", "}·)·;"}, {"!= -> <!-- --> :=", "!= -> <!-- --> :="},                   //
                {"x<-5", "x·<·-5"});

PITH_WORD_CASES(ScriptsWithoutSpacesAreCutByDictionary,           //
                {"北京，上海。", "北京·，·上海·。"},              //
                {"使用Python！", "使用·Python·！"},               //
                {"2024年", "2024·年"},                            //
                {"東京は", "東京·は"}, {"スーパー", "スーパー"},  //
                {"「東京」", "「·東京·」"},                       //
                {"สวัสดีชาวโลก", "สวัสดี·ชาว·โลก"},                   //
                {"ພາສາລາວ", "ພາສາ·ລາວ"});

PITH_WORD_CASES(OtherScriptsStayBetweenSpaces,                                                       //
                {"안녕하세요 세계.", "안녕하세요 세계·."}, {"\"공부\"합니다", "\"·공부·\"·합니다"},  //
                {"שלום, עולם", "שלום·, עולם"}, {"צה״ל", "צה״ל"},                                     //
                {"مرحبا، كيف؟", "مرحبا·، كيف·؟"},                                                    //
                {"नमस्ते दुनिया।", "नमस्ते दुनिया·।"},                                                     //
                {"Привет, «мир»!", "Привет·, «·мир·»·!"},                                            //
                {"naïve café", "naïve café"}, {"cafe\u0301s", "cafe\u0301s"});

PITH_WORD_CASES(ClustersStayWhole,  //
                {"hi👨‍👩‍👧‍👦!", "hi·👨‍👩‍👧‍👦·!"}, {"👍🏽👍🏽", "👍🏽·👍🏽"},
                {"😀😀", "😀😀"},                                                //
                {"🇺🇸🇫🇷", "🇺🇸·🇫🇷"}, {"#️⃣1️⃣", "#️⃣·1️⃣"}, {"❤️x", "❤️·x"},                 //
                {"a\u0308\u0301.", "a\u0308\u0301·."}, {"→ • ✓ok", "→ • ✓·ok"},  //
                {".\u0301a", ".\u0301·a"});

PITH_WORD_CASES(OddBytesBelongToWords,                                   //
                {"caf\xE9s", "caf\xE9s"}, {"\xFF\xFE x", "\xFF\xFE x"},  //
                {std::string("a\0b", 3), std::string("a·\0·b", 7)},      //
                {"\xEF\xBB\xBFHi", "\xEF\xBB\xBF·Hi"},                   //
                {"a\xC2\xA0"
                 "b",
                 "a b"},
                {"a\u3000b", "a b"}, {"a\u2028b", "a b"},                         //
                {"a\r\nb\r\n", "a b"}, {"zero\u200Bwidth", "zero·\u200B·width"},  //
                {"so\u00ADft", "so\u00ADft"}, {"\x1b[1m", "\x1b·[·1m"},           //
                {" \u0301x", "\u0301x"});

TEST(SegmentTest, MarksWhatAWordIs) {
  struct Flags {
    std::string text;
    std::vector<std::string> flags;  ///< d digit, p punctuation, c closing, o opening, g glued left
  };
  const std::vector<Flags> cases = {
      {"Hi, \"you\" (2).", {"", "pcg", "po", "g", "pcg", "po", "dg", "pcg", "pcg"}},
      {"50 % off - now", {"d", "pc", "", "p", ""}},
      {"说“好”。", {"", "pog", "g", "pcg", "pcg"}},
      {"“a” „b“ »c«", {"po", "g", "pcg", "po", "g", "pcg", "po", "g", "pcg"}},
      {"**b** \"", {"po", "g", "pcg", "p"}},
      {"٣ ½ 😀 €", {"d", "", "", "p"}},
      {"f() != <p>", {"", "pcg", "p", ""}},
      {"{\"a\":\"b\"}", {"po", "pog", "g", "pcg", "pcg", "pog", "g", "pcg", "pcg"}},
      {"3️⃣ #️⃣", {"d", ""}},
  };
  for (const Flags& c : cases) {
    std::vector<std::string> flags;
    for (const Word& word : segmented(c.text).words) {
      std::string f;
      if (word.has_decimal_digit) f += 'd';
      if (word.is_punctuation) f += 'p';
      if (word.is_closing) f += 'c';
      if (word.is_opening) f += 'o';
      if (word.glued_left) f += 'g';
      flags.push_back(f);
    }
    EXPECT_EQ(flags, c.flags) << c.text;
  }
}

std::string repeated(std::string_view piece, std::size_t n_bytes) {
  std::string out;
  while (out.size() < n_bytes) out += piece;
  return out;
}

TEST(SegmentTest, BoundsTheLengthOfWords) {
  const std::string long_url = "https://e.com/" + repeated("a/", kMaxUrlBytes - 20);
  EXPECT_EQ(segmented(long_url).words.size(), 1U);
  EXPECT_GT(segmented(long_url + repeated("b", 40)).words.size(), 1U);
  EXPECT_EQ(segmented(repeated("a", kMaxWordBytes)).words.size(), 1U);  // nowhere to cut
  EXPECT_EQ(segmented(repeated("a", kMaxWordBytes + 1)).words.size(), 2U);

  const std::string path = repeated("directory/", 200);  // cut behind a slash
  const Document document = segmented(path);
  ASSERT_EQ(document.words.size(), 2U);
  EXPECT_EQ(document.words[0].span.n_bytes() % 10, 0U);
  EXPECT_LE(document.words[0].span.n_bytes(), kMaxJoinedBytes);
}

TEST(SegmentTest, KeepsItsLawsOnHostileText) {
  const std::vector<std::string> pieces = {"a",
                                           "1",
                                           "\u0301",
                                           "\n",
                                           "\r\n",
                                           "😀",
                                           "👨‍👩‍👧",
                                           "🇺🇸",
                                           "\u200D",
                                           "a-",
                                           "a.",
                                           "1,",
                                           "1.",
                                           "http://",
                                           "a://(",
                                           "www.a.",
                                           "...",
                                           "_a",
                                           "'",
                                           "(",
                                           "<a",
                                           "&a;",
                                           "漢",
                                           "ア",
                                           "ก",
                                           "เ",
                                           "ກ",
                                           "က",
                                           "가",
                                           "\xE1\x84\x80",
                                           "\xFF",
                                           "\xF0\x9F",
                                           std::string(1, '\0'),
                                           "\u0600",
                                           "\u0915\u094D",
                                           "a ",
                                           ". ",
                                           "A: ",
                                           "- a\n",
                                           "# \n",
                                           "\u2029",
                                           "\u00A0",
                                           "-",
                                           "=",
                                           "\\",
                                           "/.",
                                           "..",
                                           "é",
                                           "”",
                                           "。"};
  for (const std::string& piece : pieces) {
    const std::string text = repeated(piece, 3000);
    EXPECT_EQ(broken_segment_law(text, segmented(text)), "") << piece;
  }
}

TEST(SegmentTest, TakesTimeLinearInTheText) {
  // A megabyte of each: quadratic code would not come back from this test before its time limit.
  for (const char* piece : {"a",  "\u0301", "\n",  "😀",     "🇺🇸", "漢", "ก",  "1,", "a://(", "www.a.", "_a", "'a",
                            "&a", "- a\n",  "A: ", "\u200D", "가", "\"", "<a", "x.", "\xFF",  "ア",     "က",  "1.2,"}) {
    EXPECT_FALSE(segmented(repeated(piece, 1U << 20U)).words.empty() && std::string_view(piece) != "\n") << piece;
  }
}

TEST(SegmentTest, KeepsItsLawsOnRandomText) {
  testing::Random random(11);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = testing::random_text(random, testing::random_below(random, 400));
    const Document document = segmented(text);
    ASSERT_EQ(broken_segment_law(text, document), "") << "round " << i;
    ASSERT_EQ(document, segmented(text)) << "round " << i;
  }
}

TEST(SegmentTest, ConcatenatesAcrossABlankLine) {
  testing::Random random(12);
  for (int i = 0; i < 1000; ++i) {
    const std::string a = testing::random_text(random, testing::random_below(random, 120));
    const std::string b = testing::random_text(random, testing::random_below(random, 120));
    ASSERT_EQ(broken_concatenation_law(a, b), "") << "round " << i;
  }
}

TEST(SegmentTest, MayRunInManyThreadsAtOnce) {
  const std::string text =
      repeated("Dr. Wu said “今天的会议” สวัสดีชาวโลก 👨‍👩‍👧! ", 5000);
  const Document expected = segmented(text);
  std::vector<int> n_same(4);
  std::vector<std::thread> threads;
  for (int& n : n_same) {
    threads.emplace_back([&text, &expected, &n] {
      for (int i = 0; i < 20; ++i) {
        const auto document = segment(text);
        n += document && *document == expected ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(n_same, std::vector<int>(4, 20));
}

TEST(SegmentTest, SplitsAsciiAlikeOnAllItsPaths) {
  // The shortcut for plain words, the rules over bytes and the rules over grapheme clusters.
  auto breaks = IcuBreaks::create();
  ASSERT_TRUE(breaks.has_value());
  UnicodeChunk chunk;
  testing::Random random(13);
  for (int i = 0; i < 5000; ++i) {
    const std::string text = testing::random_ascii(random, 1 + testing::random_below(random, 300));
    std::vector<Word> bytes, clusters;
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = begin;
      while (end < text.size() && (kAsciiBits[static_cast<unsigned char>(text[end])] & kSpace) == 0) ++end;
      if (end > begin) {
        const auto from = static_cast<std::uint32_t>(begin), to = static_cast<std::uint32_t>(end);
        split_ascii_chunk(text, from, to, bytes);
        ASSERT_TRUE(split_unicode_chunk(text, from, to, *breaks, chunk, clusters).has_value());
      }
      begin = end + 1;
    }
    ASSERT_EQ(bytes, clusters) << text;
    ASSERT_EQ(bytes, segmented(text).words) << text;
  }
}

TEST(SegmentTest, RefusesTextAboveTheCap) {
  const auto refused = segment(std::string(kMaxInputBytes + 1, ' '));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(segment(std::string(kMaxInputBytes, ' ')).has_value());
}

TEST(SegmentTest, KeepsItsLawsOnRealDocuments) {
  const char* shared = std::getenv("PITH_SHARED");
  const std::filesystem::path root = shared != nullptr ? shared : PITH_SOURCE_DIR "/../shared";
  std::vector<std::filesystem::path> folders = {PITH_SOURCE_DIR "/examples", PITH_SOURCE_DIR "/tests/data",
                                                root / "data" / "documents"};
  std::size_t n_files = 0;
  for (const auto& folder : folders) {
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || entry.file_size() > (std::uintmax_t{1} << 20U)) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      EXPECT_EQ(broken_segment_law(text, segmented(text)), "") << entry.path();
      ++n_files;
    }
  }
  if (n_files == 0) GTEST_SKIP() << "no documents: set PITH_SHARED to the folder that holds data/documents";
}

}  // namespace
}  // namespace pith
