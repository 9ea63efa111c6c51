/// Answers against the document: a switch for tests, which makes a breach loud.
///
/// One per process where it is on. A member of an answer that the document does not tell of is a
/// breach, too. Every method is [any]; each breach is logged as an error and counted, and the first
/// success of each operation is logged, so that tests can tell which operations they came to.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <muster/core/base/guarded.hpp>
#include <muster/core/log/logger.hpp>
#include <muster/core/net/http_message.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "api/document.hpp"

namespace muster::controller::api {

class AnswerCheck {
 public:
  /// Errors: as Document::read, for the schemas of answers.
  [[nodiscard]] static Result<std::shared_ptr<AnswerCheck>> compile(const Document& document,
                                                                    log::Logger log);

  /// What is wrong with an answer, or "". Null `operation`: of a request that has none, whose
  /// answer is a problem. `body` is null where it is no JSON.
  std::string check(const Operation* operation, int status, const http::Headers& headers,
                    const nlohmann::json* body);
  /// The same for a server-sent event.
  std::string check_event(const Operation& operation, const std::string& name,
                          const nlohmann::json& data);
  [[nodiscard]] std::uint64_t breaches() const { return breaches_; }

 private:
  struct Header {
    std::string name;
    bool required = false;
    ValueKind kind = ValueKind::Text;
    schema::Schema schema;
  };
  struct Answer {
    std::vector<Header> headers;
    /// By media type; without one there is nothing to say of the body.
    std::map<std::string, std::optional<schema::Schema>> contents;
    std::map<std::string, schema::Schema> events;
  };
  class Compiler;

  explicit AnswerCheck(log::Logger log) : log_(std::move(log)) {}
  [[nodiscard]] std::string fault(const Operation* operation, int status,
                                  const http::Headers& headers, const nlohmann::json* body) const;
  [[nodiscard]] std::string breach(const Operation* operation, const std::string& of,
                                   std::string why);
  void note_success(const std::string& operation);

  log::Logger log_;
  std::map<std::string, std::map<int, Answer>> answers_;  // by operation id and status
  schema::Schema problem_;
  std::atomic<std::uint64_t> breaches_{0};
  Guarded<std::set<std::string>> succeeded_;  // operation ids
};

}  // namespace muster::controller::api
