/// Webhooks as the API tells them; the shape stands in openapi/webhooks.yaml. [loop]
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "api/problem.hpp"
#include "services.hpp"

namespace muster::controller::api {

/// As it was set, without its secret.
[[nodiscard]] nlohmann::json webhook_view(const WebhookRecord& webhook);
/// ok, failing or gone.
[[nodiscard]] const char* state_of(const WebhookProgress& progress);
/// How it gets on. Errors: as the store's.
[[nodiscard]] Result<nlohmann::json> webhook_progress_view(const Services& services,
                                                           const WebhookRecord& webhook);

/// The answer to a filter of events that does not parse; nothing when it does.
[[nodiscard]] std::optional<Problem> filter_problem(const std::string& filter);

}  // namespace muster::controller::api
