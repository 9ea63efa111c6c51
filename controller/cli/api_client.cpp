#include "api_client.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <muster/core/base/error.hpp>
#include <muster/core/crypto/random.hpp>
#include <muster/sdk/sse_parser.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "patience.hpp"

namespace muster::cli {
namespace {

using nlohmann::json;

// A job of ten thousand nodes with all their results is one answer, and one event.
constexpr std::size_t kMaxAnswerBytes = std::size_t{256} << 20U;
// For one answer. The longest that the controller lets a request wait is a minute; a stream has a
// comment every 15 s.
constexpr std::chrono::milliseconds kTimeout{75'000};

Exit exit_for_problem(int status, const std::string& reason) {
  if (status == 401 || status == 403) return Exit::Denied;
  if (reason == "matched_nothing" || reason == "no_such_thing") return Exit::MatchedNothing;
  if (status == 429 || status >= 500) return Exit::Unreached;  // not done, or nobody knows
  return status >= 400 ? Exit::Usage : Exit::SomeFailed;
}

Failure failure_from(const sdk::HttpResponse& response) {
  const auto problem = json::parse(response.body, nullptr, false);
  if (!problem.is_object() || !problem.contains("detail")) {
    return {exit_for_problem(response.status, ""), "the controller answered with status " +
                                                       std::to_string(response.status) +
                                                       " and no reason"};
  }
  std::string message = problem.value("detail", "");
  if (const auto field = problem.value("field", ""); !field.empty())
    message += " (at " + field + ")";
  if (const auto position = problem.value("position", ""); !position.empty())
    message += "\n" + position;
  const auto reason = problem.value("reason", "");
  return {exit_for_problem(response.status, reason), message, reason};
}

/// Many commands of one script are one token's requests.
bool asked_too_often(const sdk::HttpResponse& response) {
  if (response.status != 429) return false;
  const auto problem = json::parse(response.body, nullptr, false);
  return problem.is_object() && problem.value("reason", "") == "too_often";
}

CliResult<json> parse_body(const sdk::HttpResponse& response) {
  if (response.status / 100 != 2) return tl::unexpected(failure_from(response));
  if (response.body.empty()) return json();
  auto body = json::parse(response.body, nullptr, false);
  if (body.is_discarded()) return failure(Exit::SomeFailed, "the controller's answer is not JSON");
  return body;
}

std::string text_for(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
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

CliResult<ApiClient> ApiClient::open(const FleetAccess& access) {
  // The TLS library would only say that the controller is not to be trusted.
  if (!access.ca_file.empty() && ::access(access.ca_file.c_str(), R_OK) != 0) {
    return failure(Exit::Usage, "the fleet's CA certificate: " +
                                    fail_errno("read " + access.ca_file, errno).value().message);
  }
  sdk::HttpClientOptions options;
  options.base_url = access.controller;
  options.ca_file = access.ca_file;
  options.bearer_token = access.token;
  options.timeout = kTimeout;
  options.max_response_bytes = kMaxAnswerBytes;
  return ApiClient(std::move(options));
}

CliResult<json> ApiClient::exchange(const std::string& method, const std::string& path,
                                    const std::string& body, sdk::HttpHeaders headers) {
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  auto response = http_.request(method, path, headers, body);
  for (Patience patience; response && asked_too_often(*response) && patience.wait();) {
    response = http_.request(method, path, headers, body);  // nothing was done
  }
  answer_lost_ = !response && response.error().kind != sdk::HttpError::Kind::CannotConnect &&
                 response.error().kind != sdk::HttpError::Kind::Tls;
  if (!response) return tl::unexpected(not_answered(response.error()));
  trusted_ = true;
  return parse_body(*response);
}

/// Who proved a moment ago that it is the controller and cannot now was interrupted at it, by its
/// restart for example: that is worth another try.
Failure ApiClient::not_answered(const sdk::HttpError& error) const {
  const bool untrusted = error.kind == sdk::HttpError::Kind::Tls && !trusted_;
  return {untrusted ? Exit::Denied : Exit::Unreached, error.message};
}

CliResult<json> ApiClient::get(const std::string& path) { return exchange("GET", path, ""); }

CliResult<json> ApiClient::post(const std::string& path, const json& body) {
  return exchange("POST", path, text_for(body));
}

CliResult<json> ApiClient::put(const std::string& path, const json& body,
                               sdk::HttpHeaders headers) {
  return exchange("PUT", path, text_for(body), std::move(headers));
}

CliResult<json> ApiClient::patch(const std::string& path, const json& body) {
  return exchange("PATCH", path, text_for(body));
}

CliResult<json> ApiClient::post_once(const std::string& path, const json& body) {
  const auto text = text_for(body);
  const sdk::HttpHeaders key{{"Idempotency-Key", crypto::random_token()}};
  auto answer = exchange("POST", path, text, key);
  if (answer || !answer_lost_) return answer;
  Patience patience;
  while (!answer && answer.error().exit == Exit::Unreached && patience.wait()) {
    answer = exchange("POST", path, text, key);
  }
  return answer;
}

CliResult<void> ApiClient::remove(const std::string& path) {
  const auto answer = exchange("DELETE", path, "");
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

CliResult<void> ApiClient::download(const std::string& path,
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
  if (response->status / 100 != 2) return tl::unexpected(failure_from(*response));
  return {};
}

CliResult<void> ApiClient::events(
    const std::string& path, std::string& last, const std::function<void()>& on_anew,
    const std::function<bool(const std::string&, const json&)>& on_event) {
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
        const auto data = json::parse(event.data, nullptr, false);
        if (!data.is_discarded()) wanted = on_event(event.event, data);
      },
      kMaxAnswerBytes);
  const auto response = http_.stream("GET", path, headers, [&](std::string_view chunk) {
    trusted_ = true;
    return parser.feed(chunk) && wanted;
  });
  if (!wanted) return {};
  if (!response) return tl::unexpected(not_answered(response.error()));
  if (response->status / 100 != 2) return tl::unexpected(failure_from(*response));
  return {};
}

std::string text_of(const json& object, const std::string& member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
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

}  // namespace muster::cli
