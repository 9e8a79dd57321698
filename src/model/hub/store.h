// Models that were pulled, on disk:
//
//   <cache dir>/models/ORG/NAME/               a complete model, in Hugging Face layout, and
//   <cache dir>/models/ORG/NAME/pith.json      where each file came from, its size and SHA-256
//   <cache dir>/models/.incoming/ORG/NAME/     a pull that is under way or was interrupted
//   <cache dir>/models/.incoming/ORG--NAME.lock
//
// A model's folder appears and changes by one rename, so a reader sees all of it or nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/hub/file_io.h"
#include "model/hub/hub_name.h"
#include "pith/result.h"

namespace pith {

struct PulledFile {
  std::string name;  ///< path below the model's folder
  std::uint64_t n_bytes = 0;
  std::string sha256;  ///< of what is on disk, 64 hexadecimal digits
  std::string commit;  ///< of the repository it was pulled from
};

/// What pith.json holds.
struct PulledModel {
  std::string id;  ///< "ORG/NAME"
  std::string dir;
  std::string endpoint;   ///< URL of the hub
  std::string revision;   ///< as last asked for: "main", "v1.0"
  std::string commit;     ///< what it meant then
  std::string pulled_at;  ///< UTC, "2026-01-31T12:00:00Z"
  std::vector<PulledFile> files;

  [[nodiscard]] const PulledFile* find(const std::string& name) const;
  /// The one file, or the first part of the one file, of a quantisation; null where there is none, or several.
  [[nodiscard]] const PulledFile* find_gguf(const std::string& quantization) const;
  [[nodiscard]] std::uint64_t n_bytes() const;
};

/// cache_dir()/models; not created here.
[[nodiscard]] std::string models_dir();
/// Where the model lies once it is pulled.
[[nodiscard]] std::string pulled_dir(const HubName& name);
/// Where it is put together.
[[nodiscard]] std::string incoming_dir(const HubName& name);

/// Nothing when the model was not pulled. Errors: kBadModel (a damaged pith.json), kIo.
[[nodiscard]] Result<std::optional<PulledModel>> find_pulled(const HubName& name);

/// All pulled models by id. One whose pith.json is damaged is listed without files.
[[nodiscard]] std::vector<PulledModel> pulled_models();

/// Bytes of an interrupted pull that lie in incoming_dir(); 0 when there is none.
[[nodiscard]] std::uint64_t n_incoming_bytes(const HubName& name);

/// The folder of a pulled model, or of a name with a file or a quantisation that file; for a model of nothing but one
/// GGUF file that file. A revision must be the one that was pulled. Errors: kNotFound, with the command that pulls it,
/// in which `shown_name` stands for the model; those of find_pulled.
[[nodiscard]] Result<std::string> resolve_pulled(const HubName& name, const std::string& shown_name);

/// Writes DIR/pith.json. Errors: kIo.
[[nodiscard]] Result<void> write_manifest(const PulledModel& model, const std::string& dir);

/// Deletes a pulled model and what an interrupted pull of it left. Returns the bytes freed.
/// Errors: kNotFound (there is neither), kIo (also while a pull of it runs).
[[nodiscard]] Result<std::uint64_t> remove_pulled(const HubName& name);

/// One process at a time works on a model; freed by the destructor, and by the system when a process dies.
class ModelLock {
 public:
  /// Waits for another holder; `on_wait` is called ten times a second meanwhile and returns false to give up
  /// (kCancelled). Errors: kIo.
  [[nodiscard]] static Result<ModelLock> take(const HubName& name, const std::function<bool()>& on_wait);

 private:
  explicit ModelLock(OwnedFd file) : file_(std::move(file)) {}
  OwnedFd file_;
};

}  // namespace pith
