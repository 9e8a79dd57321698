#include "tokenize/load_wordpiece.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "base/mapped_file.h"
#include "tokenize/vocabulary.h"
#include "tokenize/wordpiece.h"

namespace pith {
namespace {

Result<BertOptions> read_normalizer(const Settings& file) {
  BertOptions options{false, false, false, false};  // no normalizer: the text as it is
  if (file.find("normalizer") == nullptr) return options;
  const auto normalizer = file.object("normalizer");
  if (!normalizer) return tl::unexpected(normalizer.error());
  const auto type = normalizer->type();
  if (!type) return tl::unexpected(type.error());
  if (*type != "BertNormalizer") {
    return unsupported_part(file.name(), "a normalizer", *type, "BertNormalizer with WordPiece");
  }
  options = BertOptions{};
  SettingsReader read(*normalizer);
  read("clean_text", &options.clean_text);
  read("handle_chinese_chars", &options.handle_chinese_chars);
  read("lowercase", &options.lowercase);
  options.strip_accents = options.lowercase;  // what null means
  read("strip_accents", &options.strip_accents);
  if (read.failed()) return read.error();
  return options;
}

Result<std::unique_ptr<Tokenizer>> create(Vocabulary vocabulary, WordPieceOptions options, const Settings& config,
                                          const std::string& path) {
  const auto names = read_special_names(config, bert_special_names());
  if (!names) return tl::unexpected(names.error());
  const SpecialTokens special = find_special_tokens(*names, vocabulary);
  return WordPiece::create(std::move(vocabulary), std::move(options), special, path);
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_wordpiece(const Settings& file, const Settings& config) {
  const auto pre_tokenizer = file.object("pre_tokenizer");
  if (!pre_tokenizer) return tl::unexpected(pre_tokenizer.error());
  const auto split = pre_tokenizer->type();
  if (!split) return tl::unexpected(split.error());
  if (*split != "BertPreTokenizer") {
    return unsupported_part(file.name(), "a pre-tokenizer", *split, "BertPreTokenizer with WordPiece");
  }
  auto bert = read_normalizer(file);
  if (!bert) return tl::unexpected(std::move(bert.error()));
  const auto model = file.object("model");
  if (!model) return tl::unexpected(model.error());

  WordPieceOptions options;
  options.bert = *bert;
  SettingsReader read(*model);
  read("unk_token", &options.unk_token);
  read("continuing_subword_prefix", &options.continuing_subword_prefix);
  if (read.failed()) return read.error();
  const auto max_word_chars = model->count("max_input_chars_per_word", std::numeric_limits<std::uint32_t>::max());
  if (!max_word_chars) return tl::unexpected(max_word_chars.error());
  if (*max_word_chars) options.max_input_chars_per_word = static_cast<std::size_t>(**max_word_chars);
  const auto pieces = read_vocab_object(*model);
  if (!pieces) return tl::unexpected(pieces.error());
  const auto added = read_added_tokens(file);
  if (!added) return tl::unexpected(added.error());
  auto vocabulary = Vocabulary::build(*pieces, to_entries(*added), file.name());
  if (!vocabulary) return tl::unexpected(std::move(vocabulary.error()));
  return create(std::move(*vocabulary), std::move(options), config, file.name());
}

Result<std::unique_ptr<Tokenizer>> load_vocab_txt(const std::string& path, const Settings& config) {
  constexpr std::array<std::string_view, 8> kBertClasses{
      "BertTokenizer",    "BertTokenizerFast",    "DistilBertTokenizer", "DistilBertTokenizerFast",
      "ElectraTokenizer", "ElectraTokenizerFast", "MobileBertTokenizer", "MobileBertTokenizerFast"};
  std::string tokenizer_class(kBertClasses[0]);
  bool basic = true;
  WordPieceOptions options;
  SettingsReader read(config);
  read("tokenizer_class", &tokenizer_class);
  read("do_basic_tokenize", &basic);
  read("do_lower_case", &options.bert.lowercase);
  options.bert.strip_accents = options.bert.lowercase;
  read("strip_accents", &options.bert.strip_accents);
  read("tokenize_chinese_chars", &options.bert.handle_chinese_chars);
  read("unk_token", &options.unk_token);
  if (read.failed()) return read.error();
  if (std::find(kBertClasses.begin(), kBertClasses.end(), tokenizer_class) == kBertClasses.end()) {
    return unsupported_part(config.name(), "a tokenizer", tokenizer_class, "BERT's vocab.txt");
  }
  if (!basic) return fail(ErrorCode::kUnsupported, config.name() + ": \"do_basic_tokenize\": false is not supported");

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
  return create(std::move(*vocabulary), std::move(options), config, path);
}

}  // namespace pith
