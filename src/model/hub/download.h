// One file from a hub to the disk: resumed where an earlier try stopped, repeated when the connection breaks, checked
// against the hub's checksum.
//
// PATH.part grows while bytes arrive, PATH.part.etag holds the server's tag of the version they are of; PATH appears
// once the checksum fits. If it does not fit, what was received is deleted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/hub/digest.h"
#include "model/hub/listing.h"
#include "model/hub/retry.h"
#include "model/hub/settings.h"
#include "pith/result.h"

namespace pith {

struct Download {
  HubName model;  ///< for messages
  HubFile file;
  std::string url;
  std::string path;  ///< of the finished file; its folder exists
};

struct Downloaded {
  FileDigests digests;
  bool is_verified = false;            ///< false: the hub gave no checksum, only the size was compared
  std::uint64_t n_received_bytes = 0;  ///< over the network, lost tries included
};

/// `on_bytes(n)` gets the bytes of the file that are on disk, after each piece; it may go back.
/// Errors: kIo (network, disk, a checksum that does not fit), kNotFound (the hub refuses), kInvalidArgument,
/// kCancelled (what has arrived stays for the next time).
[[nodiscard]] Result<Downloaded> download(const Download& task, const HubSettings& settings, const Watch& watch,
                                          const std::function<void(std::uint64_t)>& on_bytes);

/// Whether `digests` are those of `file`, as far as the hub told them; nothing when it told no checksum.
[[nodiscard]] std::optional<bool> matches(const HubFile& file, const FileDigests& digests);

/// "Content-Range: bytes 200-1000/67589" (RFC 9110, section 14.4).
struct ContentRange {
  std::uint64_t begin = 0;
  std::optional<std::uint64_t> n_total;
};
[[nodiscard]] std::optional<ContentRange> parse_content_range(std::string_view text);

/// "1.2 GB", in steps of 1000.
[[nodiscard]] std::string bytes_text(std::uint64_t n_bytes);

}  // namespace pith
