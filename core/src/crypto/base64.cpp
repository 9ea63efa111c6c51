#include <muster/core/crypto/base64.hpp>
#include <muster/core/crypto/base64url.hpp>
#include <optional>

#include "crypto/sodium.hpp"

namespace muster::crypto {
namespace {

constexpr int kStandard = sodium_base64_VARIANT_ORIGINAL;
constexpr int kForUrls = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string text_of(BytesView bytes, int variant) {
  std::string text(::sodium_base64_encoded_len(bytes.size(), variant), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back();  // its terminating NUL
  return text;
}

/// Nothing unless all of it is text of this variant.
std::optional<Bytes> bytes_of(std::string_view text, int variant) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t length = 0;
  const char* end = nullptr;
  const int failed = ::sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                                         nullptr, &length, &end, variant);
  if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(length);
  return bytes;
}

}  // namespace

std::string to_base64(BytesView bytes) { return text_of(bytes, kStandard); }

Result<Bytes> from_base64(std::string_view text) {
  auto bytes = bytes_of(text, kStandard);
  if (!bytes) return fail(ErrorCode::InvalidArgument, "this is not base64 text with padding");
  return std::move(*bytes);
}

std::string to_base64url(BytesView bytes) { return text_of(bytes, kForUrls); }

Result<Bytes> from_base64url(std::string_view text) {
  auto bytes = bytes_of(text, kForUrls);
  if (!bytes) return fail(ErrorCode::InvalidArgument, "this is not base64url text without padding");
  return std::move(*bytes);
}

}  // namespace muster::crypto
