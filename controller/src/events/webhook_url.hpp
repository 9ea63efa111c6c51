/// Whether a text is a URL that a webhook may have, before anything is sent there. It is read as
/// libcurl reads it when it is used. [any]
#pragma once

#include <muster/core/base/error.hpp>
#include <string>

#include "events/webhook_address.hpp"

namespace muster::controller {

inline constexpr std::size_t kMaxWebhookUrl = 2048;

/// The rule for whatever address its host turns out to have. Errors: InvalidArgument for /url,
/// which does not repeat the text.
[[nodiscard]] Result<AddressRule> check_webhook_url(const std::string& url, bool allow_private);

}  // namespace muster::controller
