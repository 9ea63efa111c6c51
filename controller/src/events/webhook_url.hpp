/// Whether a text is a URL that a webhook may have, before anything is sent there. It is read as
/// libcurl reads it when it is used. [any]
#pragma once

#include <muster/core/base/error.hpp>
#include <string>

namespace muster::controller {

inline constexpr std::size_t kMaxWebhookUrl = 2048;

struct WebhookPlace {
  std::string host;    ///< for lists: the path may be secret
  bool plain = false;  ///< http
};

/// Errors: InvalidArgument for /url, which does not repeat the text.
[[nodiscard]] Result<WebhookPlace> check_webhook_url(const std::string& url, bool allow_private);

}  // namespace muster::controller
