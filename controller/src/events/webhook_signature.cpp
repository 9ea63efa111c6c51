#include "events/webhook_signature.hpp"

#include <muster/core/crypto/base64.hpp>
#include <muster/core/crypto/hmac.hpp>

namespace muster::controller {
namespace {
constexpr std::string_view kPrefix = "whsec_";
}  // namespace

std::string webhook_secret_text(BytesView secret) {
  return std::string(kPrefix) + crypto::to_base64(secret);
}

Result<Bytes> parse_webhook_secret(std::string_view text) {
  if (text.starts_with(kPrefix)) {
    auto bytes = crypto::from_base64(text.substr(kPrefix.size()));
    if (bytes && bytes->size() >= kMinWebhookSecret && bytes->size() <= kMaxWebhookSecret) {
      return bytes;
    }
  }
  return fail(ErrorCode::InvalidArgument,
              "a webhook's secret is whsec_ and the base64 of 24 to 64 bytes", "/secret");
}

std::string webhook_signature(BytesView secret, std::string_view id, std::int64_t timestamp,
                              std::string_view body) {
  std::string content(id);
  content.append(".").append(std::to_string(timestamp)).append(".").append(body);
  return "v1," + crypto::to_base64(crypto::hmac_sha256(secret, as_bytes(content)));
}

}  // namespace muster::controller
