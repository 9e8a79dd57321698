// A small HTTP server on 127.0.0.1 for tests of clients: one connection at a time, one request each, answered by a
// function. It ends with its object, whatever a client does.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace pith {

class LoopbackServer {
 public:
  struct Request {
    std::string head;  ///< request line and headers
    std::string body{};
  };
  struct Reply {
    int status = 200;
    std::string body{};
    std::string headers{};  ///< further ones, each with its line end
    bool hangs = false;     ///< say nothing until the client goes away or the server ends
    bool breaks = false;    ///< close in the middle of the body
    bool drops = false;     ///< close without an answer
  };
  /// Called on the server's thread with the request and the number of those before it.
  using Answer = std::function<Reply(const Request& request, std::size_t n_before)>;

  explicit LoopbackServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    void* const raw = &address;
    auto* const any = static_cast<sockaddr*>(raw);
    if (listener_ < 0 || ::bind(listener_, any, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, any, &size) != 0) {
      throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer() {
    ends_ = true;
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url() const { return "http://" + host(); }
  [[nodiscard]] std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  bool wait_readable(int socket) const {
    while (!ends_) {
      pollfd watched{.fd = socket, .events = POLLIN, .revents = 0};
      if (::poll(&watched, 1, 10) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (wait_readable(listener_)) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      handle(socket);
      ::close(socket);
    }
  }

  void handle(int socket) {
    Request request;
    std::string bytes;
    std::size_t head_end = std::string::npos;
    std::size_t n_wanted = 0;
    std::vector<char> piece(65'536);
    while (head_end == std::string::npos || bytes.size() < n_wanted) {
      if (!wait_readable(socket)) return;
      const ssize_t n = ::recv(socket, piece.data(), piece.size(), 0);
      if (n <= 0) return;
      bytes.append(piece.data(), static_cast<std::size_t>(n));
      if (head_end != std::string::npos) continue;
      head_end = bytes.find("\r\n\r\n");
      if (head_end == std::string::npos) continue;
      n_wanted = head_end + 4 + content_length(bytes.substr(0, head_end));
    }
    request.head = bytes.substr(0, head_end);
    request.body = bytes.substr(head_end + 4);
    std::size_t n_before = 0;
    {
      const std::lock_guard lock(mutex_);
      n_before = requests_.size();
      requests_.push_back(request);
    }
    const Reply reply = answer_(request, n_before);
    if (reply.drops) return;
    if (reply.hangs) {
      wait_readable(socket);  // the client's end
      return;
    }
    std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Status\r\nContent-Length: ";
    text += std::to_string(reply.body.size()) + "\r\n" + reply.headers + "\r\n";
    text += reply.body.substr(0, reply.breaks ? reply.body.size() / 2 : reply.body.size());
    for (std::size_t at = 0; at < text.size() && !ends_;) {
      pollfd watched{.fd = socket, .events = POLLOUT, .revents = 0};
      if (::poll(&watched, 1, 10) <= 0) continue;
      const ssize_t n = ::send(socket, text.data() + at, std::min<std::size_t>(text.size() - at, 65'536),
                               MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n <= 0) return;
      at += static_cast<std::size_t>(n);
    }
  }

  static std::size_t content_length(const std::string& head) {
    constexpr std::string_view kName = "Content-Length: ";
    const std::size_t at = head.find(kName);
    std::size_t length = 0;
    if (at != std::string::npos) {
      std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
    }
    return length;
  }

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> ends_{false};
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

}  // namespace pith
