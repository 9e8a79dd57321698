// One request and one result: the same fields that `pith batch` reads per line, the server takes as a body and Python
// builds. Names are those of the published library's parameters where it has one (llmlingua 0.2.2); its meanings are
// followed to the letter with `reference`, and otherwise as documented per field here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pith/byte_span.h"
#include "pith/result.h"

namespace pith {

/// Inputs above this many bytes are refused (kTooLarge): spans are 32 bits, and an answer would take minutes.
inline constexpr std::size_t kMaxInputBytes = std::size_t{32} << 20;

/// The rate of a request that gives neither `rate` nor `target_token`.
inline constexpr double kDefaultRate = 0.5;

/// The threshold of method securitylingua when the request gives none.
inline constexpr double kSecurityLinguaThreshold = 0.5;

/// How a word's score is made from its tokens' probabilities.
enum class TokenToWord { kMean, kFirst };

/// Arithmetic of the encoder.
///   kInt8  int8 weights (one scale per output channel), activations quantised on the fly
///   kBf16, kF16  weights rounded to 16 bits; computed in that type on CPUs that can (AMX, AVX-512 BF16 or FP16, Arm),
///          so that results differ between CPUs, and in float32 on others, where they only cost memory
///   kF32   float32 throughout; what reference mode is defined by
enum class Precision { kInt8, kBf16, kF16, kF32 };

/// What computes the network. kAuto: OpenVINO for a folder in Hugging Face layout, llama.cpp for a GGUF file.
enum class ModelEngine { kAuto, kOpenVino, kLlama };
/// Where llama.cpp computes. kAuto: on a GPU where there is one and this build of Pith can use it, else on the CPU.
enum class Device { kAuto, kCpu, kGpu };

/// Ask for one of `rate`, `target_token` and `threshold`; with none, kDefaultRate is used (method securitylingua:
/// kSecurityLinguaThreshold). `threshold` may be joined by one of the other two, which then is an upper limit.
struct CompressRequest {
  std::string id;  ///< echoed into the result; free text

  // What changes the result.
  std::vector<std::string> context;  ///< documents, in order; joined by a blank line in the result. At least one.
  /// Compress every context by itself, as a pure function of it and the options: its own budget, rate times its own
  /// tokens. A context that is appended then never changes what came before (prompt caches keep hitting); in return
  /// words do not compete across contexts. Not with target_token, reference or the context-level filter.
  bool independent_contexts = false;
  std::string instruction;  ///< securitylingua: the system message; not used by llmlingua2 (a warning says so)
  /// What the result is to answer: passages that fit it keep more of their words (llmlingua2; not with `reference`).
  std::string question;
  /// What scores words:
  ///   llmlingua2        a token classifier (arXiv 2403.12968)
  ///   securitylingua    the same with a threshold for a budget, and a notice for the system message in the result
  ///                     (arXiv 2506.12707; wants a model trained for it)
  ///   llmlingua         a causal model: what surprises it stays, window by window (arXiv 2310.05736)
  ///   longllmlingua     the same for a question: contexts are ranked by it, tokens weighed by what it explains
  ///                     (arXiv 2310.06839)
  ///   selective_context a causal model: self-information of tokens, phrases or sentences (arXiv 2310.06201)
  ///   head, tail, ends, random, stop_words, bm25, tf_idf, pages
  ///                     what every method should be compared with; no model (pages: the sentence encoder, if a
  ///                     question is given)
  /// With llmlingua and longllmlingua the result is instruction, shortened contexts and question, joined by blank
  /// lines, as in the library; the budget is for all of it. Otherwise it is the contexts.
  std::string method = "llmlingua2";
  std::optional<double> rate;                ///< share of tokens to keep, in (0, 1]; 1 returns the input byte for byte
  std::optional<std::int64_t> target_token;  ///< tokens to keep at most, > 0, under `tokenizer`
  /// Keep the words whose score is above this, in [0, 1), however many there are (a budget, if any, may keep fewer).
  std::optional<double> threshold;
  std::string tokenizer;  ///< the target model's: "" = o200k_base (cl100k_base when `reference`)
  /// How the contexts are read, so that what is shortened stays what it is: "auto" recognises each by itself; "text" is
  /// plain words; or one of markdown, json, jsonl, yaml, toml, csv, xml, html, log, diff, code, chat.
  std::string format = "auto";
  /// The contexts hold tags, <llmlingua, rate=0.4, compress=true>...</llmlingua>: each segment is shortened to its own
  /// rate, or (compress=false) kept byte for byte; what is outside tags shares the request's budget. Tags are removed.
  bool structured = false;
  /// The context is one JSON object, and this says what to do with each of its keys: a JSON object (or YAML of two
  /// levels) of `rate`, `compress`, `pair_remove` and `value_type` per key, as in the library's compress_json. "":
  /// none.
  std::string json_config;
  TokenToWord token_to_word = TokenToWord::kMean;

  std::vector<std::string> force_tokens;  ///< units or phrases always kept where they stand as whole units; at most 100
  bool force_reserve_digit = false;       ///< every unit with a decimal digit is kept
  /// Regular expressions (RE2 syntax); every word that a match touches is kept, with what stands between them. At most
  /// 100 of 4,096 bytes each.
  std::vector<std::string> force_patterns;
  /// Per context (none, or one list for each) the bytes that are always kept: every word that a span touches.
  std::vector<std::vector<ByteSpan>> force_spans;
  /// Roles of a conversation whose turns stay whole: "system", "user" or whatever the text calls them.
  std::vector<std::string> force_roles;
  /// With a kept pronoun or "the company", keep what it stands for, where that can be told (English).
  bool keep_references = false;
  /// First delete what carries nothing, without the model: JSON's white space, terminal escapes, trailing blanks,
  /// repeated blank lines. `rate` still is a share of the original.
  bool minify = false;
  /// Where whole lines of a log, a diff or source code are left out, say how many: `[12 lines left out]`, inside the
  /// budget. The one thing beside separators that may stand in the result and not in the text.
  bool markers = false;
  bool drop_consecutive = false;  ///< of equal forced units with nothing kept in between only the first stays
  std::vector<std::string> chunk_end_tokens{".", "\n"};  ///< where a model window may end (default: seams snap to them)

  /// Drop whole contexts first. Unset: only if one of the three settings below is given (the library: always on).
  std::optional<bool> use_context_level_filter;
  bool use_token_level_filter = true;
  std::vector<std::int64_t> force_context_ids;   ///< indices of contexts the filter must keep
  std::int64_t target_context = -1;              ///< contexts to keep; -1 = unset
  double context_level_rate = 1.0;               ///< share of tokens (library: of contexts) to keep; 1 = unset
  std::int64_t context_level_target_token = -1;  ///< tokens the kept contexts may have; -1 = unset

  // Causal models: methods llmlingua, longllmlingua, selective_context, and rank_method with any method.
  /// How contexts are ranked before the weakest are dropped: llmlingua, longllmlingua (perplexity of the context, of
  /// the question given the context), bm25, gzip, embedding, sentbert, bge, openai, voyageai, cohere, jinza,
  /// bge_reranker, bge_llmembedder; "" = the method's own (llmlingua, longllmlingua), and none for the other methods.
  std::string rank_method;
  /// What ranked contexts may have: an arithmetic suffix to the budget, "+100", "*1.5"; "" = "*2", as in the papers
  /// (`reference`: "+100", as in the library).
  std::string context_budget;
  /// "none", "before" or "after": where the question stands when contexts are ranked by perplexity; "_condition" behind
  /// it, or condition_compare: the question also stands before the contexts when tokens are judged.
  std::string condition_in_question = "none";
  bool condition_compare = false;  ///< tokens are judged by how much the question explains them
  bool add_instruction = false;    ///< with the question the instruction, too, stands before the contexts
  /// "original", "sort" (best first) or "two_stage" (best at both ends).
  std::string reorder_context = "original";
  double dynamic_context_compression_ratio = 0;      ///< best context keeps so much more, the last so much less; [0, 1]
  std::optional<std::int64_t> force_context_number;  ///< contexts the filter keeps at most
  std::int64_t iterative_size = 200;                 ///< model tokens of a window, > 0
  bool use_sentence_level_filter = false;            ///< drop whole sentences before words
  double token_budget_ratio = 1.4;                   ///< what the sentences kept may have, as a multiple of the budget
  std::int64_t keep_first_sentence = 0;              ///< sentences at the head (of each context) that gain the bonus
  std::int64_t keep_last_sentence = 0;
  std::int64_t keep_sentence_number = 0;     ///< best sentences of each context that gain the bonus
  double high_priority_bonus = 100;          ///< nats
  bool keep_split = false;                   ///< keep runs of line breaks as they are
  bool concate_question = true;              ///< the question is part of the result
  bool strict_preserve_uncompressed = true;  ///< contexts with a compress=false segment survive the context filter
  // Selective-Context and the baselines.
  std::string reduce_level = "phrase";  ///< units of selective_context: "token", "phrase" or "sentence" ("sent")
  std::int64_t seed = 0;                ///< of method random

  /// The published library's exact semantics and output, quirks included (specifications: llmlingua2, llmlingua,
  /// longllmlingua, structured; for selective_context those of selective-context 0.1.4, with rate = 1 - reduce_ratio).
  bool reference = false;

  // What is returned beside the text.
  bool return_word_label = false;  ///< fill `fn_labeled_original_prompt`
  std::string word_sep = "\t\t|\t\t";
  std::string label_sep = " ";
  bool return_word_scores = false;  ///< fill `word_scores`
};

/// A word of a context: its bytes, its keep-score in [0, 1] and whether it is in the result.
struct WordScore {
  ByteSpan span;
  float score = 0;  ///< what the word was ranked by: punctuation ranks no higher than the words it belongs to
  bool kept = false;

  friend bool operator==(const WordScore&, const WordScore&) = default;
};

/// Wall time of the stages, milliseconds.
struct Timings {
  double segment = 0;   ///< units of the text (ICU)
  double tokenize = 0;  ///< model tokens
  double score = 0;     ///< the network's forward pass
  double select = 0;    ///< budget, constraints, counting
  double render = 0;    ///< copying spans, labels
  double total = 0;
};

struct CompressResult {
  std::string id;
  std::string compressed_prompt;
  std::vector<std::string> compressed_prompt_list;  ///< one text per kept context
  std::vector<std::size_t> kept_context_ids;        ///< index of each of them in the request
  std::int64_t origin_tokens = 0;                   ///< of the contexts joined by a blank line, under `tokenizer`
  std::int64_t compressed_tokens = 0;               ///< of compressed_prompt (reference: sum over contexts)
  std::string tokenizer;                            ///< the one the two counts use

  /// Per context of the request (empty for a dropped one): the copied byte ranges, ascending and disjoint. Everything
  /// in the text that is not in them is a single separator. Empty in reference mode, whose text is rebuilt from pieces.
  std::vector<std::vector<ByteSpan>> spans;
  std::optional<std::string> fn_labeled_original_prompt;
  /// Method securitylingua: `instruction`, a blank line and a paragraph that quotes compressed_prompt as the user's
  /// likely intention and asks to refuse a harmful one. The protected model gets this as its system message, and the
  /// uncompressed prompt as the user's. Only `instruction` if nothing was kept.
  std::optional<std::string> system_prompt;
  std::vector<std::vector<WordScore>> word_scores;
  std::vector<std::string>
      formats;  ///< what each context was read as; empty where nothing was read (reference, rate 1)

  Timings timings_ms;
  std::vector<std::string> warnings;
};

/// "2.0x", "50.0%", ", Saving $0.3 in GPT-4.": the library's three formatted figures for a result.
struct ResultFigures {
  std::string ratio;
  std::string rate;
  std::string saving;
};
[[nodiscard]] ResultFigures result_figures(std::int64_t origin_tokens, std::int64_t compressed_tokens);

}  // namespace pith
