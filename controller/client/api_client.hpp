/// The way to the controller's REST API (controller/api.md): HTTPS, JSON and a token, repeated
/// requests, streams and downloads.
///
/// What can be asked stands beside it, one header for each thing that the API tells of; only their
/// sources know paths and call the functions below. One client has one connection and one thread at
/// a time; calls block.
#pragma once

#include <functional>
#include <muster/sdk/http_client.hpp>
#include <string>
#include <string_view>

#include "client/result.hpp"

namespace muster::client {

/// How to reach a controller, and as whom.
struct FleetAccess {
  std::string controller;  ///< "https://HOST:PORT"
  std::string ca_file;     ///< the only authority to trust; empty: the system's
  std::string token;       ///< empty after a logout
};

/// When a thing may be changed. Without one: however it is.
struct OnlyIf {
  std::string etag = {};  ///< as long as it is the one with this `etag` (If-Match)
  bool is_new = false;    ///< when there is none yet (If-None-Match: *)
};

struct Answer {
  int status = 0;
  Json body;  ///< JSON null when there was none
  std::string etag;
};

class ApiClient {
 public:
  /// Connects to nobody yet. Errors: Setup when the CA's file cannot be read.
  [[nodiscard]] static Result<ApiClient> open(const FleetAccess& access);
  /// To whoever answers there, without a token: for get_ca alone.
  [[nodiscard]] static ApiClient to_anybody(const std::string& controller);
  /// With a connection of its own, for while this one is busy with a stream.
  [[nodiscard]] ApiClient another() const { return ApiClient(options_); }

  [[nodiscard]] Result<Answer> get(const std::string& path);
  /// What is no JSON.
  [[nodiscard]] Result<std::string> get_text(const std::string& path);
  /// POST, PUT or PATCH with a body; DELETE with null.
  [[nodiscard]] Result<Answer> send(const std::string& method, const std::string& path,
                                    const nlohmann::json& body, const OnlyIf& only_if = {});
  /// POST of what must not be done twice: sends an Idempotency-Key, so that a request whose answer
  /// was lost can be repeated with it, which is done for as long as there is Patience.
  [[nodiscard]] Result<Answer> post_once(const std::string& path, const nlohmann::json& body);

  /// Gives a body to `on_chunk` as it arrives, until that says false, which is an error.
  [[nodiscard]] Result<void> download(const std::string& path,
                                      const std::function<bool(std::string_view)>& on_chunk);

  /// Gives each server-sent event to `on_event(name, data)` until that says false or the server
  /// ends the stream; data is text. Asks to go on after the event with the id `last`, and keeps
  /// that up; before the first event, `on_anew` is called unless they do go on there. Errors: Lost
  /// when the stream breaks before that.
  [[nodiscard]] Result<void> events(
      const std::string& path, std::string& last, const std::function<void()>& on_anew,
      const std::function<bool(const std::string&, const std::string&)>& on_event);

 private:
  explicit ApiClient(sdk::HttpClientOptions options);
  [[nodiscard]] Result<sdk::HttpResponse> exchange(const std::string& method,
                                                   const std::string& path, const std::string& body,
                                                   sdk::HttpHeaders headers);
  [[nodiscard]] ApiError not_answered(const sdk::HttpError& error) const;

  sdk::HttpClientOptions options_;
  sdk::HttpClient http_;
  bool trusted_ = false;  // the controller has proved who it is
};

/// "?a=b&c=d" with both sides encoded; pairs with an empty value are left out.
[[nodiscard]] std::string query(const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace muster::client
