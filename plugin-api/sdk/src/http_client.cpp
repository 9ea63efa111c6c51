#include <algorithm>
#include <array>
#include <muster/sdk/http_client.hpp>

#include "curl_transfer.hpp"

namespace muster::sdk {
namespace {

/// libcurl's global part, once for the process and before any handle.
bool ready_curl() {
  static const bool ready = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

long whole_seconds(std::chrono::milliseconds time) {
  return static_cast<long>(std::max<std::int64_t>(1, (time.count() + 999) / 1000));
}

void set_text(CURL* handle, CURLoption option, const std::string& text) {
  ::curl_easy_setopt(handle, option, text.empty() ? nullptr : text.c_str());
}

}  // namespace

struct HttpClient::State {
  HttpClientOptions options;
  CurlHandle handle;
  std::size_t opened = 0;
  std::array<char, CURL_ERROR_SIZE> detail{};

  void set_common();
  void set_security();
  void set_method(const std::string& method, std::string_view body);
  void set_times(bool streams);
  [[nodiscard]] HttpResult<HttpResponse> run(const std::string& method, const std::string& path,
                                             const HttpHeaders& headers, std::string_view body,
                                             const std::function<bool(std::string_view)>* on_chunk);
};

void HttpClient::State::set_common() {
  CURL* curl = handle.get();
  ::curl_easy_reset(curl);  // keeps the connection
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, 1L);
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  // A proxy of the environment must not get to see what is meant for the controller.
  ::curl_easy_setopt(curl, CURLOPT_PROXY, "");
  ::curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
  set_text(curl, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket);
}

void HttpClient::State::set_security() {
  CURL* curl = handle.get();
  ::curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, options.verify_peer ? 1L : 0L);
  ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, options.verify_peer ? 2L : 0L);
  if (!options.ca_file.empty()) {
    ::curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    ::curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);  // these authorities and no others
  }
  if (options.verify_peer && !options.bearer_token.empty()) {
    ::curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    ::curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, options.bearer_token.c_str());
  }
}

void HttpClient::State::set_method(const std::string& method, std::string_view body) {
  CURL* curl = handle.get();
  if (method == "HEAD") {
    ::curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    ::curl_easy_setopt(curl, CURLOPT_POST, 1L);
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
  }
  ::curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void HttpClient::State::set_times(bool streams) {
  CURL* curl = handle.get();
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connect_timeout.count()));
  if (streams) {
    // A stream may last for ever; silence may not.
    ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, whole_seconds(options.timeout));
  } else {
    ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  }
}

HttpResult<HttpResponse> HttpClient::State::run(
    const std::string& method, const std::string& path, const HttpHeaders& headers,
    std::string_view body, const std::function<bool(std::string_view)>* on_chunk) {
  HeaderList list;
  if (!handle || !make_header_list(headers, list)) {
    return tl::unexpected(
        HttpError{HttpError::Kind::Protocol, "a request header must not contain a line break"});
  }
  Transfer transfer{handle.get(), options.max_response_bytes, on_chunk, {}, false, false};
  detail.fill('\0');
  set_common();
  set_security();
  set_method(method, body);
  set_times(on_chunk != nullptr);
  transfer.attach();
  ::curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, list.get());
  ::curl_easy_setopt(handle.get(), CURLOPT_URL, (options.base_url + path).c_str());
  ::curl_easy_setopt(handle.get(), CURLOPT_PATH_AS_IS, 1L);
  const CURLcode code = ::curl_easy_perform(handle.get());
  long connections = 0;
  ::curl_easy_getinfo(handle.get(), CURLINFO_NUM_CONNECTS, &connections);
  opened += static_cast<std::size_t>(connections);
  if (code != CURLE_OK) return tl::unexpected(to_error(code, transfer, options, detail.data()));
  long status = 0;
  ::curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  return std::move(transfer.response);
}

HttpClient::HttpClient(HttpClientOptions options) : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  while (state_->options.base_url.ends_with('/')) state_->options.base_url.pop_back();
  if (ready_curl()) state_->handle.reset(::curl_easy_init());
}

HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

HttpResult<HttpResponse> HttpClient::request(const std::string& method, const std::string& path,
                                             const HttpHeaders& headers, std::string_view body) {
  return state_->run(method, path, headers, body, nullptr);
}

HttpResult<HttpResponse> HttpClient::stream(const std::string& method, const std::string& path,
                                            const HttpHeaders& headers,
                                            const std::function<bool(std::string_view)>& on_chunk,
                                            std::string_view body) {
  return state_->run(method, path, headers, body, &on_chunk);
}

std::size_t HttpClient::connections_opened() const { return state_->opened; }

std::optional<std::string_view> HttpResponse::header(std::string_view lower_case_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return header.first == lower_case_name;
  });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

}  // namespace muster::sdk
