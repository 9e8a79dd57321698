// Engines by what was asked for, so that lines of a batch may name their model and precision.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cli/cli.h"
#include "pith/engine.h"

namespace pith::cli {

/// Keeps the last kMaxEngines engines that were used; one that is dropped lives on until its requests are done.
/// Thread-safe: an engine is loaded once, while those who want it wait.
class EngineCache {
 public:
  static constexpr std::size_t kMaxEngines = 4;

  /// `defaults` holds for what a request does not name.
  EngineCache(EngineFactory create, EngineOptions defaults);

  /// Errors: those of Engine::create, which are remembered like an engine.
  [[nodiscard]] Result<std::shared_ptr<const Engine>> get(const std::optional<std::string>& model,
                                                          std::optional<Precision> precision);

 private:
  struct Entry {
    std::string model;
    std::optional<Precision> precision;
    std::mutex mutex;  // held while loading
    std::optional<Result<std::shared_ptr<const Engine>>> engine;
  };

  std::shared_ptr<Entry> entry_of(const std::string& model, std::optional<Precision> precision);

  EngineFactory create_;
  EngineOptions defaults_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Entry>> entries_;  // most recently used first
};

}  // namespace pith::cli
