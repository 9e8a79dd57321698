#include "model/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "model/shown_name.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSingleFile = "model.safetensors";
constexpr std::string_view kIndexFile = "model.safetensors.index.json";
constexpr std::string_view kShardSuffix = ".safetensors";

/// Weights in formats that Pith does not read, as they are called in model folders.
constexpr std::string_view kOtherFormats[] = {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5",
                                              "flax_model.msgpack"};

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// A file name without any folder: what is opened lies in the model's folder.
bool is_shard_name(std::string_view name) {
  return name.size() > kShardSuffix.size() && name.size() <= kMaxShardNameBytes && name.ends_with(kShardSuffix) &&
         name.front() != '.' &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c != 0x7F && c != '/' && c != '\\'; });
}

tl::unexpected<Error> no_weights(const std::string& dir, const Error& single) {
  for (const std::string_view other : kOtherFormats) {
    if (!is_there(fmt::format("{}/{}", dir, other))) continue;
    return fail(ErrorCode::kUnsupported,
                fmt::format("{0}: the weights are in {1}, which Pith does not read; convert them with transformers: "
                            "AutoModelForTokenClassification.from_pretrained('{0}').save_pretrained('{0}')",
                            dir, other));
  }
  return tl::unexpected(single);
}

}  // namespace

Result<ShardMap> parse_shard_index(std::string_view text, const std::string& name) {
  const auto bad = [&](const std::string& what) { return fail(ErrorCode::kBadModel, name + ": " + what); };
  const auto document = parse_json(text, name);
  if (!document) return fail(ErrorCode::kBadModel, document.error().message);
  const json::object* object = document->if_object();
  const json::value* rows = object == nullptr ? nullptr : object->if_contains("weight_map");
  if (rows == nullptr || !rows->is_object()) return bad("no object 'weight_map' that says which file has which tensor");
  if (rows->get_object().empty()) return bad("weight_map names no tensor");
  ShardMap shards;
  std::set<std::string_view> names;
  for (const auto& [tensor, shard] : rows->get_object()) {
    if (!shard.is_string())
      return bad(fmt::format("weight_map: the file of tensor {} is not a string", shown_name(tensor)));
    const std::string_view file = shard.get_string();
    if (!is_shard_name(file)) {
      return bad(fmt::format("weight_map: tensor {} is said to be in {}; expected the name of a {} file in this folder",
                             shown_name(tensor), shown_name(file), kShardSuffix));
    }
    names.insert(file);
    if (names.size() > kMaxShards) {
      return fail(ErrorCode::kTooLarge, fmt::format("{}: weight_map names more than {} files", name, kMaxShards));
    }
    shards.emplace(std::string(tensor), std::string(file));
  }
  return shards;
}

Checkpoint Checkpoint::of(SafeTensors file) {
  Checkpoint checkpoint;
  checkpoint.path_ = file.path();
  checkpoint.files_.push_back(std::move(file));
  for (const auto& [name, view] : checkpoint.files_.front().tensors())
    checkpoint.places_.emplace(name, Place{0, &view});
  return checkpoint;
}

Result<Checkpoint> Checkpoint::open(const std::string& model_dir) {
  const std::string index_path = fmt::format("{}/{}", model_dir, kIndexFile);
  const std::string single_path = fmt::format("{}/{}", model_dir, kSingleFile);
  if (is_there(single_path) || !is_there(index_path)) {
    auto file = SafeTensors::open(single_path);
    if (!file && file.error().code == ErrorCode::kNotFound) return no_weights(model_dir, file.error());
    if (!file) return tl::unexpected(file.error());
    return of(std::move(*file));
  }

  const auto text = read_file(index_path);
  if (!text) return tl::unexpected(text.error());
  const auto shards = parse_shard_index(*text, index_path);
  if (!shards) return tl::unexpected(shards.error());
  std::map<std::string_view, std::size_t>
      file_of;  // in the order of names, so that the same folder gives the same order
  for (const auto& [tensor, shard] : *shards) file_of.emplace(shard, 0);
  Checkpoint checkpoint;
  checkpoint.path_ = index_path;
  for (auto& [shard, i] : file_of) {
    i = checkpoint.files_.size();
    auto file = SafeTensors::open(fmt::format("{}/{}", model_dir, shard));
    if (!file && file.error().code == ErrorCode::kNotFound) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("{}: of {} files of weights, '{}' is not in the folder; fetch it again", index_path,
                              file_of.size(), shard));
    }
    if (!file) return tl::unexpected(file.error());
    checkpoint.files_.push_back(std::move(*file));
  }
  for (const auto& [tensor, shard] : *shards) {
    const std::size_t i = file_of.at(shard);
    const TensorView* view = checkpoint.files_[i].find(tensor);
    if (view == nullptr) {
      return fail(ErrorCode::kBadModel, fmt::format("{}: weight_map says that tensor {} is in '{}', which does not "
                                                    "hold it",
                                                    index_path, shown_name(tensor), shard));
    }
    checkpoint.places_.emplace(tensor, Place{i, view});
  }
  return checkpoint;
}

const TensorView* Checkpoint::find(std::string_view name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : found->second.view;
}

Result<const TensorView*> Checkpoint::require(std::string_view name, const Shape& shape) const {
  const auto found = places_.find(name);
  if (found == places_.end()) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: tensor '{}' is missing (expected shape {})", path_, name, to_string(shape)));
  }
  return files_[found->second.file].require(name, shape);
}

const SafeTensors& Checkpoint::file_of(const TensorView& tensor) const {
  const auto found = places_.find(tensor.name);
  PITH_CHECK(found != places_.end(), tensor.name);
  return files_[found->second.file];
}

std::size_t Checkpoint::n_bytes() const {
  std::size_t n = 0;
  for (const SafeTensors& file : files_) n += file.bytes().size();
  return n;
}

void Checkpoint::for_each(const std::function<void(const TensorView&)>& visit) const {
  for (const auto& [name, place] : places_) visit(*place.view);
}

void Checkpoint::drop_resident_pages(const TensorView& tensor) const {
  file_of(tensor).drop_resident_pages(tensor.bytes);
}

void Checkpoint::drop_resident_pages() const {
  for (const SafeTensors& file : files_) file.drop_resident_pages(file.bytes());
}

}  // namespace pith
