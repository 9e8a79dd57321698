// Splits a model folder's weights into shards, as large checkpoints come.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/safetensors.h"
#include "support/temp_dir.h"

namespace pith {

inline std::string shard_name(std::size_t i, std::size_t n) {
  return fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, n);
}

/// Replaces `dir`/model.safetensors by `n_shards` files with every n-th tensor each, and their index.
inline void split_into_shards(const std::string& dir, std::size_t n_shards) {
  const std::string path = dir + "/model.safetensors";
  {
    const SafeTensors whole = SafeTensors::open(path).value();
    std::vector<std::vector<const TensorView*>> shards(n_shards);
    std::string weight_map;
    std::size_t i = 0;
    for (const auto& [name, tensor] : whole.tensors()) {
      const std::size_t shard = i++ % n_shards;
      shards[shard].push_back(&tensor);
      weight_map +=
          fmt::format("{}\n    \"{}\": \"{}\"", weight_map.empty() ? "" : ",", name, shard_name(shard, n_shards));
    }
    for (std::size_t s = 0; s < n_shards; ++s) {
      std::vector<TensorSpec> specs;
      for (const TensorView* tensor : shards[s]) specs.push_back({tensor->name, tensor->dtype, tensor->shape});
      auto writer = SafeTensorsWriter::create(dir + "/" + shard_name(s, n_shards), specs, {{"format", "pt"}});
      if (!writer) throw std::runtime_error(writer.error().message);
      for (const TensorView* tensor : shards[s]) {
        if (auto ok = writer->append(tensor->bytes); !ok) throw std::runtime_error(ok.error().message);
      }
      if (auto ok = writer->finish(); !ok) throw std::runtime_error(ok.error().message);
    }
    write_text(path + ".index.json",
               fmt::format("{{\"metadata\": {{\"total_size\": {}}}, \"weight_map\": {{{}\n  }}\n}}\n",
                           whole.bytes().size(), weight_map));
  }
  std::filesystem::remove(path);
}

}  // namespace pith
