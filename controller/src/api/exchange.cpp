#include "exchange.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

namespace muster::controller::api {
namespace {

using nlohmann::json;

// Deep nesting is refused before a recursive walk of the value could exhaust the stack.
constexpr int kMaxDepth = 64;

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Errors: InvalidArgument for what is no JSON, is nested too deeply, or has a member twice, of
/// which one would be taken silently.
Result<json> parse_bounded(const std::string& text) {
  bool too_deep = false;
  std::string twice;
  std::vector<std::set<std::string>> open;  // the members so far of each object around
  const auto look = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key &&
        !open.back().insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  auto value = json::parse(text, look, false);
  if (value.is_discarded() || too_deep) {
    return fail(ErrorCode::InvalidArgument, "the body of the request is not JSON of bounded depth");
  }
  if (!twice.empty()) {
    return fail(ErrorCode::InvalidArgument,
                "the member \"" + twice + "\" is given twice; leave out one");
  }
  return value;
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
  auto value = request_.body.empty() ? Result<json>(json::object()) : parse_bounded(request_.body);
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
