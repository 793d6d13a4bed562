// A small HTTP/1.1 server and client (Boost.Beast, in one translation unit). No TLS: put a proxy in front, or
// keep it on loopback; what travels here is signed or public.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace heng::record {

struct HttpLimits {
  size_t body_bytes = 1u << 20;
  size_t header_bytes = 8192;
  int connections = 256;
  std::chrono::seconds idle{30};  // for every read and write
};

struct HttpRequest {
  std::string method;
  std::string target;  // path, with its leading slash
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view header(std::string_view name) const;  // case-insensitive; empty if absent
};

struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

// Runs until stop() is called (also from a signal handler's thread). One request at a time is handed to the
// handler.
class HttpServer {
 public:
  using Handler = std::function<HttpAnswer(const HttpRequest&)>;
  // Answers later, from any thread, exactly once; requests of other connections are handed over meanwhile.
  using Reply = std::function<void(HttpAnswer)>;
  using LaterHandler = std::function<void(HttpRequest&&, Reply)>;
  static Result<std::unique_ptr<HttpServer>> listen(const std::string& address, uint16_t port,
                                                    LaterHandler handler, HttpLimits limits);
  static Result<std::unique_ptr<HttpServer>> listen(const std::string& address, uint16_t port,
                                                    Handler handler, HttpLimits limits = {});
  virtual ~HttpServer() = default;
  virtual uint16_t port() const = 0;  // the one chosen if 0 was asked for
  virtual void run(bool stop_on_signals) = 0;
  virtual void stop() = 0;
};

// `url` is http://host[:port][/prefix]. Errors: `unreachable`; a status of any kind is an answer.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;
Result<HttpAnswer> http_request(const std::string& method, const std::string& url, std::string_view body,
                                std::chrono::milliseconds timeout = std::chrono::milliseconds(5000),
                                size_t most = 64u << 20, const HttpHeaders& headers = {});

// A connection that stays open, for many requests one after another. Not thread-safe.
class HttpClient {
 public:
  explicit HttpClient(std::string url, std::chrono::milliseconds timeout = std::chrono::milliseconds(30000));
  ~HttpClient();
  // `path` is put behind the URL's. Opens the connection, or opens it anew where the server has closed it.
  Result<HttpAnswer> request(const std::string& method, const std::string& path, std::string_view body,
                             const HttpHeaders& headers = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heng::record
