#include "cli/line_reader.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cli/interrupt.h"

namespace pith::cli {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 16;
constexpr int kStep_ms = 100;

}  // namespace

LineReader::LineReader(int fd, std::string name, std::size_t max_line_bytes)
    : fd_(fd), name_(std::move(name)), max_line_bytes_(max_line_bytes) {}

Result<bool> LineReader::fill() {
  while (stop_signal() == 0) {
    struct pollfd waiting {
      fd_, POLLIN, 0
    };
    const int n_ready = ::poll(&waiting, 1, kStep_ms);
    if (n_ready == 0 || (n_ready < 0 && errno == EINTR)) continue;
    buffer_.resize(kBlockBytes);
    at_ = 0;
    const ssize_t n = n_ready < 0 ? -1 : ::read(fd_, buffer_.data(), buffer_.size());
    const int error = errno;
    buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n >= 0) return n > 0;
    if (error != EINTR) return fail(ErrorCode::kIo, fmt::format("{}: cannot read: {}", name_, std::strerror(error)));
  }
  return false;
}

void LineReader::take(std::string_view bytes, Line* line) {
  line->n_bytes += bytes.size();
  if (line->too_long) return;
  if (line->text.size() + bytes.size() <= max_line_bytes_) {
    line->text += bytes;
    return;
  }
  line->too_long = true;
  line->text = std::string();
}

Result<std::optional<Line>> LineReader::next() {
  Line line;
  while (true) {
    if (at_ == buffer_.size()) {
      const auto more = fill();
      if (!more) return tl::unexpected(more.error());
      if (*more) continue;
      if (line.n_bytes == 0 || stop_signal() != 0) return std::nullopt;
      break;  // a last line without its newline
    }
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    const std::size_t n = std::min(rest.find('\n'), rest.size());
    take(rest.substr(0, n), &line);
    at_ += n;
    if (n < rest.size()) {
      ++at_;
      ++line.n_bytes;
      break;
    }
  }
  if (line.text.ends_with('\r')) line.text.pop_back();
  line.number = ++n_lines_;
  return line;
}

}  // namespace pith::cli
