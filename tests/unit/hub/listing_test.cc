#include "model/hub/listing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/hub/download.h"
#include "support/print_error.h"

namespace pith {
namespace {

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

HubListing listing_of(const std::vector<std::string>& names) {
  HubListing listing{.commit = kCommit, .files = {}};
  for (const std::string& name : names) {
    listing.files.push_back({.name = name, .n_bytes = 1, .sha256 = "", .git_blob = ""});
  }
  return listing;
}

std::vector<std::string> chosen(const std::vector<std::string>& names, const HubName& model = {"org", "name"}) {
  std::vector<std::string> out;
  const auto files = choose_files(listing_of(names), model);
  if (!files) return {files.error().message};
  for (const HubFile& file : *files) out.push_back(file.name);
  return out;
}

TEST(ListingTest, ReadsWhatAHubSends) {
  const std::string sha256(64, 'a');
  const std::string blob(40, 'b');
  const auto listing = parse_listing(fmt::format(R"({{"id": "org/name", "sha": "{}", "private": false, "siblings": [
        {{"rfilename": "config.json", "size": 12, "blobId": "{}"}},
        {{"rfilename": "model.safetensors", "size": 9, "blobId": "{}", "lfs": {{"sha256": "{}", "size": 5000000000}}}},
        {{"rfilename": "bare.txt"}},
        {{"rfilename": "odd.txt", "size": "12", "blobId": "XYZ", "lfs": null}}]}})",
                                                 kCommit, blob, blob, sha256),
                                     "x");
  ASSERT_TRUE(listing.has_value()) << listing.error().message;
  EXPECT_EQ(listing->commit, kCommit);
  ASSERT_EQ(listing->files.size(), 4U);
  EXPECT_EQ(listing->files[0].n_bytes, 12U);
  EXPECT_EQ(listing->files[0].git_blob, blob);
  EXPECT_EQ(listing->files[1].n_bytes, 5'000'000'000U);
  EXPECT_EQ(listing->files[1].sha256, sha256);
  EXPECT_EQ(listing->files[1].git_blob, "");  // that of the pointer, not of the file
  EXPECT_EQ(listing->files[2].n_bytes, std::nullopt);
  EXPECT_EQ(listing->files[3].n_bytes, std::nullopt);
  EXPECT_EQ(listing->files[3].git_blob, "");
}

TEST(ListingTest, RefusesWhatMakesNoSense) {
  const auto message = [](const std::string& text) { return parse_listing(text, "x").error().message; };
  EXPECT_EQ(message("[]"), "x: no object in the hub's answer: is this the address of a hub?");
  EXPECT_EQ(message("{"), "x:1:2: not valid JSON: incomplete JSON");
  EXPECT_EQ(message(R"({"sha": "main", "siblings": []})"),
            "x: no commit ('sha') in the hub's answer: is this the address of a hub?");
  const std::string head = fmt::format(R"({{"sha": "{}", "siblings": )", kCommit);
  EXPECT_EQ(message(head + "3}"),
            "x: no list of files ('siblings') in the hub's answer: is this the address of a hub?");
  EXPECT_EQ(message(head + "[3]}"), "x: a file without a name in the hub's list");
  EXPECT_EQ(message(head + R"([{"rfilename": "../a\u001b"}]})"),
            "x: the hub lists a file called '../a?', a name that could reach outside the model's folder: refused");
}

TEST(ListingTest, ChoosesWhatAnEncoderNeeds) {
  EXPECT_EQ(
      chosen({"README.md", "config.json", "model.safetensors", "tokenizer.json", "vocab.txt", "sub/config.json",
              "onnx/model.onnx", "pytorch_model.bin", "merges.txt"}),
      (std::vector<std::string>{"config.json", "tokenizer.json", "vocab.txt", "merges.txt", "model.safetensors"}));
  EXPECT_EQ(chosen({"config.json", "vocab.txt", "model.safetensors.index.json", "model-00002-of-00002.safetensors",
                    "model-00001-of-00002.safetensors", "other-00001-of-00001.safetensors"}),
            (std::vector<std::string>{"config.json", "vocab.txt", "model.safetensors.index.json",
                                      "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"}));
}

TEST(ListingTest, ChoosesAGgufFileWithItsParts) {
  const std::vector<std::string> names{"a.gguf", "b-00001-of-00002.gguf", "b-00002-of-00002.gguf",
                                       "c-00001-of-00002.gguf", "d-00000-of-00001.gguf"};
  EXPECT_EQ(chosen(names, {"org", "name", "a.gguf"}), std::vector<std::string>{"a.gguf"});
  EXPECT_EQ(chosen(names, {"org", "name", "b-00002-of-00002.gguf"}),
            (std::vector<std::string>{"b-00001-of-00002.gguf", "b-00002-of-00002.gguf"}));
  EXPECT_EQ(
      chosen(names, {"org", "name", "c-00001-of-00002.gguf"}),
      std::vector<std::string>{"hf:org/name/c-00001-of-00002.gguf: part 2 of 2 of the weights is missing on the hub"});
  EXPECT_EQ(chosen(names, {"org", "name", "d-00000-of-00001.gguf"}), std::vector<std::string>{"d-00000-of-00001.gguf"});
}

TEST(ListingTest, ChoosesAGgufFileByItsQuantisation) {
  const std::vector<std::string> names{
      "README.md",  "m-Q4_K_M.gguf", "m-Q8_0-00001-of-00002.gguf", "m-Q8_0-00002-of-00002.gguf",
      "a-F16.gguf", "b-F16.gguf"};
  const auto by = [&](const std::string& quantization) { return chosen(names, {"org", "name", "", "", quantization}); };
  EXPECT_EQ(by("q4_k_m"), std::vector<std::string>{"m-Q4_K_M.gguf"});
  EXPECT_EQ(by("Q8_0"), (std::vector<std::string>{"m-Q8_0-00001-of-00002.gguf", "m-Q8_0-00002-of-00002.gguf"}));
  EXPECT_EQ(by("F16"), std::vector<std::string>{"hf:org/name:F16: more than one file is of that quantisation; name one "
                                                "of hf:org/name/a-F16.gguf, hf:org/name/b-F16.gguf"});
  const std::string none = by("Q2_K").front();
  EXPECT_EQ(none.rfind("hf:org/name:Q2_K: no file of that quantisation on the hub; there are: hf:org/name/m-Q4_", 0),
            0U)
      << none;
  EXPECT_EQ(chosen({"README.md"}, {"org", "name", "", "", "Q4_0"}).front(),
            "hf:org/name:Q4_0: there is no GGUF file in that repository");
}

TEST(ListingTest, ChecksumsMatchOnlyWhatTheyAreOf) {
  const FileDigests digests{.n_bytes = 5, .sha256 = std::string(64, 'a'), .git_blob = std::string(40, 'b')};
  const auto file = [](std::optional<std::uint64_t> n_bytes, std::string sha256, std::string git_blob) {
    return HubFile{.name = "f", .n_bytes = n_bytes, .sha256 = std::move(sha256), .git_blob = std::move(git_blob)};
  };
  EXPECT_EQ(matches(file(5, digests.sha256, ""), digests), true);
  EXPECT_EQ(matches(file(std::nullopt, "", digests.git_blob), digests), true);
  EXPECT_EQ(matches(file(6, digests.sha256, ""), digests), false);
  EXPECT_EQ(matches(file(5, std::string(64, 'c'), digests.git_blob), digests), false);
  EXPECT_EQ(matches(file(5, "", std::string(40, 'c')), digests), false);
  EXPECT_EQ(matches(file(5, "", ""), digests), std::nullopt);
}

TEST(DownloadTest, ReadsContentRange) {
  const auto range = parse_content_range("bytes 200-1000/67589");
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->begin, 200U);
  EXPECT_EQ(range->n_total, 67589U);
  EXPECT_EQ(parse_content_range("bytes 0-0/*")->n_total, std::nullopt);
  for (const char* text : {"", "bytes", "bytes */67589", "bytes 5-1/9", "bytes 0-9/9", "bytes -1-2/9", "bytes 1-2/",
                           "lines 1-2/9", "bytes 1-2/9x", "bytes 99999999999999999999-1/2"}) {
    EXPECT_FALSE(parse_content_range(text).has_value()) << text;
  }
}

TEST(DownloadTest, SizesReadLikeSizes) {
  const std::pair<std::uint64_t, const char*> cases[] = {
      {0, "0 bytes"},      {999, "999 bytes"},      {1000, "1.0 kB"},          {999'949, "999.9 kB"},
      {999'950, "1.0 MB"}, {22'600'000, "22.6 MB"}, {2'236'000'000, "2.2 GB"}, {5'000'000'000'000'000, "5000.0 TB"}};
  for (const auto& [n_bytes, text] : cases) EXPECT_EQ(bytes_text(n_bytes), text);
}

}  // namespace
}  // namespace pith
