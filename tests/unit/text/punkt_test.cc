#include "text/punkt.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/mapped_file.h"
#include "support/temp_dir.h"

namespace pith {
namespace {

using Sentences = std::vector<std::string>;

/// A few parameters of our own, in the layout of punkt_tab.
void write_parameters(const std::string& folder) {
  write_text(folder + "/abbrev_types.txt", "dr\netc\ne.g\nsept\nfig");
  write_text(folder + "/sent_starters.txt", "these\nmost\n");
  write_text(folder + "/collocations.tab", "##number##\tinternational\nj\tbach");
  write_text(folder + "/ortho_context.tab", "the\t46\nthese\t4\nbach\t4\nleft\t32\nhowever\t34\n");
}

PunktParameters parameters() {
  const TempDir folder;
  write_parameters(folder.path());
  return read_punkt_parameters(folder.path()).value();
}

Sentences split(std::string_view text, const PunktParameters& parameters) {
  Sentences out;
  for (const ByteSpan span : punkt_sentences(text, parameters)) out.emplace_back(span.of(text));
  return out;
}

TEST(Punkt, CutsWhereTypesAndNeighboursSaySo) {
  const PunktParameters p = parameters();
  const std::vector<std::pair<std::string, Sentences>> cases{
      {"", {}},
      {" \n\t ", {}},
      {"no end", {"no end"}},
      {"  One. Two?  Three!\n", {"  One.", "Two?", "Three!"}},
      {"Dr. Wu left. He paid.", {"Dr. Wu left.", "He paid."}},
      {"Apples etc. however they come.", {"Apples etc. however they come."}},
      {"Apples etc. However they come.", {"Apples etc.", "However they come."}},     // seen in lower case
      {"Apples etc. These are red.", {"Apples etc.", "These are red."}},             // a sentence starter
      {"It was in 5. International trade.", {"It was in 5. International trade."}},  // a collocation
      {"By J. Bach himself.", {"By J. Bach himself."}},
      {"By K. Zorn himself.", {"By K. Zorn himself."}},  // an initial before a word never seen in lower case
      {"It is 3.14 or so. 2. is next.", {"It is 3.14 or so.", "2. is next."}},
      {"He said (in full.) She left.", {"He said (in full.)", "She left."}},
      {"\"Go.\" \"Stay!\" End.", {"\"Go.\"", "\"Stay!\"", "End."}},
      {"\xE2\x80\x9CGo.\xE2\x80\x9D Well. ", {"\xE2\x80\x9CGo.\xE2\x80\x9D", "Well."}},
      {"Wait... what? So it is", {"Wait... what?", "So it is"}},
      {"Very bad!!! I promise.", {"Very bad!!!", "I promise."}},
      {"See a.b.c or x.y", {"See a.b.c or x.y"}},
      {"mid-Sept. however", {"mid-Sept. however"}},  // the part behind the hyphen is known
      {"one.\xFF\xFE two. \x80three", {"one.\xFF\xFE two.", "\x80three"}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(split(text, p), expected) << text;
}

TEST(Punkt, SpansAscendAndLeaveOnlyWhiteSpaceOut) {
  const PunktParameters p = parameters();
  const std::vector<std::string> pieces{
      "Dr",           ".",        "?",    "!", " ",    "\n",  "\"",  ")",    "(", "-", "--", "a", "Bach", "5",
      "\xE2\x80\x9D", "\xC2\xA0", "\xFF", ",", "etc.", "J. ", "The", "\r\n", "[", "'"};
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int n = static_cast<int>(random() % 30); n > 0; --n) text += pieces[random() % pieces.size()];
    std::uint32_t at = 0;
    std::string left_out;
    for (const ByteSpan span : punkt_sentences(text, p)) {
      ASSERT_LE(at, span.begin) << text;
      ASSERT_LT(span.begin, span.end) << text;
      left_out += text.substr(at, span.begin - at);
      at = span.end;
    }
    left_out += text.substr(at);
    for (const std::string_view space : {"\xC2\xA0", " ", "\n", "\r"}) {
      for (std::size_t i = left_out.find(space); i != std::string::npos; i = left_out.find(space)) {
        left_out.erase(i, space.size());
      }
    }
    EXPECT_EQ(left_out, "") << text;
  }
}

TEST(Punkt, LongRunsAreReadOnce) {
  const PunktParameters p = parameters();
  for (const std::string_view piece : {".", ". ", "?", "-", "a", ",", "\"", "\n", "5", ".\t", "!\""}) {
    std::string text;
    while (text.size() < 400'000) text += piece;
    const auto spans = punkt_sentences(text, p);
    EXPECT_LE(spans.size(), text.size());
  }
}

TEST(Punkt, BrokenParametersAreNamed) {
  const TempDir folder;
  EXPECT_EQ(read_punkt_parameters(folder.path()).error().code, ErrorCode::kNotFound);
  write_parameters(folder.path());
  ASSERT_TRUE(read_punkt_parameters(folder.path()));
  write_text(folder / "ortho_context.tab", "the\t46\nthese\tmany\n");
  const auto broken = read_punkt_parameters(folder.path());
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kBadInput);
  EXPECT_NE(broken.error().message.find("ortho_context.tab:2"), std::string::npos) << broken.error().message;
}

TEST(Punkt, TheUsersOwnDataIsFound) {
  const TempDir data;
  const std::string folder = data / "tokenizers/punkt_tab/english";
  std::filesystem::create_directories(folder);
  write_parameters(folder);
  const char* before = std::getenv("NLTK_DATA");
  const std::string saved = before == nullptr ? "" : before;
  ::setenv("NLTK_DATA", ("/nowhere:" + data.path()).c_str(), 1);
  EXPECT_EQ(find_punkt_parameters(), folder);
  before == nullptr ? ::unsetenv("NLTK_DATA") : ::setenv("NLTK_DATA", saved.c_str(), 1);
}

TEST(Punkt, AgreesWithNltkOnTheRecordedTexts) {
  const char* shared = std::getenv("PITH_SHARED");
  const std::string golden = (shared == nullptr ? PITH_SOURCE_DIR "/../shared" : std::string(shared)) + "/golden";
  const auto lines = read_file(golden + "/sentences/cases.jsonl");
  if (!lines) GTEST_SKIP() << "no golden cases: set PITH_SHARED";
  const auto p = read_punkt_parameters(golden + "/punkt_tab_english");
  ASSERT_TRUE(p) << p.error().message;
  std::size_t n_cases = 0;
  for (std::size_t begin = 0; begin < lines->size(); ++n_cases) {
    const std::size_t end = std::min(lines->find('\n', begin), lines->size());
    const json::value row = parse_json(std::string_view(*lines).substr(begin, end - begin), "cases.jsonl").value();
    begin = end + 1;
    const json::value& given = row.at("input").at("text");
    const std::string text = given.is_string()
                                 ? std::string(given.as_string())
                                 : read_file(golden + "/" + std::string(given.at("file").as_string())).value();
    Sentences expected;
    for (const json::value& s : row.at("output").at("sentences").as_array()) expected.emplace_back(s.as_string());
    EXPECT_EQ(split(text, *p), expected) << row.at("id").as_string();
  }
  EXPECT_EQ(n_cases, 49U);
}

}  // namespace
}  // namespace pith
