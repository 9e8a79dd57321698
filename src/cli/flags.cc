#include "cli/flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "base/suggest.h"
#include "cli/files.h"
#include "cli/report.h"
#include "compress/request_json.h"
#include "model/precision.h"
#include "text/structure/recognize.h"
#include "tokenize/token_counter.h"

namespace pith::cli {
namespace {

std::string unescaped(std::string_view flag, const std::string& text) {
  auto plain = unescape(text);
  if (!plain) bad_argument(flag, plain.error().message);
  return std::move(*plain);
}

// A list whose first use on the command line replaces what was there.
std::function<void(const std::string&)> replacing(std::vector<std::string>* list, std::string flag) {
  auto first = std::make_shared<bool>(true);
  return [list, flag = std::move(flag), first](const std::string& text) {
    if (*first) list->clear();
    *first = false;
    list->push_back(unescaped(flag, text));
  };
}

std::size_t count_from(std::string_view flag, std::int64_t value, std::int64_t most) {
  if (value < 0 || value > most) bad_argument(flag, fmt::format("{} is outside 0 to {}", value, most));
  return static_cast<std::size_t>(value);
}

void add_keep_flags(CLI::App* app, CompressRequest* r) {
  add_list(app, "-f,--force-token", replacing(&r->force_tokens, "--force-token"), "TEXT",
           "Always keep this word or phrase; repeat for more. \\n, \\t, \\\\ and \\xHH are understood")
      ->group("What to keep");
  add_switch(app, "--force-reserve-digit", &r->force_reserve_digit, "Keep every word with a digit")
      ->group("What to keep");
  auto first_pattern = std::make_shared<bool>(true);
  add_list(
      app, "--force-pattern",
      [r, first_pattern](const std::string& text) {
        if (*first_pattern) r->force_patterns.clear();
        *first_pattern = false;
        r->force_patterns.push_back(text);  // its backslashes are the expression's own
      },
      "REGEX", "Always keep what this regular expression (RE2) matches; repeat for more")
      ->group("What to keep");
  add_list(app, "--force-role", replacing(&r->force_roles, "--force-role"), "NAME",
           "Always keep the turns of this role of a conversation, such as system; repeat for more")
      ->group("What to keep");
  add_switch(app, "--keep-references", &r->keep_references,
             "With a kept pronoun, keep the name that it stands for (English)")
      ->group("What to keep");
  add_switch(app, "--minify", &r->minify,
             "First delete what carries nothing: JSON's white space, terminal escapes, repeated blank lines")
      ->group("What to keep");
  add_switch(app, "--drop-consecutive", &r->drop_consecutive,
             "Of forced words that repeat with nothing kept in between, keep only the first")
      ->group("What to keep");
  add_list(app, "--chunk-end-token", replacing(&r->chunk_end_tokens, "--chunk-end-token"), "TEXT",
           "Where a window of the model may end; repeat for more (default: \".\" and \"\\n\")")
      ->group("What to keep");
}

constexpr std::size_t kMaxJsonConfigBytes = std::size_t{1} << 20;

void add_format_flags(CLI::App* app, CompressRequest* r) {
  constexpr const char* kGroup = "Format";
  std::vector<std::string> names;
  for (const std::string_view name : format_names()) names.emplace_back(name);
  add_choice(
      app, "--format", names, [r, names](std::size_t k) { r->format = names[k]; },
      fmt::format("How to read the text, so that it stays what it is: {} (default: auto, which recognises it; text is "
                  "plain words)",
                  fmt::join(names, ", ")))
      ->type_name("NAME")
      ->group(kGroup);
  add_list(
      app, "--json-config",
      [r](const std::string& path) {
        auto file = open_input(path);
        auto text = file ? read_text(file->get(), path, kMaxJsonConfigBytes) : Result<std::string>();
        if (!file) bad_argument("--json-config", file.error().message);
        if (!text) bad_argument("--json-config", text.error().message);
        r->json_config = std::move(*text);
      },
      "FILE",
      "The text is a JSON object, and this file (JSON or YAML) says rate, compress, pair_remove and value_type for "
      "each "
      "of its keys")
      ->group(kGroup);
  add_switch(app, "--markers", &r->markers, "Where lines of a log, a diff or source code are left out, say how many")
      ->group(kGroup);
  add_switch(app, "--structured", &r->structured,
             "The text has tags, <llmlingua, rate=0.4, compress=true>...</llmlingua>: shorten each segment to its own "
             "rate, or not at all")
      ->group(kGroup);
}

void add_context_flags(CLI::App* app, CompressRequest* r) {
  constexpr const char* kGroup = "Several texts";
  add_switch(app, "--independent", &r->independent_contexts,
             "Compress every text by itself, so that one more text never changes those before it")
      ->group(kGroup);
  add_number(
      app, "--context-level-rate", [r](double v) { r->context_level_rate = v; }, "NUM",
      "First drop whole texts, down to this share of the tokens")
      ->group(kGroup);
  add_integer(
      app, "--target-context", [r](std::int64_t v) { r->target_context = v; }, "N",
      "First drop whole texts, down to this many")
      ->group(kGroup);
  add_integer(
      app, "--context-level-target-token", [r](std::int64_t v) { r->context_level_target_token = v; }, "N",
      "First drop whole texts, down to this many tokens")
      ->group(kGroup);
  auto first = std::make_shared<bool>(true);
  add_list(
      app, "--force-context",
      [r, first](const std::string& text) {
        if (*first) r->force_context_ids.clear();
        *first = false;
        r->force_context_ids.push_back(to_integer("--force-context", text));
      },
      "N", "Never drop the text with this number, counted from 0; repeat for more")
      ->group(kGroup);
  app->add_flag_callback(
         "--use-context-level-filter", [r] { r->use_context_level_filter = true; },
         "Drop whole texts first even if none of the above is given")
      ->group(kGroup);
  app->add_flag_callback(
         "--no-context-level-filter", [r] { r->use_context_level_filter = false; }, "Never drop whole texts")
      ->group(kGroup);
  app->add_flag_callback(
         "--no-token-level-filter", [r] { r->use_token_level_filter = false; },
         "Drop whole texts only; keep the rest word for word")
      ->group(kGroup);
}

void add_method_flags(CLI::App* app, CompressRequest* r) {
  constexpr const char* kGroup = "Method";
  add_text(
      app, "--method", &r->method, "NAME",
      "What scores words (default: llmlingua2): llmlingua2 or securitylingua, by a token classifier; llmlingua, "
      "longllmlingua or selective_context, by a causal model; head, tail, ends, random, stop_words, bm25, tf_idf or "
      "pages, without a model, to compare with")
      ->group(kGroup);
  add_text(app, "--question", &r->question, "TEXT",
           "What the result is to answer: passages that fit it keep more of their words (llmlingua and longllmlingua: "
           "also the end of the result)")
      ->group(kGroup);
  add_text(app, "--instruction", &r->instruction, "TEXT",
           "The instruction before the text, for methods that use it (llmlingua, longllmlingua, securitylingua)")
      ->group(kGroup);
  add_choice(
      app, "--token-to-word", {"mean", "first"},
      [r](std::size_t i) { r->token_to_word = i == 0 ? TokenToWord::kMean : TokenToWord::kFirst; },
      "A word's score from its tokens' scores (default: mean)")
      ->group(kGroup);
  add_switch(app, "--reference", &r->reference,
             "Do exactly what the Python library llmlingua 0.2.2 does, quirks included")
      ->group(kGroup);
}

void add_return_flags(CLI::App* app, CompressRequest* r) {
  constexpr const char* kGroup = "JSON output";
  add_switch(app, "--return-word-label", &r->return_word_label, "Add fn_labeled_original_prompt to the JSON")
      ->group(kGroup);
  add_list(
      app, "--word-sep", [r](const std::string& text) { r->word_sep = unescaped("--word-sep", text); }, "TEXT",
      "Between labelled words (default: \"\\t\\t|\\t\\t\")")
      ->group(kGroup);
  add_list(
      app, "--label-sep", [r](const std::string& text) { r->label_sep = unescaped("--label-sep", text); }, "TEXT",
      "Between a word and its label (default: one space)")
      ->group(kGroup);
  add_switch(app, "--return-word-scores", &r->return_word_scores, "Add the score of every word to the JSON")
      ->group(kGroup);
}

}  // namespace

void add_budget_flags(CLI::App* app, CompressRequest* r) {
  add_number(
      app, "-r,--rate", [r](double v) { r->rate = v; }, "NUM",
      "Share of the tokens to keep, above 0 and at most 1 (default: 0.5; 1 returns the text as it is)")
      ->group("Budget");
  add_integer(
      app, "-t,--target-token",
      [r](std::int64_t v) {
        if (v != -1) r->target_token = v;  // the library's "unset"
      },
      "N", "Tokens to keep at most, instead of a rate")
      ->group("Budget");
  add_number(
      app, "--threshold", [r](double v) { r->threshold = v; }, "NUM",
      "Keep the words that the model scores above this, 0 to 1, however many; a rate or a number of tokens given too "
      "is "
      "an upper limit (default with --method securitylingua: 0.5)")
      ->group("Budget");
  add_tokenizer_flag(
      app, &r->tokenizer,
      "Whose tokens to count: the tokenizer of the model that will read the result, by name or as the path "
      "of a folder with its tokenizer.json or of its GGUF file (default: o200k_base; cl100k_base with --reference)")
      ->group("Budget");
}

CLI::Option* add_tokenizer_flag(CLI::App* app, std::string* tokenizer, const std::string& description) {
  const auto names = token_counter_names();
  const std::string type = fmt::format("{}|DIR|FILE", fmt::join(names, "|"));
  return add_text(app, "--tokenizer", tokenizer, type, description)->check([names](const std::string& value) {
    if (is_tokenizer_path(value) || std::ranges::find(names, value) != names.end()) return std::string();
    const std::string hint = did_you_mean(value, names);
    bad_argument("--tokenizer", fmt::format("unknown value \"{}\"{}", value,
                                            hint.empty() ? fmt::format("; use {} or a path such as ./{}",
                                                                       fmt::join(names, ", "), value)
                                                         : hint));
  });
}

void add_request_flags(CLI::App* app, CompressRequest* request) {
  add_format_flags(app, request);
  add_keep_flags(app, request);
  add_context_flags(app, request);
  add_method_flags(app, request);
  add_ranking_flags(app, request);
  add_causal_flags(app, request);
  add_return_flags(app, request);
}

void add_engine_flags(CLI::App* app, EngineOptions* o) {
  constexpr const char* kGroup = "Engine";
  add_text(app, "-m,--model", &o->model, "NAME|DIR|FILE",
           "Model: a name of `pith models list`, a folder, or a GGUF file: of `pith convert`, or of a causal model "
           "(default: default)")
      ->group(kGroup);
  add_text(app, "--causal-model", &o->causal_model, "NAME|FILE",
           "The causal model (GGUF) of methods and rankings that need one, unless --model names one (default: "
           "smollm2-135m)")
      ->group(kGroup);
  add_text(app, "--embedder", &o->embedder, "NAME|DIR|none",
           "The sentence encoder that ranks passages by --question (default: minilm, if it has been pulled)")
      ->group(kGroup);
  add_text(app, "--ranking-url", &o->ranking_endpoint.base_url, "URL",
           "The server of a --rank-method that asks one (default: the provider's); its key comes from OPENAI_API_KEY, "
           "VOYAGE_API_KEY, COHERE_API_KEY or JINA_API_KEY")
      ->group(kGroup);
  add_text(app, "--ranking-model", &o->ranking_endpoint.model, "NAME", "The model that server is asked for")
      ->group(kGroup);
  add_choice(
      app, "--engine", {"auto", "openvino", "llama"}, [o](std::size_t i) { o->engine = static_cast<ModelEngine>(i); },
      "Who computes: openvino for folders and causal GGUF files, llama (llama.cpp) for all GGUF files (default: auto, "
      "by "
      "the model)")
      ->group(kGroup);
  add_choice(
      app, "--device", {"auto", "cpu", "gpu"}, [o](std::size_t i) { o->device = static_cast<Device>(i); },
      "Where engine llama computes (default: auto: a GPU if there is one that this build can use)")
      ->group(kGroup);
  std::vector<std::string> precisions;
  for (const auto& [name, precision] : kPrecisions) precisions.emplace_back(name);
  add_choice(
      app, "--precision", precisions, [o](std::size_t i) { o->precision = kPrecisions[i].second; },
      "Arithmetic of the model (default: int8; f32 with --reference); bf16 and f16 pay on CPUs that compute in them")
      ->group(kGroup);
  constexpr std::int64_t kMostThreads = 1024;
  add_integer(
      app, "--threads",
      [o](std::int64_t v) { o->n_threads = static_cast<int>(count_from("--threads", v, kMostThreads)); }, "N",
      "Threads of the model (default: one per core)")
      ->group(kGroup);
  constexpr std::int64_t kMostWindowTokens = 1 << 20;
  add_integer(
      app, "--window-tokens",
      [o](std::int64_t v) { o->window_tokens = count_from("--window-tokens", v, kMostWindowTokens); }, "N",
      "Tokens the model sees at once (default: 256, or less if the model's limit is lower)")
      ->group(kGroup);
  add_integer(
      app, "--window-overlap-tokens",
      [o](std::int64_t v) { o->window_overlap_tokens = count_from("--window-overlap-tokens", v, kMostWindowTokens); },
      "N", "Tokens that two neighbouring windows share (default: 16)")
      ->group(kGroup);
  add_text(app, "--cache-dir", &o->cache_dir, "DIR",
           "Where compiled models are kept; \"none\" keeps none (default: the user's cache folder)")
      ->group(kGroup);
  add_text(
      app, "--score-cache", &o->score_cache_path, "FILE",
      "Keep the model's scores in this file, so that a text that was compressed before costs little; it has hashes "
      "and numbers, no text; \"none\" remembers nothing at all (default: in memory only)")
      ->group(kGroup);
}

CLI::Option* add_color_flag(CLI::App* app, ColorMode* mode) {
  return add_choice(
      app, "--color", {"auto", "always", "never"}, [mode](std::size_t i) { *mode = static_cast<ColorMode>(i); },
      "Colours: on a terminal unless NO_COLOR is set, always, or never (default: auto)");
}

}  // namespace pith::cli
