/// How a delivery is signed: as Standard Webhooks 1.0.0 says, symmetrically. Pure; [any].
#pragma once

#include <cstdint>
#include <muster/core/base/bytes.hpp>
#include <muster/core/base/error.hpp>
#include <string>
#include <string_view>

namespace muster::controller {

inline constexpr std::size_t kWebhookSecret = 32;  ///< bytes of one that we make
inline constexpr std::size_t kMinWebhookSecret = 24;
inline constexpr std::size_t kMaxWebhookSecret = 64;

/// "whsec_" and base64: how receivers are told it.
[[nodiscard]] std::string webhook_secret_text(BytesView secret);
/// Errors: InvalidArgument, which does not repeat the text.
[[nodiscard]] Result<Bytes> parse_webhook_secret(std::string_view text);

/// The value of webhook-signature. `id` must hold no dot; `timestamp` is in seconds since 1970.
[[nodiscard]] std::string webhook_signature(BytesView secret, std::string_view id,
                                            std::int64_t timestamp, std::string_view body);

}  // namespace muster::controller
