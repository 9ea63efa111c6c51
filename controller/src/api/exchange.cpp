#include "exchange.hpp"

#include <muster/core/config/json.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace muster::controller::api {
namespace {

using nlohmann::json;

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<json> parse_body(const std::string& text) {
  if (text.empty()) return json::object();
  return config::parse_json(text).map_error(
      [](Error error) { return error.message.insert(0, "the body of the request is "), error; });
}

}  // namespace

http::Refusal refusal_of(const Problem& problem, http::Headers headers) {
  headers.emplace_back("Content-Type", "application/problem+json");
  if (const auto pause = retry_after(problem)) {
    headers.emplace_back("Retry-After", std::to_string(pause->count()));
  }
  return {status_of(problem), std::move(headers), dump(to_json(problem)) + "\n"};
}

Exchange::Exchange(http::Request request, std::shared_ptr<http::Responder> responder,
                   std::map<std::string, std::string> path_parameters)
    : request_(std::move(request)),
      responder_(std::move(responder)),
      path_(std::move(path_parameters)) {}

std::string Exchange::query(std::string_view name) const {
  return std::string(request_.parameter(name).value_or(""));
}

Result<json> Exchange::body(const std::set<std::string>& members) const {
  auto value = parse_body(request_.body);
  if (!value) return value;
  if (!value->is_object()) {
    return fail(ErrorCode::InvalidArgument, "the body must be a JSON object");
  }
  for (const auto& [name, ignored] : value->items()) {
    if (!members.contains(name)) {
      return fail(ErrorCode::InvalidArgument, "the request has no member \"" + name + "\"",
                  "/" + name);
    }
  }
  return value;
}

void Exchange::answer(int status, const json& body) {
  responder_->respond(status, {{"Content-Type", "application/json"}}, dump(body) + "\n");
}

void Exchange::answer(const Problem& problem, http::Headers headers) {
  auto refusal = refusal_of(problem, std::move(headers));
  responder_->respond(refusal.status, std::move(refusal.headers), std::move(refusal.body));
}

void Exchange::answer_text(int status, const std::string& content_type, std::string body,
                           http::Headers headers) {
  headers.emplace_back("Content-Type", content_type);
  responder_->respond(status, std::move(headers), std::move(body));
}

void Exchange::answer_nothing() { responder_->respond(204, {}, {}); }

std::shared_ptr<http::Stream> Exchange::answer_stream(const std::string& content_type,
                                                      http::Headers headers) {
  headers.emplace_back("Content-Type", content_type);
  headers.emplace_back("Cache-Control", "no-store");
  return responder_->start_stream(std::move(headers));
}

}  // namespace muster::controller::api
