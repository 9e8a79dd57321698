#include "tokenize/load_unigram.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "text/utf8.h"
#include "tokenize/metaspace.h"
#include "tokenize/sentencepiece_normalizer.h"
#include "tokenize/unigram.h"
#include "tokenize/unigram_scores.h"

namespace pith {
namespace {

/// Bounds the walk that each character of a text may start. SentencePiece's trainer makes pieces of 16 characters.
constexpr std::size_t kMaxPieceBytes = 1024;
/// Bounds how much a text may grow in one step of the normalizer.
constexpr std::size_t kMaxContentBytes = 64;

constexpr std::string_view kReadableNormalizers =
    "Precompiled, Strip, Replace, Prepend, Lowercase, NFC, NFD, NFKC, NFKD and Sequence with Unigram";
constexpr std::string_view kReadablePreTokenizers = "WhitespaceSplit, Metaspace and the two in that order with Unigram";

/// The parts of a Sequence, else the one part; none for a missing member. `list` is what a Sequence calls its parts.
Result<std::vector<Settings>> read_parts(const Settings& file, std::string_view key, std::string_view list) {
  std::vector<Settings> parts;
  if (file.find(key) == nullptr) return parts;
  const auto part = file.object(key);
  if (!part) return tl::unexpected(part.error());
  const auto type = part->type();
  if (!type) return tl::unexpected(type.error());
  if (*type != "Sequence") {
    parts.push_back(*part);
    return parts;
  }
  const json::value* values = part->find(list);
  if (values == nullptr || !values->is_array()) return part->wrong(list, "an array");
  for (const json::value& value : values->get_array()) {
    if (!value.is_object()) return part->wrong(list, "an array of objects");
    parts.emplace_back(&value.get_object(), file.name(), fmt::format("{}.{}[{}].", key, list, parts.size()));
  }
  return parts;
}

Result<SentencePieceNormalizer::Step> read_replace(const Settings& settings) {
  ReplaceStep step;
  SettingsReader read(settings);
  read("content", &step.content);
  if (read.failed()) return read.error();
  if (step.content.size() > kMaxContentBytes) {
    return settings.wrong("content", fmt::format("of at most {} bytes", kMaxContentBytes));
  }
  const auto pattern = settings.object("pattern");
  if (!pattern) return tl::unexpected(pattern.error());
  std::string regex;
  SettingsReader read_pattern(*pattern);
  read_pattern("String", &step.pattern);
  read_pattern("Regex", &regex);
  if (read_pattern.failed()) return read_pattern.error();
  if (regex == " {2,}") {
    step.pattern.assign(1, ' ');
    step.runs = true;
  } else if (!regex.empty()) {
    return unsupported_part(settings.name(), "a Replace with a regular expression", regex, "strings and \" {2,}\"");
  }
  if (step.pattern.empty()) return settings.wrong("pattern", "an object with a \"String\" or a \"Regex\"");
  return step;
}

Result<SentencePieceNormalizer::Step> read_normalizer_step(const Settings& settings) {
  constexpr std::array<std::pair<std::string_view, TextNormalizer>, 5> kForms{
      {{"NFC", TextNormalizer::kNfc},
       {"NFD", TextNormalizer::kNfd},
       {"NFKC", TextNormalizer::kNfkc},
       {"NFKD", TextNormalizer::kNfkd},
       {"Lowercase", TextNormalizer::kLowercase}}};
  const auto type = settings.type();
  if (!type) return tl::unexpected(type.error());
  for (const auto& [name, form] : kForms) {
    if (*type == name) return form;
  }
  SettingsReader read(settings);
  if (*type == "Precompiled") {
    std::string charsmap;
    read("precompiled_charsmap", &charsmap);
    if (read.failed()) return read.error();
    auto map = Charsmap::parse(charsmap, settings.name());
    if (!map) return tl::unexpected(std::move(map.error()));
    return std::move(*map);
  }
  if (*type == "Strip") {
    StripStep step;
    read("strip_left", &step.left);
    read("strip_right", &step.right);
    if (read.failed()) return read.error();
    return step;
  }
  if (*type == "Replace") return read_replace(settings);
  if (*type == "Prepend") {
    PrependStep step;
    read("prepend", &step.content);
    if (read.failed()) return read.error();
    if (step.content.size() > kMaxContentBytes) {
      return settings.wrong("prepend", fmt::format("of at most {} bytes", kMaxContentBytes));
    }
    return step;
  }
  return unsupported_part(settings.name(), "a normalizer", *type, kReadableNormalizers);
}

Result<SentencePieceNormalizer> read_normalizer(const Settings& file) {
  const auto parts = read_parts(file, "normalizer", "normalizers");
  if (!parts) return tl::unexpected(parts.error());
  std::vector<SentencePieceNormalizer::Step> steps;
  for (const Settings& part : *parts) {
    auto step = read_normalizer_step(part);
    if (!step) return tl::unexpected(std::move(step.error()));
    steps.push_back(std::move(*step));
  }
  return SentencePieceNormalizer(std::move(steps));
}

/// A step of "Metaspace": up to 0.14 `add_prefix_space`, from then on `prepend_scheme`.
Result<Metaspace> read_metaspace(const Settings& settings) {
  Metaspace metaspace{std::string()};
  bool add_prefix_space = true;
  std::string scheme;
  SettingsReader read(settings);
  read("replacement", &metaspace.replacement);
  read("add_prefix_space", &add_prefix_space);
  read("prepend_scheme", &scheme);
  read("split", &metaspace.split);
  if (read.failed()) return read.error();
  if (metaspace.replacement.empty() ||
      decode_code_point(metaspace.replacement, 0).n_bytes != metaspace.replacement.size()) {
    return settings.wrong("replacement", "one character");
  }
  constexpr std::array<std::pair<std::string_view, PrependScheme>, 3> kSchemes{
      {{"always", PrependScheme::kAlways}, {"first", PrependScheme::kFirst}, {"never", PrependScheme::kNever}}};
  const std::string_view name = scheme.empty() ? (add_prefix_space ? "always" : "never") : std::string_view(scheme);
  const auto known = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const auto& row) { return row.first == name; });
  if (known == kSchemes.end()) return settings.wrong("prepend_scheme", "\"always\", \"first\" or \"never\"");
  metaspace.prepend = known->second;
  if (!add_prefix_space && metaspace.prepend != PrependScheme::kNever) {
    return settings.wrong("add_prefix_space", fmt::format("true, as \"prepend_scheme\" is \"{}\"", name));
  }
  return metaspace;
}

Result<MetaspaceSplitter> read_pre_tokenizer(const Settings& file) {
  const auto parts = read_parts(file, "pre_tokenizer", "pretokenizers");
  if (!parts) return tl::unexpected(parts.error());
  MetaspaceOptions options;
  for (const Settings& part : *parts) {
    const auto type = part.type();
    if (!type) return tl::unexpected(type.error());
    if (*type == "WhitespaceSplit" && !options.metaspace) {
      options.whitespace_split = true;
    } else if (*type == "Metaspace" && !options.metaspace) {
      auto metaspace = read_metaspace(part);
      if (!metaspace) return tl::unexpected(std::move(metaspace.error()));
      options.metaspace = std::move(*metaspace);
    } else {
      return unsupported_part(file.name(), "a pre-tokenizer", *type, kReadablePreTokenizers);
    }
  }
  return MetaspaceSplitter(std::move(options));
}

struct Pieces {
  Vocabulary::Entries matched;  ///< those that text may match
  Vocabulary::Entries control;  ///< those that stand for no text
};

/// "vocab" is an array of [piece, score]; the place is the id. `is_control` says which pieces no text matches.
template <class IsControl>
Result<Pieces> read_pieces(const Settings& model, IsControl is_control) {
  constexpr std::string_view kExpected = "an array of [piece, score]";
  const json::value* vocab = model.find("vocab");
  if (vocab == nullptr || !vocab->is_array()) return model.wrong("vocab", kExpected);
  const json::array& entries = vocab->get_array();
  if (entries.size() > std::size_t{Vocabulary::kMaxId}) {
    return model.wrong("vocab", fmt::format("of at most {} pieces", Vocabulary::kMaxId));
  }
  Pieces pieces;
  for (const json::value& entry : entries) {
    const auto* pair = entry.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_number()) {
      return model.wrong(fmt::format("vocab[{}]", pieces.matched.size() + pieces.control.size()), "[piece, score]");
    }
    const std::string_view piece = (*pair)[0].get_string();
    const auto id = static_cast<TokenId>(pieces.matched.size() + pieces.control.size());
    if (piece.size() > kMaxPieceBytes) {
      return model.wrong(fmt::format("vocab[{}]", id), fmt::format("a piece of at most {} bytes", kMaxPieceBytes));
    }
    (is_control(piece, id) ? pieces.control : pieces.matched).emplace_back(piece, id);
  }
  return pieces;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_unigram(const Settings& file, const Settings& config, std::string_view text) {
  auto normalizer = read_normalizer(file);
  if (!normalizer) return tl::unexpected(std::move(normalizer.error()));
  auto splitter = read_pre_tokenizer(file);
  if (!splitter) return tl::unexpected(std::move(splitter.error()));
  const auto model = file.object("model");
  if (!model) return tl::unexpected(model.error());
  const json::value* vocab = model->find("vocab");
  const std::size_t n_pieces = vocab != nullptr && vocab->is_array() ? vocab->get_array().size() : 0;
  if (n_pieces == 0) return model->wrong("vocab", "an array of at least one [piece, score]");

  UnigramOptions options;
  SettingsReader read(*model);
  read("byte_fallback", &options.byte_fallback);
  if (read.failed()) return read.error();
  const auto unk_id = model->count("unk_id", n_pieces - 1);
  if (!unk_id) return tl::unexpected(unk_id.error());
  if (!*unk_id) return model->wrong("unk_id", "the id of the unknown token");
  options.unk_id = static_cast<TokenId>(**unk_id);

  const auto names = read_special_names(config, roberta_special_names());
  if (!names) return tl::unexpected(names.error());
  const auto added = read_added_tokens(file);
  if (!added) return tl::unexpected(added.error());
  // Control pieces stand for no text, so text must not match them, whatever their score.
  std::vector<std::string_view> control{names->cls, names->sep, names->pad, names->mask};
  for (const AddedToken& token : *added) {
    if (token.special) control.push_back(token.content);
  }
  std::sort(control.begin(), control.end());
  auto pieces = read_pieces(*model, [&](std::string_view piece, TokenId id) {
    return id == options.unk_id || std::binary_search(control.begin(), control.end(), piece);
  });
  if (!pieces) return tl::unexpected(std::move(pieces.error()));

  std::vector<double> scores = read_scores(text);
  if (scores.size() != n_pieces) return model->wrong("vocab", fmt::format("{} pieces with scores", n_pieces));
  double min_score = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!std::isfinite(scores[i])) return model->wrong(fmt::format("vocab[{}][1]", i), "a finite number");
    min_score = std::min(min_score, scores[i]);
  }

  Vocabulary::Entries others = std::move(pieces->control);
  for (const AddedToken& token : *added) others.emplace_back(token.content, token.id);
  auto vocabulary = Vocabulary::build(pieces->matched, others, file.name());
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));
  scores.resize(vocabulary->size());
  const SpecialTokens special = find_special_tokens(*names, *vocabulary);
  return std::make_unique<Unigram>(std::move(*vocabulary), std::move(scores), min_score, options,
                                   std::move(*normalizer), std::move(*splitter), special);
}

}  // namespace pith
