#include <gtest/gtest.h>

#include <string>

#include "net/http.h"
#include "support/loopback_server.h"
#include "support/print_error.h"

namespace pith {
namespace {

using Reply = LoopbackServer::Reply;
using Request = LoopbackServer::Request;

HttpOptions short_options() {
  HttpOptions options;
  options.idle_timeout_ms = 5000;
  options.max_body_bytes = 1 << 20;
  return options;
}

TEST(HttpPostTest, SendsTheBodyAndReturnsTheAnswerWhateverItsStatus) {
  for (const int status : {200, 201, 400, 429, 500}) {
    LoopbackServer server([&](const Request& request, std::size_t) -> Reply {
      return {.status = status, .body = request.body, .headers = "X-Answer: yes\r\n"};
    });
    const std::string json = "{\"a\": \"" + std::string(300'000, 'x') + "\"}";
    const auto answer =
        http_post_json({.url = server.url() + "/a?b=c", .authorization = "Bearer k"}, json, short_options());
    ASSERT_TRUE(answer) << answer.error().error.message;
    EXPECT_EQ(answer->response.head.status, status);
    EXPECT_EQ(answer->response.head.header("x-answer"), "yes");
    EXPECT_EQ(answer->body, json);
    const std::string head = server.requests().at(0).head + "\r\n";
    EXPECT_TRUE(head.starts_with("POST /a?b=c HTTP/1.1\r\n")) << head;
    for (const std::string& line :
         {std::string("Content-Type: application/json"), "Host: " + server.host(),
          std::string("Authorization: Bearer k"), "Content-Length: " + std::to_string(json.size())}) {
      EXPECT_NE(head.find("\r\n" + line + "\r\n"), std::string::npos) << head;
    }
  }
}

TEST(HttpPostTest, FollowsNoRedirect) {
  for (const int status : {301, 302, 303, 307, 308}) {
    LoopbackServer elsewhere([](const Request&, std::size_t) { return Reply{}; });
    LoopbackServer server([&](const Request&, std::size_t) -> Reply {
      return {.status = status, .headers = "Location: " + elsewhere.url() + "/\r\n"};
    });
    const auto answer = http_post_json({.url = server.url(), .authorization = "Bearer k"}, "{}", short_options());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->response.head.status, status);
    EXPECT_TRUE(elsewhere.requests().empty());
  }
}

TEST(HttpPostTest, SaysWhichFailuresMayPass) {
  const struct {
    Reply reply;
    ErrorCode code;
    bool is_transient;
  } cases[] = {
      {{.drops = true}, ErrorCode::kIo, true},
      {{.body = "half of it", .breaks = true}, ErrorCode::kIo, true},
      {{.hangs = true}, ErrorCode::kIo, true},
      {{.body = std::string(2 << 20, 'x')}, ErrorCode::kTooLarge, false},
      {{.headers = "Content-Encoding: gzip\r\n"}, ErrorCode::kIo, false},
  };
  for (const auto& c : cases) {
    LoopbackServer server([&](const Request&, std::size_t) { return c.reply; });
    HttpOptions options = short_options();
    options.idle_timeout_ms = 300;
    const auto answer = http_post_json({.url = server.url()}, "{}", options);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, c.code) << answer.error().error.message;
    EXPECT_EQ(answer.error().is_transient, c.is_transient) << answer.error().error.message;
    EXPECT_NE(answer.error().error.message.find(server.host()), std::string::npos);
  }
}

TEST(HttpPostTest, StopsWhenAskedTo) {
  LoopbackServer server([](const Request&, std::size_t) { return Reply{.hangs = true}; });
  HttpOptions options = short_options();
  int n_asked = 0;
  options.cancelled = [&] { return ++n_asked > 3; };
  const auto answer = http_post_json({.url = server.url()}, "{}", options);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().error.code, ErrorCode::kCancelled);
}

TEST(HttpPostTest, RefusesWhatIsNoUrl) {
  EXPECT_EQ(http_post_json({.url = "ftp://a.example"}, "{}", {}).error().error.code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace pith
