/// Where the API has a webhook. [any]
#pragma once

#include <muster/sdk/http_client.hpp>
#include <string>

namespace muster::cli {

[[nodiscard]] inline std::string webhook_path(const std::string& name) {
  return "/v1/webhooks/" + sdk::percent_encode(name);
}

}  // namespace muster::cli
