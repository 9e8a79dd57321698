// `pith models pull`: a model from a hub to models_dir(), over HTTPS.
//
//   auto settings = hub_settings_from_environment();
//   auto name = parse_hub_name("hf:microsoft/llmlingua-2-bert-base-multilingual-cased-meetingbank");
//   auto pulled = pull_model({.model = *name}, *settings, {});
//   if (pulled) use(pulled->path);
//
// A revision is resolved to a commit first, and that commit is downloaded, so files of two versions never mix. The
// model's folder appears, or changes, only when every file is there and checked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/hub/hub_name.h"
#include "model/hub/retry.h"
#include "model/hub/settings.h"
#include "model/hub/store.h"
#include "pith/result.h"

namespace pith {

struct PullRequest {
  HubName model;
  bool is_forced = false;                  ///< checks what is there byte for byte instead of trusting pith.json
  std::vector<std::string> known_names{};  ///< for "did you mean"
};

struct PullProgress {
  std::uint64_t n_done_bytes = 0;    ///< on disk, of all files
  std::uint64_t n_total_bytes = 0;   ///< 0 when the hub does not tell sizes
  std::uint64_t n_before_bytes = 0;  ///< of n_done, what was there before the first byte was received
  std::string file;                  ///< the one under way
};

struct PullResult {
  PulledModel model;
  std::string path;                     ///< what `--model` opens: the model's folder, or its GGUF file
  std::vector<PulledFile> files;        ///< those the request named; model.files may have more
  std::uint64_t n_received_bytes = 0;   ///< over the network
  bool is_up_to_date = false;           ///< nothing had to change
  std::vector<std::string> warnings{};  ///< files that the hub gave no checksum for
};

/// Pulls, or finds that nothing is to be done. A whole commit that is there already needs no network. Of two at once
/// the second waits. Not thread-safe for the same model within a process (the lock is the process's). Errors: kNotFound
/// (no such model, revision or file, or no right to read it), kUnsupported and kBadModel (not a model that Pith can
/// read), kIo (network, disk, space, a checksum that does not fit), kInvalidArgument, kBadInput (the hub's answers make
/// no sense), kCancelled. What has arrived stays, and the same call goes on from there.
[[nodiscard]] Result<PullResult> pull_model(const PullRequest& request, const HubSettings& settings, const Watch& watch,
                                            const std::function<void(const PullProgress&)>& on_progress = {});

}  // namespace pith
