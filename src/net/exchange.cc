#include "net/exchange.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/check.h"

namespace pith {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::uint32_t kMostHeadBytes = 65'536;
constexpr std::size_t kBufferBytes = std::size_t{2} * kMostHeadBytes;  // the head, and what of the body comes with it
constexpr std::size_t kPieceBytes = 65'536;
constexpr milliseconds kPoll{100};  // how often `cancelled` is asked while nothing happens

using Step = tl::expected<void, HttpFailure>;
using Failed = tl::unexpected<HttpFailure>;

Failed failed(ErrorCode code, std::string message, bool is_transient) {
  return Failed(HttpFailure{{code, std::move(message)}, is_transient});
}

class Connection {
 public:
  explicit Connection(const Exchange& exchange) : exchange_(exchange), tls_context_(ssl::context::tls_client) {}

  tl::expected<HttpHead, HttpFailure> run(const std::function<Result<bool>(const HttpHead&)>& on_head,
                                          const std::function<Result<void>(std::string_view)>& on_body) {
    if (auto ok = connect(); !ok) return tl::unexpected(ok.error());
    if (exchange_.url.scheme == "http") return request_on(socket_, on_head, on_body);
    if (exchange_.proxy) {
      if (auto ok = open_tunnel(); !ok) return tl::unexpected(ok.error());
    }
    if (auto ok = start_tls(); !ok) return tl::unexpected(ok.error());
    return request_on(*tls_, on_head, on_body);
  }

 private:
  using Parser = http::response_parser<http::buffer_body>;

  /// Starts an asynchronous operation and runs it to its end, which comes by itself, by the timeout or by cancellation;
  /// the last two close the socket. That makes calls that block but stay interruptible. Cancellation shows as
  /// operation_aborted, which nothing else here causes.
  template <class Start>
  error_code wait(const Start& start, int timeout_ms) {
    error_code result;
    bool is_done = false;
    start([&](const error_code& error, auto&&...) {
      result = error;
      is_done = true;
    });
    const auto deadline = Clock::now() + milliseconds(timeout_ms);
    bool is_cancelled = false;
    bool is_late = false;
    context_.restart();
    while (!is_done) {  // NOLINT(bugprone-infinite-loop): set by the handler, which run_one_for() calls
      context_.run_one_for(
          std::clamp(std::chrono::ceil<milliseconds>(deadline - Clock::now()), milliseconds(1), kPoll));
      if (is_done || is_cancelled || is_late) continue;
      is_cancelled = exchange_.cancelled && exchange_.cancelled();
      is_late = Clock::now() >= deadline;
      if (is_cancelled || is_late) {
        error_code ignored;
        socket_.close(ignored);
      }
    }
    if (is_cancelled || (exchange_.cancelled && exchange_.cancelled())) return asio::error::operation_aborted;
    return is_late ? error_code(asio::error::timed_out) : result;
  }

  /// Who is at the other end of the socket, for messages.
  std::string first_hop() const {
    if (!exchange_.proxy) return authority(exchange_.url);
    return fmt::format("the proxy {}:{}", exchange_.proxy->host, exchange_.proxy->port);
  }

  /// Who is asked, and by which way.
  std::string peer() const {
    return authority(exchange_.url) + (exchange_.proxy ? " (through " + first_hop() + ")" : "");
  }

  static Failed interrupted() { return failed(ErrorCode::kCancelled, "interrupted", false); }

  Step connect() {
    const std::string& host = exchange_.proxy ? exchange_.proxy->host : exchange_.url.host;
    const std::uint16_t port = exchange_.proxy ? exchange_.proxy->port : exchange_.url.port;
    error_code error;
    tcp::resolver resolver(context_);
    const auto addresses = resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error);
    if (error || addresses.empty()) {
      return failed(ErrorCode::kIo,
                    fmt::format("cannot find the address of {}: {}; check the name and the network{}", first_hop(),
                                error.message(), exchange_.proxy ? "" : ", or set HTTPS_PROXY if a proxy is needed"),
                    error == asio::error::host_not_found_try_again);
    }
    // An address that does not answer must not use up the time of the next one (IPv6 that leads nowhere).
    constexpr int kOneOfSeveralMs = 4000;
    std::size_t n_left = addresses.size();
    for (const auto& entry : addresses) {
      --n_left;
      error_code ignored;
      socket_.close(ignored);
      const int timeout_ms =
          n_left == 0 ? exchange_.connect_timeout_ms : std::min(exchange_.connect_timeout_ms, kOneOfSeveralMs);
      error = wait([&](auto done) { socket_.async_connect(entry.endpoint(), std::move(done)); }, timeout_ms);
      if (!error) return {};
      if (error == asio::error::operation_aborted) return interrupted();
    }
    return failed(
        ErrorCode::kIo,
        fmt::format("cannot connect to {}: {}; check the network{}", first_hop(), error.message(),
                    exchange_.proxy ? " and the proxy variables" : ", or set HTTPS_PROXY if a proxy is needed"),
        error != asio::error::network_unreachable);
  }

  /// Asks the proxy for a connection to the server (RFC 9110, section 9.3.6).
  Step open_tunnel() {
    const Url& url = exchange_.url;
    const bool is_ipv6 = url.host.find(':') != std::string::npos;
    const std::string server = fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", url.host, is_ipv6 ? "]" : "", url.port);
    std::vector<HttpHeader> headers{{"Host", server}};
    if (!exchange_.proxy->authorization.empty()) {
      headers.push_back({"Proxy-Authorization", exchange_.proxy->authorization});
    }
    if (auto ok = send(socket_, "CONNECT " + server, headers); !ok) return ok;
    boost::beast::flat_buffer buffer(kBufferBytes);
    Parser parser;
    parser.skip(true);
    if (auto ok = read_head(socket_, buffer, parser); !ok) return ok;
    const unsigned status = parser.get().result_int();
    if (status / 100 != 2) return refused_by_proxy(status);
    if (buffer.size() > 0) return failed(ErrorCode::kIo, peer() + ": sent bytes before the tunnel was in use", false);
    return {};
  }

  Failed refused_by_proxy(unsigned status) const {
    constexpr unsigned kAuthenticationRequired = 407;
    const bool wants_name = status == kAuthenticationRequired;
    return failed(
        ErrorCode::kIo,
        fmt::format("{} refused a connection to {} (status {}){}", first_hop(), authority(exchange_.url), status,
                    wants_name ? ": it wants a user name and password, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
                               : ": check the proxy variables, or list the host in NO_PROXY"),
        status == 502 || status == 503 || status == 504);
  }

  Step start_tls() {
    tls_context_.set_default_verify_paths();
    tls_context_.set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls_context_.native_handle(), TLS1_2_VERSION);
    tls_.emplace(socket_, tls_context_);
    SSL* const handle = tls_->native_handle();
    std::string host = exchange_.url.host;
    X509_VERIFY_PARAM* const parameters = SSL_get0_param(handle);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) != 1) {  // not an address, so a name
      PITH_CHECK(SSL_set1_host(handle, host.c_str()) == 1, host);
      // The name for servers with several certificates; what the macro SSL_set_tlsext_host_name does.
      PITH_CHECK(SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1, host);
    }
    const error_code error = wait([&](auto done) { tls_->async_handshake(ssl::stream_base::client, std::move(done)); },
                                  exchange_.connect_timeout_ms);
    if (!error) return {};
    if (error == asio::error::operation_aborted) return interrupted();
    if (const long verdict = SSL_get_verify_result(handle); verdict != X509_V_OK) return bad_certificate(verdict);
    const bool is_tls = error.category() == asio::error::get_ssl_category();
    return failed(ErrorCode::kIo,
                  fmt::format("{}: no TLS connection: {}{}", authority(exchange_.url), error.message(),
                              is_tls ? "; does it speak https on this port?" : ""),
                  !is_tls);
  }

  Failed bad_certificate(long verdict) const {
    const char* const file = std::getenv("SSL_CERT_FILE");
    const std::string remedy =
        verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH
            ? "the certificate is for another host; something may be intercepting the connection"
        : file != nullptr && *file != '\0'
            ? fmt::format("SSL_CERT_FILE ({}) does not hold the authority that signed it", file)
            : "install the package ca-certificates, or name the authority's file in SSL_CERT_FILE if a company proxy "
              "signs connections";
    return failed(ErrorCode::kIo,
                  fmt::format("{}: its certificate is not trusted: {}; {}", authority(exchange_.url),
                              X509_verify_cert_error_string(verdict), remedy),
                  false);
  }

  template <class Stream>
  Step send(Stream& stream, const std::string& method_and_target, const std::vector<HttpHeader>& headers,
            std::string_view body = {}) {
    std::string text = method_and_target + " HTTP/1.1\r\n";
    for (const auto& [name, value] : headers) {
      const auto is_break = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
      PITH_CHECK(std::none_of(value.begin(), value.end(), is_break), name);
      text += fmt::format("{}: {}\r\n", name, value);
    }
    text += "\r\n";
    const std::array<asio::const_buffer, 2> pieces{asio::buffer(text), asio::buffer(body)};
    const error_code error =
        wait([&](auto done) { asio::async_write(stream, pieces, std::move(done)); }, exchange_.idle_timeout_ms);
    if (error) return dropped(error, "while the request was sent");
    return {};
  }

  Failed dropped(const error_code& error, std::string_view when) const {
    if (error == asio::error::operation_aborted) return interrupted();
    return failed(ErrorCode::kIo,
                  error == asio::error::timed_out
                      ? fmt::format("{}: nothing came for {} s {}", peer(), exchange_.idle_timeout_ms / 1000.0, when)
                      : fmt::format("{}: the connection broke {}: {}", peer(), when, error.message()),
                  true);
  }

  /// A failed read: the other side went away, or what it sent is not HTTP.
  Failed read_failed(const error_code& error, std::string_view when) const {
    const bool is_protocol = error.category() == http::make_error_code(http::error::bad_value).category() &&
                             error != http::error::partial_message && error != http::error::end_of_stream;
    if (!is_protocol) return dropped(error, when);
    return failed(ErrorCode::kIo, fmt::format("{}: its answer is not proper HTTP: {}", peer(), error.message()), false);
  }

  template <class Stream>
  Step read_head(Stream& stream, boost::beast::flat_buffer& buffer, Parser& parser) {
    parser.header_limit(kMostHeadBytes);
    parser.body_limit(boost::none);  // counted in read_body()
    const error_code error = wait([&](auto done) { http::async_read_header(stream, buffer, parser, std::move(done)); },
                                  exchange_.idle_timeout_ms);
    if (error) return read_failed(error, "before the answer");
    return {};
  }

  template <class Stream>
  tl::expected<HttpHead, HttpFailure> request_on(Stream& stream,
                                                 const std::function<Result<bool>(const HttpHead&)>& on_head,
                                                 const std::function<Result<void>(std::string_view)>& on_body) {
    const bool asks_proxy = exchange_.proxy && exchange_.url.scheme == "http";
    std::vector<HttpHeader> headers = exchange_.headers;
    if (asks_proxy && !exchange_.proxy->authorization.empty()) {
      headers.push_back({"Proxy-Authorization", exchange_.proxy->authorization});
    }
    const std::string target = asks_proxy ? to_text(exchange_.url) : exchange_.url.target;
    if (auto ok = send(stream, fmt::format("{} {}", exchange_.method, target), headers, exchange_.body); !ok) {
      return tl::unexpected(ok.error());
    }

    boost::beast::flat_buffer buffer(kBufferBytes);
    std::optional<Parser> parser;
    constexpr int kMostInterim = 8;
    for (int n_heads = 0; !parser || parser->get().result_int() / 100 == 1; ++n_heads) {  // 1xx: the answer is to come
      if (n_heads > kMostInterim) {
        return failed(ErrorCode::kIo, peer() + ": answers nothing but interim statuses", false);
      }
      parser.emplace();
      if (auto ok = read_head(stream, buffer, *parser); !ok) return tl::unexpected(ok.error());
    }
    HttpHead head{
        .host = authority(exchange_.url), .status = static_cast<int>(parser->get().result_int()), .headers = {}};
    constexpr int kAuthenticationRequired = 407;
    if (asks_proxy && head.status == kAuthenticationRequired) return refused_by_proxy(kAuthenticationRequired);
    for (const auto& field : parser->get()) {
      head.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    const auto is_wanted = on_head(head);
    if (!is_wanted) return Failed(HttpFailure{is_wanted.error(), false});
    if (*is_wanted) {
      if (auto ok = read_body(stream, buffer, *parser, on_body); !ok) return tl::unexpected(ok.error());
    }
    return head;
  }

  template <class Stream>
  Step read_body(Stream& stream, boost::beast::flat_buffer& buffer, Parser& parser,
                 const std::function<Result<void>(std::string_view)>& on_body) {
    std::vector<char> piece(kPieceBytes);
    std::uint64_t n_body_bytes = 0;
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = piece.data();
      body.size = piece.size();
      const error_code error = wait([&](auto done) { http::async_read_some(stream, buffer, parser, std::move(done)); },
                                    exchange_.idle_timeout_ms);
      const std::size_t n_bytes = piece.size() - body.size;
      n_body_bytes += n_bytes;
      if (n_body_bytes > exchange_.max_body_bytes) {
        return failed(
            ErrorCode::kTooLarge,
            fmt::format("{}: its answer is larger than the limit of {} bytes", peer(), exchange_.max_body_bytes),
            false);
      }
      if (n_bytes > 0 && on_body) {
        if (auto ok = on_body({piece.data(), n_bytes}); !ok) return Failed(HttpFailure{ok.error(), false});
      }
      if (error && error != http::error::need_buffer) return read_failed(error, "in the middle of the answer");
    }
    return {};
  }

  const Exchange& exchange_;
  asio::io_context context_{1};
  tcp::socket socket_{context_};
  ssl::context tls_context_;
  std::optional<ssl::stream<tcp::socket&>> tls_;
};

}  // namespace

tl::expected<HttpHead, HttpFailure> run_exchange(const Exchange& exchange,
                                                 const std::function<Result<bool>(const HttpHead&)>& on_head,
                                                 const std::function<Result<void>(std::string_view)>& on_body) {
  try {
    Connection connection(exchange);
    return connection.run(on_head, on_body);
  } catch (const boost::system::system_error& error) {  // no TLS context, out of sockets
    return tl::unexpected(
        HttpFailure{{ErrorCode::kIo, fmt::format("{}: {}", authority(exchange.url), error.what())}, false});
  }
}

}  // namespace pith
