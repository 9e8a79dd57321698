#include "net/url.h"

#include <gtest/gtest.h>

#include <string>

#include "support/print_error.h"

namespace pith {
namespace {

TEST(UrlTest, TakesApartWhatAClientNeeds) {
  struct Case {
    const char* text;
    Url url;
  };
  for (const Case& c : {
           Case{"https://hub.example/a/b?c=d", {"https", "hub.example", 443, "/a/b?c=d"}},
           Case{"HTTP://Hub.Example:8080", {"http", "hub.example", 8080, "/"}},
           Case{"http://127.0.0.1:/x#part", {"http", "127.0.0.1", 80, "/x"}},
           Case{"https://[2001:DB8::1]:8443/x", {"https", "2001:db8::1", 8443, "/x"}},
           Case{"https://h?q=1", {"https", "h", 443, "/?q=1"}},
           Case{"https://h/a@b:c", {"https", "h", 443, "/a@b:c"}},
           Case{"https://h/%2e%2e/x", {"https", "h", 443, "/%2e%2e/x"}},
       }) {
    const auto url = parse_url(c.text);
    ASSERT_TRUE(url.has_value()) << c.text << ": " << url.error().message;
    EXPECT_EQ(*url, c.url) << c.text;
  }
}

TEST(UrlTest, RefusesWhatCouldMeanSomethingElse) {
  for (const std::string text : {"",
                                 "hub.example",
                                 "//hub",
                                 "ftp://h/",
                                 "javascript://h",
                                 "https://",
                                 "https:///x",
                                 "https://:80",
                                 "https://h:0",
                                 "https://h:65536",
                                 "https://h:8x",
                                 "https://h:-1",
                                 "https://h h/",
                                 "https://h/a b",
                                 "https://h/\r\nX: y",
                                 "https://h/\x7f",
                                 "https://h/\xc3\xa4",
                                 "https://[::1",
                                 "https://[zz]/",
                                 "https://[::1]x/",
                                 "https://a..b/",
                                 "https://.a/",
                                 "https://-a/",
                                 "https://a%41/",
                                 "https://u@h/",
                                 "https://u:p@h/",
                                 "https://h\\@x/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(parse_url("https://h/" + std::string(9000, 'x')).has_value());
  EXPECT_FALSE(parse_url("https://" + std::string(300, 'x')).has_value());
  EXPECT_FALSE(parse_url(std::string("https://h/\0", 11)).has_value());
}

TEST(UrlTest, ErrorsShowNoSecretsAndNoControlCharacters) {
  for (const std::string text : {"https://user:secret@h/", "ftp://h/x?token=secret", "ftp://h/\x1b[2J", "x#secret"}) {
    const std::string message = parse_url(text).error().message;
    EXPECT_EQ(message.find("secret"), std::string::npos) << message;
    EXPECT_EQ(message.find('\x1b'), std::string::npos) << message;
  }
}

TEST(UrlTest, ResolvesReferencesAsRfc3986Does) {
  // The examples of section 5.4 that are not about schemes we refuse or paths we never see.
  const Url base = parse_url("http://a/b/c/d;p?q").value();
  const std::pair<const char*, const char*> cases[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"https://other:8443/x?y", "https://other:8443/x?y"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = resolve_reference(base, reference);
    ASSERT_TRUE(url.has_value()) << reference << ": " << url.error().message;
    EXPECT_EQ(to_text(*url), expected) << reference;
  }
  for (const char* reference : {"ftp://x/", "mailto:x", "//u@h/", "/a b", "http://h:0/"}) {
    EXPECT_FALSE(resolve_reference(base, reference).has_value()) << reference;
  }
}

TEST(UrlTest, TextAndAuthorityLeaveTheUsualPortOut) {
  for (const char* text : {"https://h/", "https://h:80/", "http://h:443/x?y", "http://[::1]:8080/"}) {
    EXPECT_EQ(to_text(parse_url(text).value()), text);
  }
  EXPECT_EQ(authority(parse_url("https://h:443/x").value()), "h");
  EXPECT_EQ(authority(parse_url("https://[::1]/x").value()), "[::1]");
}

TEST(UrlTest, AnOriginIsSchemeHostAndPort) {
  const auto same = [](const char* a, const char* b) {
    return same_origin(parse_url(a).value(), parse_url(b).value());
  };
  EXPECT_TRUE(same("https://h/a", "https://H:443/b"));
  EXPECT_FALSE(same("https://h/", "http://h:443/"));
  EXPECT_FALSE(same("https://h/", "https://h:8443/"));
  EXPECT_FALSE(same("https://h/", "https://h.evil/"));
}

TEST(UrlTest, KnowsLoopback) {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"}) EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* host : {"localhost.evil", "128.0.0.1", "127.0.0.1.evil", "::2", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(UrlTest, PercentEncodingGoesBothWays) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(percent_decoded(percent_encoded(all)), all);
  EXPECT_EQ(percent_encoded("a b/ä?", "/"), "a%20b/%C3%A4%3F");
  EXPECT_EQ(percent_decoded("%41%4"), "A%4");
  EXPECT_EQ(percent_decoded("%zz%"), "%zz%");
}

}  // namespace
}  // namespace pith
