/// The API as untyped JSON, for the commands that the typed client does not serve yet.
#pragma once

#include <client/api_client.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "failure.hpp"

namespace muster::cli {

class ApiClient : public client::ApiClient {
 public:
  explicit ApiClient(client::ApiClient api) : client::ApiClient(std::move(api)) {}
  [[nodiscard]] static CliResult<ApiClient> open(const client::FleetAccess& access);
  [[nodiscard]] ApiClient another() const { return ApiClient(client::ApiClient::another()); }

  [[nodiscard]] CliResult<nlohmann::json> get(const std::string& path);
  [[nodiscard]] CliResult<nlohmann::json> post(const std::string& path, const nlohmann::json& body);
  [[nodiscard]] CliResult<nlohmann::json> post_once(const std::string& path,
                                                    const nlohmann::json& body);
  [[nodiscard]] CliResult<nlohmann::json> put(const std::string& path, const nlohmann::json& body,
                                              const client::OnlyIf& only_if = {});
  [[nodiscard]] CliResult<nlohmann::json> patch(const std::string& path,
                                                const nlohmann::json& body);
  [[nodiscard]] CliResult<void> remove(const std::string& path);
  [[nodiscard]] CliResult<void> download(const std::string& path,
                                         const std::function<bool(std::string_view)>& on_chunk);
  [[nodiscard]] CliResult<void> events(
      const std::string& path, std::string& last, const std::function<void()>& on_anew,
      const std::function<bool(const std::string&, const nlohmann::json&)>& on_event);
};

using client::query;

/// The member's text; "" when it is absent or null, as times that have not come yet are.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const std::string& member);

}  // namespace muster::cli
