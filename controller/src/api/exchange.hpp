/// One request on its way through the API: what came in, and the one answer to give.
///
/// Made on the HTTP thread, used on the loop. A route reads what it needs and answers exactly once,
/// now or later; an Exchange that goes away unanswered is answered 500 by the server.
#pragma once

#include <map>
#include <memory>
#include <muster/core/net/http_server.hpp>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "problem.hpp"

namespace muster::controller::api {

class Exchange {
 public:
  Exchange(http::Request request, std::shared_ptr<http::Responder> responder,
           std::map<std::string, std::string> path_parameters);

  [[nodiscard]] const http::Request& request() const { return request_; }
  /// The part of the path that stands for `{name}` in the route's pattern.
  [[nodiscard]] const std::string& path(const std::string& name) const { return path_.at(name); }
  /// A query parameter, or "".
  [[nodiscard]] std::string query(std::string_view name) const;
  /// The body as a JSON object with no members but these. Errors: InvalidArgument.
  [[nodiscard]] Result<nlohmann::json> body(const std::set<std::string>& members) const;

  void answer(int status, const nlohmann::json& body);
  void answer(const Problem& problem, http::Headers headers = {});
  void answer(const Error& error) { answer(Problem{error, {}, {}}); }
  void answer_text(int status, const std::string& content_type, std::string body,
                   http::Headers headers = {});
  void answer_nothing();
  [[nodiscard]] std::shared_ptr<http::Stream> answer_stream(const std::string& content_type,
                                                            http::Headers headers = {});

  std::string principal;  ///< who asks, once the router knows; empty on public routes

 private:
  http::Request request_;
  std::shared_ptr<http::Responder> responder_;
  std::map<std::string, std::string> path_;
};

/// The same answer as Exchange::answer(problem, headers) gives, for a request that has no Exchange
/// yet.
[[nodiscard]] http::Refusal refusal_of(const Problem& problem, http::Headers headers);

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace muster::controller::api
