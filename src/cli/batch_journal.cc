#include "cli/batch_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "base/check.h"

namespace pith::cli {
namespace {

std::string header_line(std::uint64_t settings) {
  return fmt::format("pith batch journal 1 settings={:016x}\n", settings);
}

std::string record_line(const BatchPosition& p) {
  return fmt::format("line={} bytes={} failed={} input={:016x}\n", p.n_lines, p.n_output_bytes, p.n_failed,
                     p.input_hash);
}

// Reads "name=number" and the character after it.
template <class T>
bool take_number(std::string_view name, int base, std::string_view* rest, T* out) {
  if (!rest->starts_with(name)) return false;
  rest->remove_prefix(name.size());
  const auto [end, error] = std::from_chars(rest->data(), rest->data() + rest->size(), *out, base);
  if (error != std::errc()) return false;
  rest->remove_prefix(static_cast<std::size_t>(end - rest->data()));
  return true;
}

std::optional<BatchPosition> parse_record(std::string_view line) {
  BatchPosition p;
  if (take_number("line=", 10, &line, &p.n_lines) && take_number(" bytes=", 10, &line, &p.n_output_bytes) &&
      take_number(" failed=", 10, &line, &p.n_failed) && take_number(" input=", 16, &line, &p.input_hash) &&
      line.empty()) {
    return p;
  }
  return std::nullopt;
}

tl::unexpected<Error> system_error(const std::string& path, std::string_view what) {
  if (errno == ENOENT || errno == ENOTDIR)
    return fail(ErrorCode::kNotFound, path + ": no such folder: create it first");
  return fail(ErrorCode::kIo, fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
}

Result<FileDescriptor> open_for_append(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (file.get() < 0) return system_error(path, "cannot write");
  return file;
}

Result<std::size_t> size_of(const FileDescriptor& file, const std::string& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_error(path, "cannot read");
  return static_cast<std::size_t>(info.st_size);
}

Result<std::string> content_of(const FileDescriptor& file, const std::string& path) {
  auto n_bytes = size_of(file, path);
  if (!n_bytes) return tl::unexpected(n_bytes.error());
  std::string text(*n_bytes, '\0');
  std::size_t n_read = 0;
  while (n_read < text.size()) {
    const ssize_t n = ::pread(file.get(), text.data() + n_read, text.size() - n_read, static_cast<off_t>(n_read));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error(path, "cannot read");
    if (n == 0) break;
    n_read += static_cast<std::size_t>(n);
  }
  text.resize(n_read);
  return text;
}

}  // namespace

void LineHash::FreeState::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

LineHash::LineHash() : state_(XXH3_createState()) {
  PITH_CHECK(state_ != nullptr, "out of memory");
  XXH3_64bits_reset(state_.get());
}

void LineHash::add(std::string_view line) {
  XXH3_64bits_update(state_.get(), line.data(), line.size());
  XXH3_64bits_update(state_.get(), "\n", 1);
}

std::uint64_t LineHash::value() const { return XXH3_64bits_digest(state_.get()); }

std::uint64_t hash_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

Result<BatchPosition> read_journal(std::string_view text, std::uint64_t settings, std::size_t n_part_bytes) {
  const std::string header = header_line(settings);
  if (!text.starts_with(header)) {
    if (std::string_view(header).starts_with(text)) return BatchPosition{};  // killed while writing the first line
    return fail(ErrorCode::kInvalidArgument, "an earlier run had other settings or another version of Pith");
  }
  text.remove_prefix(header.size());
  BatchPosition last;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const auto record = parse_record(text.substr(0, end));
    if (!record || record->n_output_bytes > n_part_bytes) break;  // a crash of the machine can leave anything
    last = *record;
    text.remove_prefix(end + 1);
  }
  return last;
}

Result<BatchJournal> BatchJournal::open(const std::string& output_path, std::uint64_t settings, bool restart) {
  BatchJournal journal;
  journal.output_path_ = output_path;
  journal.part_path_ = output_path + ".part";
  journal.journal_path_ = journal.part_path_ + ".journal";
  auto part = open_for_append(journal.part_path_);
  if (!part) return tl::unexpected(part.error());
  if (::flock(part->get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::kInvalidArgument,
                journal.part_path_ + ": another pith batch is writing it: wait for it, or give another -o");
  }
  journal.part_ = std::move(*part);
  auto records = open_for_append(journal.journal_path_);
  if (!records) return tl::unexpected(records.error());
  journal.journal_ = std::move(*records);
  const auto n_part_bytes = size_of(journal.part_, journal.part_path_);
  if (!n_part_bytes) return tl::unexpected(n_part_bytes.error());
  if (!restart && *n_part_bytes > 0) {
    auto text = content_of(journal.journal_, journal.journal_path_);
    if (!text) return tl::unexpected(text.error());
    const auto position = text->empty() ? Result<BatchPosition>(fail(ErrorCode::kInvalidArgument, "it has no journal"))
                                        : read_journal(*text, settings, *n_part_bytes);
    if (!position) {
      return fail(position.error().code, fmt::format("{}: cannot be continued: {}: give --restart to begin again, or "
                                                     "another -o",
                                                     journal.part_path_, position.error().message));
    }
    journal.start_ = *position;
  }
  if (auto ok = journal.begin(settings); !ok) return tl::unexpected(ok.error());
  return journal;
}

Result<void> BatchJournal::begin(std::uint64_t settings) {
  // The journal is rewritten with the one record that counts. Order matters for a kill in between: while it is empty or
  // short, OUT.part must not be longer than what it can vouch for, hence a new file and a rename.
  const std::string fresh_path = journal_path_ + ".new";
  std::string text = header_line(settings);
  if (start_ != BatchPosition{}) text += record_line(start_);
  if (auto ok = write_file(fresh_path, text); !ok) return ok;
  if (::rename(fresh_path.c_str(), journal_path_.c_str()) != 0) return system_error(journal_path_, "cannot write");
  auto records = open_for_append(journal_path_);
  if (!records) return tl::unexpected(records.error());
  journal_ = std::move(*records);
  if (::ftruncate(part_.get(), static_cast<off_t>(start_.n_output_bytes)) != 0) {
    return system_error(part_path_, "cannot write");
  }
  return {};
}

Result<void> BatchJournal::append(std::string_view results, const BatchPosition& position) {
  if (auto ok = write_all(part_.get(), results, part_path_); !ok) return ok;
  return write_all(journal_.get(), record_line(position), journal_path_);
}

void BatchJournal::abandon() {
  ::unlink(part_path_.c_str());
  ::unlink(journal_path_.c_str());
}

Result<void> BatchJournal::finish() {
  if (::fsync(part_.get()) != 0) return system_error(part_path_, "cannot write");
  if (::rename(part_path_.c_str(), output_path_.c_str()) != 0) return system_error(output_path_, "cannot write");
  ::unlink(journal_path_.c_str());
  return {};
}

}  // namespace pith::cli
