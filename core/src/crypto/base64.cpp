#include <muster/core/crypto/base64.hpp>

#include "crypto/sodium.hpp"

namespace muster::crypto {
namespace {
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
}  // namespace

std::string to_base64(BytesView bytes) {
  std::string text(::sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
  text.pop_back();  // its terminating NUL
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t length = 0;
  const char* end = nullptr;
  const int failed = ::sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                                         nullptr, &length, &end, kVariant);
  if (failed != 0 || end != text.data() + text.size()) {
    return fail(ErrorCode::InvalidArgument, "this is not base64 text with padding");
  }
  bytes.resize(length);
  return bytes;
}

}  // namespace muster::crypto
