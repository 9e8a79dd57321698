#include "tokenize/tokenizer_settings.h"

#include <fmt/format.h>

#include "base/mapped_file.h"

namespace pith {

tl::unexpected<Error> Settings::wrong(std::string_view key, std::string_view expected) const {
  return fail(ErrorCode::kBadModel, fmt::format("{}: \"{}{}\" must be {}", name_, where_, key, expected));
}

Result<std::optional<bool>> Settings::boolean(std::string_view key) const {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return wrong(key, "true or false");
  return value->get_bool();
}

Result<std::optional<std::uint64_t>> Settings::count(std::string_view key, std::uint64_t largest) const {
  const json::value* value = find(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto n = value->to_number<std::uint64_t>(error);
  if (error || n > largest) return wrong(key, fmt::format("a whole number from 0 to {}", largest));
  return n;
}

Result<std::optional<std::string>> Settings::text(std::string_view key) const {
  const json::value* value = find(key);
  if (value != nullptr && value->is_object()) value = value->get_object().if_contains("content");
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return wrong(key, "a string");
  return std::string(std::string_view(value->get_string()));
}

Result<std::string> Settings::type() const {
  std::string type = "(none)";
  SettingsReader read(*this);
  read("type", &type);
  if (read.failed()) return read.error();
  return type;
}

Result<Settings> Settings::object(std::string_view key) const {
  const json::value* value = find(key);
  if (value != nullptr && !value->is_object()) return wrong(key, "an object");
  return Settings(value == nullptr ? nullptr : &value->get_object(), name_, fmt::format("{}{}.", where_, key));
}

Result<json::value> load_json_object(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(std::move(file.error()));
  return parse_json_object(file->bytes(), path);
}

Result<json::value> parse_json_object(std::string_view text, const std::string& name) {
  auto value = parse_json(text, name);
  if (value && !value->is_object()) return fail(ErrorCode::kBadModel, name + ": must hold a JSON object");
  return value;
}

tl::unexpected<Error> unsupported_part(const std::string& name, std::string_view part, std::string_view type,
                                       std::string_view readable) {
  return fail(ErrorCode::kUnsupported,
              fmt::format("{}: {} of type \"{}\" is not supported; Pith reads {}", name, part, type, readable));
}

Result<TokenId> read_token_id(const json::value& value, std::string_view token, const std::string& name) {
  boost::system::error_code error;
  const auto id = value.to_number<TokenId>(error);
  if (error) return fail(ErrorCode::kBadModel, fmt::format("{}: the id of token \"{}\" is not a number", name, token));
  return id;
}

Result<Vocabulary::Entries> read_vocab_object(const Settings& model) {
  const json::value* vocab = model.find("vocab");
  if (vocab == nullptr || !vocab->is_object()) return model.wrong("vocab", "an object of token: id");
  Vocabulary::Entries pieces;
  pieces.reserve(vocab->get_object().size());
  for (const auto& entry : vocab->get_object()) {
    const auto id = read_token_id(entry.value(), entry.key(), model.name());
    if (!id) return tl::unexpected(id.error());
    pieces.emplace_back(entry.key(), *id);
  }
  return pieces;
}

Result<std::vector<AddedToken>> read_added_tokens(const Settings& file) {
  std::vector<AddedToken> added;
  const json::value* tokens = file.find("added_tokens");
  if (tokens == nullptr) return added;
  if (!tokens->is_array()) return file.wrong("added_tokens", "an array");
  for (const json::value& token : tokens->get_array()) {
    const auto* object = token.if_object();
    const json::value* content = object == nullptr ? nullptr : object->if_contains("content");
    const json::value* id_value = object == nullptr ? nullptr : object->if_contains("id");
    if (content == nullptr || !content->is_string() || id_value == nullptr) {
      return file.wrong("added_tokens", "an array of objects with \"content\" and \"id\"");
    }
    const auto id = read_token_id(*id_value, content->get_string(), file.name());
    if (!id) return tl::unexpected(id.error());
    AddedToken& entry = added.emplace_back(AddedToken{content->get_string(), *id, false});
    const Settings settings(object, file.name(), "added_tokens.");
    SettingsReader read(settings);
    read("special", &entry.special);
    if (read.failed()) return read.error();
  }
  return added;
}

Vocabulary::Entries to_entries(const std::vector<AddedToken>& tokens) {
  Vocabulary::Entries entries;
  entries.reserve(tokens.size());
  for (const AddedToken& token : tokens) entries.emplace_back(token.content, token.id);
  return entries;
}

SpecialNames bert_special_names() { return {"[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"}; }

SpecialNames roberta_special_names() { return {"<s>", "</s>", "<pad>", "<unk>", "<mask>"}; }

Result<SpecialNames> read_special_names(const Settings& config, SpecialNames names) {
  SettingsReader read(config);
  read("cls_token", &names.cls);
  read("sep_token", &names.sep);
  read("pad_token", &names.pad);
  read("unk_token", &names.unk);
  read("mask_token", &names.mask);
  if (read.failed()) return read.error();
  return names;
}

SpecialTokens find_special_tokens(const SpecialNames& names, const Vocabulary& vocabulary) {
  return {vocabulary.id_of(names.cls), vocabulary.id_of(names.sep), vocabulary.id_of(names.pad),
          vocabulary.id_of(names.unk), vocabulary.id_of(names.mask)};
}

}  // namespace pith
