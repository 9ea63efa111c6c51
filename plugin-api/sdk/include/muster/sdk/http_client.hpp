/// An HTTP client over TCP, TLS or a unix socket, for plugins and for programs that talk to the
/// controller.
///
/// One HttpClient keeps one connection alive to one base URL; it has one owner and one thread at a
/// time, and its calls block. It follows no redirects and retries nothing. The bearer token goes
/// into a header and nowhere else: not into URLs, error messages or the process's arguments.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace muster::sdk {

struct HttpError {
  enum class Kind {
    CannotConnect,  ///< nobody was reached; nothing was sent
    Tls,            ///< the peer is not who it should be
    Timeout,
    Protocol,  ///< the peer broke off, or what it sent is not HTTP
    TooLarge,  ///< the answer is over the limit
    Aborted,   ///< on_chunk said false
  };
  Kind kind = Kind::Protocol;
  std::string message;  ///< one sentence: what failed, why, and what to do
};

template <class T>
using HttpResult = tl::expected<T, HttpError>;

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  ///< names in lower case
  std::string body;     ///< empty for a stream that was given out in chunks

  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

struct HttpClientOptions {
  std::string base_url;     ///< "https://host:port", without a path
  std::string unix_socket;  ///< path of a socket to connect to instead of the URL's host
  std::string ca_file;      ///< PEM file of the only authorities to trust; empty: the system's
  std::string bearer_token;
  /// For a whole request; for a stream only for the connection and between two chunks.
  std::chrono::milliseconds timeout{30'000};
  std::chrono::milliseconds connect_timeout{10'000};
  std::size_t max_response_bytes = std::size_t{16} << 20U;  ///< of one body; streams have no limit
  /// False only to fetch a certificate whose digest is checked right afterwards; no token is sent
  /// then.
  bool verify_peer = true;
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  /// Sends one request and waits for the whole answer. `path` begins with '/' and is sent as it
  /// stands: encode its parts with percent_encode(). Any HTTP status is an answer, not an error.
  [[nodiscard]] HttpResult<HttpResponse> request(const std::string& method, const std::string& path,
                                                 const HttpHeaders& headers = {},
                                                 std::string_view body = {});

  /// Gives the body of a 2xx answer to `on_chunk` as it arrives; false from it ends the stream with
  /// Aborted. The body of any other status is collected into the response, so that its error can be
  /// shown.
  [[nodiscard]] HttpResult<HttpResponse> stream(
      const std::string& method, const std::string& path, const HttpHeaders& headers,
      const std::function<bool(std::string_view)>& on_chunk, std::string_view body = {});

  /// Connections that were opened so far; stays at one while keep-alive works.
  [[nodiscard]] std::size_t connections_opened() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `text` with everything but letters, digits and "-._~" percent-encoded: one path segment or query
/// value.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace muster::sdk
