#include "model/hub/hub_name.h"

#include <gtest/gtest.h>

#include <string>

#include "support/print_error.h"

namespace pith {
namespace {

TEST(HubNameTest, ReadsNameFileAndRevision) {
  struct Case {
    const char* text;
    HubName name;
  };
  for (const Case& c : {
           Case{"hf:org/name", {"org", "name"}},
           Case{"org/name", {"org", "name"}},
           Case{"hf:org/name@v1.0", {"org", "name", "", "v1.0"}},
           Case{"hf:org/name@refs/pr/1", {"org", "name", "", "refs/pr/1"}},
           Case{"hf:org/name/a.gguf", {"org", "name", "a.gguf"}},
           Case{"hf:org/name/sub/a b.gguf@main", {"org", "name", "sub/a b.gguf", "main"}},
           Case{"hf:Org-1/na_me.v2", {"Org-1", "na_me.v2"}},
           Case{"hf:org/name:a.gguf", {"org", "name", "a.gguf"}},
           Case{"hf:org/name:sub/a.gguf@v1", {"org", "name", "sub/a.gguf", "v1"}},
           Case{"hf:org/name:Q4_K_M", {"org", "name", "", "", "Q4_K_M"}},
           Case{"hf:org/name:UD-Q2_K_XL@v1.0", {"org", "name", "", "v1.0", "UD-Q2_K_XL"}},
       }) {
    const auto name = parse_hub_name(c.text);
    ASSERT_TRUE(name.has_value()) << c.text << ": " << name.error().message;
    EXPECT_EQ(*name, c.name) << c.text;
    EXPECT_EQ(parse_hub_name(to_text(*name)).value(), *name);
  }
}

TEST(HubNameTest, RefusesWhatIsNoNameOrCouldLeaveTheFolder) {
  for (const std::string text : {"",
                                 "hf:",
                                 "name",
                                 "hf:/name",
                                 "hf:org/",
                                 "hf:org//x.gguf",
                                 "hf:../name",
                                 "hf:org/..",
                                 "hf:.x/name",
                                 "hf:org/.x",
                                 "hf:-x/name",
                                 "hf:org/a..b",
                                 "hf:org/na me",
                                 "hf:org/n\xc3\xa4me",
                                 "hf:org/name/",
                                 "hf:org/name/../x.gguf",
                                 "hf:org/name/x.bin",
                                 "hf:org/name:",
                                 "hf:org/name:../x.gguf",
                                 "hf:org/name:x.bin/y",
                                 "hf:org/name:Q4:K",
                                 "hf:org/name:Q4 K",
                                 "hf:org/name/x.gguf:Q4_K_M",
                                 "hf:org/name/x.gguf:y.gguf",
                                 "hf:org:Q4_K_M",
                                 "hf:org/name/x\ny.gguf",
                                 "hf:org/name@",
                                 "hf:org/name@a..b",
                                 "hf:org/name@/a",
                                 "hf:org/name@-a",
                                 "hf:org/name@a b",
                                 "hf:org/name@a?b",
                                 "hf:org/name@a%2f"}) {
    EXPECT_FALSE(parse_hub_name(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_hub_name("hf:org/" + std::string(97, 'x')).has_value());
}

TEST(HubNameTest, QuantisationsAreTheEndsOfNames) {
  for (const char* file : {"m-Q4_K_M.gguf", "m.q4_k_m.gguf", "Q4_K_M.gguf", "sub/m-Q4_K_M.gguf",
                           "m-Q4_K_M-00001-of-00003.gguf", "UD-Q4_K_M.gguf"}) {
    EXPECT_TRUE(is_of_quantization(file, "Q4_K_M")) << file;
  }
  for (const char* file : {"m-Q4_K_S.gguf", "m-xQ4_K_M.gguf", "m-Q4_K_M", "m-Q4_K_M.bin", "Q4_K_M/m.gguf", ".gguf",
                           "K_M.gguf", "m-Q4_K_M-0001-of-00003.gguf"}) {
    EXPECT_FALSE(is_of_quantization(file, "Q4_K_M")) << file;
  }
  EXPECT_FALSE(is_of_quantization("m-Q4_K_M.gguf", "K_M"));
  EXPECT_FALSE(is_of_quantization("m-.gguf", ""));
}

TEST(HubNameTest, PartsBehindTheFirstAreToldFromNames) {
  EXPECT_TRUE(is_later_part("sub/m-Q8_0-00002-of-00003.gguf"));
  for (const char* file : {"m-00001-of-00003.gguf", "best-of-n-Q4_0.gguf", "m.gguf", "-00002-of-00003.gguf"}) {
    EXPECT_FALSE(is_later_part(file)) << file;
  }
}

TEST(HubNameTest, SafeFileNamesStayBelowTheirFolder) {
  for (const std::string name :
       {"a", "config.json", "a/b/c.txt", "..a", "a..", "a b", "\xc3\xa4.txt", ".gitattributes"}) {
    EXPECT_TRUE(is_safe_file_name(name)) << name;
  }
  for (const std::string name : {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.", "./a", "a\\b", "c:a",
                                 "a\nb", "a\x1b", "a\x7f", "a\xff", "\xc3"}) {
    EXPECT_FALSE(is_safe_file_name(name)) << name;
  }
  EXPECT_FALSE(is_safe_file_name(std::string("a\0b", 3)));
  EXPECT_FALSE(is_safe_file_name(std::string(201, 'x')));
  EXPECT_FALSE(is_safe_file_name(std::string(150, 'x') + '/' + std::string(1000, 'y')));
}

TEST(HubNameTest, PrintableTextCannotSteerATerminal) {
  EXPECT_EQ(printable("a\x1b[2J\n\xc3\xa4"), "a?[2J???");
  EXPECT_EQ(printable(std::string(200, 'x')), std::string(100, 'x') + "...");
}

TEST(HubNameTest, CommitsAreFortyLowerCaseDigits) {
  EXPECT_TRUE(is_commit("0123456789abcdef0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("0123456789ABCDEF0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("0123456"));
}

}  // namespace
}  // namespace pith
