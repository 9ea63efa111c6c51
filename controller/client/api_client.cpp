#include "client/api_client.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <muster/core/base/error.hpp>
#include <muster/core/base/files.hpp>
#include <muster/core/crypto/random.hpp>
#include <muster/sdk/sse_parser.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "client/patience.hpp"

namespace muster::client {
namespace {

using nlohmann::json;

// A job of ten thousand nodes with all their results is one answer, and one event.
constexpr std::size_t kMaxAnswerBytes = std::size_t{256} << 20U;
// For one answer. The longest that the controller lets a request wait is a minute; a stream has a
// comment every 15 s.
constexpr std::chrono::milliseconds kTimeout{75'000};
constexpr std::size_t kMaxFromAnybody = std::size_t{64} << 10U;

std::string text_of(const json& object, const char* member) {
  const auto found = object.is_object() ? object.find(member) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::size_t> number_of(const json& object, const char* member) {
  const auto found = object.is_object() ? object.find(member) : object.end();
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::size_t>();
}

std::vector<std::string> texts_of(const json& object, const char* member) {
  std::vector<std::string> texts;
  const auto found = object.is_object() ? object.find(member) : object.end();
  if (found == object.end() || !found->is_array()) return texts;
  for (const auto& item : *found) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

ApiError refusal_from(const sdk::HttpResponse& response) {
  ApiError error{ApiError::Kind::Refused, "", response.status};
  const auto problem = json::parse(response.body, nullptr, false);
  error.message = text_of(problem, "detail");
  error.reason = text_of(problem, "reason");
  error.field = text_of(problem, "field");
  error.position = text_of(problem, "position");
  error.offset = number_of(problem, "offset");
  error.warnings = texts_of(problem, "warnings");
  if (error.message.empty()) {
    error.message =
        "the controller answered with status " + std::to_string(response.status) + " and no reason";
  }
  return error;
}

/// Many commands of one script are one token's requests.
bool asked_too_often(const sdk::HttpResponse& response) {
  return response.status == 429 && refusal_from(response).reason == "too_often";
}

Result<Answer> answer_from(const sdk::HttpResponse& response) {
  json body;
  if (!response.body.empty()) body = json::parse(response.body, nullptr, false);
  if (body.is_discarded()) {
    return tl::unexpected(
        ApiError{ApiError::Kind::NotUnderstood, "the controller's answer is no JSON"});
  }
  return Answer{response.status, std::make_shared<const json>(std::move(body)),
                std::string(response.header("etag").value_or(""))};
}

/// Errors: Setup for text that is no UTF-8, which would arrive as something else.
Result<std::string> text_for(const json& body) {
  try {
    return body.is_null() ? "" : body.dump();
  } catch (const json::type_error&) {
    return tl::unexpected(
        ApiError{ApiError::Kind::Setup, "a text in the request is no UTF-8; nothing was sent"});
  }
}

bool holds_certificate(const std::string& file) {
  constexpr std::size_t kMost = std::size_t{1} << 20U;
  const auto text = read_file(file, kMost);
  return !text || text->find("-----BEGIN ") != std::string::npos;
}

/// Whether `id` is that of the event after the one with the id `last`: "x.8" after "x.7".
bool follows(const std::string& id, const std::string& last) {
  const auto dot = last.rfind('.');
  if (dot == std::string::npos) return false;
  const auto number = std::strtoull(last.c_str() + dot + 1, nullptr, 10);
  return id == last.substr(0, dot + 1) + std::to_string(number + 1);
}

}  // namespace

ApiClient::ApiClient(sdk::HttpClientOptions options)
    : options_(std::move(options)), http_(options_) {}

Result<ApiClient> ApiClient::open(const FleetAccess& access) {
  // The TLS library would only say that the controller is not to be trusted.
  if (!access.ca_file.empty() && ::access(access.ca_file.c_str(), R_OK) != 0) {
    return tl::unexpected(ApiError{
        ApiError::Kind::Setup, "the fleet's CA certificate: " +
                                   fail_errno("read " + access.ca_file, errno).value().message});
  }
  if (!access.ca_file.empty() && !holds_certificate(access.ca_file)) {
    return tl::unexpected(ApiError{ApiError::Kind::Setup,
                                   "the fleet's CA certificate: there is "
                                   "none in " +
                                       access.ca_file});
  }
  sdk::HttpClientOptions options;
  options.base_url = access.controller;
  options.ca_file = access.ca_file;
  options.bearer_token = access.token;
  options.timeout = kTimeout;
  options.max_response_bytes = kMaxAnswerBytes;
  return ApiClient(std::move(options));
}

ApiClient ApiClient::to_anybody(const std::string& controller) {
  sdk::HttpClientOptions options;
  options.base_url = controller;
  options.verify_peer = false;
  options.max_response_bytes = kMaxFromAnybody;
  return ApiClient(std::move(options));
}

Result<sdk::HttpResponse> ApiClient::exchange(const std::string& method, const std::string& path,
                                              const std::string& body, sdk::HttpHeaders headers) {
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  auto response = http_.request(method, path, headers, body);
  for (Patience patience; response && asked_too_often(*response) && patience.wait();) {
    response = http_.request(method, path, headers, body);  // nothing was done
  }
  if (!response) return tl::unexpected(not_answered(response.error()));
  trusted_ = true;
  if (response->status / 100 != 2) return tl::unexpected(refusal_from(*response));
  return std::move(*response);
}

/// Who proved a moment ago that it is the controller and cannot now was interrupted at it, by its
/// restart for example: that is worth another try.
ApiError ApiClient::not_answered(const sdk::HttpError& error) const {
  using Kind = ApiError::Kind;
  switch (error.kind) {
    case sdk::HttpError::Kind::CannotConnect:
      return {Kind::CannotConnect, error.message};
    case sdk::HttpError::Kind::Tls:
      return {trusted_ ? Kind::CannotConnect : Kind::NotTrusted, error.message};
    default:
      return {Kind::Lost, error.message};
  }
}

Result<Answer> ApiClient::get(const std::string& path) {
  return exchange("GET", path, "", {}).and_then(answer_from);
}

Result<std::string> ApiClient::get_text(const std::string& path) {
  return exchange("GET", path, "", {}).map([](sdk::HttpResponse response) {
    return std::move(response.body);
  });
}

Result<Answer> ApiClient::send(const std::string& method, const std::string& path, const json& body,
                               const OnlyIf& only_if) {
  sdk::HttpHeaders headers;
  if (!only_if.etag.empty()) headers.emplace_back("If-Match", only_if.etag);
  if (only_if.is_new) headers.emplace_back("If-None-Match", "*");
  const auto text = text_for(body);
  if (!text) return tl::unexpected(text.error());
  return exchange(method, path, *text, std::move(headers)).and_then(answer_from);
}

Result<Answer> ApiClient::post_once(const std::string& path, const json& body) {
  const auto text = text_for(body);
  if (!text) return tl::unexpected(text.error());
  const sdk::HttpHeaders key{{"Idempotency-Key", crypto::random_token()}};
  const auto ask = [&] { return exchange("POST", path, *text, key).and_then(answer_from); };
  auto answer = ask();
  if (answer || answer.error().kind != ApiError::Kind::Lost) return answer;
  Patience patience;
  while (!answer && answer.error().is_passing() && patience.wait()) answer = ask();
  return answer;
}

Result<void> ApiClient::download(const std::string& path,
                                 const std::function<bool(std::string_view)>& on_chunk) {
  const auto ask = [&] {
    return http_.stream("GET", path, {}, [&](std::string_view chunk) {
      trusted_ = true;
      return on_chunk(chunk);
    });
  };
  auto response = ask();
  for (Patience patience; response && asked_too_often(*response) && patience.wait();) {
    response = ask();  // nothing was given
  }
  if (!response) return tl::unexpected(not_answered(response.error()));
  if (response->status / 100 != 2) return tl::unexpected(refusal_from(*response));
  return {};
}

Result<void> ApiClient::events(
    const std::string& path, std::string& last, const std::function<void()>& on_anew,
    const std::function<bool(const std::string&, const std::string&)>& on_event) {
  sdk::HttpHeaders headers{{"Accept", "text/event-stream"}};
  if (!last.empty()) headers.emplace_back("Last-Event-ID", last);
  bool begun = false;
  bool wanted = true;
  sdk::SseParser parser(
      [&](const sdk::SseEvent& event) {
        if (!wanted) return;
        if (!std::exchange(begun, true) && !follows(event.id, last)) {
          last.clear();
          on_anew();
        }
        if (!event.id.empty()) last = event.id;
        wanted = on_event(event.event, event.data);
      },
      kMaxAnswerBytes);
  const auto response = http_.stream("GET", path, headers, [&](std::string_view chunk) {
    trusted_ = true;
    return parser.feed(chunk) && wanted;
  });
  if (!wanted) return {};
  if (!response) return tl::unexpected(not_answered(response.error()));
  if (response->status / 100 != 2) return tl::unexpected(refusal_from(*response));
  return {};
}

std::string query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (value.empty()) continue;
    text += text.empty() ? '?' : '&';
    text += sdk::percent_encode(name) + "=" + sdk::percent_encode(value);
  }
  return text;
}

}  // namespace muster::client
