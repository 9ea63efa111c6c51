#include "curl_transfer.hpp"

#include <cerrno>

namespace muster::sdk {
namespace {

/// Anything else makes libcurl fail the transfer.
constexpr std::size_t kRefused = 0;

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) noexcept {
  static_cast<Transfer*>(context)->take_header({data, size * count});
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) noexcept {
  return static_cast<Transfer*>(context)->take_body({data, size * count}) ? size * count : kRefused;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string place_of(const HttpClientOptions& options) {
  return options.unix_socket.empty() ? options.base_url : options.unix_socket;
}

HttpError cannot_connect(const Transfer& transfer, const HttpClientOptions& options,
                         std::string_view detail) {
  long system_error = 0;
  ::curl_easy_getinfo(transfer.handle, CURLINFO_OS_ERRNO, &system_error);
  std::string why(detail);
  if (system_error == ECONNREFUSED) why = "connection refused; is the controller running?";
  if (!options.unix_socket.empty() && system_error != ECONNREFUSED)
    why = "there is no such socket, or it is not ours";
  return {HttpError::Kind::CannotConnect, "cannot reach " + place_of(options) + ": " + why};
}

}  // namespace

void Transfer::attach() {
  ::curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_header);
  ::curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  ::curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_body);
  ::curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
}

void Transfer::take_header(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // also after a 100 Continue: only the last answer counts
    response.headers.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  response.headers.emplace_back(lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
}

bool Transfer::take_body(std::string_view chunk) {
  long status = 0;
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (on_chunk != nullptr && status >= 200 && status < 300) {
    aborted = !(*on_chunk)(chunk);
    return !aborted;
  }
  too_large = response.body.size() + chunk.size() > max_body;
  if (!too_large) response.body += chunk;
  return !too_large;
}

bool make_header_list(const HttpHeaders& headers, HeaderList& list) {
  for (const auto& [name, value] : headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return false;
    // libcurl sends an empty value only when it is written with a semicolon.
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    curl_slist* longer = ::curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return false;
    (void)list.release();
    list.reset(longer);
  }
  return true;
}

HttpError to_error(CURLcode code, const Transfer& transfer, const HttpClientOptions& options,
                   std::string_view detail) {
  using Kind = HttpError::Kind;
  const std::string place = place_of(options);
  const std::string why(detail.empty() ? std::string_view(::curl_easy_strerror(code)) : detail);
  if (transfer.too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return {Kind::TooLarge, "the answer of " + place + " is larger than " +
                                std::to_string(options.max_response_bytes) + " bytes"};
  }
  if (transfer.aborted)
    return {Kind::Aborted, "the answer of " + place + " was not read to its end"};
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return cannot_connect(transfer, options, why);
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Kind::Tls, place + " could not prove that it is that host: " + why +
                             "; check the address and the CA file"};
    case CURLE_SSL_CACERT_BADFILE:
      return {Kind::Tls, "cannot read the CA file " + options.ca_file};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return {Kind::Tls, "no secure connection to " + place + ": " + why};
    case CURLE_OPERATION_TIMEDOUT:
      return {Kind::Timeout, place + " did not answer in time: " + why};
    default:
      return {Kind::Protocol, "the conversation with " + place + " broke off: " + why};
  }
}

}  // namespace muster::sdk
