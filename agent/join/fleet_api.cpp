#include "fleet_api.hpp"

#include <algorithm>
#include <muster/core/crypto/base64url.hpp>
#include <muster/sdk/http_client.hpp>
#include <nlohmann/json.hpp>

namespace muster::agent {
namespace {

using nlohmann::json;
using sdk::HttpError;

constexpr int kOk = 200;
constexpr int kCreated = 201;

Error as_error(const HttpError& error, const std::string& base_url) {
  if (error.kind != HttpError::Kind::Tls) {
    return {ErrorCode::Unavailable, error.message, {}, true, {}};
  }
  return {ErrorCode::Unauthenticated,
          "what answers at " + base_url +
              " is not the controller that made this token: " + error.message,
          {},
          false,
          {}};
}

/// The sentence in a problem answer, or the status alone.
std::string sentence_of(const sdk::HttpResponse& response) {
  const auto document = json::parse(response.body, nullptr, false);
  if (document.is_object() && document.contains("detail") && document["detail"].is_string()) {
    return document["detail"].get<std::string>();
  }
  return "the controller answered with HTTP status " + std::to_string(response.status);
}

Error refusal(const sdk::HttpResponse& response) {
  const std::string sentence = sentence_of(response);
  if (response.status == 401 || response.status == 403) {
    return {ErrorCode::PermissionDenied, sentence, {}, false, {}};
  }
  if (response.status == 409) return {ErrorCode::Conflict, sentence, {}, false, {}};
  const bool later = response.status == 429 || response.status >= 500;
  return {later ? ErrorCode::Unavailable : ErrorCode::InvalidArgument, sentence, {}, later, {}};
}

bool read_text(const json& document, const char* pointer, std::string& out) {
  const json::json_pointer place(pointer);
  if (!document.contains(place) || !document.at(place).is_string()) return false;
  out = document.at(place).get<std::string>();
  return true;
}

bool read_key(const json& document, const char* pointer, std::array<std::uint8_t, 32>& out) {
  std::string text;
  if (!read_text(document, pointer, text)) return false;
  const auto bytes = crypto::from_base64url(text);
  if (!bytes || bytes->size() != out.size()) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

}  // namespace

Result<crypto::PinnedCertificate> fetch_ca(const std::string& base_url) {
  sdk::HttpClientOptions options;
  options.base_url = base_url;
  options.verify_peer = false;
  options.max_response_bytes = std::size_t{64} << 10U;
  sdk::HttpClient client(std::move(options));
  auto response = client.request("GET", "/v1/ca");
  if (!response) return tl::unexpected(as_error(response.error(), base_url));
  if (response->status != kOk) return tl::unexpected(refusal(*response));
  auto ca = crypto::read_certificate(response->body);
  if (!ca) {
    return fail(ErrorCode::Unauthenticated, "what answers at " + base_url +
                                                " is not a Muster controller: what it gives as its "
                                                "certificate authority is " +
                                                ca.error().message);
  }
  return ca;
}

Result<EnrolAnswer> enrol(const std::string& base_url, const std::filesystem::path& ca_file,
                          const std::string& body) {
  sdk::HttpClientOptions options;
  options.base_url = base_url;
  options.ca_file = ca_file.string();
  options.max_response_bytes = std::size_t{64} << 10U;
  sdk::HttpClient client(std::move(options));
  const auto response =
      client.request("POST", "/v1/enroll", {{"Content-Type", "application/json"}}, body);
  if (!response) return tl::unexpected(as_error(response.error(), base_url));
  if (response->status != kCreated) return tl::unexpected(refusal(*response));
  const auto document = json::parse(response->body, nullptr, false);
  EnrolAnswer answer;
  const bool whole = document.is_object() && read_text(document, "/node", answer.node) &&
                     read_text(document, "/gateway/address", answer.gateway_address) &&
                     read_key(document, "/gateway/key", answer.gateway_key) &&
                     read_key(document, "/controller/session_key", answer.session_key) &&
                     read_key(document, "/controller/signing_key", answer.signing_key);
  if (!whole) {
    return fail(
        ErrorCode::Corrupt,
        "the controller's answer cannot be read; is it of another version than this agent?");
  }
  return answer;
}

}  // namespace muster::agent
