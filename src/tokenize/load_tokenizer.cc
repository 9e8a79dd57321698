#include "tokenize/load_tokenizer.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/mapped_file.h"
#include "tokenize/vocabulary.h"
#include "tokenize/wordpiece.h"

namespace pith {
namespace {

/// A JSON object of a named file, with readers that complain in words. A missing or null member is nullopt; one of
/// another type is a kBadModel error.
class Settings {
 public:
  Settings(const json::object* object, std::string name) : object_(object), name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const json::value* find(std::string_view key) const {
    const json::value* value = object_ == nullptr ? nullptr : object_->if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view key, std::string_view expected) const {
    return fail(ErrorCode::kBadModel, fmt::format("{}: \"{}\" must be {}", name_, key, expected));
  }
  [[nodiscard]] Result<std::optional<bool>> boolean(std::string_view key) const {
    const json::value* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_bool()) return wrong(key, "true or false");
    return value->get_bool();
  }
  /// A string, or an object with a string "content" (how tokenizer_config.json writes special tokens).
  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view key) const {
    const json::value* value = find(key);
    if (value != nullptr && value->is_object()) value = value->get_object().if_contains("content");
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return wrong(key, "a string");
    return std::string(std::string_view(value->get_string()));
  }
  [[nodiscard]] Result<Settings> object(std::string_view key) const {
    const json::value* value = find(key);
    if (value == nullptr) return Settings(nullptr, name_);
    if (!value->is_object()) return wrong(key, "an object");
    return Settings(&value->get_object(), name_);
  }

 private:
  const json::object* object_;
  std::string name_;
};

// Copies a reader's value into `*target` when it was given; leaves the function on an error.
#define PITH_READ(target, expression)                          \
  do {                                                         \
    auto read = (expression);                                  \
    if (!read) return tl::unexpected(std::move(read.error())); \
    if (*read) (target) = std::move(**read);                   \
  } while (false)

Result<json::value> load_object(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(std::move(file.error()));
  auto value = parse_json(file->bytes(), path);
  if (value && !value->is_object()) return fail(ErrorCode::kBadModel, path + ": must hold a JSON object");
  return value;
}

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

/// tokenizer_config.json, or an empty object.
Result<json::value> load_config(const std::string& path) {
  if (!exists(path)) return json::value(json::object());
  return load_object(path);
}

Result<SpecialTokens> special_tokens(const Settings& config, const Vocabulary& vocabulary) {
  SpecialTokens special;
  std::string cls = "[CLS]", sep = "[SEP]", pad = "[PAD]", mask = "[MASK]";
  PITH_READ(cls, config.text("cls_token"));
  PITH_READ(sep, config.text("sep_token"));
  PITH_READ(pad, config.text("pad_token"));
  PITH_READ(mask, config.text("mask_token"));
  special.cls = vocabulary.id_of(cls);
  special.sep = vocabulary.id_of(sep);
  special.pad = vocabulary.id_of(pad);
  special.mask = vocabulary.id_of(mask);
  return special;
}

tl::unexpected<Error> unsupported(const std::string& name, std::string_view part, std::string_view type) {
  return fail(
      ErrorCode::kUnsupported,
      fmt::format("{}: {} of type \"{}\" is not supported; Pith reads BERT WordPiece tokenizers", name, part, type));
}

Result<BertOptions> read_normalizer(const Settings& file) {
  BertOptions options{false, false, false, false};  // no normalizer: the text as it is
  auto normalizer = file.object("normalizer");
  if (!normalizer) return tl::unexpected(std::move(normalizer.error()));
  if (file.find("normalizer") == nullptr) return options;
  std::string type;
  PITH_READ(type, normalizer->text("type"));
  if (type != "BertNormalizer") return unsupported(file.name(), "a normalizer", type);
  options = BertOptions{};
  PITH_READ(options.clean_text, normalizer->boolean("clean_text"));
  PITH_READ(options.handle_chinese_chars, normalizer->boolean("handle_chinese_chars"));
  PITH_READ(options.lowercase, normalizer->boolean("lowercase"));
  options.strip_accents = options.lowercase;  // what null means
  PITH_READ(options.strip_accents, normalizer->boolean("strip_accents"));
  return options;
}

Result<std::size_t> read_max_word_chars(const Settings& model) {
  const json::value* value = model.find("max_input_chars_per_word");
  if (value == nullptr) return std::size_t{100};
  boost::system::error_code error;
  const auto n = value->to_number<std::size_t>(error);
  if (error) return model.wrong("max_input_chars_per_word", "a number of characters");
  return n;
}

Result<TokenId> token_id(const json::value& value, std::string_view token, const std::string& name) {
  boost::system::error_code error;
  const auto id = value.to_number<TokenId>(error);
  if (error) return fail(ErrorCode::kBadModel, fmt::format("{}: the id of token \"{}\" is not a number", name, token));
  return id;
}

Result<Vocabulary> read_vocabulary(const Settings& file, const Settings& model) {
  const json::value* vocab = model.find("vocab");
  if (vocab == nullptr || !vocab->is_object()) return model.wrong("model.vocab", "an object of token: id");
  Vocabulary::Entries pieces;
  pieces.reserve(vocab->get_object().size());
  for (const auto& entry : vocab->get_object()) {
    const auto id = token_id(entry.value(), entry.key(), file.name());
    if (!id) return tl::unexpected(id.error());
    pieces.emplace_back(entry.key(), *id);
  }
  Vocabulary::Entries added;
  if (const json::value* tokens = file.find("added_tokens")) {
    if (!tokens->is_array()) return file.wrong("added_tokens", "an array");
    for (const json::value& token : tokens->get_array()) {
      const auto* object = token.if_object();
      const json::value* content = object == nullptr ? nullptr : object->if_contains("content");
      const json::value* id_value = object == nullptr ? nullptr : object->if_contains("id");
      if (content == nullptr || !content->is_string() || id_value == nullptr) {
        return file.wrong("added_tokens", "an array of objects with \"content\" and \"id\"");
      }
      const auto id = token_id(*id_value, content->get_string(), file.name());
      if (!id) return tl::unexpected(id.error());
      added.emplace_back(content->get_string(), *id);
    }
  }
  return Vocabulary::build(pieces, added, file.name());
}

Result<std::unique_ptr<Tokenizer>> load_tokenizer_json(const std::string& path, const Settings& config) {
  const auto value = load_object(path);
  if (!value) return tl::unexpected(value.error());
  const Settings file(&value->get_object(), path);
  const auto model = file.object("model");
  if (!model) return tl::unexpected(model.error());
  std::string type = "(none)";
  PITH_READ(type, model->text("type"));
  if (type != "WordPiece") return unsupported(path, "a model", type);
  const auto pre_tokenizer = file.object("pre_tokenizer");
  if (!pre_tokenizer) return tl::unexpected(pre_tokenizer.error());
  std::string split = "(none)";
  PITH_READ(split, pre_tokenizer->text("type"));
  if (split != "BertPreTokenizer") return unsupported(path, "a pre-tokenizer", split);

  WordPieceOptions options;
  auto bert = read_normalizer(file);
  if (!bert) return tl::unexpected(std::move(bert.error()));
  options.bert = *bert;
  PITH_READ(options.unk_token, model->text("unk_token"));
  PITH_READ(options.continuing_subword_prefix, model->text("continuing_subword_prefix"));
  const auto max_word_chars = read_max_word_chars(*model);
  if (!max_word_chars) return tl::unexpected(max_word_chars.error());
  options.max_input_chars_per_word = *max_word_chars;
  auto vocabulary = read_vocabulary(file, *model);
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));
  const auto special = special_tokens(config, *vocabulary);
  if (!special) return tl::unexpected(special.error());
  return WordPiece::create(std::move(*vocabulary), std::move(options), *special, path);
}

/// One piece a line, the line number is the id (BERT's original format).
Result<std::unique_ptr<Tokenizer>> load_vocab_txt(const std::string& path, const Settings& config) {
  constexpr std::array<std::string_view, 8> kBertClasses{
      "BertTokenizer",    "BertTokenizerFast",    "DistilBertTokenizer", "DistilBertTokenizerFast",
      "ElectraTokenizer", "ElectraTokenizerFast", "MobileBertTokenizer", "MobileBertTokenizerFast"};
  std::string tokenizer_class(kBertClasses[0]);
  PITH_READ(tokenizer_class, config.text("tokenizer_class"));
  bool known = false;
  for (const std::string_view name : kBertClasses) known = known || name == tokenizer_class;
  if (!known) return unsupported(config.name(), "a tokenizer", tokenizer_class);
  bool basic = true;
  PITH_READ(basic, config.boolean("do_basic_tokenize"));
  if (!basic) return fail(ErrorCode::kUnsupported, config.name() + ": \"do_basic_tokenize\": false is not supported");

  WordPieceOptions options;
  PITH_READ(options.bert.lowercase, config.boolean("do_lower_case"));
  options.bert.strip_accents = options.bert.lowercase;
  PITH_READ(options.bert.strip_accents, config.boolean("strip_accents"));
  PITH_READ(options.bert.handle_chinese_chars, config.boolean("tokenize_chinese_chars"));
  PITH_READ(options.unk_token, config.text("unk_token"));

  const auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  Vocabulary::Entries pieces;
  for (std::string_view rest = file->bytes(); !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    pieces.emplace_back(line, static_cast<TokenId>(pieces.size()));
    if (pieces.size() > std::size_t{Vocabulary::kMaxId}) break;  // refused below
  }
  auto vocabulary = Vocabulary::build(pieces, {}, path);
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));
  const auto special = special_tokens(config, *vocabulary);
  if (!special) return tl::unexpected(special.error());
  return WordPiece::create(std::move(*vocabulary), std::move(options), *special, path);
}

#undef PITH_READ

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::string& model_dir) {
  const std::string config_path = model_dir + "/tokenizer_config.json";
  const auto config_value = load_config(config_path);
  if (!config_value) return tl::unexpected(config_value.error());
  const Settings config(&config_value->get_object(), config_path);

  if (const std::string path = model_dir + "/tokenizer.json"; exists(path)) return load_tokenizer_json(path, config);
  if (const std::string path = model_dir + "/vocab.txt"; exists(path)) return load_vocab_txt(path, config);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kOthers{{
      {"sentencepiece.bpe.model", "SentencePiece"},
      {"spiece.model", "SentencePiece"},
      {"spm.model", "SentencePiece"},
      {"tokenizer.model", "SentencePiece"},
      {"vocab.json", "byte-level BPE"},
  }};
  for (const auto& [file, type] : kOthers) {
    if (exists(fmt::format("{}/{}", model_dir, file))) {
      return unsupported(fmt::format("{}/{}", model_dir, file), "a tokenizer", type);
    }
  }
  return fail(ErrorCode::kNotFound, model_dir + ": no tokenizer.json and no vocab.txt in this folder");
}

}  // namespace pith
