#include "compress/rankers/server_ranker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "compress/rankers/make_ranker.h"
#include "support/loopback_server.h"
#include "support/print_error.h"

namespace pith {
namespace {

using Reply = LoopbackServer::Reply;
using Request = LoopbackServer::Request;
const std::string kKey = "sk-secret-0123456789";

/// A variable of the environment for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* const old = std::getenv(name)) old_ = old;
    if (value == nullptr) {
      ::unsetenv(name);
    } else {
      ::setenv(name, value, 1);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() {
    if (old_) {
      ::setenv(name_, old_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

/// What a well-behaved server says: texts are as near to the question as they have 'x', counted in the request.
Reply well(const Request& request) {
  const json::object asked = json::parse(request.body).as_object();
  const auto n_x = [](const json::value& text) {
    const auto& s = text.as_string();
    return static_cast<double>(std::count(s.begin(), s.end(), 'x'));
  };
  json::array items;
  if (asked.contains("input")) {
    for (const json::value& text : asked.at("input").as_array()) {
      const double angle = 1 / (1 + n_x(text));
      const bool is_query = text.as_string().find("question") != json::string::npos;
      items.push_back({{"index", items.size()},
                       {"embedding", {is_query ? 1.0 : std::cos(angle), is_query ? 0.0 : std::sin(angle)}}});
    }
    std::reverse(items.begin(), items.end());  // in any order
    return {.body = json::serialize(json::object{{"data", items}})};
  }
  for (const json::value& text : asked.at("documents").as_array()) {
    items.push_back({{"index", items.size()}, {"relevance_score", n_x(text)}});
  }
  std::reverse(items.begin(), items.end());
  return {.body = json::serialize(json::object{{"results", items}})};
}

RankingEndpoint endpoint_of(const LoopbackServer& server) {
  return {.base_url = server.url() + "/v1", .api_key = kKey, .timeout_ms = 5000, .n_retries = 2};
}

/// Ranks with short waits between tries.
Result<std::vector<RankedContext>> ranked(std::string_view method, const RankingEndpoint& endpoint,
                                          std::span<const std::string_view> contexts,
                                          const ProgressCallback& progress = {}) {
  auto server = resolve_ranking_server(method, endpoint);
  if (!server) return tl::unexpected(server.error());
  server->retry.base = std::chrono::milliseconds(1);
  return ServerRanker(std::move(*server)).rank("the question", contexts, progress);
}

std::vector<std::size_t> order_of(const std::vector<RankedContext>& ranked) {
  std::vector<std::size_t> order;
  for (const RankedContext& r : ranked) order.push_back(r.context);
  return order;
}

using Order = std::vector<std::size_t>;
const std::vector<std::string_view> kContexts{"x", "", "xxx", "x", " \n", "xx", "no"};
const Order kBest{2, 5, 0, 3, 6, 1, 4};

std::string error_of(const Result<std::vector<RankedContext>>& result, ErrorCode code) {
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_EQ(result.error().message.find(kKey), std::string::npos) << result.error().message;
  return result.error().message;
}

TEST(ServerRankerTest, EveryMethodSpeaksItsDialect) {
  const struct {
    std::string_view method, path, field;
  } cases[] = {
      {"openai", "POST /v1/embeddings HTTP/1.1", R"("model":"text-embedding-3-small")"},
      {"voyageai", "POST /v1/embeddings HTTP/1.1", R"("input_type":"query")"},
      {"cohere", "POST /v1/v2/rerank HTTP/1.1", R"("top_n":)"},
      {"jinza", "POST /v1/rerank HTTP/1.1", R"("return_documents":false)"},
      {"bge_reranker", "POST /v1/rerank HTTP/1.1", R"("texts":["x")"},
      {"bge_llmembedder", "POST /v1/embeddings HTTP/1.1",
       R"("input":["Represent this query for retrieving relevant documents: the question"])"},
  };
  for (const auto& c : cases) {
    for (const std::size_t batch_size : {1U, 2U, 64U}) {
      LoopbackServer server([](const Request& request, std::size_t) { return well(request); });
      RankingEndpoint endpoint = endpoint_of(server);
      endpoint.batch_size = batch_size;
      const auto ranker = make_ranker(c.method, {.endpoint = endpoint});
      ASSERT_TRUE(ranker) << c.method;
      const auto result = (*ranker)->rank("the question", kContexts);
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(order_of(*result), kBest) << c.method;
      EXPECT_TRUE(std::isnan(result->back().key));
      const auto requests = server.requests();
      EXPECT_TRUE(requests[0].head.starts_with(c.path)) << requests[0].head;
      EXPECT_NE(requests[0].head.find("\r\nAuthorization: Bearer " + kKey), std::string::npos);
      EXPECT_NE(requests[0].body.find(c.field), std::string::npos) << requests[0].body;
      EXPECT_EQ(order_of((*ranker)->rank("the question", kContexts).value()), kBest);
    }
  }
}

TEST(ServerRankerTest, ReadsTheBareListOfTextEmbeddingsInference) {
  LoopbackServer server([](const Request&, std::size_t) -> Reply {
    return {.body = R"([{"index":1,"score":2.5},{"index":0,"score":-1}])"};
  });
  const std::vector<std::string_view> two{"a", "b"};
  const auto result = ranked("bge_reranker", endpoint_of(server), two);
  EXPECT_EQ(result.value(), (std::vector<RankedContext>{{1, 2.5}, {0, -1}}));
}

TEST(ServerRankerTest, TriesAgainAfterWhatPasses) {
  const Reply passing[] = {{.status = 429, .headers = "Retry-After: 0\r\n"},
                           {.status = 500},
                           {.status = 503, .body = "busy"},
                           {.status = 408},
                           {.body = "half of it", .breaks = true},
                           {.drops = true}};
  for (const Reply& reply : passing) {
    LoopbackServer server(
        [&](const Request& request, std::size_t n_before) { return n_before < 2 ? reply : well(request); });
    const auto result = ranked("cohere", endpoint_of(server), kContexts);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(order_of(*result), kBest);
    EXPECT_EQ(server.requests().size(), 3U);
  }
}

TEST(ServerRankerTest, GivesUpAfterAsManyTriesAsAsked) {
  LoopbackServer server([](const Request&, std::size_t) -> Reply {
    return {.status = 500, .body = R"({"error": {"message": "out of order"}})"};
  });
  const std::string message = error_of(ranked("openai", endpoint_of(server), kContexts), ErrorCode::kIo);
  EXPECT_EQ(server.requests().size(), 3U);
  for (const std::string& part : {server.host(), std::string("500"), std::string("out of order"),
                                  std::string("try later"), std::string("given up after 3 tries")}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(ServerRankerTest, DoesNotAskAgainWhatIsRefused) {
  const struct {
    int status;
    std::string body, part;
    ErrorCode code = ErrorCode::kInvalidArgument;
  } cases[] = {
      {401, R"({"error": {"message": "Incorrect API key provided: )" + kKey + "\"}}", "***; set OPENAI_API_KEY"},
      {403, R"({"message": "no"})", "no; set OPENAI_API_KEY"},
      {404, R"({"detail": "no such model"})", "no such model; check base_url"},
      {400, R"({"error": "too\nlong\u001b[31m"})", "too long [31m; check the model name"},
      {413, "<html>" + std::string(5000, 'y'), "yyy; lower batch_size"},
      {400, kKey + "\xFF\x01" + kKey, "400: ***\uFFFD ***; check"},
      {302, "", "redirects are not followed", ErrorCode::kIo},
      {204, "", "answered 204", ErrorCode::kIo},
  };
  for (const auto& c : cases) {
    LoopbackServer elsewhere([](const Request&, std::size_t) { return Reply{}; });
    LoopbackServer server([&](const Request&, std::size_t) -> Reply {
      return {.status = c.status, .body = c.body, .headers = "Location: " + elsewhere.url() + "\r\n"};
    });
    const std::string message = error_of(ranked("openai", endpoint_of(server), kContexts), c.code);
    EXPECT_NE(message.find(c.part), std::string::npos) << message;
    EXPECT_NE(message.find(server.host()), std::string::npos) << message;
    EXPECT_LT(message.size(), 600U);
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_TRUE(elsewhere.requests().empty());
  }
}

TEST(ServerRankerTest, EndsAtTheDeadline) {
  LoopbackServer server([](const Request&, std::size_t) { return Reply{.hangs = true}; });
  RankingEndpoint endpoint = endpoint_of(server);
  endpoint.timeout_ms = 150;
  endpoint.n_retries = 1;
  const std::string message = error_of(ranked("jinza", endpoint, kContexts), ErrorCode::kIo);
  EXPECT_NE(message.find("within 150 ms; raise timeout_ms"), std::string::npos) << message;
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(ServerRankerTest, CanBeCancelledInTheMiddle) {
  LoopbackServer server([](const Request&, std::size_t) { return Reply{.hangs = true}; });
  const auto result = ranked("jinza", endpoint_of(server), kContexts, [](std::size_t, std::size_t) { return false; });
  error_of(result, ErrorCode::kCancelled);
}

TEST(ServerRankerTest, BoundsTheAnswer) {
  LoopbackServer server([](const Request&, std::size_t) { return Reply{.body = std::string(4 << 20, ' ')}; });
  const std::string message = error_of(ranked("cohere", endpoint_of(server), kContexts), ErrorCode::kTooLarge);
  EXPECT_NE(message.find("larger than the limit"), std::string::npos) << message;
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(ServerRankerTest, NamesWhatIsWrongWithAnAnswer) {
  LoopbackServer server([](const Request&, std::size_t) { return Reply{.body = R"({"results": []})"}; });
  const std::string message = error_of(ranked("cohere", endpoint_of(server), kContexts), ErrorCode::kIo);
  EXPECT_NE(message.find(server.host() + ": its answer is not what was asked for: results has 0 items for 5 texts"),
            std::string::npos)
      << message;
}

TEST(ServerRankerTest, SaysWhoIsNotThere) {
  std::string url;
  {
    const LoopbackServer gone([](const Request&, std::size_t) { return Reply{}; });
    url = gone.url();
  }
  const auto result = ranked("openai", {.base_url = url, .api_key = kKey, .n_retries = 1}, kContexts);
  EXPECT_NE(error_of(result, ErrorCode::kIo).find("cannot connect to " + url.substr(7)), std::string::npos);
}

TEST(ServerRankerTest, AsksNothingForNothing) {
  LoopbackServer server([](const Request&, std::size_t) { return Reply{.status = 500}; });
  const std::vector<std::string_view> blank{"", "\u00A0"};
  EXPECT_EQ(order_of(ranked("openai", endpoint_of(server), blank).value()), (Order{0, 1}));
  EXPECT_TRUE(ranked("openai", endpoint_of(server), {}).value().empty());
  const auto ranker = make_ranker("openai", {.endpoint = endpoint_of(server)}).value();
  error_of(ranker->rank(" ", kContexts), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(server.requests().empty());
}

TEST(ServerRankerTest, BrokenUtf8IsRepairedOnTheWay) {
  LoopbackServer server([](const Request& request, std::size_t) { return well(request); });
  const std::vector<std::string_view> broken{"a\xFFx"};
  ASSERT_TRUE(ranked("jinza", endpoint_of(server), broken));
  EXPECT_NE(server.requests()[0].body.find("a\uFFFDx"), std::string::npos);
}

TEST(RankingServerTest, FillsInWhatIsLeftOpen) {
  const Variable key("OPENAI_API_KEY", "  from-the-environment\n");
  const struct {
    std::string_view method;
    std::string base_url, url;
  } cases[] = {
      {"openai", "", "https://api.openai.com/v1/embeddings"},
      {"openai", "https://proxy.example/openai/v1/", "https://proxy.example/openai/v1/embeddings"},
      {"openai", "https://a.example/v1/embeddings", "https://a.example/v1/embeddings"},
      {"openai", "a.example:8443", "https://a.example:8443/embeddings"},
      {"openai", "localhost:11434/v1", "http://localhost:11434/v1/embeddings"},
      {"openai", "[::1]:80", "http://[::1]/embeddings"},
      {"cohere", "https://b.example", "https://b.example/v2/rerank"},
      {"cohere", "https://b.example/v2", "https://b.example/v2/rerank"},
      {"bge_reranker", "", "http://127.0.0.1:8080/rerank"},
  };
  for (const auto& c : cases) {
    const auto server = resolve_ranking_server(c.method, {.base_url = c.base_url});
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ(server->url, c.url);
    EXPECT_EQ(server->api_key, c.method == "openai" ? "from-the-environment" : "");
  }
  EXPECT_EQ(resolve_ranking_server("openai", {.api_key = kKey})->api_key, kKey);
}

TEST(RankingServerTest, SendsNoKeyOfTheEnvironmentInTheClear) {
  const Variable key("OPENAI_API_KEY", kKey.c_str());
  EXPECT_EQ(resolve_ranking_server("openai", {.base_url = "http://a.example/v1"})->api_key, "");
  EXPECT_EQ(resolve_ranking_server("openai", {.base_url = "http://127.0.0.1/v1"})->api_key, kKey);
  EXPECT_EQ(resolve_ranking_server("openai", {.base_url = "http://a.example/v1", .api_key = "k"})->api_key, "k");
}

TEST(RankingServerTest, RefusesWhatMakesNoSense) {
  const Variable key("COHERE_API_KEY", nullptr);
  const RankingEndpoint bad[] = {{},
                                 {.base_url = "ftp://a.example", .api_key = kKey},
                                 {.base_url = "https://user:password@a.example", .api_key = kKey},
                                 {.base_url = "https://a.example/?q", .api_key = kKey},
                                 {.base_url = "https://a b", .api_key = kKey},
                                 {.api_key = kKey + "\r\nHost: b"},
                                 {.api_key = kKey + "é"},
                                 {.api_key = kKey, .timeout_ms = 0},
                                 {.api_key = kKey, .n_retries = -1},
                                 {.api_key = kKey, .batch_size = 0}};
  for (const RankingEndpoint& endpoint : bad) {
    const auto server = resolve_ranking_server("cohere", endpoint);
    ASSERT_FALSE(server) << endpoint.base_url;
    EXPECT_EQ(server.error().code, ErrorCode::kInvalidArgument) << server.error().message;
    EXPECT_EQ(server.error().message.find(kKey), std::string::npos) << server.error().message;
    EXPECT_NE(server.error().message.find("cohere"), std::string::npos) << server.error().message;
  }
  EXPECT_EQ(resolve_ranking_server("bm25", {}).error().code, ErrorCode::kUnknownField);
}

}  // namespace
}  // namespace pith
