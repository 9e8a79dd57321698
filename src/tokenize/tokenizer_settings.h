// What the loaders of tokenizer.json share: a JSON object of a named file read member by member, the vocabulary's
// lists, the names of special tokens. Included by .cc files only, as base/json.h is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "pith/result.h"
#include "tokenize/tokenizer.h"
#include "tokenize/vocabulary.h"

namespace pith {

/// A JSON object of a named file. Views the JSON value, which must outlive it; an object that is not there has no
/// members. `where` says in errors which object it is: "model." for tokenizer.json's "model", empty for the whole file.
class Settings {
 public:
  Settings(const json::object* object, std::string name, std::string where = {})
      : object_(object), name_(std::move(name)), where_(std::move(where)) {}

  /// The file's name, which every error begins with.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// A member, or null where it is missing or JSON's null.
  [[nodiscard]] const json::value* find(std::string_view key) const {
    const json::value* value = object_ == nullptr ? nullptr : object_->if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  /// kBadModel: NAME: "KEY" must be `expected`.
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view key, std::string_view expected) const;

  /// Readers: nullopt for a missing or null member, kBadModel for one of another type.
  [[nodiscard]] Result<std::optional<bool>> boolean(std::string_view key) const;
  /// A whole number from 0 to `largest`.
  [[nodiscard]] Result<std::optional<std::uint64_t>> count(std::string_view key, std::uint64_t largest) const;
  /// A string, or an object with a string "content" (how tokenizer_config.json writes special tokens).
  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view key) const;
  /// The "type" of a part of tokenizer.json, or "(none)".
  [[nodiscard]] Result<std::string> type() const;
  /// A member that is an object; one without members where it is missing.
  [[nodiscard]] Result<Settings> object(std::string_view key) const;

 private:
  const json::object* object_;
  std::string name_;
  std::string where_;
};

/// Reads several members and keeps the first error, so that a list of reads has one check at its end:
///
///   SettingsReader read(normalizer);
///   read("lowercase", &options.lowercase);
///   read("clean_text", &options.clean_text);
///   if (read.failed()) return read.error();
class SettingsReader {
 public:
  /// `settings` must outlive the reader.
  explicit SettingsReader(const Settings& settings) : settings_(settings) {}
  explicit SettingsReader(Settings&&) = delete;

  /// Replaces `*target` when the member is there; leaves it otherwise.
  void operator()(std::string_view key, bool* target) { take(settings_.boolean(key), target); }
  void operator()(std::string_view key, std::string* target) { take(settings_.text(key), target); }

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// REQUIRES: failed().
  [[nodiscard]] tl::unexpected<Error> error() const { return tl::unexpected(*error_); }

 private:
  template <class T>
  void take(Result<std::optional<T>> read, T* target) {
    if (!read) {
      if (!error_) error_ = std::move(read.error());
    } else if (*read) {
      *target = std::move(**read);
    }
  }

  const Settings& settings_;
  std::optional<Error> error_;
};

/// The file, which must hold a JSON object. Errors: kNotFound, kIo, kBadInput (syntax), kBadModel (no object).
[[nodiscard]] Result<json::value> load_json_object(const std::string& path);
/// The same from a text; `name` says in errors where it is from. Errors: kBadInput, kBadModel.
[[nodiscard]] Result<json::value> parse_json_object(std::string_view text, const std::string& name);

/// kUnsupported: NAME: `part` of type "TYPE" is not supported; Pith reads `readable`.
[[nodiscard]] tl::unexpected<Error> unsupported_part(const std::string& name, std::string_view part,
                                                     std::string_view type, std::string_view readable);

/// A token's id from JSON; `token` names it in errors.
[[nodiscard]] Result<TokenId> read_token_id(const json::value& value, std::string_view token, const std::string& name);

/// "vocab" of WordPiece and BPE models: an object of piece: id. Views the JSON.
[[nodiscard]] Result<Vocabulary::Entries> read_vocab_object(const Settings& model);

/// "added_tokens" of tokenizer.json. Views the JSON; empty where there are none.
struct AddedToken {
  std::string_view content;
  TokenId id = kNoToken;
  bool special = false;  ///< a control token, never part of a text
};
[[nodiscard]] Result<std::vector<AddedToken>> read_added_tokens(const Settings& file);
[[nodiscard]] Vocabulary::Entries to_entries(const std::vector<AddedToken>& tokens);

/// Spellings of the special tokens (SpecialTokens has their ids).
struct SpecialNames {
  std::string cls, sep, pad, unk, mask;
};
[[nodiscard]] SpecialNames bert_special_names();     ///< [CLS] [SEP] [PAD] [UNK] [MASK]
[[nodiscard]] SpecialNames roberta_special_names();  ///< <s> </s> <pad> <unk> <mask>; XLM-R's too
/// `names` with what `config` says instead: cls_token, sep_token, pad_token, unk_token, mask_token.
[[nodiscard]] Result<SpecialNames> read_special_names(const Settings& config, SpecialNames names);
/// kNoToken for a name that is not in the vocabulary.
[[nodiscard]] SpecialTokens find_special_tokens(const SpecialNames& names, const Vocabulary& vocabulary);

}  // namespace pith
