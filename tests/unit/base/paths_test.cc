#include "base/paths.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace pith {
namespace {

/// Sets variables (nullopt: unsets) and puts the old values back.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::optional<std::string>>& values) {
    for (const auto& [name, value] : values) {
      const char* old = std::getenv(name.c_str());
      old_[name] = old == nullptr ? std::nullopt : std::optional<std::string>(old);
      set(name, value);
    }
  }
  ~Environment() {
    for (const auto& [name, value] : old_) set(name, value);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  static void set(const std::string& name, const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
  std::map<std::string, std::optional<std::string>> old_;
};

TEST(PathsTest, PutsTheCacheWhereTheUserSays) {
  {
    const Environment environment({{"PITH_CACHE", "/c"}, {"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}});
    EXPECT_EQ(cache_dir(), "/c");
  }
  {
    const Environment environment({{"PITH_CACHE", ""}, {"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}});
    EXPECT_EQ(cache_dir(), "/x/pith");
  }
  {
    const Environment environment({{"PITH_CACHE", std::nullopt}, {"XDG_CACHE_HOME", std::nullopt}, {"HOME", "/h"}});
    EXPECT_EQ(cache_dir(), "/h/.cache/pith");
  }
  {
    const Environment environment(
        {{"PITH_CACHE", std::nullopt}, {"XDG_CACHE_HOME", std::nullopt}, {"HOME", std::nullopt}});
    EXPECT_EQ(cache_dir().substr(cache_dir().size() - 5), "/pith");
  }
}

TEST(PathsTest, FindsDataWhereTheUserSays) {
  const Environment environment(std::map<std::string, std::optional<std::string>>{{"PITH_DATA", "/d"}});
  EXPECT_EQ(data_dir(), "/d");
}

TEST(PathsTest, FallsBackToAFolderNamedAfterTheProject) {
  const Environment environment(std::map<std::string, std::optional<std::string>>{{"PITH_DATA", std::nullopt}});
  EXPECT_EQ(data_dir().substr(data_dir().rfind("share/pith")), "share/pith");
}

}  // namespace
}  // namespace pith
