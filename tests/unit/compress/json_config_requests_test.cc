// compress_json in the default mode: a configuration, a JSON object, and what comes out.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "compress/llmlingua2.h"
#include "support/fake_classifier.h"
#include "support/fake_counter.h"

namespace pith {
namespace {

constexpr std::string_view kText =
    R"({"id": 12345, "note": "We met on Monday and talked about the museum for a long time, with tea and cake.",)"
    R"( "log": "nothing of interest happened here all day long, nothing at all", "ok": true})";

std::string config_of(double note_rate, double log_rate, bool remove_ok) {
  const auto entry = [](std::string_view key, double rate, bool compress, bool remove, std::string_view type) {
    return fmt::format(R"("{}": {{"rate": {}, "compress": {}, "pair_remove": {}, "value_type": "{}"}})", key, rate,
                       compress, remove, type);
  };
  return fmt::format("{{{}, {}, {}, {}}}", entry("id", 1, false, false, "int"),
                     entry("note", note_rate, true, false, "str"), entry("log", log_rate, true, false, "str"),
                     entry("ok", 1, false, remove_ok, "bool"));
}

class JsonConfigRequestTest : public ::testing::Test {
 protected:
  Result<CompressResult> compress(std::string_view text, const std::string& config) {
    CompressRequest request;
    request.context = {std::string(text)};
    request.json_config = config;
    return compress_llmlingua2(request, classifier_, counter_, {});
  }

  FakeClassifier classifier_;
  FakeCounter counter_;
};

TEST_F(JsonConfigRequestTest, EachKeyHasItsRateAndTheResultParses) {
  const auto result = compress(kText, config_of(0.5, 0.1, false));
  ASSERT_TRUE(result) << result.error().message;
  const auto parsed = parse_json(result->compressed_prompt, "result");
  ASSERT_TRUE(parsed) << result->compressed_prompt;
  const auto& object = parsed->as_object();
  EXPECT_EQ(object.at("id").as_int64(), 12345);
  EXPECT_TRUE(object.at("ok").as_bool());
  const std::size_t note = object.at("note").as_string().size();
  const std::size_t log = object.at("log").as_string().size();
  EXPECT_GT(note, 25U);
  EXPECT_LT(note, 60U);
  EXPECT_LT(log, 15U);
}

TEST_F(JsonConfigRequestTest, APairThatMustStayStaysWithAnEmptyValue) {
  const auto result = compress(kText, config_of(0, 0, false));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->compressed_prompt, R"({"id": 12345, "note": "", "log": "", "ok": true})");
}

TEST_F(JsonConfigRequestTest, RefusesWhatIsNoObjectOrHasOtherKeys) {
  EXPECT_FALSE(compress("[1, 2]", config_of(0.5, 0.5, false)));
  EXPECT_FALSE(compress(R"({"id": 1})", config_of(0.5, 0.5, false)));
  EXPECT_FALSE(compress(R"({"id": 1)", config_of(0.5, 0.5, false)));
}

}  // namespace
}  // namespace pith
