#include "compress/rankers/server_ranker.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "compress/rankers/ranked_by_key.h"
#include "compress/rankers/server_answers.h"
#include "net/url.h"
#include "text/utf8.h"

namespace pith {
namespace {

bool is_blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode_code_point(text, at);
    if (!is_white_space(c.value)) return false;
    at += c.n_bytes;
  }
  return true;
}

/// What is asked of one server for one question.
class Inquiry {
 public:
  Inquiry(const RankingServer& server, std::size_t n_texts, const ProgressCallback& progress)
      : server_(server), n_texts_(n_texts), progress_(progress) {
    const auto url = parse_url(server.url);
    name_ = url ? authority(*url) : server.rank_method;
  }

  Result<std::vector<std::vector<double>>> vectors_of(std::span<const std::string_view> texts, bool is_query) {
    constexpr std::uint64_t kMostPerText = std::uint64_t{256} << 10;  // 4,096 numbers in full length, three times over
    std::vector<std::vector<double>> all;
    for (std::size_t at = 0; at < texts.size(); at += server_.batch_size) {
      const auto batch = texts.subspan(at, std::min(server_.batch_size, texts.size() - at));
      const auto answer = ask(embedding_request(server_, batch, is_query), kMostPerText, batch.size());
      if (!answer) return tl::unexpected(answer.error());
      auto vectors = read_embeddings(name_, *answer, batch.size());
      if (!vectors) return tl::unexpected(vectors.error());
      all.insert(all.end(), std::make_move_iterator(vectors->begin()), std::make_move_iterator(vectors->end()));
    }
    return all;
  }

  Result<std::vector<double>> cosines(std::string_view question, std::span<const std::string_view> documents) {
    const auto of_question = vectors_of({&question, 1}, true);
    if (!of_question) return tl::unexpected(of_question.error());
    const auto of_documents = vectors_of(documents, false);
    if (!of_documents) return tl::unexpected(of_documents.error());
    const std::vector<double>& query = of_question->front();
    std::vector<double> keys;
    for (const std::vector<double>& vector : *of_documents) {
      if (vector.size() != query.size()) {
        return fail(ErrorCode::kIo,
                    fmt::format("{}: vectors of {} and of {} numbers cannot be compared; check the model", name_,
                                query.size(), vector.size()));
      }
      keys.push_back(std::inner_product(query.begin(), query.end(), vector.begin(), 0.0));
    }
    return keys;
  }

  Result<std::vector<double>> scores(std::string_view question, std::span<const std::string_view> documents) {
    constexpr std::uint64_t kMostPerText = 4096;
    std::vector<double> all;
    for (std::size_t at = 0; at < documents.size(); at += server_.batch_size) {
      const auto batch = documents.subspan(at, std::min(server_.batch_size, documents.size() - at));
      const auto answer = ask(rerank_request(server_, question, batch), kMostPerText, batch.size());
      if (!answer) return tl::unexpected(answer.error());
      const auto scores = read_scores(name_, *answer, batch.size());
      if (!scores) return tl::unexpected(scores.error());
      all.insert(all.end(), scores->begin(), scores->end());
    }
    return all;
  }

 private:
  Result<std::string> ask(const std::string& request, std::uint64_t most_per_text, std::size_t n_texts) {
    constexpr std::uint64_t kMostBesides = std::uint64_t{1} << 20;
    auto answer = ask_ranking_server(server_, request, kMostBesides + most_per_text * n_texts,
                                     [&] { return progress_ && !progress_(n_done_, n_texts_); });
    n_done_ += n_texts;
    if (answer && progress_ && !progress_(n_done_, n_texts_)) return fail(ErrorCode::kCancelled, "cancelled");
    return answer;
  }

  const RankingServer& server_;
  std::size_t n_texts_;
  const ProgressCallback& progress_;
  std::string name_;
  std::size_t n_done_ = 0;
};

}  // namespace

Result<std::vector<RankedContext>> ServerRanker::rank(std::string_view question,
                                                      std::span<const std::string_view> contexts,
                                                      const ProgressCallback& progress) const {
  if (is_blank(question)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("rank_method \"{}\" needs a question; give one, or use llmlingua", server_.rank_method));
  }
  std::vector<std::string_view> sent;
  std::vector<std::size_t> context_of;
  for (std::size_t c = 0; c < contexts.size(); ++c) {
    if (is_blank(contexts[c])) continue;
    sent.push_back(contexts[c]);
    context_of.push_back(c);
  }
  std::vector<double> keys(contexts.size(), std::numeric_limits<double>::quiet_NaN());
  if (!sent.empty()) {
    const bool embeds = server_.task == ServerTask::kEmbed;
    Inquiry inquiry(server_, sent.size() + (embeds ? 1 : 0), progress);
    const auto found = embeds ? inquiry.cosines(question, sent) : inquiry.scores(question, sent);
    if (!found) return tl::unexpected(found.error());
    for (std::size_t i = 0; i < sent.size(); ++i) keys[context_of[i]] = (*found)[i];
  }
  return ranked_by_key(keys, BestKey::kHighest);
}

}  // namespace pith
