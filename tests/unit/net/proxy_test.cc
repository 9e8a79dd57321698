#include "net/proxy.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "support/print_error.h"

namespace pith {
namespace {

TEST(ProxyTest, NoProxyMatchesDomainsAddressesAndNetworks) {
  struct Case {
    const char* host;
    std::uint16_t port;
    const char* no_proxy;
    bool bypasses;
  };
  for (const Case& c : {
           Case{"hub.example", 443, "", false},
           Case{"hub.example", 443, " ,, ", false},
           Case{"hub.example", 443, "*", true},
           Case{"hub.example", 443, "a.b, hub.example", true},
           Case{"hub.example", 443, "a.b hub.example", true},
           Case{"Hub.Example", 443, "hub.EXAMPLE", true},
           Case{"hub.example.", 443, "hub.example", true},
           Case{"hub.example", 443, "example", true},
           Case{"hub.example", 443, ".example", true},
           Case{"hub.example", 443, "*.example", true},
           Case{"example", 443, ".example", true},
           Case{"hubexample", 443, "example", false},
           Case{"hub.example.evil", 443, "example", false},
           Case{"hub.example", 443, "hub", false},
           Case{"hub.example", 443, "hub.example:443", true},
           Case{"hub.example", 443, "hub.example:80", false},
           Case{"hub.example", 443, "hub.example:", false},
           Case{"hub.example", 443, ".", false},
           Case{"127.0.0.1", 80, "127.0.0.1", true},
           Case{"127.0.0.1", 80, "127.0.0.1:80", true},
           Case{"127.0.0.1", 80, "127.0.0.1:81", false},
           Case{"127.0.0.1", 80, "0.0.1", false},
           Case{"10.1.2.3", 80, "10.0.0.0/8", true},
           Case{"11.1.2.3", 80, "10.0.0.0/8", false},
           Case{"10.1.2.3", 80, "0.0.0.0/0", true},
           Case{"10.1.2.3", 80, "10.1.2.3/32", true},
           Case{"10.1.2.2", 80, "10.1.2.3/32", false},
           Case{"10.1.2.3", 80, "10.0.0.0/33", false},
           Case{"10.1.2.3", 80, "10.0.0.0/", false},
           Case{"hub.example", 80, "10.0.0.0/0", false},
           Case{"::1", 80, "::1", true},
           Case{"::1", 80, "0:0::1", true},
           Case{"::1", 80, "[::1]", true},
           Case{"::1", 80, "[::1]:80", true},
           Case{"::1", 80, "[::1]:81", false},
           Case{"::1", 80, "[::1", false},
           Case{"::1", 80, "[::1]x", false},
           Case{"fd00::5", 80, "fd00::/8", true},
           Case{"fe00::5", 80, "fd00::/8", false},
           Case{"10.1.2.3", 80, "::/0", false},
       }) {
    EXPECT_EQ(bypasses_proxy(c.host, c.port, c.no_proxy), c.bypasses) << c.host << " with " << c.no_proxy;
  }
}

TEST(ProxyTest, EachSchemeHasItsVariableAndAllStandsInForBoth) {
  const Url plain = parse_url("http://h/").value();
  const Url secure = parse_url("https://h/").value();
  const ProxySettings both{.http = "http://one:1", .https = "two:2", .all = "three:3", .no_proxy = ""};
  EXPECT_EQ(proxy_for(plain, both).value()->host, "one");
  EXPECT_EQ(proxy_for(secure, both).value()->host, "two");
  const ProxySettings all{.http = "", .https = "", .all = "HTTP://three:3/", .no_proxy = ""};
  EXPECT_EQ(proxy_for(plain, all).value()->host, "three");
  EXPECT_EQ(proxy_for(secure, all).value()->port, 3);
  EXPECT_FALSE(proxy_for(secure, {}).value().has_value());
  EXPECT_FALSE(proxy_for(secure, {.http = "", .https = "two:2", .all = "", .no_proxy = "h"}).value().has_value());
}

TEST(ProxyTest, ANameAndPasswordBecomeBasicAuthorization) {
  const Url url = parse_url("https://h/").value();
  const auto proxy = proxy_for(url, {.http = "", .https = "http://me:p%40s%3As@p:8080", .all = "", .no_proxy = ""});
  ASSERT_TRUE(proxy.has_value() && proxy->has_value());
  EXPECT_EQ((*proxy)->host, "p");
  EXPECT_EQ((*proxy)->port, 8080);
  EXPECT_EQ((*proxy)->authorization, "Basic bWU6cEBzOnM=");  // me:p@s:s
  const auto odd = proxy_for(url, {.http = "", .https = "me:a@b@p:1", .all = "", .no_proxy = ""});
  EXPECT_EQ((*odd)->authorization, "Basic bWU6YUBi");  // the last '@' ends the password
  EXPECT_EQ((*odd)->host, "p");
}

TEST(ProxyTest, RefusalsNameTheVariableAndNotItsValue) {
  const Url url = parse_url("https://h/").value();
  for (const char* value :
       {"socks5://secret@h:1", "https://secret:x@h:1", "http://secret@", "http://u:secret@h:99999", "secret host"}) {
    const auto proxy = proxy_for(url, {.http = "", .https = value, .all = "", .no_proxy = ""});
    ASSERT_FALSE(proxy.has_value()) << value;
    EXPECT_EQ(proxy.error().message.rfind("HTTPS_PROXY: ", 0), 0U) << proxy.error().message;
    EXPECT_EQ(proxy.error().message.find("secret"), std::string::npos) << proxy.error().message;
  }
}

TEST(ProxyTest, LowerCaseVariablesWinAndCgiScriptsAreSafe) {
  for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                           "no_proxy", "NO_PROXY", "REQUEST_METHOD"}) {
    ::unsetenv(name);
  }
  ::setenv("HTTP_PROXY", "upper:1", 1);
  EXPECT_EQ(proxy_settings_from_environment().http, "upper:1");
  ::setenv("http_proxy", "lower:1", 1);
  EXPECT_EQ(proxy_settings_from_environment().http, "lower:1");
  ::unsetenv("http_proxy");
  ::setenv("REQUEST_METHOD", "GET", 1);
  EXPECT_EQ(proxy_settings_from_environment().http, "");
  ::unsetenv("REQUEST_METHOD");
  ::unsetenv("HTTP_PROXY");
}

}  // namespace
}  // namespace pith
