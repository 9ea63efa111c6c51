#include "api_client.hpp"

#include <nlohmann/json.hpp>

namespace muster::cli {
namespace {

using nlohmann::json;

CliResult<json> body_of(const client::Result<client::Answer>& answer) {
  if (!answer) return tl::unexpected<Failure>(answer.error());
  return *answer->body;
}

}  // namespace

CliResult<ApiClient> ApiClient::open(const client::FleetAccess& access) {
  auto api = client::ApiClient::open(access);
  if (!api) return tl::unexpected(api.error());
  return ApiClient(std::move(*api));
}

CliResult<json> ApiClient::get(const std::string& path) {
  return body_of(client::ApiClient::get(path));
}

CliResult<json> ApiClient::post(const std::string& path, const json& body) {
  return body_of(send("POST", path, body));
}

CliResult<json> ApiClient::post_once(const std::string& path, const json& body) {
  return body_of(client::ApiClient::post_once(path, body));
}

CliResult<json> ApiClient::put(const std::string& path, const json& body,
                               const client::OnlyIf& only_if) {
  return body_of(send("PUT", path, body, only_if));
}

CliResult<json> ApiClient::patch(const std::string& path, const json& body) {
  return body_of(send("PATCH", path, body));
}

CliResult<void> ApiClient::remove(const std::string& path) {
  const auto answer = send("DELETE", path, nullptr);
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

CliResult<void> ApiClient::download(const std::string& path,
                                    const std::function<bool(std::string_view)>& on_chunk) {
  const auto done = client::ApiClient::download(path, on_chunk);
  if (!done) return tl::unexpected(done.error());
  return {};
}

CliResult<void> ApiClient::events(
    const std::string& path, std::string& last, const std::function<void()>& on_anew,
    const std::function<bool(const std::string&, const json&)>& on_event) {
  const auto ended = client::ApiClient::events(
      path, last, on_anew, [&](const std::string& name, const std::string& text) {
        const auto data = json::parse(text, nullptr, false);
        return data.is_discarded() || on_event(name, data);
      });
  if (!ended) return tl::unexpected(ended.error());
  return {};
}

std::string text_of(const json& object, const std::string& member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace muster::cli
