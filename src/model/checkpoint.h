// The weights of a model folder: one model.safetensors, or the shards that model.safetensors.index.json names.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/safetensors.h"
#include "pith/result.h"

namespace pith {

/// Immutable and thread-safe. Views of tensors are valid until it is destroyed; moving keeps them valid.
class Checkpoint {
 public:
  /// Opens model.safetensors if it is there, else every shard of model.safetensors.index.json.
  /// Errors: kNotFound (neither is there, or a shard is missing), kIo; kBadModel (a file is damaged, or the index does
  /// not say the truth about a shard); kUnsupported (the folder has its weights in another format only: the message
  /// says how to convert them).
  [[nodiscard]] static Result<Checkpoint> open(const std::string& model_dir);
  /// A checkpoint of one file.
  [[nodiscard]] static Checkpoint of(SafeTensors file);

  /// The tensor called `name`, or null.
  [[nodiscard]] const TensorView* find(std::string_view name) const;
  /// The tensor called `name`, which must have `shape`. Errors: kBadModel (missing, other shape; both are named).
  [[nodiscard]] Result<const TensorView*> require(std::string_view name, const Shape& shape) const;
  /// The file that holds `tensor`. REQUIRES: `tensor` is of this checkpoint.
  [[nodiscard]] const SafeTensors& file_of(const TensorView& tensor) const;

  /// The files, in the order of their names; one that is not sharded has one.
  [[nodiscard]] const std::vector<SafeTensors>& files() const { return files_; }
  /// model.safetensors, or the index of the shards.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t n_bytes() const;  ///< of all files
  /// Calls `visit` for every tensor, by name.
  void for_each(const std::function<void(const TensorView&)>& visit) const;

  /// Lets the kernel forget the resident pages of a tensor or of all files; they come back when they are read (see
  /// resident.h). What is read once must not stay: a large encoder's file is larger than the memory Pith should take.
  void drop_resident_pages(const TensorView& tensor) const;
  void drop_resident_pages() const;

 private:
  Checkpoint() = default;

  struct Place {
    std::size_t file = 0;  ///< index into files_
    const TensorView* view = nullptr;
  };

  std::string path_;
  std::vector<SafeTensors> files_;
  std::map<std::string, Place, std::less<>> places_;
};

/// Which shard holds which tensor.
using ShardMap = std::map<std::string, std::string, std::less<>>;

/// Reads model.safetensors.index.json; `name` stands for the file in errors. A shard's name is a file name and nothing
/// more: no folder, not above kMaxShardNameBytes, ending in ".safetensors".
/// Errors: kBadModel (not JSON, no weight_map, a name that is none), kTooLarge (more than kMaxShards).
[[nodiscard]] Result<ShardMap> parse_shard_index(std::string_view text, const std::string& name);

inline constexpr std::size_t kMaxShards = 1024;
inline constexpr std::size_t kMaxShardNameBytes = 200;

}  // namespace pith
