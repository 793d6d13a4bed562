#include "record/http.h"

// gcc 12 takes the coroutine frames' own operator delete for a mismatch once everything is inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/http/span_body.hpp>
#include <optional>
#include <utility>  // gcc 12 needs it before Asio's coroutines

namespace heng::record {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

Error unreachable(std::string what, const std::string& where) {
  return Error{ErrorKind::unreachable, "http-unreachable", std::move(what), where, ""};
}

constexpr size_t kBodySpare = 64;  // readers of a body want readable bytes behind it
constexpr size_t kBodyAtOnce = size_t{1} << 20;

class Server : public HttpServer {
 public:
  Server(LaterHandler handler, HttpLimits limits)
      : handler_(std::move(handler)), limits_(limits), acceptor_(context_) {}

  Result<void> open(const std::string& address, uint16_t wanted) {
    boost::system::error_code code;
    const auto ip = asio::ip::make_address(address, code);
    if (code)
      return Error{ErrorKind::usage, "http-address", "`" + address + "` is no IP address", "",
                   "use 127.0.0.1 or ::1"};
    const tcp::endpoint endpoint(ip, wanted);
    acceptor_.open(endpoint.protocol(), code);
    if (!code) acceptor_.set_option(asio::socket_base::reuse_address(true), code);
    if (!code) acceptor_.bind(endpoint, code);
    if (!code) acceptor_.listen(asio::socket_base::max_listen_connections, code);
    if (code)
      return Error{ErrorKind::environment, "http-listen", "cannot listen: " + code.message(),
                   address + ":" + std::to_string(wanted), "choose another port"};
    return {};
  }

  uint16_t port() const override { return acceptor_.local_endpoint().port(); }

  void run(bool stop_on_signals) override {
    std::unique_ptr<asio::signal_set> signals;
    if (stop_on_signals) {
      signals = std::make_unique<asio::signal_set>(context_, SIGINT, SIGTERM);
      signals->async_wait([this](const boost::system::error_code&, int) { context_.stop(); });
    }
    asio::co_spawn(context_, accept(), asio::detached);
    context_.run();
  }

  void stop() override { context_.stop(); }

 private:
  asio::awaitable<void> accept() {
    while (true) {
      boost::system::error_code code;
      tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(use_awaitable, code));
      if (code || open_ >= limits_.connections) continue;  // too many: the connection is closed at once
      asio::co_spawn(context_, talk(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> talk(tcp::socket socket) {
    ++open_;
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    boost::system::error_code code;
    stream.socket().set_option(tcp::no_delay(true), code);
    code = {};
    for (bool keep = true; keep && !code;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(limits_.body_bytes);
      parser.header_limit(static_cast<uint32_t>(limits_.header_bytes));
      stream.expires_after(limits_.idle);
      co_await http::async_read_header(stream, buffer, parser, asio::redirect_error(use_awaitable, code));
      if (!code && parser.content_length())
        co_await read_body(stream, buffer, static_cast<size_t>(*parser.content_length()), parser.get().body(), code);
      else if (!code)
        co_await http::async_read(stream, buffer, parser, asio::redirect_error(use_awaitable, code));
      HttpAnswer answer;
      if (code == http::error::body_limit || code == http::error::header_limit) {
        answer = {413, "text/plain; charset=utf-8", "the request is too long\n"};
        keep = false;
      } else if (code) {
        break;
      } else {
        auto& request = parser.get();
        keep = request.keep_alive();
        HttpRequest given{std::string(request.method_string()), std::string(request.target()),
                          std::move(request.body()), {}};
        for (const auto& field : request)
          given.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
        // The answer comes by way of the context's own thread, so nothing here is seen by two.
        auto waiting = std::make_shared<Waiting>(context_);
        handler_(std::move(given), [this, waiting](HttpAnswer later) {
          asio::post(context_, [waiting, later = std::move(later)]() mutable {
            waiting->answer = std::move(later);
            waiting->done = true;
            waiting->timer.cancel();
          });
        });
        boost::system::error_code cancelled;
        while (!waiting->done) co_await waiting->timer.async_wait(asio::redirect_error(use_awaitable, cancelled));
        answer = std::move(waiting->answer);
      }
      code = {};
      http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
      response.set(http::field::content_type, answer.type);
      response.keep_alive(keep);
      response.body() = std::move(answer.body);
      response.prepare_payload();
      stream.expires_after(limits_.idle);
      co_await http::async_write(stream, response, asio::redirect_error(use_awaitable, code));
    }
    stream.socket().shutdown(tcp::socket::shutdown_both, code);
    --open_;
  }

  // A body of known length straight into its place, as much at a time as there is.
  asio::awaitable<void> read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer, size_t size, std::string& body,
                                  boost::system::error_code& code) {
    const size_t known = std::min(size, buffer.size());
    body.reserve(size + kBodySpare);
    body.assign(static_cast<const char*>(buffer.data().data()), known);
    buffer.consume(known);
    // Memory only as it fills: a length is quickly said.
    while (!code && body.size() < size) {
      const size_t begin = body.size(), more = std::min(kBodyAtOnce, size - begin);
      body.resize(begin + more);
      const auto rest = [more](const boost::system::error_code& failed, size_t done) { return failed ? 0 : more - done; };
      stream.expires_after(limits_.idle);
      co_await asio::async_read(stream, asio::buffer(body.data() + begin, more), rest, asio::redirect_error(use_awaitable, code));
    }
  }

  struct Waiting {
    explicit Waiting(asio::io_context& context) : timer(context, asio::steady_timer::time_point::max()) {}
    asio::steady_timer timer;
    HttpAnswer answer;
    bool done = false;
  };

  LaterHandler handler_;
  HttpLimits limits_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  int open_ = 0;
};

struct Url {
  std::string host, port, target;
};

Result<Url> parse_url(std::string_view text) {
  const Error bad{ErrorKind::usage, "http-url", "`" + std::string(text) + "` is no http:// address", "",
                  "write http://host:port/path"};
  if (!text.starts_with("http://")) return bad;
  text.remove_prefix(7);
  const size_t slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  Url url{"", "80", slash < text.size() ? std::string(text.substr(slash)) : "/"};
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return bad;
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    authority.remove_prefix(colon);
  }
  if (authority.starts_with(':')) url.port = authority.substr(1);
  if (url.host.empty() || url.port.empty()) return bad;
  return url;
}

asio::awaitable<void> ask(asio::io_context& context, const std::string& method, Url url, std::string body,
                          std::chrono::milliseconds timeout, size_t most, const HttpHeaders& headers,
                          Result<HttpAnswer>& out) {
  boost::system::error_code code;
  tcp::resolver resolver(context);
  const auto endpoints =
      co_await resolver.async_resolve(url.host, url.port, asio::redirect_error(use_awaitable, code));
  beast::tcp_stream stream(context);
  stream.expires_after(timeout);
  if (!code) co_await stream.async_connect(endpoints, asio::redirect_error(use_awaitable, code));
  http::request<http::string_body> request{http::string_to_verb(method), url.target, 11};
  request.set(http::field::host, url.host);
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = std::move(body);
  request.prepare_payload();
  if (!code) co_await http::async_write(stream, request, asio::redirect_error(use_awaitable, code));
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(most);
  if (!code) co_await http::async_read(stream, buffer, parser, asio::redirect_error(use_awaitable, code));
  if (code) {
    out = unreachable("no answer: " + code.message(), url.host + ":" + url.port);
    co_return;
  }
  auto response = parser.release();
  out = HttpAnswer{static_cast<int>(response.result_int()), std::string(response[http::field::content_type]),
                   std::move(response.body())};
  stream.socket().shutdown(tcp::socket::shutdown_both, code);
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (beast::iequals(boost::string_view(key.data(), key.size()), boost::string_view(name.data(), name.size())))
      return value;
  return {};
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const std::string& address, uint16_t port,
                                                       Handler handler, HttpLimits limits) {
  const LaterHandler at_once = [handler = std::move(handler)](HttpRequest&& request, const Reply& reply) {
    reply(handler(request));
  };
  return listen(address, port, at_once, limits);
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const std::string& address, uint16_t port,
                                                       LaterHandler handler, HttpLimits limits) {
  try {
    auto server = std::make_unique<Server>(std::move(handler), limits);
    HENG_TRY_VOID(server->open(address, port));
    return std::unique_ptr<HttpServer>(std::move(server));
  } catch (const std::exception& error) {
    return Error{ErrorKind::environment, "http-listen", error.what(), address, ""};
  }
}

Result<HttpAnswer> http_request(const std::string& method, const std::string& url, std::string_view body,
                                std::chrono::milliseconds timeout, size_t most, const HttpHeaders& headers) {
  HENG_TRY(Url parsed, parse_url(url));
  Result<HttpAnswer> out = unreachable("no answer in time", url);
  try {
    asio::io_context context(1);
    asio::co_spawn(context, ask(context, method, std::move(parsed), std::string(body), timeout, most, headers, out),
                   asio::detached);
    context.run_for(timeout + timeout);
  } catch (const std::exception& error) {
    return unreachable(error.what(), url);
  }
  return out;
}

struct HttpClient::Impl {
  std::string url;
  std::chrono::milliseconds timeout;
  asio::io_context context{1};
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;

  Result<HttpAnswer> once(const std::string& method, const Url& to, std::string_view body, const HttpHeaders& headers) {
    boost::system::error_code code;
    if (!stream) {
      tcp::resolver resolver(context);
      const auto endpoints = resolver.resolve(to.host, to.port, code);
      stream.emplace(context);
      if (!code) stream->socket().close();
      if (!code) asio::connect(stream->socket(), endpoints, code);
      if (code) {
        stream.reset();
        return unreachable("no answer: " + code.message(), to.host + ":" + to.port);
      }
      stream->socket().set_option(tcp::no_delay(true), code);
      const timeval limit{timeout.count() / 1000, timeout.count() % 1000 * 1000};
      ::setsockopt(stream->socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      buffer.clear();
    }
    http::request<http::span_body<const char>> request{http::string_to_verb(method), to.target, 11};
    request.set(http::field::host, to.host);
    for (const auto& [name, value] : headers) request.set(name, value);
    request.body() = boost::beast::span<const char>(body.data(), body.size());
    request.prepare_payload();
    http::write(stream->socket(), request, code);
    http::response_parser<http::string_body> parser;
    parser.body_limit(size_t{256} << 20);
    if (!code) http::read(stream->socket(), buffer, parser, code);
    if (code) {
      stream.reset();
      return unreachable("no answer: " + code.message(), to.host + ":" + to.port);
    }
    auto response = parser.release();
    if (!response.keep_alive()) stream.reset();
    return HttpAnswer{static_cast<int>(response.result_int()), std::string(response[http::field::content_type]),
                      std::move(response.body())};
  }
};

HttpClient::HttpClient(std::string url, std::chrono::milliseconds timeout)
    : impl_(std::make_unique<Impl>()) {
  impl_->url = url.ends_with('/') ? std::move(url) : url + "/";
  impl_->timeout = timeout;
}
HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::request(const std::string& method, const std::string& path, std::string_view body,
                                       const HttpHeaders& headers) {
  HENG_TRY(const Url to, parse_url(impl_->url + path));
  try {
    const bool reused = impl_->stream.has_value();
    auto answer = impl_->once(method, to, body, headers);
    // The server may have closed an idle connection: what it did not answer is asked again, once.
    if (!answer.ok() && reused) answer = impl_->once(method, to, body, headers);
    return answer;
  } catch (const std::exception& error) {
    impl_->stream.reset();
    return unreachable(error.what(), impl_->url);
  }
}

}  // namespace heng::record
