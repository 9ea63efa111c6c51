/// One request on its way through the API: what came in, and the one answer to give.
///
/// Made on the HTTP thread, used on the loop. A route reads what it needs and answers exactly once,
/// now or later; an Exchange that goes away unanswered is answered 500 by the server.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <muster/core/net/http_server.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "answer_check.hpp"
#include "problem.hpp"
#include "request_check.hpp"

namespace muster::controller::api {

class Exchange {
 public:
  /// `operation` is null for a request that has none; `answers` where answers are not checked.
  Exchange(http::Request request, std::shared_ptr<http::Responder> responder,
           std::map<std::string, std::string> path_parameters, const Operation* operation = nullptr,
           std::shared_ptr<AnswerCheck> answers = nullptr);

  [[nodiscard]] const http::Request& request() const { return request_; }
  /// The part of the path that stands for `{name}` in the route's pattern.
  [[nodiscard]] const std::string& path(const std::string& name) const { return path_.at(name); }

  /// Checks the request against its operation. What follows is of the types that the document says,
  /// with its defaults. Errors: as check_request.
  [[nodiscard]] Status check();
  /// A query parameter or header that is text, or "".
  [[nodiscard]] std::string query(const std::string& name) const;
  /// One that is a whole number; nothing when it was left out and has no default.
  [[nodiscard]] std::optional<std::uint64_t> number(const std::string& name) const;
  [[nodiscard]] const nlohmann::json& body() const { return given_.body; }

  /// Why not to change a thing that the client knows otherwise: it named the ETag of another state
  /// in If-Match. `now` is what a GET of the thing would answer, null where there is none.
  [[nodiscard]] std::optional<Problem> changed_since(const nlohmann::json& now) const;
  /// Why not to make a thing that is there: the client wants a new one only, by If-None-Match. It
  /// is called `what` ("a group front").
  [[nodiscard]] std::optional<Problem> there_already(bool there, const std::string& what) const;

  /// With an ETag where the document says so; 304 then when that is what the client has. `once` are
  /// more members, which are told this once: the ETag does not stand for them.
  void answer(int status, const nlohmann::json& body, http::Headers headers = {},
              const nlohmann::json& once = nlohmann::json::object());
  void answer(const Problem& problem, http::Headers headers = {});
  void answer(const Error& error) { answer(Problem{error, {}, {}}); }
  void answer_text(int status, const std::string& content_type, std::string body,
                   http::Headers headers = {});
  void answer_nothing();
  [[nodiscard]] std::shared_ptr<http::Stream> answer_stream(const std::string& content_type,
                                                            http::Headers headers = {});

  std::string principal;  ///< who asks, once the router knows; empty on public routes

 private:
  void answer_unchanged(http::Headers headers);
  /// Whether the answer may go out; if not, another one went.
  [[nodiscard]] bool as_told(int status, const http::Headers& headers, const nlohmann::json* body);

  http::Request request_;
  std::shared_ptr<http::Responder> responder_;
  std::map<std::string, std::string> path_;
  const Operation* operation_;
  std::shared_ptr<AnswerCheck> answers_;
  Given given_;
};

/// The same answer as Exchange::answer(problem, headers) gives, for a request that has no Exchange
/// yet.
[[nodiscard]] http::Refusal refusal_of(const Problem& problem, http::Headers headers);

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace muster::controller::api
