#include "model/hub/settings.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "support/print_error.h"

namespace pith {
namespace {

class SettingsTest : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }

  static void clear() {
    for (const char* name : {"HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "PITH_OFFLINE", "PITH_RETRY_BASE_MS",
                             "PITH_NET_TIMEOUT_MS", "HTTP_PROXY", "http_proxy"}) {
      ::unsetenv(name);
    }
  }
};

TEST_F(SettingsTest, DefaultsAreThePublicHubOverHttps) {
  const auto settings = hub_settings_from_environment();
  ASSERT_TRUE(settings.has_value()) << settings.error().message;
  EXPECT_EQ(settings->endpoint.rfind("https://", 0), 0U);
  EXPECT_EQ(settings->authorization(), "");
  EXPECT_FALSE(settings->is_offline);
  EXPECT_EQ(settings->http.user_agent.rfind("pith/", 0), 0U);
}

TEST_F(SettingsTest, TheTokenIsNotSentOverPlainHttpExceptOnThisMachine) {
  ::setenv("HF_TOKEN", " secret\n", 1);
  for (const auto& [endpoint, expected] :
       {std::pair{"https://hub.example/", "Bearer secret"}, std::pair{"http://hub.example", ""},
        std::pair{"http://127.0.0.1:80", "Bearer secret"}, std::pair{"http://localhost:8080//", "Bearer secret"}}) {
    ::setenv("HF_ENDPOINT", endpoint, 1);
    EXPECT_EQ(hub_settings_from_environment()->authorization(), expected) << endpoint;
  }
  ::setenv("HF_TOKEN", "a\nb", 1);
  EXPECT_EQ(hub_settings_from_environment().error().message,
            "HF_TOKEN: holds a space or a control character: not a token");
}

TEST_F(SettingsTest, OfflineIsWhatHubToolsTakeForYes) {
  for (const char* yes : {"1", "true", "ON", "Yes"}) {
    ::setenv("HF_HUB_OFFLINE", yes, 1);
    EXPECT_TRUE(hub_settings_from_environment()->is_offline) << yes;
  }
  for (const char* no : {"", "0", "false", "no", "2"}) {
    ::setenv("HF_HUB_OFFLINE", no, 1);
    EXPECT_FALSE(hub_settings_from_environment()->is_offline) << no;
  }
  ::setenv("PITH_OFFLINE", "1", 1);
  EXPECT_EQ(hub_settings_from_environment()->offline_variable, "PITH_OFFLINE");
}

TEST_F(SettingsTest, NumbersAreChecked) {
  ::setenv("PITH_RETRY_BASE_MS", "7", 1);
  ::setenv("PITH_NET_TIMEOUT_MS", "300", 1);
  const auto settings = hub_settings_from_environment();
  EXPECT_EQ(settings->retry.base.count(), 7);
  EXPECT_EQ(settings->http.connect_timeout_ms, 300);
  EXPECT_EQ(settings->http.idle_timeout_ms, 300);
  for (const char* bad : {"0", "-1", "x", "1.5", "99999999999"}) {
    ::setenv("PITH_NET_TIMEOUT_MS", bad, 1);
    EXPECT_FALSE(hub_settings_from_environment().has_value()) << bad;
  }
}

}  // namespace
}  // namespace pith
