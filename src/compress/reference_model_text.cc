#include "compress/reference_model_text.h"

#include "compress/reference_python.h"

namespace pith {

std::vector<TokenId> ReferenceModelText::ids(std::string_view text) const {
  Encoding encoding;
  tokenizer_.encode(text, &encoding);
  return std::move(encoding.ids);
}

std::vector<TokenId> ReferenceModelText::ids_with_bos(std::string_view text) const {
  std::vector<TokenId> all = ids(text);
  if (bos_ != kNoToken) all.insert(all.begin(), bos_);
  return all;
}

std::size_t ReferenceModelText::n_ids_with_bos(std::string_view text) const {
  return n_ids(text) + (bos_ != kNoToken ? 1 : 0);
}

std::string ReferenceModelText::decode(std::span<const TokenId> ids) const {
  std::string bytes;
  for (const TokenId id : ids) tokenizer_.append_bytes(id, &bytes);
  return decode_utf8_with_replacement(bytes);
}

}  // namespace pith
