#include "model/hub/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "base/json.h"
#include "base/mapped_file.h"
#include "base/paths.h"
#include "text/json_writer.h"

namespace pith {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "/pith.json";
constexpr const char* kIncoming = "/.incoming/";
constexpr std::size_t kSha256Digits = 64;

std::uint64_t folder_bytes(const std::string& dir) {
  std::uint64_t n_bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(dir, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code no_size;
    if (entry->is_regular_file(no_size)) n_bytes += file_bytes(entry->path().string());
  }
  return n_bytes;
}

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<PulledFile> read_file_row(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  PulledFile file{.name = text_of(*object, "name"),
                  .n_bytes = 0,
                  .sha256 = text_of(*object, "sha256"),
                  .commit = text_of(*object, "commit")};
  const json::value* bytes = object->if_contains("bytes");
  if (bytes == nullptr || !bytes->is_int64() || bytes->get_int64() < 0) return std::nullopt;
  file.n_bytes = static_cast<std::uint64_t>(bytes->get_int64());
  if (!is_safe_file_name(file.name) || !is_hex(file.sha256, kSha256Digits) || !is_commit(file.commit)) {
    return std::nullopt;
  }
  return file;
}

Result<PulledModel> read_manifest(const HubName& name) {
  const std::string path = pulled_dir(name) + kManifest;
  const auto bad = [&](const std::string& what) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: {}; run `pith models pull hf:{} --force`", path, what, name.id()));
  };
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  const auto document = parse_json(*text, path);
  if (!document) return bad("damaged: not valid JSON");
  const json::object* object = document->if_object();
  const json::value* rows = object == nullptr ? nullptr : object->if_contains("files");
  if (rows == nullptr || !rows->is_array()) return bad("damaged: no list 'files'");
  PulledModel model{.id = name.id(),
                    .dir = pulled_dir(name),
                    .endpoint = text_of(*object, "endpoint"),
                    .revision = text_of(*object, "revision"),
                    .commit = text_of(*object, "commit"),
                    .pulled_at = text_of(*object, "pulled_at"),
                    .files = {}};
  for (const json::value& row : rows->get_array()) {
    auto file = read_file_row(row);
    if (!file) return bad("damaged: a file's entry is not as Pith writes it");
    model.files.push_back(std::move(*file));
  }
  return model;
}

std::string lock_path(const HubName& name) {
  return models_dir() + kIncoming + fmt::format("{}--{}.lock", name.org, name.name);
}

Result<void> remove_folder(const std::string& dir) {
  std::error_code error;
  fs::remove_all(dir, error);
  if (!error) return {};
  errno = error.value();
  return file_error(dir, "cannot delete");
}

}  // namespace

const PulledFile* PulledModel::find(const std::string& file_name) const {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const PulledFile& file) { return file.name == file_name; });
  return found == files.end() ? nullptr : &*found;
}

const PulledFile* PulledModel::find_gguf(const std::string& quantization) const {
  const PulledFile* found = nullptr;
  for (const PulledFile& file : files) {
    if (!is_of_quantization(file.name, quantization) || is_later_part(file.name)) continue;
    if (found != nullptr) return nullptr;
    found = &file;
  }
  return found;
}

std::uint64_t PulledModel::n_bytes() const {
  std::uint64_t n = 0;
  for (const PulledFile& file : files) n += file.n_bytes;
  return n;
}

std::string models_dir() { return cache_dir() + "/models"; }
std::string pulled_dir(const HubName& name) { return models_dir() + '/' + name.id(); }
std::string incoming_dir(const HubName& name) { return models_dir() + kIncoming + name.id(); }

Result<std::optional<PulledModel>> find_pulled(const HubName& name) {
  std::error_code error;
  if (!fs::exists(pulled_dir(name) + kManifest, error)) return std::nullopt;
  auto model = read_manifest(name);
  if (!model) return tl::unexpected(model.error());
  return std::move(*model);
}

std::vector<PulledModel> pulled_models() {
  std::vector<PulledModel> models;
  std::error_code error;
  for (fs::directory_iterator org(models_dir(), error), end; !error && org != end; org.increment(error)) {
    std::error_code inner;
    for (fs::directory_iterator repo(org->path(), inner), none; !inner && repo != none; repo.increment(inner)) {
      const std::string id = org->path().filename().string() + '/' + repo->path().filename().string();
      const auto name = parse_hub_name(id);
      std::error_code no_manifest;
      if (!name || !fs::exists(pulled_dir(*name) + kManifest, no_manifest)) continue;
      auto model = read_manifest(*name);
      PulledModel damaged;
      damaged.id = id;
      damaged.dir = pulled_dir(*name);
      models.push_back(model ? std::move(*model) : std::move(damaged));
    }
  }
  std::sort(models.begin(), models.end(), [](const PulledModel& a, const PulledModel& b) { return a.id < b.id; });
  return models;
}

std::uint64_t n_incoming_bytes(const HubName& name) { return folder_bytes(incoming_dir(name)); }

Result<std::string> resolve_pulled(const HubName& name, const std::string& shown_name) {
  const auto model = find_pulled(name);
  if (!model) return tl::unexpected(model.error());
  const auto not_there = [&](const std::string& what) {
    return fail(ErrorCode::kNotFound, fmt::format("{}: run `pith models pull {}`", what, shown_name));
  };
  if (!*model) return not_there(fmt::format("model '{}' is not on this machine yet", shown_name));
  const PulledModel& found = **model;
  std::string commit = found.commit;
  std::string file_name;
  if (!name.file.empty() || !name.quantization.empty()) {
    const PulledFile* file = name.file.empty() ? found.find_gguf(name.quantization) : found.find(name.file);
    if (file == nullptr) {
      return not_there(fmt::format("file '{}' of '{}' is not on this machine yet",
                                   name.file.empty() ? name.quantization : name.file, found.id));
    }
    commit = file->commit;
    file_name = file->name;
  }
  constexpr std::size_t kShortCommit = 7;
  const bool is_that = name.revision.empty() || name.revision == found.revision ||
                       (name.revision.size() >= kShortCommit && std::string_view(commit).starts_with(name.revision));
  if (!is_that) {
    return not_there(fmt::format("model '{}' is here at revision {} (commit {}), not at {}", found.id, found.revision,
                                 commit.substr(0, kShortCommit), name.revision));
  }
  if (!file_name.empty()) return found.dir + '/' + file_name;
  if (found.files.size() == 1 && found.files.front().name.ends_with(".gguf")) {
    return found.dir + '/' + found.files.front().name;
  }
  return found.dir;
}

Result<void> write_manifest(const PulledModel& model, const std::string& dir) {
  JsonWriter w;
  w.begin_object();
  w.key("source").string("hf:" + model.id);
  w.key("endpoint").string(model.endpoint);
  w.key("revision").string(model.revision);
  w.key("commit").string(model.commit);
  w.key("pulled_at").string(model.pulled_at);
  w.key("files").begin_array();
  for (const PulledFile& file : model.files) {
    w.begin_object();
    w.key("name").string(file.name);
    w.key("bytes").integer(file.n_bytes);
    w.key("sha256").string(file.sha256);
    w.key("commit").string(file.commit);
    w.end_object();
  }
  w.end_array();
  w.end_object();
  return write_small_file(dir + kManifest, std::move(w).text() + '\n');
}

Result<std::uint64_t> remove_pulled(const HubName& name) {
  std::error_code error;
  const std::string dir = pulled_dir(name);
  const std::string incoming = incoming_dir(name);
  if (!fs::exists(dir, error) && !fs::exists(incoming, error)) {
    return fail(ErrorCode::kNotFound,
                fmt::format("model '{}' is not on this machine: `pith models list` shows what is", name.id()));
  }
  bool is_busy = false;
  const auto lock = ModelLock::take(name, [&] {
    is_busy = true;
    return false;
  });
  if (is_busy)
    return fail(ErrorCode::kIo, fmt::format("model '{}' is being pulled right now: stop that first", name.id()));
  if (!lock) return tl::unexpected(lock.error());
  const std::uint64_t n_bytes = folder_bytes(dir) + folder_bytes(incoming);
  // Out of sight first, so that nobody finds half a model while its files go.
  const std::string doomed = incoming + "/removed";
  fs::create_directories(incoming, error);
  fs::rename(dir, doomed, error);
  for (const std::string& folder : {incoming, dir}) {
    if (auto ok = remove_folder(folder); !ok) return tl::unexpected(ok.error());
  }
  for (const std::string& empty : {models_dir() + '/' + name.org, models_dir() + kIncoming + name.org}) {
    fs::remove(empty, error);  // fails if another model is in it, which is as well
  }
  return n_bytes;
}

Result<ModelLock> ModelLock::take(const HubName& name, const std::function<bool()>& on_wait) {
  const std::string path = lock_path(name);
  if (auto ok = make_folders(models_dir() + kIncoming); !ok) return tl::unexpected(ok.error());
  OwnedFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (file.get() < 0) return file_error(path, "cannot open");
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return file_error(path, "cannot lock");
    if (!on_wait()) return fail(ErrorCode::kCancelled, "interrupted");
    constexpr auto kPoll = std::chrono::milliseconds(100);
    std::this_thread::sleep_for(kPoll);
  }
  return ModelLock(std::move(file));
}

}  // namespace pith
