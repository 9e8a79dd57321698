#include "model/hub/download.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/mapped_file.h"
#include "model/hub/file_io.h"
#include "model/hub/hub_status.h"

namespace pith {
namespace {

constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kSha1Digits = 40;
constexpr int kOk = 200;
constexpr int kPartialContent = 206;
constexpr int kRangeNotSatisfiable = 416;

/// An entity tag without its quotes; "" for a weak one ("W/..."), which does not promise the same bytes.
std::string_view strong_tag(std::string_view header) {
  if (header.size() < 2 || header.front() != '"' || header.back() != '"') return {};
  return header.substr(1, header.size() - 2);
}

class Task {
 public:
  Task(const Download& task, const HubSettings& settings, const Watch& watch,
       const std::function<void(std::uint64_t)>& on_bytes)
      : task_(task), settings_(settings), watch_(watch), on_bytes_(on_bytes), file_(task.file) {}

  Result<Downloaded> run() {
    if (const std::uint64_t n_bytes = file_bytes(part_path_); n_bytes > 0) {
      if (auto ok = begin_with(n_bytes); !ok) return tl::unexpected(ok.error());
    }
    while (true) {
      if (auto ok = repeat(settings_.retry, watch_, [&] { return attempt(); }); !ok) return tl::unexpected(ok.error());
      auto done = verify();
      if (done || !may_start_over_) return done;
      // Bytes of two versions may have met; from one piece it must fit.
      may_start_over_ = false;
      note(fmt::format("{}: what was resumed does not fit the checksum: starts over", name()));
    }
  }

 private:
  const std::string& name() const { return file_.name; }
  void note(const std::string& text) const {
    if (watch_.on_note) watch_.on_note(text);
  }

  /// An earlier run left the first `n_bytes`.
  Result<void> begin_with(std::uint64_t n_bytes) {
    if (auto tag = read_file(tag_path_)) tag_ = std::move(*tag);
    const bool is_too_long = file_.n_bytes && n_bytes > *file_.n_bytes;
    const bool can_tell = !tag_.empty() || !file_.sha256.empty() || !file_.git_blob.empty();
    if (is_too_long || !can_tell) return start_over();
    may_start_over_ = true;
    note(fmt::format("{}: resumed at {}", name(), bytes_text(n_bytes)));
    return {};
  }

  Result<void> start_over() {
    tag_.clear();
    part_ = OwnedFd();
    for (const std::string& path : {part_path_, tag_path_}) {
      if (::unlink(path.c_str()) != 0 && errno != ENOENT) return file_error(path, "cannot delete");
    }
    return {};
  }

  Result<void> open_part() {
    part_ = OwnedFd(::open(part_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (part_.get() < 0) return file_error(part_path_, "cannot write");
    return {};
  }

  bool is_complete() const { return file_.n_bytes && n_on_disk_ == *file_.n_bytes; }

  /// One request, for what is missing.
  Attempt attempt() {
    n_on_disk_ = file_bytes(part_path_);
    const std::uint64_t n_before = n_on_disk_;
    if (is_complete() && n_before > 0) return {.error = {}};
    HttpRequest request{.url = task_.url, .headers = {}, .authorization = settings_.authorization()};
    if (n_before > 0) {
      request.headers.push_back({"Range", fmt::format("bytes={}-", n_before)});
      if (!tag_.empty()) request.headers.push_back({"If-Range", '"' + tag_ + '"'});
    }
    HttpOptions options = settings_.http;
    options.cancelled = watch_.cancelled;
    refused_.reset();
    const HttpHandler handler{.on_head = [&](const HttpResponse& response) { return begin_body(response, n_before); },
                              .on_body = [&](std::string_view piece) { return take(piece); }};
    const auto response = http_get(request, options, handler);
    part_ = OwnedFd();
    const bool made_progress = n_on_disk_ > n_before;
    may_start_over_ = may_start_over_ || (made_progress && n_before > 0);
    if (refused_) return std::move(*refused_);
    if (is_complete()) return {.error = {}};  // whatever came after the last byte
    if (!response) {
      Attempt failed{.error = response.error().error, .is_transient = response.error().is_transient};
      failed.made_progress = made_progress;
      return failed;
    }
    if (!file_.n_bytes) return {.error = {}};  // the answer was whole by its own account
    return {.error = Error{ErrorCode::kIo, fmt::format("{}: {} sent {} of {} bytes", name(), response->head.host,
                                                       n_on_disk_, *file_.n_bytes)},
            .is_transient = true,
            .made_progress = made_progress};
  }

  /// Ends the request with `why` as its outcome.
  tl::unexpected<Error> refuse(Attempt why) {
    refused_ = std::move(why);
    return tl::unexpected(*refused_->error);
  }

  Result<void> begin_body(const HttpResponse& response, std::uint64_t n_before) {
    const HttpHead& head = response.head;
    learn_checksum(response);
    const std::string_view tag = strong_tag(head.header("ETag"));
    if (head.status == kPartialContent && n_before > 0) {
      const auto range = parse_content_range(head.header("Content-Range"));
      const bool fits = range && range->begin == n_before && (tag_.empty() || tag.empty() || tag_ == tag) &&
                        (!range->n_total || !file_.n_bytes || *range->n_total == *file_.n_bytes);
      if (!fits) return refuse_range(fmt::format("{}: {} went on with another version", name(), head.host));
    } else if (head.status == kRangeNotSatisfiable && n_before > 0) {
      return refuse_range(fmt::format("{}: {} has no more bytes than were received before", name(), head.host));
    } else if (head.status == kOk) {
      if (n_before > 0) {
        note(fmt::format("{}: {} sends it from the start again", name(), head.host));
        if (auto ok = start_over(); !ok) return ok;
        n_on_disk_ = 0;
        may_start_over_ = false;
      }
      tag_ = tag;
      if (!tag_.empty()) {
        if (auto ok = write_small_file(tag_path_, tag_); !ok) return ok;
      }
    } else {
      return refuse(refusal(head, task_.model, name(), settings_, {}));
    }
    return open_part();
  }

  tl::unexpected<Error> refuse_range(std::string message) {
    if (auto ok = start_over(); !ok) return tl::unexpected(ok.error());
    return refuse({.error = Error{ErrorCode::kIo, std::move(message)}, .is_transient = true});
  }

  /// Where the hub's list had no checksum: its headers have one, which for files elsewhere is X-Linked-ETag.
  void learn_checksum(const HttpResponse& response) {
    if (!file_.sha256.empty() || !file_.git_blob.empty() || response.first().status / 100 > 3) return;
    std::string_view tag = response.first().header("X-Linked-ETag");
    if (tag.empty()) tag = response.first().header("ETag");
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    tag = strong_tag(tag);
    if (is_hex(tag, kSha256Digits)) file_.sha256 = tag;
    if (is_hex(tag, kSha1Digits)) file_.git_blob = tag;
  }

  Result<void> take(std::string_view piece) {
    n_received_ += piece.size();
    if (file_.n_bytes && n_on_disk_ + piece.size() > *file_.n_bytes) {
      if (auto ok = start_over(); !ok) return ok;
      return refuse({.error = Error{ErrorCode::kIo, fmt::format("{}: more than the {} bytes that the hub lists arrive: "
                                                                "what came was deleted",
                                                                name(), *file_.n_bytes)}});
    }
    if (auto ok = write_whole(part_.get(), piece, part_path_); !ok) return refuse({.error = ok.error()});
    n_on_disk_ += piece.size();
    if (on_bytes_) on_bytes_(n_on_disk_);
    if (is_complete()) return fail(ErrorCode::kIo, "complete");  // no need to wait for the end of the connection
    return {};
  }

  /// Compares what is on disk and gives it its name, or deletes it.
  Result<Downloaded> verify() {
    if (n_on_disk_ == 0) {  // an empty file: no piece ever came
      if (auto ok = open_part(); !ok) return tl::unexpected(ok.error());
      part_ = OwnedFd();
    }
    sync_path(part_path_);
    const auto digests = digest_file(part_path_, !file_.git_blob.empty(),
                                     [&](std::uint64_t) { return !watch_.cancelled || !watch_.cancelled(); });
    if (!digests) return tl::unexpected(digests.error());
    const auto verdict = matches(file_, *digests);
    if (verdict && !*verdict) {
      if (auto ok = start_over(); !ok) return tl::unexpected(ok.error());
      const bool is_large = !file_.sha256.empty();
      return fail(ErrorCode::kIo,
                  fmt::format("{}: its checksum is not the one that the hub lists ({} {}, expected {}); it "
                              "was deleted: pull again, or ask the hub if it stays so",
                              name(), is_large ? "SHA-256" : "git id", is_large ? digests->sha256 : digests->git_blob,
                              is_large ? file_.sha256 : file_.git_blob));
    }
    if (std::rename(part_path_.c_str(), task_.path.c_str()) != 0) return file_error(task_.path, "cannot rename to it");
    ::unlink(tag_path_.c_str());
    return Downloaded{.digests = *digests, .is_verified = verdict.has_value(), .n_received_bytes = n_received_};
  }

  const Download& task_;
  const HubSettings& settings_;
  const Watch& watch_;
  const std::function<void(std::uint64_t)>& on_bytes_;
  const std::string part_path_ = task_.path + ".part";
  const std::string tag_path_ = task_.path + ".part.etag";
  HubFile file_;     // with the checksum that headers told
  std::string tag_;  // of the version that the bytes on disk are of; "" = not known
  OwnedFd part_;
  std::uint64_t n_on_disk_ = 0;
  std::uint64_t n_received_ = 0;
  bool may_start_over_ = false;     // the bytes on disk are of several answers
  std::optional<Attempt> refused_;  // how the request under way ends, when the handler ended it
};

}  // namespace

Result<Downloaded> download(const Download& task, const HubSettings& settings, const Watch& watch,
                            const std::function<void(std::uint64_t)>& on_bytes) {
  return Task(task, settings, watch, on_bytes).run();
}

std::optional<bool> matches(const HubFile& file, const FileDigests& digests) {
  if (file.n_bytes && *file.n_bytes != digests.n_bytes) return false;
  if (!file.sha256.empty()) return file.sha256 == digests.sha256;
  if (!file.git_blob.empty()) return file.git_blob == digests.git_blob;
  return std::nullopt;
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const auto number = [&](std::uint64_t* out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc();
  };
  const auto mark = [&](char c) {
    const bool is_there = text.starts_with(c);
    if (is_there) text.remove_prefix(1);
    return is_there;
  };
  ContentRange range;
  std::uint64_t last = 0;
  if (!number(&range.begin) || !mark('-') || !number(&last) || !mark('/') || last < range.begin) return std::nullopt;
  if (text == "*") return range;
  std::uint64_t n_total = 0;
  if (!number(&n_total) || !text.empty() || last >= n_total) return std::nullopt;
  range.n_total = n_total;
  return range;
}

std::string bytes_text(std::uint64_t n_bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"bytes", "kB", "MB", "GB", "TB"};
  constexpr double kStep = 1000;
  constexpr double kRoundsUp = 999.95;
  auto value = static_cast<double>(n_bytes);
  std::size_t unit = 0;
  while (value >= kRoundsUp && unit + 1 < kUnits.size()) {
    value /= kStep;
    ++unit;
  }
  if (unit == 0) return fmt::format("{} bytes", n_bytes);
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace pith
