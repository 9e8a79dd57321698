#include "model/hub/pull.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "model/hub/digest.h"
#include "model/hub/download.h"
#include "model/hub/hub_status.h"
#include "model/hub/listing.h"
#include "model/hub/swap_folder.h"
#include "net/http.h"
#include "net/url.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMainRevision = "main";

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm date{};
  ::gmtime_r(&now, &date);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday,
                     date.tm_hour, date.tm_min, date.tm_sec);
}

bool is_gguf(const std::string& file) { return file.ends_with(".gguf"); }

class Pull {
 public:
  Pull(const PullRequest& request, const HubSettings& settings, const Watch& watch,
       const std::function<void(const PullProgress&)>& on_progress)
      : request_(request), name_(request.model), settings_(settings), watch_(watch), on_progress_(on_progress) {}

  Result<PullResult> run() {
    if (name_.revision.empty()) name_.revision = kMainRevision;
    if (auto ok = read_existing(); !ok) return tl::unexpected(ok.error());
    if (auto done = find_commit_here()) return std::move(*done);
    if (settings_.is_offline) return offline();
    bool has_said_so = false;
    const auto lock = ModelLock::take(name_, [&] {
      if (!std::exchange(has_said_so, true)) note("another pull of this model is under way: waiting for it");
      return !is_cancelled();
    });
    if (!lock) return tl::unexpected(lock.error());
    if (auto ok = read_existing(); !ok) return tl::unexpected(ok.error());  // the other pull may have changed it
    if (auto ok = list(); !ok) return tl::unexpected(ok.error());
    if (auto ok = gather_what_is_here(); !ok) return tl::unexpected(ok.error());
    if (is_unchanged()) return result(true);
    if (auto ok = check_space(); !ok) return tl::unexpected(ok.error());
    if (auto ok = fetch_missing(); !ok) return tl::unexpected(ok.error());
    if (auto ok = install(); !ok) return tl::unexpected(ok.error());
    return result(false);
  }

 private:
  /// A file of the model, and how far it has come.
  struct Item {
    HubFile file;
    std::optional<PulledFile> here{};  ///< as it lies in `source`, checked
    std::string source{};              ///< "" = still to be received
    std::uint64_t n_done_bytes = 0;
  };

  bool is_cancelled() const { return watch_.cancelled && watch_.cancelled(); }
  void note(const std::string& text) const {
    if (watch_.on_note) watch_.on_note(text);
  }

  Result<void> read_existing() {
    auto existing = find_pulled(name_);
    if (existing) {
      existing_ = std::move(*existing);
      return {};
    }
    if (!request_.is_forced) return tl::unexpected(existing.error());
    existing_.reset();
    return {};
  }

  bool lies_whole(const PulledFile& file) const { return file_bytes(existing_->dir + '/' + file.name) == file.n_bytes; }

  /// A commit never changes: where it is there whole, the hub has nothing to add.
  std::optional<PullResult> find_commit_here() {
    if (!existing_ || request_.is_forced || !is_commit(name_.revision)) return std::nullopt;
    std::vector<PulledFile> files;
    if (!name_.quantization.empty()) {
      const PulledFile* const file = existing_->find_gguf(name_.quantization);
      if (file == nullptr) return std::nullopt;
      name_.file = file->name;
    }
    for (const PulledFile& file : existing_->files) {
      const bool is_asked = name_.file.empty() ? !is_gguf(file.name) : file.name == name_.file;
      if (!is_asked) continue;
      if (file.commit != name_.revision || !lies_whole(file)) return std::nullopt;
      files.push_back(file);
    }
    if (files.empty()) return std::nullopt;
    PullResult done{.model = *existing_, .path = path_of(), .files = std::move(files)};
    done.is_up_to_date = true;
    return done;
  }

  Result<PullResult> offline() const {
    return fail(ErrorCode::kIo,
                fmt::format("{}: not pulled, as {} forbids the network; {}", to_text(request_.model),
                            settings_.offline_variable,
                            existing_ ? fmt::format("commit {} is in {}", existing_->commit, existing_->dir)
                                      : "unset it, or copy the model's folder here and pass its path"));
  }

  /// Asks the hub which commit the revision is, and what the model's files are.
  Result<void> list() {
    const std::string url = fmt::format("{}/api/models/{}/revision/{}?blobs=true", settings_.endpoint, name_.id(),
                                        percent_encoded(name_.revision));
    HttpOptions options = settings_.http;
    options.cancelled = watch_.cancelled;
    constexpr std::uint64_t kMostListBytes = 16 << 20;
    options.max_body_bytes = kMostListBytes;
    std::string text;
    const auto ask = [&]() -> Attempt {
      auto answer = http_get_text({.url = url, .headers = {}, .authorization = settings_.authorization()}, options);
      if (!answer) return {.error = answer.error().error, .is_transient = answer.error().is_transient};
      constexpr int kOk = 200;
      const HttpHead& head = answer->response.head;
      if (head.status != kOk) return refusal(head, request_.model, "", settings_, request_.known_names);
      text = std::move(answer->body);
      return {.error = {}};
    };
    if (auto ok = repeat(settings_.retry, watch_, ask); !ok) return ok;
    auto listing = parse_listing(text, to_text(request_.model));
    if (!listing) return tl::unexpected(listing.error());
    auto files = choose_files(*listing, request_.model);
    if (!files) return tl::unexpected(files.error());
    commit_ = std::move(listing->commit);
    if (!name_.quantization.empty()) name_.file = files->front().name;
    incoming_ = incoming_dir(name_) + '/' + commit_;
    for (HubFile& file : *files) items_.push_back({.file = std::move(file)});
    return {};
  }

  /// Finds files that need not be received: those of the model as it was pulled before, and those that an interrupted
  /// pull had finished.
  Result<void> gather_what_is_here() {
    for (Item& item : items_) {
      if (auto ok = use_existing(&item); !ok) return ok;
      if (item.here) continue;
      const std::string finished = incoming_ + '/' + item.file.name;
      if (auto ok = use_if_it_fits(finished, &item); !ok) return ok;
    }
    return {};
  }

  Result<void> use_existing(Item* item) {
    const PulledFile* row = existing_ ? existing_->find(item->file.name) : nullptr;
    if (row == nullptr || !lies_whole(*row)) return {};
    const std::string path = existing_->dir + '/' + row->name;
    if (request_.is_forced) return use_if_it_fits(path, item);
    const bool same_bytes = row->commit == commit_ || (!item->file.sha256.empty() && item->file.sha256 == row->sha256);
    if (same_bytes) adopt(path, row->sha256, row->n_bytes, item);
    return {};
  }

  /// Takes the file at `path` if its bytes are what the hub lists. Without a checksum from the hub nothing is known.
  Result<void> use_if_it_fits(const std::string& path, Item* item) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return {};
    const auto digests =
        digest_file(path, !item->file.git_blob.empty(), [&](std::uint64_t) { return !is_cancelled(); });
    if (!digests) return tl::unexpected(digests.error());
    if (matches(item->file, *digests).value_or(false)) {
      adopt(path, digests->sha256, digests->n_bytes, item);
    } else if (request_.is_forced) {
      note(fmt::format("{}: is not what the hub has: received again", item->file.name));
    }
    return {};
  }

  void adopt(const std::string& path, const std::string& sha256, std::uint64_t n_bytes, Item* item) const {
    item->here = PulledFile{.name = item->file.name, .n_bytes = n_bytes, .sha256 = sha256, .commit = commit_};
    item->source = path;
    item->n_done_bytes = n_bytes;
  }

  bool is_unchanged() const {
    return existing_ && std::all_of(items_.begin(), items_.end(), [&](const Item& item) {
             const PulledFile* row = existing_->find(item.file.name);
             return row != nullptr && row->commit == commit_ && item.here && item.here->sha256 == row->sha256 &&
                    item.source == existing_->dir + '/' + row->name;
           });
  }

  Result<void> check_space() {
    if (auto ok = make_folders(incoming_); !ok) return ok;
    std::uint64_t n_needed = 0;
    for (Item& item : items_) {
      if (item.here) continue;
      item.n_done_bytes = file_bytes(incoming_ + '/' + item.file.name + ".part");
      const std::uint64_t n_bytes = item.file.n_bytes.value_or(0);
      n_needed += n_bytes - std::min(n_bytes, item.n_done_bytes);
    }
    struct statvfs disk {};
    if (::statvfs(incoming_.c_str(), &disk) != 0) return {};  // not told; a full disk will say so later
    const std::uint64_t n_free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    if (n_needed <= n_free) return {};
    return fail(ErrorCode::kIo,
                fmt::format("{}: {} to receive, but {} has {} free; make room, or set PITH_CACHE to a "
                            "folder elsewhere",
                            to_text(request_.model), bytes_text(n_needed), models_dir(), bytes_text(n_free)));
  }

  void report_progress(const std::string& file) const {
    if (!on_progress_) return;
    PullProgress progress{.n_before_bytes = n_before_bytes_, .file = file};
    for (const Item& item : items_) {
      progress.n_done_bytes += item.n_done_bytes;
      progress.n_total_bytes += item.file.n_bytes.value_or(0);
    }
    on_progress_(progress);
  }

  Result<void> fetch_missing() {
    for (const Item& item : items_) n_before_bytes_ += item.n_done_bytes;
    for (Item& item : items_) {
      if (item.here) continue;
      const Download task{.model = request_.model,
                          .file = item.file,
                          .url = fmt::format("{}/{}/resolve/{}/{}", settings_.endpoint, name_.id(), commit_,
                                             percent_encoded(item.file.name, "/")),
                          .path = incoming_ + '/' + item.file.name};
      if (auto ok = make_folders(fs::path(task.path).parent_path().string()); !ok) return ok;
      const auto done = download(task, settings_, watch_, [&](std::uint64_t n_bytes) {
        item.n_done_bytes = n_bytes;
        report_progress(item.file.name);
      });
      if (!done) return tl::unexpected(done.error());
      n_received_bytes_ += done->n_received_bytes;
      if (!done->is_verified) warnings_.push_back(item.file.name + ": the hub gave no checksum: not verified");
      adopt(task.path, done->digests.sha256, done->digests.n_bytes, &item);
    }
    return {};
  }

  /// Completes the incoming folder with files that are there already, and puts it in place.
  Result<void> install() {
    PulledModel model{.id = name_.id(),
                      .dir = pulled_dir(name_),
                      .endpoint = settings_.endpoint,
                      .revision = name_.revision,
                      .commit = commit_,
                      .pulled_at = utc_now(),
                      .files = {}};
    for (const Item& item : items_) {
      if (auto ok = link_file(item.source, incoming_ + '/' + item.file.name); !ok) return ok;
      model.files.push_back(*item.here);
    }
    // GGUF files are pulled one by one, so they stay beside each other, and beside an encoder's files.
    for (const PulledFile& other : existing_ ? existing_->files : std::vector<PulledFile>{}) {
      if (model.find(other.name) != nullptr || !lies_whole(other)) continue;
      if (!is_gguf(other.name) && name_.file.empty()) continue;
      if (auto ok = link_file(existing_->dir + '/' + other.name, incoming_ + '/' + other.name); !ok) return ok;
      model.files.push_back(other);
    }
    if (auto ok = write_manifest(model, incoming_); !ok) return ok;
    if (auto ok = put_folder_in_place(incoming_, model.dir); !ok) return ok;
    std::error_code ignored;
    fs::remove_all(incoming_dir(name_), ignored);  // what is left there is of other commits, or the model as it was
    existing_ = std::move(model);
    return {};
  }

  std::string path_of() const {
    const bool is_one_gguf = existing_->files.size() == 1 && is_gguf(existing_->files.front().name);
    if (!name_.file.empty()) return existing_->dir + '/' + name_.file;
    return is_one_gguf ? existing_->dir + '/' + existing_->files.front().name : existing_->dir;
  }

  PullResult result(bool is_up_to_date) const {
    PullResult done{.model = *existing_, .path = path_of(), .files = {}};
    for (const Item& item : items_) done.files.push_back(*item.here);
    done.n_received_bytes = n_received_bytes_;
    done.is_up_to_date = is_up_to_date;
    done.warnings = warnings_;
    return done;
  }

  const PullRequest& request_;
  HubName name_;  // with the revision that is meant
  const HubSettings& settings_;
  const Watch& watch_;
  const std::function<void(const PullProgress&)>& on_progress_;
  std::optional<PulledModel> existing_;
  std::string commit_;
  std::string incoming_;
  std::vector<Item> items_;
  std::uint64_t n_before_bytes_ = 0;
  std::uint64_t n_received_bytes_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace

Result<PullResult> pull_model(const PullRequest& request, const HubSettings& settings, const Watch& watch,
                              const std::function<void(const PullProgress&)>& on_progress) {
  return Pull(request, settings, watch, on_progress).run();
}

}  // namespace pith
