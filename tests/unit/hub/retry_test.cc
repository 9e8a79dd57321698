#include "model/hub/retry.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/print_error.h"

namespace pith {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

TEST(RetryTest, ReadsRetryAfterInBothForms) {
  const auto now = system_clock::from_time_t(784111777);  // Sun, 06 Nov 1994 08:49:37 GMT
  EXPECT_EQ(parse_retry_after("0", now), seconds(0));
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("99999999999999999999", now), seconds(1'000'000'000));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), seconds(0));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:51:07 GMT", now), seconds(90));
  EXPECT_EQ(parse_retry_after("Mon, 07 Nov 1994 08:49:37 GMT", now), seconds(86400));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 9194 08:49:37 GMT", now), seconds(1'000'000'000));
  EXPECT_EQ(parse_retry_after("Sat, 05 Nov 1994 08:49:37 GMT", now), seconds(0));
  for (const char* text :
       {"", "-1", "1.5", "soon", " 5", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Xov 1994 08:49:37 GMT",
        "Sun, 06 ovD 1994 08:49:37 GMT", "Sun, xx Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"}) {
    EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
  }
}

TEST(RetryTest, WaitsDoubleWithJitterUpToALimitAndThenEnd) {
  Retries retries({.base = milliseconds(100), .longest = milliseconds(500), .most_fruitless = 5});
  const milliseconds whole[] = {milliseconds(100), milliseconds(200), milliseconds(400), milliseconds(500),
                                milliseconds(500)};
  for (const milliseconds expected : whole) {
    const auto wait = retries.next_wait(false, std::nullopt);
    ASSERT_TRUE(wait.has_value());
    EXPECT_GE(*wait, expected / 2);
    EXPECT_LE(*wait, expected);
  }
  EXPECT_EQ(retries.next_wait(false, std::nullopt), std::nullopt);
}

TEST(RetryTest, ProgressBeginsTheCountAnewButNotForEver) {
  Retries retries({.base = milliseconds(100), .most_fruitless = 1, .most_in_all = 50});
  for (int i = 0; i < 25; ++i) {
    const auto first = retries.next_wait(true, std::nullopt);
    ASSERT_TRUE(first.has_value());
    EXPECT_LE(*first, milliseconds(100));
    ASSERT_TRUE(retries.next_wait(false, std::nullopt).has_value());
  }
  EXPECT_EQ(retries.next_wait(true, std::nullopt), std::nullopt);
}

TEST(RetryTest, AServersWishComesFirst) {
  Retries retries({.base = milliseconds(100)});
  EXPECT_EQ(retries.next_wait(false, seconds(7)), milliseconds(7000));
  EXPECT_EQ(retries.next_wait(false, seconds(0)), milliseconds(0));
}

TEST(RetryTest, RepeatTriesUntilItWorksOrCannot) {
  std::vector<std::string> notes;
  const Watch watch{.cancelled = {}, .on_note = [&](const std::string& note) { notes.push_back(note); }};
  const RetryPolicy policy{.base = milliseconds(1), .most_fruitless = 3};
  const auto failing = [](bool is_transient) {
    return Attempt{.error = Error{ErrorCode::kIo, "it broke"}, .is_transient = is_transient};
  };
  int n_tries = 0;
  EXPECT_TRUE(repeat(policy, watch, [&] { return ++n_tries < 3 ? failing(true) : Attempt{}; }).has_value());
  EXPECT_EQ(n_tries, 3);
  EXPECT_EQ(notes, (std::vector<std::string>{"it broke; trying again in 0.0 s", "it broke; trying again in 0.0 s"}));
  EXPECT_EQ(repeat(policy, watch, [&] { return failing(false); }).error(), (Error{ErrorCode::kIo, "it broke"}));
  EXPECT_EQ(repeat(policy, watch, [&] { return failing(true); }).error(),
            (Error{ErrorCode::kIo, "it broke; given up after 4 tries"}));
  EXPECT_EQ(
      repeat(policy, {.cancelled = [] { return true; }, .on_note = {}}, [&] { return failing(true); }).error().code,
      ErrorCode::kCancelled);
}

}  // namespace
}  // namespace pith
