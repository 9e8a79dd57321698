#include "model/hub/listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.h"

namespace pith {
namespace {

constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kSha1Digits = 40;

/// A hash by key, or "" when it is not one.
std::string hash_of(const json::object& object, std::string_view key, std::size_t n_digits) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  const std::string text(value->get_string());
  return is_hex(text, n_digits) ? text : std::string();
}

std::optional<std::uint64_t> size_of(const json::object& object) {
  const json::value* value = object.if_contains("size");
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value->get_int64());
}

Result<HubFile> read_sibling(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  const json::value* path = object == nullptr ? nullptr : object->if_contains("rfilename");
  if (path == nullptr || !path->is_string()) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: a file without a name in the hub's list", name));
  }
  HubFile file{.name = std::string(path->get_string()), .n_bytes = size_of(*object), .sha256 = {}, .git_blob = {}};
  if (!is_safe_file_name(file.name)) {
    return fail(ErrorCode::kBadInput, fmt::format("{}: the hub lists a file called '{}', a name that could reach "
                                                  "outside the model's folder: refused",
                                                  name, printable(file.name)));
  }
  const json::value* lfs = object->if_contains("lfs");
  if (const json::object* large = lfs == nullptr ? nullptr : lfs->if_object(); large != nullptr) {
    // Of a large file, git itself holds only a pointer: blobId is that pointer's id.
    file.sha256 = hash_of(*large, "sha256", kSha256Digits);
    if (const auto n_bytes = size_of(*large)) file.n_bytes = n_bytes;
  } else {
    file.git_blob = hash_of(*object, "blobId", kSha1Digits);
  }
  return file;
}

/// "STEM-00002-of-00005.EXTENSION"
struct Part {
  std::string_view stem;
  int index = 0;
  int n_parts = 0;
};

std::optional<Part> parse_part(std::string_view file, std::string_view extension) {
  constexpr std::size_t kDigits = 5;
  constexpr std::string_view kOf = "-of-";
  if (!file.ends_with(extension)) return std::nullopt;
  file.remove_suffix(extension.size());
  constexpr std::size_t kTail = 1 + kDigits + kOf.size() + kDigits;
  if (file.size() <= kTail) return std::nullopt;
  const std::string_view tail = file.substr(file.size() - kTail);
  Part part{.stem = file.substr(0, file.size() - kTail), .index = 0, .n_parts = 0};
  const auto number = [&](std::size_t at, int* out) {
    const char* const begin = tail.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + kDigits, *out);
    return error == std::errc() && end == begin + kDigits && *out > 0;
  };
  if (tail.front() != '-' || tail.substr(1 + kDigits, kOf.size()) != kOf || !number(1, &part.index) ||
      !number(1 + kDigits + kOf.size(), &part.n_parts) || part.index > part.n_parts) {
    return std::nullopt;
  }
  return part;
}

/// All parts that belong with `first`, in order. Errors: kBadModel if one is missing.
Result<std::vector<HubFile>> parts_with(const HubListing& listing, const Part& first, std::string_view extension,
                                        const HubName& name) {
  std::vector<HubFile> parts;
  for (int i = 1; i <= first.n_parts; ++i) {
    const auto found = std::find_if(listing.files.begin(), listing.files.end(), [&](const HubFile& file) {
      const auto part = parse_part(file.name, extension);
      return part && part->stem == first.stem && part->n_parts == first.n_parts && part->index == i;
    });
    if (found == listing.files.end()) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: part {} of {} of the weights is missing on the hub",
                                                    to_text(name), i, first.n_parts));
    }
    parts.push_back(*found);
  }
  return parts;
}

const HubFile* find_file(const HubListing& listing, std::string_view file_name) {
  const auto found = std::find_if(listing.files.begin(), listing.files.end(),
                                  [&](const HubFile& file) { return file.name == file_name; });
  return found == listing.files.end() ? nullptr : &*found;
}

/// Names, as commands can take them.
std::string gguf_names(const HubListing& listing, const HubName& name) {
  constexpr std::size_t kMostNames = 40;
  std::vector<std::string> names;
  for (const HubFile& file : listing.files) {
    if (!file.name.ends_with(".gguf")) continue;
    if (names.size() == kMostNames) {
      names.emplace_back("...");
      break;
    }
    names.push_back(fmt::format("hf:{}/{}", name.id(), printable(file.name)));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

/// The one file of a quantisation, or the first of its parts.
Result<HubName> find_quantization(const HubListing& listing, const HubName& name) {
  HubName chosen = name;
  std::vector<std::string> found;
  for (const HubFile& file : listing.files) {
    if (!is_of_quantization(file.name, name.quantization)) continue;
    if (const auto part = parse_part(file.name, ".gguf"); part && part->index != 1) continue;
    chosen.file = file.name;
    found.push_back(fmt::format("hf:{}/{}", name.id(), printable(file.name)));
  }
  chosen.quantization.clear();
  if (found.size() == 1) return chosen;
  const std::string names = found.empty() ? gguf_names(listing, name) : fmt::format("{}", fmt::join(found, ", "));
  return fail(ErrorCode::kNotFound,
              fmt::format("{}: {}", to_text(name),
                          !found.empty()  ? "more than one file is of that quantisation; name one of " + names
                          : names.empty() ? "there is no GGUF file in that repository"
                                          : "no file of that quantisation on the hub; there are: " + names));
}

Result<std::vector<HubFile>> choose_gguf(const HubListing& listing, const HubName& name) {
  const HubFile* const file = find_file(listing, name.file);
  if (file == nullptr) {
    const std::string names = gguf_names(listing, name);
    return fail(ErrorCode::kNotFound,
                fmt::format("{}: no such file on the hub; {}", to_text(name),
                            names.empty() ? "there is no GGUF file in that repository" : "there are: " + names));
  }
  if (const auto part = parse_part(name.file, ".gguf")) return parts_with(listing, *part, ".gguf", name);
  return std::vector<HubFile>{*file};
}

tl::unexpected<Error> no_weights(const HubListing& listing, const HubName& name) {
  const auto has = [&](std::string_view extension) {
    return std::any_of(listing.files.begin(), listing.files.end(),
                       [&](const HubFile& file) { return file.name.ends_with(extension); });
  };
  if (has(".gguf")) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: has no model.safetensors but GGUF files: name one of {}",
                                                     to_text(name), gguf_names(listing, name)));
  }
  if (has(".bin") || has(".pt") || has(".pth")) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{}: has its weights only as PyTorch pickles (pytorch_model.bin), which can run any code "
                            "when they are opened and are not read by Pith; look for a revision with model.safetensors "
                            "(hubs often keep one under refs/pr/), or save it again with transformers: "
                            "save_pretrained(DIR, safe_serialization=True), and pass DIR",
                            to_text(name)));
  }
  return fail(ErrorCode::kUnsupported,
              fmt::format("{}: has no model.safetensors: not a model that Pith can read", to_text(name)));
}

Result<std::vector<HubFile>> choose_weights(const HubListing& listing, const HubName& name) {
  if (const HubFile* whole = find_file(listing, "model.safetensors")) return std::vector<HubFile>{*whole};
  const HubFile* const index = find_file(listing, "model.safetensors.index.json");
  if (index == nullptr) return no_weights(listing, name);
  for (const HubFile& file : listing.files) {
    const auto part = parse_part(file.name, ".safetensors");
    if (!part || part->stem != "model") continue;
    auto parts = parts_with(listing, *part, ".safetensors", name);
    if (parts) parts->insert(parts->begin(), *index);
    return parts;
  }
  return fail(ErrorCode::kBadModel, fmt::format("{}: has an index of its weights' parts but no part", to_text(name)));
}

}  // namespace

Result<HubListing> parse_listing(std::string_view text, std::string_view name) {
  const auto document = parse_json(text, name);
  if (!document) return tl::unexpected(document.error());
  const auto bad = [&](std::string_view what) {
    return fail(ErrorCode::kBadInput,
                fmt::format("{}: {} in the hub's answer: is this the address of a hub?", name, what));
  };
  const json::object* object = document->if_object();
  if (object == nullptr) return bad("no object");
  HubListing listing{.commit = hash_of(*object, "sha", kSha1Digits), .files = {}};
  if (listing.commit.empty()) return bad("no commit ('sha')");
  const json::value* rows = object->if_contains("siblings");
  if (rows == nullptr || !rows->is_array()) return bad("no list of files ('siblings')");
  for (const json::value& row : rows->get_array()) {
    auto file = read_sibling(row, name);
    if (!file) return tl::unexpected(file.error());
    listing.files.push_back(std::move(*file));
  }
  return listing;
}

Result<std::vector<HubFile>> choose_files(const HubListing& listing, const HubName& name) {
  if (!name.file.empty()) return choose_gguf(listing, name);
  if (!name.quantization.empty()) {
    const auto chosen = find_quantization(listing, name);
    if (!chosen) return tl::unexpected(chosen.error());
    return choose_gguf(listing, *chosen);
  }
  auto files = choose_weights(listing, name);
  if (!files) return files;
  constexpr std::array<std::string_view, 7> kSmall{
      "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt",
      "vocab.json",  "merges.txt"};
  bool has_tokenizer = false;
  std::vector<HubFile> chosen;
  for (const std::string_view small : kSmall) {
    const HubFile* const file = find_file(listing, small);
    if (file != nullptr) {
      chosen.push_back(*file);
      has_tokenizer = has_tokenizer || small == "tokenizer.json" || small == "vocab.txt" || small == "vocab.json";
    } else if (small == "config.json") {
      return fail(ErrorCode::kBadModel,
                  fmt::format("{}: has no config.json on the hub: not a model that Pith can read", to_text(name)));
    }
  }
  if (!has_tokenizer) {
    return fail(
        ErrorCode::kBadModel,
        fmt::format("{}: has no tokenizer that Pith can read (tokenizer.json, vocab.txt or vocab.json) on the hub",
                    to_text(name)));
  }
  chosen.insert(chosen.end(), files->begin(), files->end());
  return chosen;
}

}  // namespace pith
