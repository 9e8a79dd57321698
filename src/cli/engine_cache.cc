#include "cli/engine_cache.h"

#include <algorithm>
#include <utility>

namespace pith::cli {

EngineCache::EngineCache(EngineFactory create, EngineOptions defaults)
    : create_(std::move(create)), defaults_(std::move(defaults)) {}

std::shared_ptr<EngineCache::Entry> EngineCache::entry_of(const std::string& model,
                                                          std::optional<Precision> precision) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      entries_, [&](const auto& entry) { return entry->model == model && entry->precision == precision; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
  } else {
    if (entries_.size() == kMaxEngines) entries_.pop_back();
    auto entry = std::make_shared<Entry>();
    entry->model = model;
    entry->precision = precision;
    entries_.push_front(std::move(entry));
  }
  return entries_.front();
}

Result<std::shared_ptr<const Engine>> EngineCache::get(const std::optional<std::string>& model,
                                                       std::optional<Precision> precision) {
  EngineOptions options = defaults_;
  if (model) options.model = *model;
  if (precision) options.precision = precision;
  const auto entry = entry_of(options.model, options.precision);
  const std::lock_guard lock(entry->mutex);
  if (!entry->engine) entry->engine = create_(options);
  return *entry->engine;
}

}  // namespace pith::cli
