#include "tokenize/load_byte_bpe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base/mapped_file.h"
#include "tokenize/bpe_pairs.h"
#include "tokenize/byte_bpe_tokenizer.h"
#include "tokenize/pre_tokenizer.h"
#include "tokenize/text_normalizer.h"
#include "tokenize/vocabulary.h"

namespace pith {
namespace {

constexpr std::size_t kMaxSteps = 16;  // of a Sequence, however nested

/// The parts of a Sequence called `key` ("normalizer" of a "Sequence" of "normalizers"), or the one part that stands
/// there alone; none where it is null. Sequences may nest.
Result<std::vector<Settings>> read_sequence(const Settings& parent, std::string_view key, std::string_view list_key) {
  std::vector<Settings> parts;
  const json::value* const value = parent.find(key);
  if (value == nullptr) return parts;
  std::vector<const json::value*> open = {value};  // still to be read, the next one last
  while (!open.empty()) {
    const json::value* const next = open.back();
    open.pop_back();
    if (!next->is_object()) return parent.wrong(key, "an object");
    Settings part(&next->get_object(), parent.name(), fmt::format("{}.", key));
    const auto type = part.type();
    if (!type) return tl::unexpected(type.error());
    if (*type != "Sequence") {
      parts.push_back(std::move(part));
    } else {
      const json::value* const list = part.find(list_key);
      if (list == nullptr || !list->is_array()) return part.wrong(list_key, "an array");
      for (auto item = list->get_array().rbegin(); item != list->get_array().rend(); ++item) open.push_back(&*item);
    }
    if (parts.size() + open.size() > kMaxSteps) {
      return parent.wrong(key, fmt::format("a Sequence of at most {} parts", kMaxSteps));
    }
  }
  return parts;
}

Result<bool> required_bool(const Settings& part, std::string_view key) {
  const auto value = part.boolean(key);
  if (!value) return tl::unexpected(value.error());
  if (!*value) return tl::unexpected(part.wrong(key, "true or false"));
  return **value;
}

Result<std::vector<TextNormalizer>> read_normalizers(const Settings& file) {
  const auto parts = read_sequence(file, "normalizer", "normalizers");
  if (!parts) return tl::unexpected(parts.error());
  constexpr std::array<std::pair<std::string_view, TextNormalizer>, 5> kKinds{{
      {"NFC", TextNormalizer::kNfc},
      {"NFD", TextNormalizer::kNfd},
      {"NFKC", TextNormalizer::kNfkc},
      {"NFKD", TextNormalizer::kNfkd},
      {"Lowercase", TextNormalizer::kLowercase},
  }};
  std::vector<TextNormalizer> normalizers;
  for (const Settings& part : *parts) {
    const auto type = part.type();
    if (!type) return tl::unexpected(type.error());
    const auto* const kind =
        std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& candidate) { return candidate.first == *type; });
    if (kind == kKinds.end()) {
      return unsupported_part(file.name(), "a normalizer", *type, "NFC, NFD, NFKC, NFKD and Lowercase with BPE");
    }
    normalizers.push_back(kind->second);
  }
  return normalizers;
}

Result<SplitStep> read_split(const Settings& part) {
  constexpr std::array<std::pair<std::string_view, SplitBehavior>, 5> kBehaviors{{
      {"Isolated", SplitBehavior::kIsolated},
      {"Removed", SplitBehavior::kRemoved},
      {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
      {"MergedWithNext", SplitBehavior::kMergedWithNext},
      {"Contiguous", SplitBehavior::kContiguous},
  }};
  std::string behavior_name;
  bool invert = false;
  SettingsReader read(part);
  read("behavior", &behavior_name);
  read("invert", &invert);
  if (read.failed()) return read.error();
  const auto* const behavior = std::find_if(kBehaviors.begin(), kBehaviors.end(),
                                            [&](const auto& candidate) { return candidate.first == behavior_name; });
  if (behavior == kBehaviors.end()) {
    return part.wrong("behavior", "Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous");
  }
  const auto pattern = part.object("pattern");
  if (!pattern) return tl::unexpected(pattern.error());
  const auto literal = pattern->text("String");
  if (!literal) return tl::unexpected(literal.error());
  if (*literal) return SplitStep(**literal, behavior->second, invert);
  const auto regex = pattern->text("Regex");
  if (!regex) return tl::unexpected(regex.error());
  if (!*regex) return part.wrong("pattern", "an object with \"String\" or \"Regex\"");
  if (const auto known = known_split_pattern(**regex)) return SplitStep(*known, behavior->second, invert);
  auto compiled = SplitRegex::compile(**regex, part.name());
  if (!compiled) return tl::unexpected(std::move(compiled.error()));
  return SplitStep(std::move(*compiled), behavior->second, invert);
}

Result<PreTokenizer> read_pre_tokenizer(const Settings& file) {
  const auto parts = read_sequence(file, "pre_tokenizer", "pretokenizers");
  if (!parts) return tl::unexpected(parts.error());
  std::vector<SplitStep> splits;
  std::optional<ByteLevelStep> byte_level;
  for (const Settings& part : *parts) {
    const auto type = part.type();
    if (!type) return tl::unexpected(type.error());
    if (byte_level) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{}: a pre-tokenizer of type \"{}\" behind ByteLevel is not supported; Pith reads BPE "
                              "whose last pre-tokenizer is ByteLevel",
                              file.name(), *type));
    }
    if (*type == "Split") {
      auto step = read_split(part);
      if (!step) return tl::unexpected(std::move(step.error()));
      splits.push_back(std::move(*step));
    } else if (*type == "Digits") {
      const auto individual = required_bool(part, "individual_digits");
      if (!individual) return tl::unexpected(individual.error());
      splits.push_back(SplitStep::digits(*individual));
    } else if (*type == "ByteLevel") {
      const auto add_prefix_space = required_bool(part, "add_prefix_space");
      if (!add_prefix_space) return tl::unexpected(add_prefix_space.error());
      byte_level = ByteLevelStep{*add_prefix_space, true};
      SettingsReader read(part);
      read("use_regex", &byte_level->use_regex);
      if (read.failed()) return read.error();
    } else {
      return unsupported_part(file.name(), "a pre-tokenizer", *type, "ByteLevel, Split and Digits with BPE");
    }
  }
  return PreTokenizer(std::move(splits), byte_level);
}

/// add_prefix_space of each processor that trims offsets.
Result<std::vector<bool>> read_trims(const Settings& file) {
  const auto parts = read_sequence(file, "post_processor", "processors");
  if (!parts) return tl::unexpected(parts.error());
  std::vector<bool> trims;
  for (const Settings& part : *parts) {
    const auto type = part.type();
    if (!type) return tl::unexpected(type.error());
    if (*type == "ByteLevel" || *type == "RobertaProcessing") {
      const auto trim_offsets = required_bool(part, "trim_offsets");
      if (!trim_offsets) return tl::unexpected(trim_offsets.error());
      const auto add_prefix_space = required_bool(part, "add_prefix_space");
      if (!add_prefix_space) return tl::unexpected(add_prefix_space.error());
      if (*trim_offsets) trims.push_back(*add_prefix_space);
    } else if (*type != "TemplateProcessing" && *type != "BertProcessing") {
      return unsupported_part(file.name(), "a post-processor", *type,
                              "ByteLevel, RobertaProcessing, BertProcessing and TemplateProcessing with BPE");
    }
  }
  return trims;
}

using Merges = std::vector<std::pair<std::string_view, std::string_view>>;

/// The two halves of "left right"; a token has no space.
std::optional<std::pair<std::string_view, std::string_view>> split_merge(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) return std::nullopt;
  return std::pair(line.substr(0, space), line.substr(space + 1));
}

/// "merges" of the model: each "left right" or ["left", "right"]. Views the JSON.
Result<Merges> read_merges(const Settings& model) {
  const json::value* const list = model.find("merges");
  if (list == nullptr || !list->is_array()) return model.wrong("merges", "an array");
  Merges merges;
  merges.reserve(list->get_array().size());
  for (const json::value& item : list->get_array()) {
    const auto wrong = [&] {
      return model.wrong(fmt::format("merges[{}]", merges.size()), "\"left right\" or [\"left\", \"right\"]");
    };
    if (item.is_string()) {
      const auto merge = split_merge(std::string_view(item.get_string()));
      if (!merge) return wrong();
      merges.push_back(*merge);
    } else {
      const json::array* const pair = item.if_array();
      if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) return wrong();
      merges.emplace_back((*pair)[0].get_string(), (*pair)[1].get_string());
    }
  }
  return merges;
}

Result<BpePairs> to_pairs(const Merges& merges, const Vocabulary& vocabulary, const std::string& name) {
  std::vector<BpeMergeRule> rules;
  rules.reserve(merges.size());
  std::string joined;
  for (const auto& [left, right] : merges) {
    joined.assign(left).append(right);
    const auto id_of = [&](std::string_view token) {
      const PieceTrie::Node node = token.empty() ? PieceTrie::kNone : vocabulary.trie().find(token);
      return node == PieceTrie::kNone ? kNoToken : vocabulary.trie().id(node);
    };
    const BpeMergeRule rule{id_of(left), id_of(right), id_of(joined)};
    for (const auto& [id, token] :
         {std::pair<TokenId, std::string_view>{rule.left, left}, {rule.right, right}, {rule.joined, joined}}) {
      if (id == kNoToken) {
        return fail(ErrorCode::kBadModel, fmt::format("{}: merge {} joins \"{}\" and \"{}\", but \"{}\" is not in the "
                                                      "vocabulary",
                                                      name, rules.size(), left, right, token));
      }
    }
    rules.push_back(rule);
  }
  return BpePairs::build(rules, name);
}

/// What Pith does not do must be off.
Result<void> refuse_other_settings(const Settings& model) {
  if (const json::value* const dropout = model.find("dropout")) {
    boost::system::error_code error;
    const auto share = dropout->to_number<double>(error);
    if (error) return tl::unexpected(model.wrong("dropout", "null or a number"));
    if (share != 0) {
      return fail(
          ErrorCode::kUnsupported,
          fmt::format("{}: \"dropout\" of {} would make tokens random; Pith reads null or 0", model.name(), share));
    }
  }
  for (const std::string_view key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    const auto affix = model.text(key);
    if (!affix) return tl::unexpected(affix.error());
    if (*affix && !(*affix)->empty()) {
      return fail(ErrorCode::kUnsupported, fmt::format("{}: \"{}\" of \"{}\" is not supported; Pith reads BPE without",
                                                       model.name(), key, **affix));
    }
  }
  return {};
}

Result<std::unique_ptr<Tokenizer>> finish(Vocabulary vocabulary, const Merges& merges, PreTokenizer pre_tokenizer,
                                          ByteBpeOptions options, const std::vector<TokenId>& control_ids,
                                          const Settings& config, const std::string& name) {
  const auto names = read_special_names(config, roberta_special_names());
  if (!names) return tl::unexpected(names.error());
  const SpecialTokens special = find_special_tokens(*names, vocabulary);
  auto pairs = to_pairs(merges, vocabulary, name);
  if (!pairs) return tl::unexpected(std::move(pairs.error()));
  return ByteBpeTokenizer::create(std::move(vocabulary), std::move(*pairs), std::move(pre_tokenizer),
                                  std::move(options), special, control_ids, name);
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_byte_bpe(const Settings& file, const Settings& config) {
  const auto model = file.object("model");
  if (!model) return tl::unexpected(model.error());
  if (const auto ok = refuse_other_settings(*model); !ok) return tl::unexpected(ok.error());
  ByteBpeOptions options;
  std::string unk_token;
  SettingsReader read(*model);
  read("unk_token", &unk_token);
  read("fuse_unk", &options.fuse_unk);
  read("byte_fallback", &options.byte_fallback);
  read("ignore_merges", &options.ignore_merges);
  if (read.failed()) return read.error();
  if (!unk_token.empty()) options.unk_token = unk_token;

  auto normalizers = read_normalizers(file);
  if (!normalizers) return tl::unexpected(std::move(normalizers.error()));
  options.normalizers = std::move(*normalizers);
  auto pre_tokenizer = read_pre_tokenizer(file);
  if (!pre_tokenizer) return tl::unexpected(std::move(pre_tokenizer.error()));
  auto trims = read_trims(file);
  if (!trims) return tl::unexpected(std::move(trims.error()));
  options.trims = std::move(*trims);

  const auto pieces = read_vocab_object(*model);
  if (!pieces) return tl::unexpected(pieces.error());
  const auto added = read_added_tokens(file);
  if (!added) return tl::unexpected(added.error());
  const auto merges = read_merges(*model);
  if (!merges) return tl::unexpected(merges.error());
  auto vocabulary = Vocabulary::build(*pieces, to_entries(*added), file.name());
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));
  std::vector<TokenId> control_ids;
  for (const AddedToken& token : *added) {
    if (token.special) control_ids.push_back(token.id);
  }
  return finish(std::move(*vocabulary), *merges, std::move(*pre_tokenizer), std::move(options), control_ids, config,
                file.name());
}

Result<std::unique_ptr<Tokenizer>> load_byte_bpe_files(const std::string& vocab_path, const std::string& merges_path,
                                                       const Settings& config) {
  constexpr std::array<std::string_view, 8> kRobertaLike{
      "RobertaTokenizer", "RobertaTokenizerFast", "LongformerTokenizer", "LongformerTokenizerFast",
      "BartTokenizer",    "BartTokenizerFast",    "LEDTokenizer",        "LEDTokenizerFast"};
  constexpr std::array<std::string_view, 2> kGpt2Like{"GPT2Tokenizer", "GPT2TokenizerFast"};
  std::string tokenizer_class(kRobertaLike[0]);
  bool add_prefix_space = false;
  SettingsReader read(config);
  read("tokenizer_class", &tokenizer_class);
  read("add_prefix_space", &add_prefix_space);
  if (read.failed()) return read.error();
  const bool roberta = std::find(kRobertaLike.begin(), kRobertaLike.end(), tokenizer_class) != kRobertaLike.end();
  if (!roberta && std::find(kGpt2Like.begin(), kGpt2Like.end(), tokenizer_class) == kGpt2Like.end()) {
    return unsupported_part(config.name(), "a tokenizer", tokenizer_class, "vocab.json of RoBERTa, BART and GPT-2");
  }
  ByteBpeOptions options;
  if (roberta) options.trims.push_back(add_prefix_space);

  const auto vocab = load_json_object(vocab_path);
  if (!vocab) return tl::unexpected(vocab.error());
  Vocabulary::Entries pieces;
  pieces.reserve(vocab->get_object().size());
  for (const auto& entry : vocab->get_object()) {
    const auto id = read_token_id(entry.value(), entry.key(), vocab_path);
    if (!id) return tl::unexpected(id.error());
    pieces.emplace_back(entry.key(), *id);
  }
  auto vocabulary = Vocabulary::build(pieces, {}, vocab_path);
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));

  const auto file = MappedFile::open(merges_path);
  if (!file) return tl::unexpected(file.error());
  Merges merges;
  std::set<std::pair<std::string_view, std::string_view>> seen;  // of a repeated merge the first counts here
  std::size_t n_lines = 0;
  std::string_view rest = file->bytes();
  // As transformers reads it: the first line is a header, and a last one without a line end does not count.
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (++n_lines == 1) continue;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto merge = split_merge(line);
    if (!merge) {
      return fail(ErrorCode::kBadModel,
                  fmt::format("{}:{}: must be two tokens with a space between", merges_path, n_lines));
    }
    if (seen.insert(*merge).second) merges.push_back(*merge);
  }
  return finish(std::move(*vocabulary), merges, PreTokenizer({}, ByteLevelStep{add_prefix_space, true}),
                std::move(options), {}, config, merges_path);
}

Result<std::unique_ptr<Tokenizer>> make_byte_bpe(const ByteBpeParts& parts, PreTokenizer pre_tokenizer,
                                                 ByteBpeOptions options, const std::string& name) {
  Vocabulary::Entries pieces;
  pieces.reserve(parts.tokens.size());
  for (std::size_t id = 0; id < parts.tokens.size(); ++id) {
    pieces.emplace_back(parts.tokens[id], static_cast<TokenId>(id));
  }
  auto vocabulary = Vocabulary::build(pieces, {}, name);
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));
  Merges merges;
  merges.reserve(parts.merges.size());
  for (const std::string_view line : parts.merges) {
    const auto merge = split_merge(line);
    if (!merge) {
      return fail(ErrorCode::kBadModel,
                  fmt::format("{}: merge {} must be two tokens with a space between", name, merges.size()));
    }
    merges.push_back(*merge);
  }
  auto pairs = to_pairs(merges, *vocabulary, name);
  if (!pairs) return tl::unexpected(std::move(pairs.error()));
  return ByteBpeTokenizer::create(std::move(*vocabulary), std::move(*pairs), std::move(pre_tokenizer),
                                  std::move(options), parts.special, parts.control_ids, name);
}

}  // namespace pith
