#include "exchange.hpp"

#include <muster/core/crypto/base64url.hpp>
#include <muster/core/crypto/digest.hpp>
#include <utility>

namespace muster::controller::api {
namespace {

using nlohmann::json;

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

constexpr int kOk = 200;

std::string text_of(const json& body) { return dump(body) + "\n"; }

/// Half of the digest: it need not withstand anybody, as only the controller makes these.
std::string etag_of(const std::string& text) {
  const auto digest = crypto::sha256(as_bytes(text));
  return '"' + crypto::to_base64url(BytesView(digest).first(16)) + '"';
}

/// Whether a list of tags names this one; a weak one (W/"…") is as good for what is not sent again.
bool is_named(const std::string& tag, const std::string& list) {
  return list == "*" || list.find(tag) != std::string::npos;
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
                   std::map<std::string, std::string> path_parameters, const Operation* operation,
                   std::shared_ptr<AnswerCheck> answers)
    : request_(std::move(request)),
      responder_(std::move(responder)),
      path_(std::move(path_parameters)),
      operation_(operation),
      answers_(std::move(answers)) {}

Status Exchange::check() {
  auto given = check_request(*operation_, request_);
  if (!given) return tl::unexpected(given.error());
  given_ = std::move(*given);
  return {};
}

std::string Exchange::query(const std::string& name) const {
  return given_.parameters.value(name, std::string());
}

std::optional<std::uint64_t> Exchange::number(const std::string& name) const {
  const auto found = given_.parameters.find(name);
  if (found == given_.parameters.end()) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<Problem> Exchange::changed_since(const json& now) const {
  const auto wanted = query("If-Match");
  if (wanted.empty() || (wanted == "*" && !now.is_null())) return std::nullopt;
  if (!now.is_null() && is_named(etag_of(text_of(now)), wanted)) return std::nullopt;
  return Problem{{ErrorCode::FailedPrecondition,
                  now.is_null() ? "there is no such thing, or it is being changed just now"
                                : "somebody changed it meanwhile; look at it again",
                  {},
                  false,
                  {}},
                 "changed",
                 {}};
}

std::optional<Problem> Exchange::there_already(bool there, const std::string& what) const {
  if (!there || query("If-None-Match") != "*") return std::nullopt;
  return Problem{{ErrorCode::FailedPrecondition, "there is " + what + " already", {}, false, {}},
                 "changed",
                 {}};
}

bool Exchange::as_told(int status, const http::Headers& headers, const json* body) {
  if (answers_ == nullptr) return true;
  const auto why = answers_->check(operation_, status, headers, body);
  if (why.empty()) return true;
  auto refusal = refusal_of(
      {{ErrorCode::Internal, "the answer is not as the document says: " + why, {}, false, {}},
       {},
       {}},
      {});
  responder_->respond(refusal.status, std::move(refusal.headers), std::move(refusal.body));
  return false;
}

void Exchange::answer(int status, const json& body, http::Headers headers, const json& once) {
  auto text = text_of(body);
  if (status / 100 == 2 && operation_ != nullptr && operation_->has_etag) {
    const auto tag = etag_of(text);
    headers.emplace_back("ETag", tag);
    const bool read = request_.method == "GET";  // others mean by it what there_already() says
    if (read && is_named(tag, query("If-None-Match"))) return answer_unchanged(std::move(headers));
  }
  headers.emplace_back("Content-Type", "application/json");
  json whole;
  if (!once.empty()) {
    whole = body;
    whole.update(once);
    text = text_of(whole);
  }
  if (!as_told(status, headers, once.empty() ? &body : &whole)) return;
  responder_->respond(status, std::move(headers), std::move(text));
}

void Exchange::answer_unchanged(http::Headers headers) {
  constexpr int kNotModified = 304;
  if (as_told(kNotModified, headers, nullptr)) {
    responder_->respond(kNotModified, std::move(headers), {});
  }
}

void Exchange::answer(const Problem& problem, http::Headers headers) {
  auto refusal = refusal_of(problem, std::move(headers));
  const auto body = to_json(problem);
  if (!as_told(refusal.status, refusal.headers, &body)) return;
  responder_->respond(refusal.status, std::move(refusal.headers), std::move(refusal.body));
}

void Exchange::answer_text(int status, const std::string& content_type, std::string body,
                           http::Headers headers) {
  headers.emplace_back("Content-Type", content_type);
  if (!as_told(status, headers, nullptr)) return;
  responder_->respond(status, std::move(headers), std::move(body));
}

void Exchange::answer_nothing() {
  constexpr int kNoContent = 204;
  if (as_told(kNoContent, {}, nullptr)) responder_->respond(kNoContent, {}, {});
}

std::shared_ptr<http::Stream> Exchange::answer_stream(const std::string& content_type,
                                                      http::Headers headers) {
  headers.emplace_back("Content-Type", content_type);
  headers.emplace_back("Cache-Control", "no-store");
  if (!as_told(kOk, headers, nullptr)) return nullptr;
  return responder_->start_stream(std::move(headers));
}

}  // namespace muster::controller::api
