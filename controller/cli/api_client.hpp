/// The controller's REST API (controller/api.md) as the commands use it: JSON in, JSON or a Failure
/// out.
///
/// One per run of the program; calls block. Which controller, and as whom, contexts.hpp says; the
/// token is never taken from the command line, where other users of the machine could read it.
#pragma once

#include <functional>
#include <muster/sdk/http_client.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "contexts.hpp"
#include "failure.hpp"

namespace muster::cli {

class ApiClient {
 public:
  /// Connects to nobody yet. Errors: Usage when the CA's file cannot be read.
  [[nodiscard]] static CliResult<ApiClient> open(const FleetAccess& access);
  /// With a connection of its own, for while this one is busy with a stream.
  [[nodiscard]] ApiClient another() const { return ApiClient(options_); }

  [[nodiscard]] CliResult<nlohmann::json> get(const std::string& path);
  [[nodiscard]] CliResult<nlohmann::json> post(const std::string& path, const nlohmann::json& body);
  /// For what must not be done twice: sends an Idempotency-Key, so that a request whose answer was
  /// lost can be repeated with it, which is done for as long as there is Patience.
  [[nodiscard]] CliResult<nlohmann::json> post_once(const std::string& path,
                                                    const nlohmann::json& body);
  [[nodiscard]] CliResult<nlohmann::json> put(const std::string& path, const nlohmann::json& body,
                                              sdk::HttpHeaders headers = {});
  [[nodiscard]] CliResult<nlohmann::json> patch(const std::string& path,
                                                const nlohmann::json& body);
  [[nodiscard]] CliResult<void> remove(const std::string& path);

  /// Gives a body to `on_chunk` as it arrives.
  [[nodiscard]] CliResult<void> download(const std::string& path,
                                         const std::function<bool(std::string_view)>& on_chunk);

  /// Gives each server-sent event to `on_event(name, data)` until that says false or the server
  /// ends the stream. Asks to go on after the event with the id `last`, and keeps that up; before
  /// the first event, `on_anew` is called unless they do go on there. Errors: Unreached when the
  /// stream breaks before that.
  [[nodiscard]] CliResult<void> events(
      const std::string& path, std::string& last, const std::function<void()>& on_anew,
      const std::function<bool(const std::string&, const nlohmann::json&)>& on_event);

 private:
  explicit ApiClient(sdk::HttpClientOptions options);
  [[nodiscard]] CliResult<nlohmann::json> exchange(const std::string& method,
                                                   const std::string& path, const std::string& body,
                                                   sdk::HttpHeaders headers = {});
  [[nodiscard]] Failure not_answered(const sdk::HttpError& error) const;

  sdk::HttpClientOptions options_;
  sdk::HttpClient http_;
  bool trusted_ = false;  // the controller has proved who it is
  bool answer_lost_ =
      false;  // of the latest exchange: it was sent, and nobody knows what became of it
};

/// The member's text; "" when it is absent or null, as times that have not come yet are.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const std::string& member);

/// "?a=b&c=d" with both sides encoded; pairs with an empty value are left out.
[[nodiscard]] std::string query(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace muster::cli
